"""Reads the official configuration workbook (design/scheme-workbook.md) into a :class:`~app.drg.scheme.Scheme`."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from app.common.errors import Where
from app.domain.coding import CodeKind
from app.domain.grouping import GroupResult, GroupStatus
from app.domain.tables import RawTable
from app.drg.compiling import compiled
from app.drg.lint import LintReport, Notes, check_scheme
from app.drg.parsing import RuleFault
from app.drg.reading import Cells, Lists, add_table
from app.drg.rule import Codes, CodeSet, Compare, Const, In, Node, Not, Number, Op, Severity, both
from app.drg.scheme import AMBIGUOUS, NO_ADRG, NO_MDC, Adrg, Drg, Mdc, OnMiss, Rule, Scheme, is_ambiguous, is_fallback
from app.drg.sheets import Sheet, find_sheets, layout
from app.drg.workbook_language import WorkbookParser, fold_rule

_MEDICAL = "RSTUVWXYZ"  # second letter of ADRG codes that are grouped by diagnosis


@dataclass(frozen=True, slots=True)
class WorkbookOptions:
    """What is reported of 3.0 but not in the file and not verified, so it is off unless the user asks for it.

    ``grey_px`` take no part in grouping. ``newborn_qy_days``: the newborn ambiguous group asks for an age under so
    many days. ``procedure_only``: a case whose principal procedure is valid enters no medical group.
    """

    grey_px: frozenset[str] = field(default_factory=frozenset)
    newborn_qy_days: int | None = None
    procedure_only: bool = False


def load_workbook(
    tables: Mapping[str, RawTable],
    *,
    name: str,
    known: Container[str] | None = None,
    options: WorkbookOptions | None = None,
    lint: bool = True,
) -> tuple[Scheme, LintReport]:
    """Return the scheme of a workbook and what there is to say about it.

    ``tables`` by sheet; the header may stand anywhere in the first rows, as ``header`` or among ``rows``. ``name``
    becomes the id that weight tables refer to. ``known`` are the codes of the active codebook (None: not checked).
    Without ``lint`` the report has only what was met while reading. Raises :class:`~app.drg.lint.SchemeRefused` with
    the whole report when the file has errors: no scheme comes out.
    """
    notes = Notes()
    sheets = find_sheets(tables, notes)
    notes.refuse_if_wrong()
    reader = _Reader(sheets, notes, name, options or WorkbookOptions())
    scheme = reader.scheme()
    if not lint:
        return scheme, notes.report({})
    return scheme, check_scheme(scheme, notes, published=reader.published.counts, known=known)


class _Reader:
    def __init__(self, sheets: Mapping[str, Sheet], notes: Notes, name: str, options: WorkbookOptions) -> None:
        self._sheets = sheets
        self._notes = notes
        self._name = name
        self._options = options
        self.title = sheets["mdc"].title or name
        self.published = layout().stated(self.title, name)
        self._sets = self._read_sets()
        self._virtual = self._severities()
        self._used: set[str] = set()
        self._undefined: dict[str, Where] = {}
        self._no_group = self._no_group_code()

    def scheme(self) -> Scheme:
        """Return the scheme. Raises :class:`SchemeRefused` when a rule cannot be read."""
        mdcs = self._mdcs()
        self._notes.refuse_if_wrong()
        self._check_names()
        return Scheme(
            id=self._name,
            title=self.title,
            edition=self.title,
            mdcs=mdcs,
            sets=self._sets,
            mcc=self._virtual["MCC"],
            cc=self._virtual["CC"],
            falls_through=False,
            no_group_code=self._no_group,
            source=self._sheets["mdc"].table.file,
            valid_from=self.published.valid_from,
            ignored_px=self._options.grey_px,
        )

    def _read_sets(self) -> dict[str, CodeSet]:
        sheet = self._sheets["sets"]
        lists = Lists()
        folded: dict[tuple[str, str], tuple[str, CodeKind | None]] = {}
        for row, (name, code, kind) in sheet.rows("set", "code", "kind"):
            found = folded.get((name, kind))
            if found is None:
                found = folded[name, kind] = (name.upper(), layout().kind(kind, name.upper()))
            lists.add(found[0], code, found[1], sheet.table, row)
        sets = lists.sets(str, self._notes)
        if not sets:
            self._notes.error("no_rows", sheet.where())
        return sets

    def _severities(self) -> dict[str, Severity]:
        excluded: dict[str, frozenset[str]] = {}
        for _, (table, code) in self._sheets["exclusion"].rows("set", "code"):
            add_table(excluded, code, table.upper())
        sheet = self._sheets["cc"]
        own: dict[str, dict[str, frozenset[str]]] = {"MCC": {}, "CC": {}}
        rows: dict[str, dict[str, int]] = {"MCC": {}, "CC": {}}
        for row, (code, table, level) in sheet.rows("code", "table", "level"):
            kind = level.upper()
            if not code:
                continue
            if kind not in own:
                self._notes.error("level", sheet.where(row, "level"), found=level)
                continue
            add_table(own[kind], code, table.upper())
            rows[kind].setdefault(code, row)
        place = (sheet.table.file, sheet.table.sheet)
        return {kind: Severity(kind, own[kind], excluded, rows[kind], *place) for kind in own}

    def _no_group_code(self) -> str:
        """Return the code of the group under the MDC of cases that no MDC takes."""
        for _, (code, mdc) in self._sheets["drg"].rows("code", "mdc"):
            if mdc and not mdc.strip("0"):
                return code
        return NO_MDC

    def _resolve(self, name: str, where: Where) -> CodeSet | Severity:
        if name in self._virtual:
            return self._virtual[name]
        self._used.add(name)
        if name not in self._sets:
            self._undefined.setdefault(name, where)
            return CodeSet(name, layout().kind("", name))
        return self._sets[name]

    def _rule(self, sheet: Sheet, row: int, text: str) -> Rule:
        where = sheet.where(row, "rule")
        folded = fold_rule(text)
        node: Node = Const(value=False)
        try:
            node = WorkbookParser(folded, lambda name: self._resolve(name, where)).parse()
        except RuleFault as fault:
            self._notes.fault(fault, where)
        return Rule(folded, node, compiled(node), where)

    def _ordered(self, key: str, *names: str) -> Iterator[Cells]:
        """Yield rows by 排序; groups with an empty rule and fallback groups last, whatever it says."""
        sheet = self._sheets[key]

        def place(row: Cells) -> tuple[bool, float]:
            code, rule, order = row[1][:3]
            return not rule or is_fallback(code), self._number(sheet, row[0], order)

        rows = (row for row in sheet.rows("code", "rule", "order", "name", *names) if row[1][0])
        yield from sorted(rows, key=place)

    def _number(self, sheet: Sheet, row: int, order: str) -> float:
        try:
            return float(order)
        except ValueError:
            self._notes.warn("order", sheet.where(row, "order"), found=order)
            return float("inf")

    def _mdcs(self) -> tuple[Mdc, ...]:
        sheet = self._sheets["mdc"]
        adrgs = self._adrgs()
        mdcs = []
        for row, (code, rule, _, name) in self._ordered("mdc"):
            own = tuple(adrgs.pop(code.upper(), []))
            mdcs.append(Mdc(code, name, self._rule(sheet, row, rule), own, is_fallback(code)))
        if not mdcs:
            self._notes.error("no_rows", sheet.where())
        for mdc, orphans in adrgs.items():
            for adrg in orphans:
                self._notes.warn("adrg_without_mdc", adrg.rule.where, adrg=adrg.code, mdc=mdc)
        return tuple(mdcs)

    def _adrgs(self) -> dict[str, list[Adrg]]:
        sheet = self._sheets["adrg"]
        rows = list(self._ordered("adrg", "mdc"))
        drgs = self._drgs_by_adrg({(cells[4].upper(), cells[0].upper()) for _, cells in rows})
        found: dict[str, list[Adrg]] = {}
        for row, (code, text, _, name, mdc) in rows:
            rule = self._rule(sheet, row, text)
            own = drgs.get((mdc.upper(), code.upper()), [])
            found.setdefault(mdc.upper(), []).append(self._adrg(code, name, mdc, rule, own))
        return found

    def _adrg(self, code: str, name: str, mdc: str, rule: Rule, drg_rows: list[Cells]) -> Adrg:
        fallback = is_fallback(code)
        rule = self._restricted(rule, code)
        result = self._ungrouped()
        if is_ambiguous(code):
            result = GroupResult(mdc, AMBIGUOUS, code, GroupStatus.AMBIGUOUS)
        drgs = tuple(self._drg(row, mdc, code) for row in drg_rows)
        return Adrg(code, code, name, rule, drgs, OnMiss.STOP, result, fallback)

    def _restricted(self, rule: Rule, code: str) -> Rule:
        """Return the rule with what the options add to it."""
        node = rule.node
        days = self._options.newborn_qy_days
        if days is not None and code.upper() == f"P{AMBIGUOUS}":
            node = both(node, Compare(Number.AGE_DAYS, Op.LT, days))
        if self._options.procedure_only and code[1:2].upper() in _MEDICAL:
            valid = self._resolve(layout().valid_set, rule.where)
            node = both(node, Not(In((Codes.MAIN_PX,), (valid,))))
        return rule if node is rule.node else Rule(rule.text, node, compiled(node), rule.where)

    def _drgs_by_adrg(self, adrgs: set[tuple[str, str]]) -> dict[tuple[str, str], list[Cells]]:
        """Return the DRG rows of each (MDC, ADRG); a DRG that names no MDC goes to the ADRG of its code."""
        sheet = self._sheets["drg"]
        by_code: dict[str, list[tuple[str, str]]] = {}
        for pair in adrgs:
            by_code.setdefault(pair[1], []).append(pair)
        found: dict[tuple[str, str], list[Cells]] = {}
        for row in self._ordered("drg", "adrg", "mdc"):
            adrg, mdc = row[1][4].upper(), row[1][5].upper()
            homes = by_code.get(adrg, [])
            if (mdc, adrg) not in adrgs and mdc and homes:
                self._notes.warn("drg_other_mdc", sheet.where(row[0], "mdc"), drg=row[1][0], adrg=adrg, mdc=mdc)
            if not homes:
                self._notes.warn("drg_without_adrg", sheet.where(row[0], "adrg"), drg=row[1][0], adrg=adrg)
            for home in [(mdc, adrg)] if (mdc, adrg) in adrgs else homes:
                found.setdefault(home, []).append(row)
        return found

    def _drg(self, row: Cells, mdc: str, adrg: str) -> Drg:
        number, (code, text, _, name, _, _) = row
        result = GroupResult(mdc, adrg, code, GroupStatus.GROUPED)
        if is_fallback(code) or is_fallback(adrg):
            result = self._ungrouped()
        elif is_ambiguous(adrg) or is_ambiguous(code):
            result = GroupResult(mdc, AMBIGUOUS, code, GroupStatus.AMBIGUOUS)
        return Drg(code, name, self._rule(self._sheets["drg"], number, text), result)

    def _ungrouped(self) -> GroupResult:
        return GroupResult(NO_MDC, NO_ADRG, self._no_group, GroupStatus.UNGROUPED)

    def _check_names(self) -> None:
        for name, where in sorted(self._undefined.items()):
            self._notes.warn("undefined", where, name=name)
        for name, members in self._sets.items():
            if name not in self._used:
                self._notes.warn("unused", members.where(), name=name, count=len(members.rows))
