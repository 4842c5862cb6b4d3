"""From a rule that fired to findings: the rows and fields at fault, the message filled, the one-key fix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from app.domain.case import CaseState, FieldPath
from app.domain.field import Group
from app.domain.fields import FIELDS
from app.domain.fields import field as field_of
from app.domain.findings import Finding, Fix, Severity
from app.qc.operators import FEN_PER_YUAN
from app.qc.rule import CompiledRule, Rule
from app.qc.scope import Scope
from app.qc.terms import Hit, Kind, Term

_SEVERITY: Final = {severity: rank for rank, severity in enumerate(Severity)}
_TOLD: Final = 1_000
"""Findings that are kept for each rule."""
_PLACE: Final = {spec.path: rank for rank, spec in enumerate(FIELDS)}


def findings_of(compiled: CompiledRule, scope: Scope) -> list[Finding]:
    """Return the findings of a rule that fired: one for each row at fault, else one for the case."""
    found, severity = _told(compiled, scope), compiled.rule.severity_inpatient
    if severity is None or scope.context.state is not CaseState.INPATIENT:
        return found
    return [replace(finding, severity=severity) for finding in found]


def _told(compiled: CompiledRule, scope: Scope) -> list[Finding]:
    hits, told = compiled.term.trace(scope) or (Hit(),), compiled.told
    if told is None:
        return list(_findings(compiled, scope, hits))
    found: list[Finding] = []
    for hit in hits:
        key = (hit.paths, hit.index, hit.place)
        known = told.get(key)
        if known is None:
            known = tuple(_findings(compiled, scope, (hit,)))
            if len(told) < _TOLD:
                told[key] = known
        found += known
    return found


def _findings(compiled: CompiledRule, scope: Scope, hits: Iterable[Hit]) -> Iterator[Finding]:
    rule = compiled.rule
    shown = {name: _shown(term, scope) for name, term in compiled.values.items()}
    for hit, paths in _places(rule, hits):
        filling = _Filling(hit, paths, shown)
        message, remedy = (_filled(words, filling) for words in (rule.message, rule.remedy))
        yield Finding(rule.id, rule.category, rule.severity, message, remedy, paths, _fix(compiled, scope, hit))


def _filled(words: str, filling: _Filling) -> str:
    return words.format_map(filling) if "{" in words else words


def _places(rule: Rule, hits: Iterable[Hit]) -> Iterator[tuple[Hit, tuple[str, ...]]]:
    """Yield each fault with its paths; one path at a time where the message names the field."""
    for hit in hits:
        paths = _marked(rule.fields, hit)
        if "{field}" in rule.message and len(paths) > 1:
            yield from ((hit, (path,)) for path in paths)
        else:
            yield hit, paths


def display_key(finding: Finding) -> tuple[int, int, int]:
    """Return the key of display order: severity, then place on the sheet, then row."""
    return (_SEVERITY[finding.severity], *(_placed(finding.paths[0]) if finding.paths else (len(_PLACE), 0)))


def pattern_of(path: str) -> str:
    """Return a path without its row number: ``dx[].code`` of ``dx[3].code``; ``dx[]`` of ``dx``."""
    head, bracket, tail = path.partition("[")
    if bracket:
        return f"{head}[]{tail.partition(']')[2]}"
    return f"{path}[]" if path in _GROUPS else path


_GROUPS: Final = frozenset(group for group in Group if group is not Group.CASE)


class _Filling(dict[str, str]):
    """What a message's placeholders stand for; a blank field of the row stands for nothing."""

    def __init__(self, hit: Hit, paths: tuple[str, ...], shown: dict[str, str]) -> None:
        super().__init__(shown)
        self["i"] = str(hit.place)
        self["field"] = field_of(paths[0]).label if paths else ""
        self._hit = hit

    def __missing__(self, name: str) -> str:
        row = self._hit.row
        return (row.text(name) or row.raw.get(name, "")) if row else ""


def _marked(declared: tuple[str, ...], hit: Hit) -> tuple[str, ...]:
    """Return the concrete paths that a finding points at, in the rule's order."""
    if not declared:
        return hit.paths
    found = [path for entry in declared for path in _matching(entry, hit.paths)]
    if found:
        return tuple(dict.fromkeys(found))
    index = max(hit.index, 0)
    return tuple(path.replace("[]", f"[{index}]") for path in declared[:1])


def _matching(declared: str, paths: Iterable[str]) -> list[str]:
    if "[]" in declared:
        return [path for path in paths if pattern_of(path) == declared]
    return [path for path in paths if path == declared]


def _fix(compiled: CompiledRule, scope: Scope, hit: Hit) -> Fix | None:
    plan = compiled.rule.fix
    if plan is None or compiled.fix is None:
        return None
    if hit.row is not None:
        scope.rows[0], scope.at[0] = hit.row, hit.index
    value = compiled.fix.read(scope)
    if value is None:
        return None
    text = _written(value, compiled.fix.kind)
    return Fix(plan.path.replace("[]", f"[{max(hit.index, 0)}]"), text, plan.label.replace("{value}", text))


def _shown(term: Term, scope: Scope) -> str:
    value = term.read(scope)
    return "" if value is None else _written(value, term.kind)


def _written(value: object, kind: Kind) -> str:
    """Return a value as a user would type it; money in yuan."""
    if kind is Kind.MONEY:
        return f"{float(str(value)) / FEN_PER_YUAN:.2f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@lru_cache(maxsize=4096)
def _placed(path: str) -> tuple[int, int]:
    place = FieldPath.parse(path)
    return _PLACE.get(pattern_of(path), len(_PLACE)), place.index
