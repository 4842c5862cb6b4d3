"""A scheme as bytes and back, so that a file is read and checked once. Who stores the bytes keys them by the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, assert_never, cast

from app.common.errors import Where
from app.common.sealed import seal, unseal
from app.domain.coding import CodeKind
from app.domain.grouping import GroupResult, GroupStatus
from app.drg.compiling import compiled
from app.drg.rule import (
    And,
    Codes,
    CodeSet,
    Compare,
    Const,
    Count,
    Dept,
    HasPx,
    In,
    Node,
    Not,
    Number,
    Op,
    Or,
    Severity,
    Sites,
)
from app.drg.scheme import Adrg, Drg, Mdc, OnMiss, Rule, Scheme

_WHAT: Final = "scheme 1"
Frozen = object
"""What marshal keeps: tuples, dicts, frozen sets, texts and numbers."""

_FrozenNode = tuple[object, ...]
_FrozenResult = tuple[str, str, str, str]
_FrozenRule = tuple[str, _FrozenNode, str, str, int, str]
_FrozenDrg = tuple[str, str, _FrozenRule, _FrozenResult]
_FrozenAdrg = tuple[str, str, str, _FrozenRule, tuple[_FrozenDrg, ...], str, _FrozenResult, bool]
_FrozenList = tuple[str, str | None, dict[str, int], str, str]
_FrozenTables = tuple[tuple[frozenset[str], ...], dict[str, int]]
_FrozenLevel = tuple[str, _FrozenTables, _FrozenTables, dict[str, int], str, str]


def freeze(scheme: Scheme) -> bytes:
    """Return a scheme as bytes for :func:`thaw`; the same Python version has to read them."""
    return seal(_WHAT, _Freezer().scheme(scheme))


def thaw(frozen: bytes) -> Scheme | None:
    """Return the scheme of bytes, None when they are of another version, cut or changed."""
    found = unseal(_WHAT, frozen)
    if found is None:
        return None
    texts, flags, more, lists, maps, levels, named, mdcs = cast("tuple[Any, ...]", found)
    thawer = _Thawer(lists, maps, levels)
    scheme_id, title, edition, no_group_code, region, year = texts
    falls_through, retry_other_px, trial = flags
    source, code_match, day, ignored_px = more
    return Scheme(
        id=scheme_id,
        title=title,
        edition=edition,
        mdcs=tuple(thawer.mdc(*mdc) for mdc in mdcs),
        sets={key: thawer.lists[number] for key, number in named},
        mcc=thawer.levels["MCC"],
        cc=thawer.levels["CC"],
        falls_through=falls_through,
        no_group_code=no_group_code,
        retry_other_px=retry_other_px,
        region=region,
        year=year,
        source=source,
        valid_from=date.fromisoformat(day) if day else None,
        trial=trial,
        code_match=code_match,
        ignored_px=ignored_px,
    )


class _Freezer:
    """Lists and tables of sites are written once and named by their number; equal texts are one text."""

    def __init__(self) -> None:
        self._sets: dict[int, int] = {}
        self._lists: list[CodeSet] = []
        self._sites: dict[int, int] = {}
        self._maps: list[Mapping[str, frozenset[str]]] = []
        self._texts: dict[str, str] = {}

    def scheme(self, scheme: Scheme) -> Frozen:
        """Return a scheme as values that marshal keeps."""
        mdcs = tuple(
            (mdc.code, mdc.name, self._rule(mdc.rule), tuple(map(self._adrg, mdc.adrgs)), mdc.fallback)
            for mdc in scheme.mdcs
        )
        named = tuple((key, self._list(one)) for key, one in scheme.sets.items())
        texts = (scheme.id, scheme.title, scheme.edition, scheme.no_group_code, scheme.region, scheme.year)
        flags = (scheme.falls_through, scheme.retry_other_px, scheme.trial)
        day = scheme.valid_from.isoformat() if scheme.valid_from else ""
        more = (scheme.source, scheme.code_match, day, scheme.ignored_px)
        severities = tuple(map(self._severity, (scheme.mcc, scheme.cc)))
        lists = tuple(
            (one.name, one.kind and one.kind.value, self._rows(one.rows), one.file, one.sheet) for one in self._lists
        )
        maps = tuple(self._tables(one) for one in self._maps)
        return texts, flags, more, lists, maps, severities, named, mdcs

    def _list(self, one: CodeSet) -> int:
        number = self._sets.get(id(one))
        if number is None:
            number = self._sets[id(one)] = len(self._lists)
            self._lists.append(one)
        return number

    def _map(self, sites: Mapping[str, frozenset[str]]) -> int:
        number = self._sites.get(id(sites))
        if number is None:
            number = self._sites[id(sites)] = len(self._maps)
            self._maps.append(sites)
        return number

    def _rows(self, rows: Mapping[str, int]) -> dict[str, int]:
        return {self._texts.setdefault(code, code): row for code, row in rows.items()}

    def _tables(self, tables: Mapping[str, frozenset[str]]) -> Frozen:
        kinds = {one: number for number, one in enumerate(dict.fromkeys(tables.values()))}
        return tuple(kinds), {self._texts.setdefault(code, code): kinds[own] for code, own in tables.items()}

    def _severity(self, level: Severity) -> Frozen:
        tables, excluded = self._tables(level.tables), self._tables(level.excluded)
        return level.name, tables, excluded, self._rows(level.rows), level.file, level.sheet

    def _adrg(self, adrg: Adrg) -> Frozen:
        drgs = tuple((drg.code, drg.name, self._rule(drg.rule), _result(drg.result)) for drg in adrg.drgs)
        result = _result(adrg.result)
        return adrg.key, adrg.code, adrg.name, self._rule(adrg.rule), drgs, adrg.on_miss.value, result, adrg.fallback

    def _rule(self, rule: Rule) -> Frozen:
        where = rule.where
        return rule.text, self._node(rule.node), where.file, where.sheet, where.row, where.column

    def _node(self, node: Node) -> Frozen:  # noqa: PLR0911 - one return for each kind of node
        match node:
            case Const(value):
                return "const", value
            case Not(part):
                return "not", self._node(part)
            case And(parts):
                return "and", tuple(map(self._node, parts))
            case Or(parts):
                return "or", tuple(map(self._node, parts))
            case In(codes, sets):
                return "in", tuple(one.value for one in codes), tuple(map(self._member, sets))
            case Count(codes, sets, op, number):
                names = tuple(one.value for one in codes)
                return "count", names, tuple(map(self._member, sets)), op.value, number
            case Compare(value, op, number):
                return "compare", value.value, op.value, number
            case HasPx():
                return ("has_px",)
            case Dept(values):
                return "dept", values
            case Sites(sites, op, number):
                return "sites", self._map(sites), op.value, number
            case _:
                assert_never(node)

    def _member(self, one: CodeSet | Severity) -> Frozen:
        return one.name if isinstance(one, Severity) else self._list(one)


def _result(result: GroupResult) -> Frozen:
    return result.mdc, result.adrg, result.drg, result.status.value


class _Thawer:
    def __init__(
        self, lists: Sequence[_FrozenList], maps: Sequence[_FrozenTables], levels: Sequence[_FrozenLevel]
    ) -> None:
        self.lists = [
            CodeSet(name, CodeKind(kind) if kind else None, rows, file, sheet)
            for name, kind, rows, file, sheet in lists
        ]
        self.levels = {level[0]: _level(*level) for level in levels}
        self._maps = [_tables(*one) for one in maps]

    def mdc(self, code: str, name: str, rule: _FrozenRule, adrgs: Sequence[_FrozenAdrg], fallback: bool) -> Mdc:
        """Return an MDC with its groups."""
        return Mdc(code, name, self._rule(*rule), tuple(self._adrg(*adrg) for adrg in adrgs), fallback)

    def _adrg(
        self,
        key: str,
        code: str,
        name: str,
        rule: _FrozenRule,
        drgs: Sequence[_FrozenDrg],
        on_miss: str,
        result: _FrozenResult,
        fallback: bool,
    ) -> Adrg:
        inside = tuple(Drg(drg, title, self._rule(*test), _thawed(*found)) for drg, title, test, found in drgs)
        return Adrg(key, code, name, self._rule(*rule), inside, OnMiss(on_miss), _thawed(*result), fallback)

    def _rule(self, text: str, frozen: _FrozenNode, file: str, sheet: str, row: int, column: str) -> Rule:
        node = self._node(frozen)
        return Rule(text, node, compiled(node), Where(file, sheet, row, column))

    def _node(self, frozen: _FrozenNode) -> Node:  # noqa: PLR0911 - one return for each kind of node
        match frozen:
            case ("const", bool(value)):
                return Const(value)
            case ("not", tuple(part)):
                return Not(self._node(part))
            case ("and", tuple(parts)):
                return And(tuple(map(self._node, parts)))
            case ("or", tuple(parts)):
                return Or(tuple(map(self._node, parts)))
            case ("in", tuple(codes), tuple(sets)):
                return In(tuple(map(Codes, codes)), tuple(map(self._member, sets)))
            case ("count", tuple(codes), tuple(sets), str(op), int() | float() as number):
                return Count(tuple(map(Codes, codes)), tuple(map(self._member, sets)), Op(op), number)
            case ("compare", str(value), str(op), int() | float() as number):
                return Compare(Number(value), Op(op), number)
            case ("has_px",):
                return HasPx()
            case ("dept", tuple(values)):
                return Dept(values)
            case ("sites", int(sites), str(op), int() | float() as number):
                return Sites(self._maps[sites], Op(op), number)
        raise ValueError(frozen[0])

    def _member(self, one: str | int) -> CodeSet | Severity:
        return self.levels[one] if isinstance(one, str) else self.lists[one]


def _level(
    name: str, tables: _FrozenTables, excluded: _FrozenTables, rows: dict[str, int], file: str, sheet: str
) -> Severity:
    return Severity(name, _tables(*tables), _tables(*excluded), rows, file, sheet)


def _tables(kinds: Sequence[frozenset[str]], numbers: Mapping[str, int]) -> dict[str, frozenset[str]]:
    return {code: kinds[number] for code, number in numbers.items()}


def _thawed(mdc: str, adrg: str, drg: str, status: str) -> GroupResult:
    return GroupResult(mdc, adrg, drg, GroupStatus(status))
