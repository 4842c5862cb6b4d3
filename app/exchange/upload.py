"""What an upload file says of a case (domain.md 6.5.2): cells in the order of its columns, or why it cannot go."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.domain.case import CaseRecord, FieldPath, Row, Value
from app.domain.derived import age_days, age_years, day_of, los_days
from app.domain.dictionaries import marital_status
from app.domain.field import FieldSpec, Group, Requirement
from app.domain.fields import FIELDS
from app.domain.fields import field as field_of
from app.domain.headings import Layout, fold_heading
from app.domain.values import format_value
from app.exchange.data import layout_data
from app.exchange.forms import joint_texts
from app.exchange.layouts import Dialect, Meaning, meanings

DASH: Final = "-"
MISSING: Final = "missing"
UNREAD: Final = "unread"
NO_ROOM: Final = "no_room"
NOT_ENCODABLE: Final = "not_encodable"
_COMPUTED: Final[Mapping[str, Callable[[CaseRecord], int | None]]] = {
    "age_years": age_years,
    "age_days": age_days,
    "los_days": los_days,
}


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a case cannot go: the field, the kind of the reason, and what it is about in letters."""

    path: str
    kind: str
    detail: str = ""


class UploadForm:
    """The columns of an upload file and what each of them stands for."""

    def __init__(self, headings: Sequence[str], layout: Layout) -> None:
        self.headings = tuple(headings)
        self._meanings = tuple(meanings(headings, Dialect(layout)))
        self._parts = {fold_heading(part): at for spec in FIELDS for at, part in enumerate(spec.parts)}
        self._paths = tuple(tuple(FieldPath.parse(path) for path in one.paths) for one in self._meanings)
        self._room = self._rooms()

    @property
    def unknown(self) -> tuple[str, ...]:
        """The headings that stand for nothing this program keeps; their cells stay empty."""
        return tuple(
            heading for heading, found in zip(self.headings, self._meanings, strict=True) if heading and not found.paths
        )

    @property
    def without_column(self) -> tuple[str, ...]:
        """The fields that may never be blank (R!) and that the file has no column for."""
        known = {str(FieldPath(at.group, 0, at.field)) for paths in self._paths for at in paths}
        return tuple(
            spec.label
            for spec in FIELDS
            if spec.required is Requirement.MUST and spec.path.replace("[]", "[0]") not in known
        )

    def lacks(self, record: CaseRecord, encoding: str) -> list[Lack]:
        """Return why a record cannot be written: what must be there and is not, what was not read, what has no room."""
        found = [lack for spec in _MUSTS for lack in _missing(record, spec)]
        for group, index, row in record.each_row():
            found += [Lack(_path(group, index, name), UNREAD, raw) for name, raw in row.raw.items() if raw.strip()]
            if group in self._room and index == self._room[group] and not row.is_blank():
                found.append(Lack(_path(group, index, ""), NO_ROOM, str(len(record.rows(group)))))
        for paths, cell in zip(self._paths, self.cells(record), strict=True):
            if bad := _strange(cell, encoding):
                found.append(Lack(str(paths[0]), NOT_ENCODABLE, f"U+{ord(bad):04X}"))
        return found

    def cells(self, record: CaseRecord) -> tuple[str, ...]:
        """Return the cells of a record: codes, ``yyyy-MM-dd HH:mm:ss``, a dash where the form says nothing."""
        return tuple(
            self._cell(record, heading, meaning, paths)
            for heading, meaning, paths in zip(self.headings, self._meanings, self._paths, strict=True)
        )

    def _cell(self, record: CaseRecord, heading: str, meaning: Meaning, paths: tuple[FieldPath, ...]) -> str:
        if not paths:
            return ""
        if meaning.is_part:
            return _part(record, paths[0], self._parts.get(fold_heading(heading), 0))
        if len(paths) > 1:
            row = _row(record, paths[0])
            return next(iter(joint_texts(row.text("incision"), row.text("healing"))), "") if row else ""
        return _text(record, paths[0])

    def _rooms(self) -> dict[Group, int]:
        """Return how many rows of each group the file can hold."""
        most = layout_data("upload")["most"]
        rooms: dict[Group, int] = {Group.DX: 0, Group.OP: 0}
        for paths in self._paths:
            for at in paths:
                if at.group is not Group.CASE:
                    rooms[at.group] = max(rooms.get(at.group, 0), at.index + 1)
        return {group: min(count, most.get(str(group), count)) for group, count in rooms.items()}


@cache
def l2_form() -> UploadForm:
    """Return the form of the older HQMS upload; its column order is data."""
    return UploadForm(layout_data("upload")["l2"]["columns"], Layout.P)


def code_count(record: CaseRecord) -> int:
    """Return how many diagnosis and operation codes a record has."""
    return sum(bool(row.text("code")) for group in (Group.DX, Group.OP) for row in record.rows(group))


_MUSTS: Final = tuple(spec for spec in FIELDS if spec.required is Requirement.MUST)


def _missing(record: CaseRecord, spec: FieldSpec) -> list[Lack]:
    if spec.group is Group.CASE:
        return [] if _value(record, FieldPath.parse(spec.path)) not in (None, "") else [Lack(spec.path, MISSING)]
    rows = [row for row in record.rows(spec.group) if not row.is_blank()]
    if spec.group is Group.DX and not rows:
        return [Lack(_path(spec.group, 0, spec.id), MISSING)]
    return [
        Lack(_path(spec.group, at, spec.id), MISSING) for at, row in enumerate(rows) if row.get(spec.id) in (None, "")
    ]


def _text(record: CaseRecord, at: FieldPath) -> str:
    row = _row(record, at)
    if row is None:
        return ""
    spec = field_of(str(at))
    value = _value(record, at)
    if value in (None, ""):
        return DASH if spec.required is Requirement.REQUIRED or at.field in row.dashes else ""
    return format_value(spec, value)


def _value(record: CaseRecord, at: FieldPath) -> Value:
    value = record.value(str(at))
    if value is None and str(at) in _COMPUTED:
        return _COMPUTED[str(at)](record)
    if at.field == "marital_status" and isinstance(value, str):
        return marital_status(value, day_of(record.value("discharge_time")))
    return value


def _part(record: CaseRecord, at: FieldPath, number: int) -> str:
    """Return a part of a place: province, city, the rest. Joined again they are the whole."""
    whole = _text(record, at)
    if whole in ("", DASH):
        return whole
    found = _places().fullmatch(whole)
    return (found[number + 1] or "") if found else (whole if number == 0 else "")


@cache
def _places() -> re.Pattern[str]:
    return re.compile(layout_data("upload")["places"]["pattern"], re.DOTALL)


def _row(record: CaseRecord, at: FieldPath) -> Row | None:
    if at.group is Group.CASE:
        return record.head
    rows = record.rows(at.group)
    return rows[at.index] if at.index < len(rows) else None


def _path(group: Group, index: int, name: str) -> str:
    return str(FieldPath(group, index, name)) if name else f"{group}[{index}]"


def _strange(cell: str, encoding: str) -> str:
    """Return the first sign of a cell that an encoding lacks, '' when there is none."""
    try:
        cell.encode(encoding)
    except UnicodeEncodeError as fault:
        return cell[fault.start]
    return ""
