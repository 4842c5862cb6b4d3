"""A scheme turned round: which lists a code is in, and which rules look into a list. Built once for each scheme."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Final

from app.common.texts import text
from app.drg.rule import And, Codes, CodeSet, Count, In, Node, Not, Or, Severity, Sites
from app.drg.scheme import Rule, Scheme

VALID: Final = ("valid_px", "OP_ALL")
"""Names of the list of procedures that count as valid, in packages and in workbooks."""
_LAST: Final = "\U0010ffff"


class Found(StrEnum):
    """Where a code occurs. In the order in which occurrences are listed."""

    MDC = "mdc"
    ADRG = "adrg"
    DRG = "drg"
    MCC = "mcc"
    CC = "cc"
    EXCLUDED = "excluded"
    VALID = "valid"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place of a code. ``group`` is the id of the node whose rule looks at it, ``key`` the list it is in.

    ``how`` says in words what the rule looks at, or what the table does; ``place`` is file and line, or sheet and row.
    """

    found: Found
    key: str
    how: str
    place: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class CodeHit:
    """A code that a search found; ``lists`` counts the lists it is in."""

    code: str
    name: str
    lists: int


@dataclass(frozen=True, slots=True)
class Use:
    """A rule that looks into a list: the node's id, its level, and what it looks at in words."""

    group: str
    level: Found
    how: str


@dataclass(slots=True)
class _List:
    key: str
    members: CodeSet
    uses: list[Use] = field(default_factory=list)


def _turned(lists: Sequence[_List]) -> dict[str, tuple[int, ...]]:
    """Return which lists each code is in. Most codes are in the same few, which are kept once."""
    found: dict[str, tuple[int, ...]] = {}
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    for at, one in enumerate(lists):
        for code in one.members.rows:
            more = (*found.get(code, ()), at)
            found[code] = known.setdefault(more, more)
    return found


def looked_at(rule: Rule) -> Iterator[tuple[CodeSet | Severity, str]]:
    """Yield the lists a rule looks into, in its order, each with what it looks at in words."""
    seen: set[tuple[int, str]] = set()
    for members, how in _looked_at(rule.node, negated=False):
        if (id(members), how) not in seen:
            seen.add((id(members), how))
            yield members, how


def _looked_at(node: Node, *, negated: bool) -> Iterator[tuple[CodeSet | Severity, str]]:
    match node:
        case Not(part):
            yield from _looked_at(part, negated=not negated)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _looked_at(part, negated=negated)
        case In(codes, sets):
            key = "browser.uses_not" if negated else "browser.uses"
            for members in sets:
                yield members, text(key, roles=_roles(codes), set=members.name)
        case Count(codes, sets):
            for members in sets:
                yield members, text("browser.counts", roles=_roles(codes), set=members.name)
        case Sites(sites):
            yield CodeSet("mdc_dx", rows=dict.fromkeys(sites, 0)), text("browser.sites")
        case _:
            return


def _roles(codes: tuple[Codes, ...]) -> str:
    return text("browser.and").join(text(f"browser.role.{code}") for code in codes)


class SchemeIndex:
    """Answers where a code occurs without walking the scheme. ``name_of`` gives the name of a code, '' for none."""

    def __init__(self, scheme: Scheme, name_of: Callable[[str], str]) -> None:
        self._scheme = scheme
        self._name_of = name_of
        self._lists = [_List(key, members) for key, members in scheme.sets.items()]
        self._of_set = {id(one.members): at for at, one in enumerate(self._lists)}
        self._in = _turned(self._lists)
        severe = {*scheme.mcc.tables, *scheme.cc.tables, *scheme.mcc.excluded}
        self._codes = sorted(severe.union(self._in))
        self._folded = [code if code == (upper := code.upper()) else upper for code in self._codes]  # one text, not two
        self._names = [name_of(code) for code in self._codes]
        self._cancelled = Counter(
            table for level in (scheme.mcc, scheme.cc) for tables in level.tables.values() for table in tables
        )
        self._principals = Counter(table for tables in scheme.mcc.excluded.values() for table in tables)

    def add_rule(self, group: str, level: Found, rule: Rule) -> None:
        """Tell that a node's rule looks into its lists."""
        for members, how in looked_at(rule):
            at = self._of_set.get(id(members))
            if at is not None:
                self._lists[at].uses.append(Use(group, level, how))

    def key_of(self, members: CodeSet | Severity) -> str:
        """Return the key of a list that a rule looks into; that of MCC and CC is their name."""
        at = self._of_set.get(id(members))
        return members.name if at is None else self._lists[at].key

    def find(self, query: str, limit: int) -> tuple[CodeHit, ...]:
        """Return codes that start with the query or whose name holds it: an equal code first, then by code."""
        folded = query.strip().upper()
        if not folded:
            return ()
        start, end = bisect_left(self._folded, folded), bisect_left(self._folded, folded + _LAST)
        by_code = list(range(start, min(end, start + limit)))
        wanted = query.strip()
        by_name = (at for at, name in enumerate(self._names) if wanted in name and not start <= at < end)
        return tuple(self._hit(at) for at in [*by_code, *islice(by_name, limit - len(by_code))])

    def _hit(self, at: int) -> CodeHit:
        code = self._codes[at]
        return CodeHit(code, self._names[at], len(self._in.get(code, ())) + len(self._severities(code)))

    def occurrences(self, code: str) -> tuple[Occurrence, ...]:
        """Return every place of a code, in the order of :class:`Found`; () for a code the scheme does not have."""
        found = [one for at in self._in.get(code, ()) for one in self._of_list(self._lists[at], code)]
        order = list(Found)
        return tuple(sorted([*found, *self._severities(code)], key=lambda one: order.index(one.found)))

    def _of_list(self, one: _List, code: str) -> list[Occurrence]:
        place = one.members.place(code)
        if one.members.name in VALID:
            how = text("browser.valid", count=len({use.group for use in one.uses}))
            return [Occurrence(Found.VALID, one.key, how, place)]
        if not one.uses:
            return [Occurrence(Found.UNUSED, one.key, text("browser.unused"), place)]
        return [Occurrence(use.level, one.key, use.how, place, use.group) for use in one.uses]

    def _severities(self, code: str) -> list[Occurrence]:
        found = []
        for level, kind in ((self._scheme.mcc, Found.MCC), (self._scheme.cc, Found.CC)):
            if code in level.tables:
                found.append(Occurrence(kind, level.name, self._severity(level, code), level.place(code)))
        for table in sorted(self._scheme.mcc.excluded.get(code, ())):
            how = text("browser.excluded", count=f"{self._cancelled[table]:,}")
            found.append(Occurrence(Found.EXCLUDED, exclusion_key(table), how))
        return found

    def _severity(self, level: Severity, code: str) -> str:
        tables = sorted(level.tables[code])
        if not tables:
            return text("browser.severity_free")
        count = sum(self._principals[table] for table in tables)
        return text("browser.severity", tables=text("browser.and").join(tables), count=f"{count:,}")

    def note(self, code: str) -> str:
        """Return in one sentence whether a code is MCC or CC and in which exclusion tables it stands."""
        join = text("browser.and").join
        parts = []
        for level in (self._scheme.mcc, self._scheme.cc):
            if code in level.tables:
                key = "browser.note_severity" if level.tables[code] else "browser.note_severity_free"
                parts.append(text(key, level=level.name, tables=join(sorted(level.tables[code]))))
        listed = self._scheme.mcc.excluded.get(code)
        if listed:
            parts.append(text("browser.note_excluded", tables=join(sorted(listed))))
        return text("browser.note_join").join(parts) or text("browser.note_none")

    def severity(self, code: str) -> str:
        """Return level and exclusion tables of a code in short, ``MCC 109``; '' for one that is neither MCC nor CC."""
        levels = [level for level in (self._scheme.mcc, self._scheme.cc) if code in level.tables]
        join = text("browser.and").join
        return join(" ".join([level.name, *sorted(level.tables[code])]) for level in levels)

    def principals(self, table: str) -> tuple[str, ...]:
        """Return the principal diagnoses that an exclusion table lists."""
        return tuple(sorted(code for code, tables in self._scheme.mcc.excluded.items() if table in tables))


def exclusion_key(table: str) -> str:
    """Return the key of an exclusion table among the lists."""
    return f"exclusion/{table}"
