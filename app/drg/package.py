"""Reads a CSV scheme package (reference/schemes/README.md) into a :class:`~app.drg.scheme.Scheme`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass
from datetime import date

from app.common.errors import Where
from app.domain.coding import CodeKind
from app.domain.grouping import GroupResult, GroupStatus
from app.domain.tables import RawTable
from app.drg.compiling import compiled
from app.drg.lint import VALID_PX, LintReport, Notes, SchemeRefused, check_scheme
from app.drg.package_language import PackageParser
from app.drg.parsing import RuleFault
from app.drg.prefixes import Prefixes
from app.drg.reading import Cells, Lists, Members, add_table, cells, exactly, in_order
from app.drg.rule import CodeSet, Const, Severity
from app.drg.scheme import AMBIGUOUS, NO_MDC, Adrg, Drg, Mdc, OnMiss, Rule, Scheme, is_ambiguous

Expand = Callable[[Collection[str], CodeKind], Collection[str]]

COLUMNS: dict[str, tuple[str, ...]] = {
    "mdc": ("order", "mdc", "name", "condition"),
    "mdc_dx": ("mdc", "site", "code"),
    "adrg": ("mdc", "order", "adrg", "name", "condition", "no_drg"),
    "adrg_dx": ("adrg", "list", "code"),
    "adrg_px": ("adrg", "list", "code"),
    "drg": ("adrg", "order", "drg", "name", "condition"),
    "mcc": ("code", "exclusion"),
    "cc": ("code", "exclusion"),
    "exclusion": ("table", "code"),
    "valid_px": ("code",),
}
OPTIONAL: dict[str, tuple[str, ...]] = {
    "mdc_px": ("mdc", "list", "code"),
    "drg_dx": ("drg", "list", "code"),
    "drg_px": ("drg", "list", "code"),
}
_LIST = re.compile(r"(?:dx|px)[1-9]\d*")
_LISTS = {"mdc_px": "mdc", "adrg_dx": "adrg", "adrg_px": "adrg", "drg_dx": "drg", "drg_px": "drg"}


def load_package(
    tables: Mapping[str, RawTable],
    meta: Mapping[str, object],
    *,
    known: Container[str] | None = None,
    expand: Expand | None = None,
    lint: bool = True,
) -> tuple[Scheme, LintReport]:
    """Return the scheme of a package and what there is to say about it.

    ``tables`` by file name without ``.csv``; ``meta`` is the parsed ``scheme.toml``. ``known`` are the codes of the
    active codebook (None: not checked). ``expand`` gives the codes that start with any of the prefixes; a scheme
    with ``code_match = "prefix"`` needs it. Without ``lint`` the report has only what was met while reading. Raises
    :class:`SchemeRefused` with the whole report when the package has errors: no scheme comes out of a package that
    cannot be read completely.
    """
    reader = _Reader(tables, meta, expand)
    scheme = reader.scheme()
    if not lint:
        return scheme, reader.notes.report({})
    counts = meta.get("counts", {})
    published = counts if isinstance(counts, Mapping) else {}
    return scheme, check_scheme(scheme, reader.notes, published=published, known=known)


@dataclass(slots=True)
class _Scope:
    """Where the names of a condition are looked up: the table level and key, and the MDC."""

    level: str
    key: str
    mdc: str


class _Reader:
    def __init__(self, tables: Mapping[str, RawTable], meta: Mapping[str, object], expand: Expand | None) -> None:
        self.notes = Notes()
        self._tables = tables
        self._meta = meta
        self._columns: dict[str, list[int]] = {}
        self._check_tables()
        self.notes.refuse_if_wrong()
        self._members = self._matching(expand)
        self._sites: dict[str, dict[str, frozenset[str]]] = {}
        self._sets = self._read_lists()
        self._used: set[str] = set()
        self._undefined: set[str] = set()
        self._no_group = str(meta.get("no_group_code") or NO_MDC)

    def scheme(self) -> Scheme:
        """Return the scheme; faults of rules are in ``notes``."""
        mcc, cc = self._severities()
        self._virtual: dict[str, Severity] = {"MCC": mcc, "CC": cc}
        mdcs = self._mdcs()
        self.notes.refuse_if_wrong()
        self._check_names()
        return Scheme(
            id=self._text("id"),
            title=self._text("title"),
            edition=self._text("base"),
            mdcs=mdcs,
            sets=self._sets,
            mcc=mcc,
            cc=cc,
            falls_through=True,
            no_group_code=self._no_group,
            retry_other_px=bool(self._meta.get("retry_other_px", False)),
            region=self._text("region"),
            year=self._text("year"),
            source=self._text("source"),
            valid_from=self._valid_from(),
            trial=bool(self._meta.get("trial", False)),
            code_match=self._text("code_match") or "exact",
        )

    def _text(self, name: str) -> str:
        value = self._meta.get(name, "")
        return value if isinstance(value, str) else str(value)

    def _valid_from(self) -> date | None:
        value = self._meta.get("valid_from")
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value)) if value else None
        except ValueError:
            self.notes.warn("valid_from", Where("scheme.toml"), found=value)
            return None

    def _check_tables(self) -> None:
        if not self._text("id"):
            self.notes.error("no_id", Where("scheme.toml"))
        for name, wanted in (COLUMNS | OPTIONAL).items():
            table = self._tables.get(name)
            if table is None:
                if name in COLUMNS:
                    self.notes.error("no_table", Where(f"{name}.csv"), name=f"{name}.csv")
                continue
            for column in wanted:
                if column not in table.header:
                    self.notes.error("no_column", table.where(), column=column)
            self._columns[name] = [table.header.index(column) for column in wanted if column in table.header]

    def _rows(self, name: str) -> list[Cells]:
        table = self._tables.get(name)
        return list(cells(table, self._columns[name])) if table is not None else []

    def _matching(self, expand: Expand | None) -> Members:
        match self._text("code_match") or "exact":
            case "exact":
                return exactly
            case "prefix" if expand is not None:
                return self._prefixes(expand)
            case "prefix":
                self.notes.error("no_codebook", Where("scheme.toml"))
            case other:
                self.notes.error("code_match", Where("scheme.toml"), found=other)
        raise SchemeRefused(self.notes.report({}))

    def _prefixes(self, expand: Expand) -> Members:
        wanted: dict[CodeKind, set[str]] = {CodeKind.DX: set(), CodeKind.PX: set()}
        for name in (*COLUMNS, *OPTIONAL):
            header = (COLUMNS | OPTIONAL)[name]
            if "code" in header:
                kind = CodeKind.PX if name.endswith("_px") else CodeKind.DX
                wanted[kind].update(row[header.index("code")] for _, row in self._rows(name))
        return Prefixes({kind: expand(prefixes, kind) for kind, prefixes in wanted.items()}).members

    def _read_lists(self) -> dict[str, CodeSet]:
        lists = Lists(self._members)
        self._read_mdc_dx(lists)
        for name, level in _LISTS.items():
            kind = CodeKind.PX if name.endswith("_px") else CodeKind.DX
            for row, (owner, which, code) in self._rows(name):
                lists.add(f"{level}/{owner}/{which}", code, kind, self._tables[name], row)
        for row, (code,) in self._rows(VALID_PX):
            lists.add(VALID_PX, code, CodeKind.PX, self._tables[VALID_PX], row)
        return lists.sets(lambda key: key.rpartition("/")[2], self.notes)

    def _read_mdc_dx(self, lists: Lists) -> None:
        for row, (mdc, site, code) in self._rows("mdc_dx"):
            lists.add(f"mdc/{mdc}/mdc_dx", code, CodeKind.DX, self._tables["mdc_dx"], row)
            if site:
                sites = self._sites.setdefault(mdc, {})
                for member in self._members(code, CodeKind.DX):
                    sites[member] = sites.get(member, frozenset()) | {site}

    def _severities(self) -> tuple[Severity, Severity]:
        excluded: dict[str, frozenset[str]] = {}
        for _, (table, code) in self._rows("exclusion"):
            for member in self._members(code, CodeKind.DX):
                add_table(excluded, member, table)
        return self._severity("mcc", excluded), self._severity("cc", excluded)

    def _severity(self, name: str, excluded: Mapping[str, frozenset[str]]) -> Severity:
        own: dict[str, frozenset[str]] = {}
        rows: dict[str, int] = {}
        for row, (code, exclusion) in self._rows(name):
            for member in self._members(code, CodeKind.DX):
                add_table(own, member, exclusion)
                rows.setdefault(member, row)
        return Severity(name.upper(), own, excluded, rows, self._tables[name].file)

    def _resolve(self, scope: _Scope, name: str) -> CodeSet | Severity | None:
        if name in self._virtual:
            return self._virtual[name]
        if name == VALID_PX:
            key = VALID_PX
        elif name == "mdc_dx":
            key = f"mdc/{scope.mdc}/mdc_dx"
        elif _LIST.fullmatch(name):
            key = f"{scope.level}/{scope.key}/{name}"
        else:
            return None
        self._used.add(key)
        if key not in self._sets:
            self._undefined.add(key)
            return CodeSet(name)
        return self._sets[key]

    def _rule(self, text: str, table: str, row: int, scope: _Scope) -> Rule:
        where = Where(self._tables[table].file, "", row, "condition")
        try:
            parser = PackageParser(text, lambda name: self._resolve(scope, name), self._sites.get(scope.mdc, {}))
            node = parser.parse()
        except RuleFault as fault:
            self.notes.fault(fault, where)
            node = Const(value=False)
        return Rule(text, node, compiled(node), where)

    def _mdcs(self) -> tuple[Mdc, ...]:
        table = self._tables["mdc"]
        adrgs = self._adrgs()
        mdcs = []
        for number, (_, code, name, condition) in in_order(self._rows("mdc"), 0, table, self.notes):
            rule = self._rule(condition, "mdc", number, _Scope("mdc", code, code))
            mdcs.append(Mdc(code, name, rule, tuple(adrgs.pop(code, []))))
        if not mdcs:
            self.notes.error("no_rows", table.where())
        for mdc, orphans in adrgs.items():
            for adrg in orphans:
                self.notes.warn("adrg_without_mdc", adrg.rule.where, adrg=adrg.key, mdc=mdc)
        return tuple(mdcs)

    def _adrgs(self) -> dict[str, list[Adrg]]:
        table = self._tables["adrg"]
        rows = in_order(self._rows("adrg"), 1, table, self.notes)
        drg_rows = self._drg_rows()
        found: dict[str, list[Adrg]] = {}
        for row in rows:
            found.setdefault(row[1][0], []).append(self._adrg(row, drg_rows.pop(row[1][2], [])))
        for key, orphans in drg_rows.items():
            for number, (_, _, drg, _, _) in orphans:
                self.notes.warn("drg_without_adrg", Where(self._tables["drg"].file, "", number), drg=drg, adrg=key)
        return found

    def _adrg(self, row: Cells, drg_rows: list[Cells]) -> Adrg:
        number, (mdc, _, key, name, condition, no_drg) = row
        code = key[:3]
        rule = self._rule(condition, "adrg", number, _Scope("adrg", key, mdc))
        drgs = tuple(self._drg(drg_row, mdc, code) for drg_row in drg_rows)
        if is_ambiguous(key):
            return Adrg(key, key, name, rule, (), OnMiss.ADRG, GroupResult(mdc, AMBIGUOUS, key, GroupStatus.AMBIGUOUS))
        if no_drg not in ("adrg", "next"):
            self.notes.error("no_drg", Where(self._tables["adrg"].file, "", number, "no_drg"), found=no_drg)
        on_miss = OnMiss.ADRG if no_drg == "adrg" else OnMiss.NEXT
        return Adrg(key, code, name, rule, drgs, on_miss, GroupResult(mdc, code, code, GroupStatus.GROUPED))

    def _drg_rows(self) -> dict[str, list[Cells]]:
        rows = in_order(self._rows("drg"), 1, self._tables["drg"], self.notes)
        found: dict[str, list[Cells]] = {}
        for row in rows:
            found.setdefault(row[1][0], []).append(row)
        return found

    def _drg(self, row: Cells, mdc: str, adrg: str) -> Drg:
        number, (_, _, code, name, condition) = row
        rule = self._rule(condition, "drg", number, _Scope("drg", code, mdc))
        return Drg(code, name, rule, GroupResult(mdc, adrg, code, GroupStatus.GROUPED))

    def _check_names(self) -> None:
        for key in sorted(self._undefined):
            self.notes.warn("undefined", Where(f"{key.split('/')[0]}.csv"), name=key)
        for key, members in self._sets.items():
            if key not in self._used:
                self.notes.warn("unused", members.where(), name=key, count=len(members.rows))
