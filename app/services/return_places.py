"""Where a question to a physician points: the row it is about, what stands there now, how the place is called."""

from __future__ import annotations

from typing import Final

from app.common.texts import text
from app.domain.case import CaseRecord, FieldPath, Row
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import field
from app.services.case_view import change_text
from app.storage.cells import FieldCell

TEXT_FIELDS: Final = frozenset({"source_text", "code", "name"})
"""Fields of a diagnosis or operation that a physician answers by text; the code is the coder's."""
_CODES: Final = frozenset({FieldType.DX_CODE, FieldType.PX_CODE, FieldType.MORPHOLOGY_CODE})


def spec_at(path: str) -> FieldSpec | None:
    """Return the field of a path, None for '' and for a path without a field."""
    try:
        return field(path) if path else None
    except (KeyError, ValueError):
        return None


def row_id_of(record: CaseRecord, path: str) -> int:
    """Return the id of the row that a path points to, 0 for the case and for a row that does not exist."""
    at = FieldPath.parse(path)
    rows = record.rows(at.group)
    return 0 if at.group is Group.CASE or at.index >= len(rows) else rows[at.index].id


def path_now(record: CaseRecord, path: str, row_id: int) -> str | None:
    """Return where a field stands now: rows move. None when its row is gone."""
    at = FieldPath.parse(path)
    if at.group is Group.CASE or not row_id:
        return path
    found = next((index for index, row in enumerate(record.rows(at.group)) if row.id == row_id), None)
    return None if found is None else str(FieldPath(at.group, found, at.field))


def value_text(record: CaseRecord, path: str, row_id: int) -> str:
    """Return what stands in a field, as the sheet shows it: the physician's text for codes; '' for a blank."""
    spec, row = spec_at(path), _row(record, path, row_id)
    if spec is None or row is None:
        return ""
    if is_text(path):
        return row.text("source_text") or row.text("name")
    shown = change_text(spec, FieldCell(row.get(spec.id), row.raw.get(spec.id, ""), spec.id in row.dashes))
    return "" if shown == text("cases.blank") else shown


def is_text(path: str) -> bool:
    """Tell whether the answer to a question about a field is a text for the coder, never a value of the field."""
    spec = spec_at(path)
    if spec is None:
        return False
    return spec.type in _CODES or (spec.group in (Group.DX, Group.OP) and spec.id in TEXT_FIELDS)


def subject(record: CaseRecord, path: str, row_id: int) -> str:
    """Return what a question calls its subject: the text of the row, else the label of the field."""
    row, spec = _row(record, path, row_id), spec_at(path)
    words = row.text("source_text") or row.text("name") if row is not None else ""
    return words or (spec.label if spec is not None else text("returns.whole_case"))


def place_name(path: str) -> str:
    """Return a place in words: the row by its group and number, then the field."""
    spec = spec_at(path)
    if spec is None:
        return text("returns.whole_case")
    at = FieldPath.parse(path)
    if at.group is Group.CASE:
        return spec.label
    main = at.group in (Group.DX, Group.OP) and at.index == 0
    row = text(f"history.row.{at.group}_main") if main else text(f"history.row.{at.group}", number=at.index + 1)
    return text("returns.place", row=row, label=spec.label)


def _row(record: CaseRecord, path: str, row_id: int) -> Row | None:
    if not path:
        return None
    now = path_now(record, path, row_id)
    if now is None:
        return None
    at = FieldPath.parse(now)
    if at.group is Group.CASE:
        return record.head
    rows = record.rows(at.group)
    return rows[at.index] if at.index < len(rows) else None
