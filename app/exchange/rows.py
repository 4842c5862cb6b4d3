"""Makes a case record of one row of a source: values, repairs, problems. The same row always gives the same record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Final

from app.common.errors import Where
from app.domain.case import CaseRecord, FieldPath, Row, Value
from app.domain.derived import day_of
from app.domain.dictionaries import marital_status
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import field as spec_of
from app.domain.reading import NO_HINTS, Parsed, ParseHints, ProblemKind, Repair, RepairKind
from app.domain.tables import RawRow
from app.domain.values import parse
from app.exchange.data import layout_data
from app.exchange.decisions import DAY_FIRST, FEN, QuestionKind
from app.exchange.mapping import ColumnMap, Origin, generic_paths
from app.exchange.raw import NUMBER
from app.exchange.source import Source

SPLIT: Final = "split"
ID_TYPE: Final = "id_type"
MARITAL: Final = "marital_code"
_SEVERAL: Final = re.compile(r"\s*[;；、,，|\n]\s*")
_ID_LENGTHS: Final = frozenset({15, 18})
_MEMO: Final = 20_000


@dataclass(frozen=True, slots=True)
class ImportRepair:
    """One recorded change of a cell. ``kind`` is a :class:`RepairKind`, or ``split``, ``id_type``, ``marital_code``."""

    kind: str
    path: str
    before: str
    after: str
    where: Where

    def __repr__(self) -> str:
        return f"ImportRepair({self.kind}, {self.path}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """A cell that could not be read (its text is kept as raw) or whose value is in doubt (class V)."""

    kind: ProblemKind
    path: str
    text: str
    where: Where

    def __repr__(self) -> str:
        return f"ValueProblem({self.kind}, {self.path}, ‹redacted›)"


@dataclass(slots=True)
class Reading:
    """A record with what happened on the way."""

    record: CaseRecord
    repairs: list[ImportRepair] = field(default_factory=list)
    problems: list[ValueProblem] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """How one field of one row of a group is read: its columns in order of preference, parts that complete it."""

    at: FieldPath
    spec: FieldSpec
    columns: list[int]
    parts: list[int]
    hints: ParseHints
    memo: dict[tuple[str, bool], Parsed] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path of the field."""
        return str(self.at)


@dataclass(slots=True)
class _Slot:
    values: dict[str, Value] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)
    dashes: set[str] = field(default_factory=set)

    def row(self) -> Row:
        return Row(self.values, self.raw, frozenset(self.dashes))


class RowReader:
    """Reads the rows of one source."""

    def __init__(self, source: Source, org_code: str = "") -> None:
        self._source = source
        self._org_code = org_code
        self.plans = tuple(_plans(source))

    @cached_property
    def columns(self) -> frozenset[str]:
        """The field paths the file has; the physician's text comes with the name."""
        paths = generic_paths(self._source.mapping)
        texts = {f"{group}[].source_text" for group in (Group.DX, Group.OP) if f"{group}[].name" in paths}
        return paths | texts

    def read(self, index: int) -> Reading:
        """Return the record of the ``index``-th data row."""
        row = self._source.rows[index]
        reading = Reading(CaseRecord(Row()))
        slots: dict[Group, dict[int, _Slot]] = {Group.CASE: {0: _Slot()}}
        for plan in self.plans:
            text = cell_text(plan, row)
            if text:
                self._read_cell(plan, text, index, slots, reading)
        groups = {group: _rows(found) for group, found in slots.items() if group is not Group.CASE}
        head = slots[Group.CASE][0].row()
        record = CaseRecord(head, {group: rows for group, rows in groups.items() if rows}, self.columns)
        reading.record = self._derived(self._split(record, row, reading), row, reading)
        return reading

    def parse_cells(self, plan: Plan, row: RawRow) -> Parsed:
        """Return what one field of a row reads as, whatever kinds its cells are."""
        return _padded(parse(plan.spec, cell_text(plan, row), hints=plan.hints), self._source.widths.get(plan.path, 0))

    def _read_cell(
        self, plan: Plan, text: str, index: int, slots: dict[Group, dict[int, _Slot]], reading: Reading
    ) -> None:
        at = plan.at
        slot = slots.setdefault(at.group, {}).setdefault(at.index, _Slot())
        parsed = self._parsed(plan, text, index)
        if parsed.value is not None:
            slot.values[at.field] = parsed.value
            if at.field == "name" and at.group in (Group.DX, Group.OP):
                slot.values["source_text"] = parsed.value
        elif parsed.raw:
            slot.raw[at.field] = parsed.raw
        if parsed.dash:
            slot.dashes.add(at.field)
        if parsed.repairs or parsed.problem:
            self._report(plan, parsed, self._source.rows[index], reading)

    def _parsed(self, plan: Plan, text: str, index: int) -> Parsed:
        numeric = plan.spec.type is FieldType.PX_CODE and self._source.kind(index, plan.columns[0]) == NUMBER
        key = (text, numeric)
        parsed = plan.memo.get(key)
        if parsed is None:
            if len(plan.memo) > _MEMO:
                plan.memo.clear()
            width = self._source.widths.get(plan.path, 0)
            hints = replace(plan.hints, numeric=True) if numeric else plan.hints
            parsed = plan.memo[key] = _padded(parse(plan.spec, text, hints=hints), width)
        return parsed

    def _report(self, plan: Plan, parsed: Parsed, row: RawRow, reading: Reading) -> None:
        where = self._source.where(row.number, (plan.columns or plan.parts)[0])
        path = plan.path
        for repair in parsed.repairs:
            reading.repairs.append(ImportRepair(repair.kind, path, repair.before, repair.after, where))
        if parsed.problem:
            shown = parsed.raw or cell_text(plan, row)
            reading.problems.append(ValueProblem(parsed.problem, path, shown, where))

    def _split(self, record: CaseRecord, row: RawRow, reading: Reading) -> CaseRecord:
        """Turn several codes in one cell into rows of their own."""
        for group in (Group.DX, Group.OP):
            if not any("code" in entry.raw for entry in record.rows(group)):
                continue
            rows: list[Row] = []
            for index, entry in enumerate(record.rows(group)):
                path = str(FieldPath(group, index, "code"))
                parts = _split_row(entry, spec_of(path))
                if len(parts) > 1:
                    where = next(known.where for known in reading.problems if known.path == path)
                    reading.problems[:] = [known for known in reading.problems if known.path != path]
                    after = ";".join(part.text("code") for part in parts)
                    reading.repairs.append(ImportRepair(SPLIT, path, entry.raw["code"], after, where))
                rows += parts
            record = record.with_rows(group, tuple(rows))
        return record

    def _derived(self, record: CaseRecord, row: RawRow, reading: Reading) -> CaseRecord:
        where = self._source.where(row.number)
        if record.value("org_code") is None:
            record = record.with_value("org_code", self._org_code)
        number = record.text("id_no")
        if "id_type" not in self.columns and len(number) in _ID_LENGTHS:
            record = record.with_value("id_type", "1")
            reading.repairs.append(ImportRepair(ID_TYPE, "id_type", "", "1", where))
        status = record.text("marital_status")
        present = marital_status(status, day_of(record.value("discharge_time")))
        if present != status:
            record = record.with_value("marital_status", present)
            reading.repairs.append(ImportRepair(MARITAL, "marital_status", status, present, where))
        return record


def cell_text(plan: Plan, row: RawRow) -> str:
    """Return the text of a field in a row: the first filled column, completed by its parts."""
    cells = row.cells
    width = len(cells)
    text = ""
    for column in plan.columns:
        if column < width and (text := cells[column]):
            break
    if plan.parts:
        parts = [cells[column] for column in plan.parts if column < width and cells[column].strip()]
        return _completed(plan.spec, text, parts)
    return text


def _completed(spec: FieldSpec, text: str, parts: list[str]) -> str:
    if spec.type is FieldType.DATETIME:
        pattern, has_time = _hour_patterns()
        hour = pattern.fullmatch(parts[0].strip().removesuffix(".0")) if parts else None
        if not text.strip() or hour is None or has_time.search(text) or int(hour[1]) > 23:
            return text
        return f"{text.strip()} {int(hour[1]):02d}:{int(hour[2] or 0):02d}:00"
    if spec.type is FieldType.MONEY:
        amounts = [parse(spec, part).value for part in parts]
        known = [amount for amount in amounts if isinstance(amount, int)]
        return text or (f"{sum(known) / 100:.2f}" if known else "")
    return text or "".join(parts)


@cache
def _hour_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    entry = layout_data("forms")["hour"]
    return re.compile(entry["pattern"]), re.compile(entry["has_time"])


def _plans(source: Source) -> Iterator[Plan]:
    found: dict[str, Plan] = {}
    for column in source.mapping:
        for path in column.paths:
            at = FieldPath.parse(path)
            plan = found.get(str(at))
            if plan is None:
                spec = spec_of(path)
                plan = found[str(at)] = Plan(at, spec, [], [], _hints(column, spec, source.answers))
            (plan.parts if column.is_part else plan.columns).append(column.column)
    yield from found.values()


def _hints(column: ColumnMap, spec: FieldSpec, answers: Mapping[str, str]) -> ParseHints:
    order = answers.get(f"{QuestionKind.DATE_ORDER}:{column.heading}", "")
    unit = answers.get(f"{QuestionKind.FEE_UNIT}:{column.heading}", "")
    hints = replace(NO_HINTS, day_first=order == DAY_FIRST) if order else NO_HINTS
    joint = column.origin is Origin.SPLIT and spec.type is FieldType.DICT
    return replace(hints, fen=unit == FEN, joint=joint)


def _padded(parsed: Parsed, width: int) -> Parsed:
    value = parsed.value
    if not width or not isinstance(value, str) or not value.isdecimal() or len(value) >= width:
        return parsed
    repair = Repair(RepairKind.LEADING_ZERO, value, value.zfill(width))
    return replace(parsed, value=value.zfill(width), repairs=(*parsed.repairs, repair))


def _rows(slots: Mapping[int, _Slot]) -> tuple[Row, ...]:
    """Return the rows of a group up to the last filled one; a gap stays a blank row, so columns keep their rows."""
    filled = [index for index, slot in slots.items() if slot.values or slot.raw]
    if not filled:
        return ()
    return tuple(slots[index].row() if index in slots else Row() for index in range(max(filled) + 1))


def _split_row(row: Row, spec: FieldSpec) -> list[Row]:
    """Return a row per code when a cell holds several, else the row alone. Names are split when they are as many."""
    codes = [parse(spec, part).value for part in _SEVERAL.split(row.raw.get("code", "")) if part]
    if len(codes) < 2 or None in codes:
        return [row]
    names = [part for part in _SEVERAL.split(row.text("name")) if part]
    first = row.with_value("code", codes[0])
    if len(names) != len(codes):
        return [first, *(Row({"code": code}) for code in codes[1:])]
    rest = [
        Row({"code": code, "name": name, "source_text": name}) for code, name in zip(codes[1:], names[1:], strict=True)
    ]
    return [first.with_value("name", names[0]).with_value("source_text", names[0]), *rest]
