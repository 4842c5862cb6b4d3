"""The code lists behind a step of a path, by any scheme: what the rule names, and which members the case has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.codebook.book import Codebook
from app.domain.grouping import GroupInput, Step
from app.drg.rule import CodeSet, Severity
from app.drg.scheme import Rule, Scheme
from app.services.scheme_index import looked_at
from app.services.whatif_values import Member, RuleList

_FIRST: Final = 12


def lists_behind(scheme: Scheme, step: Step, case: GroupInput, book: Codebook) -> tuple[RuleList, ...]:
    """Return the lists that the rule of a step names; () for a step of another scheme."""
    wanted = (step.level, step.code, step.source)
    rule = next((rule for level, code, rule in _rules(scheme) if (level, code, rule.source) == wanted), None)
    sets = dict.fromkeys(members for members, _ in looked_at(rule)) if rule is not None else {}
    return tuple(_list(one, case, book) for one in sets)


def _rules(scheme: Scheme) -> Iterator[tuple[str, str, Rule]]:
    for mdc in scheme.mdcs:
        yield "mdc", mdc.code, mdc.rule
    for _, adrg in scheme.rows():
        yield "adrg", adrg.key, adrg.rule
        for drg in adrg.drgs:
            yield "drg", drg.code, drg.rule


def _list(one: CodeSet | Severity, case: GroupInput, book: Codebook) -> RuleList:
    members = one.tables if isinstance(one, Severity) else one.rows
    mine = [code for code in dict.fromkeys((*case.dx, *case.px)) if code in members]
    some = [code for code in members if code not in mine][:_FIRST]
    told = [tuple(Member(code, book.name_of(code), one.place(code)) for code in codes) for codes in (mine, some)]
    return RuleList(one.name, len(members), told[0], told[1])
