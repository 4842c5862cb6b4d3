"""How values become columns and audit cells.

A *column value* is what SQLite stores: int, text or None. A *cell* is what the audit stores as JSON: the column value,
or ``{"raw": text}`` for a text that could not be read, or ``{"dash": true}`` for "nothing to enter".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from app.domain.case import Row, Value
from app.domain.coding import MatchKind, Proposal
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import fields_of

Column = int | float | str | None
Cell = int | float | str | dict[str, object] | None
Payload = dict[str, object]
"""A row as JSON: field → cell, blanks left out, beside ``position``, ``proposal`` and ``code_status``."""

_EXPECTED: Final[Mapping[FieldType, type]] = {
    FieldType.INT: int,
    FieldType.MONEY: int,
    FieldType.DECIMAL: Decimal,
    FieldType.DATE: date,
    FieldType.DATETIME: datetime,
    FieldType.LIST: tuple,
}


_SPECS: Final = {group: {spec.id: spec for spec in fields_of(group)} for group in Group}


@dataclass(frozen=True, slots=True)
class FieldCell:
    """A decoded cell: the value, or the unread text, or a dash."""

    value: Value = None
    raw: str = ""
    dash: bool = False


def to_column(spec: FieldSpec, value: Value) -> Column:
    """Return what is stored for a value; empty texts and lists are None. Raises ``TypeError`` for a wrong type."""
    if value is None or value in ("", ()):
        return None
    is_wrong = isinstance(value, bool) or (isinstance(value, datetime) and spec.type is not FieldType.DATETIME)
    if is_wrong or not isinstance(value, _EXPECTED.get(spec.type, str)):
        raise TypeError(f"{spec.path} takes {spec.type}, not {type(value).__name__}")
    match value:
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date() | Decimal():
            return str(value)
        case tuple():
            return dump(list(value))
        case _:
            return value


def from_column(spec: FieldSpec, stored: Column) -> Value:
    """Return the value of a stored column; the inverse of :func:`to_column`."""
    if stored is None or isinstance(stored, int):
        return stored
    text = str(stored)
    match spec.type:
        case FieldType.DATE:
            return date.fromisoformat(text)
        case FieldType.DATETIME:
            return datetime.fromisoformat(text)
        case FieldType.DECIMAL:
            return Decimal(text)
        case FieldType.LIST:
            return tuple(json.loads(text))
        case _:
            return text


def cell_of(spec: FieldSpec, row: Row) -> Cell:
    """Return the audit cell of a field of a row, None when blank."""
    if spec.id in row.raw:
        return {"raw": row.raw[spec.id]}
    if spec.id in row.dashes:
        return {"dash": True}
    return to_column(spec, row.get(spec.id))


def decode(spec: FieldSpec, cell: object) -> FieldCell:
    """Return the meaning of an audit cell."""
    if isinstance(cell, Mapping):
        return FieldCell(raw=str(cell.get("raw", "")), dash=bool(cell.get("dash", False)))
    return FieldCell(from_column(spec, cell if isinstance(cell, int | str) else None))


def payload_of(group: Group, row: Row) -> Payload:
    """Return the non-blank cells of a row by field. Raises ``KeyError`` for a field that the list does not know."""
    specs = _SPECS[group]
    payload: Payload = {}
    for name in (*row.values, *row.raw, *row.dashes):
        cell = cell_of(specs[name], row)
        if cell is not None:
            payload[name] = cell
    return payload


def split(payload: Mapping[str, object], names: Iterable[str]) -> tuple[list[Column], str, str]:
    """Return the columns of the named fields of a payload in their order, and unread texts and dashes as JSON."""
    columns: list[Column] = []
    raw: dict[str, object] = {}
    dashes: list[str] = []
    for name in names:
        cell = payload.get(name)
        if not isinstance(cell, dict):
            columns.append(cell)  # type: ignore[arg-type]  # cells come from cell_of or from the audit
            continue
        columns.append(None)
        if "raw" in cell:
            raw[name] = cell["raw"]
        else:
            dashes.append(name)
    return columns, dump(raw) if raw else "{}", dump(sorted(dashes)) if dashes else "[]"


def join(columns: Mapping[str, Column], raw: str, dashes: str) -> Payload:
    """Return the payload of stored columns; the inverse of :func:`split`."""
    payload: Payload = {name: value for name, value in columns.items() if value is not None}
    if raw != "{}":
        payload |= {name: {"raw": text} for name, text in json.loads(raw).items()}
    if dashes != "[]":
        payload |= {name: {"dash": True} for name in json.loads(dashes)}
    return payload


def row_of(specs: Iterable[FieldSpec], columns: Mapping[str, object], row_id: int = 0) -> Row:
    """Return the domain row of stored columns (with ``raw`` and ``dashes``); blanks have no entry."""
    values: dict[str, Value] = {}
    for spec in specs:
        stored = columns[spec.id]
        if isinstance(stored, int | str):
            values[spec.id] = from_column(spec, stored)
    return Row(values, json.loads(str(columns["raw"])), frozenset(json.loads(str(columns["dashes"]))), row_id)


def proposal_cell(proposal: Proposal) -> dict[str, object]:
    """Return a proposal as an audit cell."""
    return {
        "code": proposal.code,
        "name": proposal.name,
        "score": round(proposal.score, 6),
        "kind": proposal.kind.value,
        "reason": proposal.reason,
    }


def proposal_of(code: object, name: object, score: object, kind: object, reason: object) -> Proposal | None:
    """Return the proposal in the proposal columns, None when there is none."""
    if code is None:
        return None
    number = float(score) if isinstance(score, int | float) else 0.0
    return Proposal(str(code), str(name), number, MatchKind(str(kind)), str(reason))


def dump(value: object) -> str:
    """Return canonical JSON: keys sorted, no blanks, text as it is."""
    return _ENCODER.encode(value)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
