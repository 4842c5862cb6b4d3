"""Writes records back into the rows they came from: what did not change stays as it was, letter by letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.case import CaseRecord, FieldPath, Row, Value
from app.domain.derived import day_of
from app.domain.dictionaries import marital_status
from app.domain.field import FieldSpec, Group
from app.domain.fields import FIELDS
from app.domain.headings import Layout, headings_of
from app.domain.reading import RepairKind
from app.domain.tables import RawRow
from app.exchange.forms import ColumnForm, is_plain_number, joint_texts
from app.exchange.limits import Part
from app.exchange.mapping import ColumnMap, Origin
from app.exchange.raw import NUMBER, TEXT
from app.exchange.rows import Plan, RowReader
from app.exchange.source import Source

AddedValue = str | int | float | Decimal | None
_STEP: Final = 31
_NEVER_ADDED: Final = frozenset({"source_text", "id_type", "org_code"})
"""Fields that the import fills by itself: they get no column of their own."""
_BY_PREFIX: Final = {"L1": Layout.CSV, "L2": Layout.P, "L3": Layout.JX, "L4": Layout.CHINESE, "L5": Layout.SETTLEMENT}


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A record to write: the row of the source it came from (0 for none) and the values of the added columns."""

    record: CaseRecord
    row: int
    values: tuple[AddedValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells to write: headings, rows of texts, and one kind letter per cell."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...]


class Composer:
    """Knows how a source writes its fields, and extends it by columns that an edit made necessary."""

    def __init__(self, source: Source) -> None:
        self._base = source
        self._reader = RowReader(source)
        self._index = {row.number: index for index, row in enumerate(source.rows)}

    def compose(self, rows: Sequence[ExportRow], added: Sequence[str], name: str, progress: Progress) -> Sheet:
        """Return the first sheet: source headings in their order, columns an edit needs, added columns.

        Raises :class:`UserProblem` with the place when a value cannot be written in the forms of the file.
        """
        wider = self._extended(rows, Part(progress, 0, 0.3))
        writer = _RowWriter(wider)
        cells: list[tuple[str, ...]] = []
        kinds: list[str] = []
        writing = Part(progress, 0.3, 1)
        for number, row in enumerate(rows):
            if not number & _STEP:
                writing.step(number, len(rows))
            texts, letters = writer.write(self._index.get(row.row, -1), row.record)
            own = [_added(value) for value in row.values]
            cells.append((*texts, *(text for text, _ in own)))
            kinds.append("".join((letters, *(kind for _, kind in own))))
        return Sheet(name, (*wider.header, *added), tuple(cells), tuple(kinds))

    def _extended(self, rows: Sequence[ExportRow], progress: Progress) -> Source:
        """Return the source with columns for values that it has no column for."""
        known = {path for column in self._base.mapping for path in column.paths}
        missing: dict[str, None] = {}
        for number, row in enumerate(rows):
            if not number & _STEP:
                progress.step(number, len(rows))
            for path, value in _values(row.record):
                if path in known or path in missing:
                    continue
                before = self._before(row.row)
                if before is None or value != before.value(path):
                    missing[path] = None
        layout = _BY_PREFIX[self._base.layout[:2]]
        columns = [
            ColumnMap(len(self._base.header) + number, _heading(path, layout), path, Origin.AUTO)
            for number, path in enumerate(sorted(missing, key=_order))
        ]
        header = (*self._base.header, *(column.heading for column in columns))
        return replace(self._base, header=header, mapping=(*self._base.mapping, *columns))

    def _before(self, number: int) -> CaseRecord | None:
        index = self._index.get(number)
        return None if index is None else self._reader.read(index).record


class _RowWriter:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._reader = RowReader(source)
        self._forms = {plan.path: ColumnForm(source, plan) for plan in self._reader.plans}
        self._width = len(source.header)

    def write(self, index: int, record: CaseRecord) -> tuple[list[str], str]:
        """Return the cells and kind letters of one row; ``index`` -1 is a record that the file does not have."""
        row = self._source.rows[index] if index >= 0 else RawRow(0, ())
        cells = list(row.cells[: self._width]) + [""] * (self._width - len(row.cells))
        kinds = [self._source.kind(index, column) if index >= 0 else TEXT for column in range(self._width)]
        wanted = self._changes(index, record)
        for plan in self._reader.plans:
            if plan.path in wanted:
                self._put(plan, record, cells, kinds)
        if wanted:
            self._check(row, cells, record, wanted)
        return cells, "".join(kinds)

    def _changes(self, index: int, record: CaseRecord) -> set[str]:
        """Return the paths whose cells must be written: edited ones, and those the import had to mend."""
        if index < 0:
            return {plan.path for plan in self._reader.plans if _state(record, plan.at) != (None, "")}
        reading = self._reader.read(index)
        before = reading.record
        groups = {
            group
            for group in Group
            if any(repair.kind == "split" and repair.path.startswith(f"{group}[") for repair in reading.repairs)
            and list(map(_row_state, before.rows(group))) != list(map(_row_state, record.rows(group)))
        }
        mended = {
            repair.path
            for repair in reading.repairs
            if repair.kind == RepairKind.CONTROL
            or (repair.kind == RepairKind.LEADING_ZERO and repair.path in self._source.widths)
        }
        columns = {
            column
            for plan in self._reader.plans
            if plan.at.group in groups or plan.path in mended or _differs(before, record, plan.at)
            for column in (*plan.columns, *plan.parts)
        }
        return {plan.path for plan in self._reader.plans if columns.intersection(plan.columns or plan.parts)}

    def _put(self, plan: Plan, record: CaseRecord, cells: list[str], kinds: list[str]) -> None:
        """Write a field in the form of its column, or in the next form that reads back as the same value."""
        value = _to_write(record, plan.at)
        for day, clock in self._candidates(plan, record, value):
            self._place(plan, day, clock, cells, kinds)
            if (self._reader.parse_cells(plan, RawRow(0, tuple(cells))).value or None) == (value or None):
                return

    def _candidates(self, plan: Plan, record: CaseRecord, value: Value) -> Iterator[tuple[str, str]]:
        """Yield texts for the columns of a plan, with the text for an hour column or '' to leave that alone."""
        raw = _state(record, plan.at)[1]
        if value is None and raw:
            yield raw, ""
        if plan.hints.joint:
            rows = record.rows(plan.at.group)
            row = rows[plan.at.index] if plan.at.index < len(rows) else Row()
            yield from ((text, "") for text in joint_texts(row.text("incision"), row.text("healing")))
        form = self._forms[plan.path]
        if isinstance(value, datetime) and plan.parts and plan.columns:
            hour = str(value.hour) if not value.minute else value.strftime("%H:%M")
            yield next(iter(form.texts(value))).partition(" ")[0], hour
        yield from ((text, "") for text in form.texts(value))

    def _place(self, plan: Plan, text: str, hour: str, cells: list[str], kinds: list[str]) -> None:
        columns = plan.columns or plan.parts
        at = next((column for column in columns if cells[column]), columns[0])
        for other in columns:
            cells[other], kinds[other] = "", TEXT
        cells[at], kinds[at] = text, self._forms[plan.path].kind(text)
        if hour:
            cells[plan.parts[0]], kinds[plan.parts[0]] = hour, TEXT

    def _check(self, row: RawRow, cells: list[str], record: CaseRecord, wanted: set[str]) -> None:
        """Read the composed row again: every written value must come out as it is in the record."""
        composed = RawRow(row.number, tuple(cells))
        for plan in self._reader.plans:
            if plan.path not in wanted:
                continue
            if (self._reader.parse_cells(plan, composed).value or None) != (_to_write(record, plan.at) or None):
                where = self._source.where(row.number, (plan.columns or plan.parts)[0])
                raise UserProblem("export.not_represented", remedy="export.remedy.correct_value", where=where)


def _to_write(record: CaseRecord, at: FieldPath) -> Value:
    """Return the value as a file holds it: marital codes of old stays are written as they were then."""
    value = _state(record, at)[0]
    if at.field == "marital_status" and isinstance(value, str):
        return marital_status(value, day_of(record.value("discharge_time")))
    return value


def _values(record: CaseRecord) -> Iterator[tuple[str, Value]]:
    """Yield every filled value that a file should hold: computed fields and the physician's text are left out."""
    for group, index, row in record.each_row():
        for name, value in row.values.items():
            if value is not None and value != "" and name not in _NEVER_ADDED:
                path = str(FieldPath(group, index, name))
                if not _SPECS[f"{group}.{name}"].computed:
                    yield path, value


_SPECS: Final[Mapping[str, FieldSpec]] = {f"{spec.group}.{spec.id}": spec for spec in FIELDS}
_ORDER: Final = {key: number for number, key in enumerate(_SPECS)}


def _order(path: str) -> tuple[str, int, int]:
    at = FieldPath.parse(path)
    return ("" if at.group is Group.CASE else at.group), at.index, _ORDER[f"{at.group}.{at.field}"]


def _heading(path: str, layout: Layout) -> str:
    """Return the heading of a further column: the layout's own, else the Chinese one."""
    at = FieldPath.parse(path)
    spec = _SPECS[f"{at.group}.{at.field}"]
    own = headings_of(spec, layout, at.index) or headings_of(spec, Layout.CHINESE, at.index)
    return own[0] if own else f"{spec.label}{at.index + 1}"


def _state(record: CaseRecord, at: FieldPath) -> tuple[Value, str]:
    """Return value and unread text of a field, blank and missing alike."""
    rows = (record.head,) if at.group is Group.CASE else record.rows(at.group)
    if at.index >= len(rows):
        return None, ""
    value = rows[at.index].get(at.field)
    return (None if value == "" else value), rows[at.index].raw.get(at.field, "")


def _differs(before: CaseRecord, after: CaseRecord, at: FieldPath) -> bool:
    return _state(before, at) != _state(after, at)


def _row_state(row: Row) -> tuple[frozenset[tuple[str, Value]], frozenset[tuple[str, str]]]:
    values = ((name, value) for name, value in row.values.items() if value not in (None, "") and name != "source_text")
    return frozenset(values), frozenset(row.raw.items())


def _added(value: AddedValue) -> tuple[str, str]:
    if value is None:
        return "", TEXT
    if isinstance(value, str):
        return value, TEXT
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text, NUMBER if is_plain_number(text) else TEXT
