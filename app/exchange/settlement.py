"""The settlement list of the insurance (L5, domain.md 2.9): items of a case under their interface names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.domain.case import CaseRecord, Row, Value
from app.domain.derived import age_days, age_years, los_days
from app.domain.field import FieldSpec, Group
from app.domain.fields import field as field_of
from app.domain.values import format_value
from app.exchange.compose import Sheet
from app.exchange.data import layout_data
from app.exchange.raw import TEXT

DASH: Final = "-"
NODE: Final = "setlinfo"
NUMBER: Final = "setl_list_no"
_WEIGHTS: Final = "nb_weight"
_MAIN: Final = "MAINDIAG_FLAG"
_DEPARTMENTS: Final = "D-DEPT"
_FORMAT: Final = "bingan-settlement-list"
_COMPUTED: Final = {"age_years": age_years, "age_days": age_days, "los_days": los_days}
Node = dict[str, str]
Line = tuple[str, ...]
Document = dict[str, Node | list[Node]]
"""A list as JSON: ``setlinfo`` is one object, every other node a list of rows; all values are text."""


@dataclass(frozen=True, slots=True)
class SettlementItem:
    """An item: identifier of the field within its group, its label, interface name; ``must``: never blank.

    ``unverified``: no document at hand gives the name.
    """

    field: str
    label: str
    name: str
    must: bool
    unverified: bool


@dataclass(frozen=True, slots=True)
class SettlementPart:
    """A section of the list, or a repeating group (``group``) with the ``node`` it stands under in JSON."""

    title: str
    group: Group
    node: str
    items: tuple[SettlementItem, ...]


@cache
def parts() -> tuple[SettlementPart, ...]:
    """Return the list part by part: the sections of the case, then the repeating groups."""
    entries = layout_data("settlement")
    sections = [
        SettlementPart(entry["title"], Group.CASE, NODE, tuple(_items(entry["items"], Group.CASE)))
        for entry in entries["section"]
    ]
    groups = [
        SettlementPart(entry["title"], Group(entry["key"]), entry["node"], tuple(_items(entry["items"], entry["key"])))
        for entry in entries["group"]
    ]
    return (*sections, *groups)


def _items(entries: Iterable[Mapping[str, str]], group: str) -> Iterator[SettlementItem]:
    for entry in entries:
        yield SettlementItem(
            entry["field"],
            _spec(Group(group), entry["field"]).label,
            entry["name"],
            bool(entry.get("must")),
            bool(entry.get("unverified")),
        )


def document(record: CaseRecord) -> Document:
    """Return the list of a case. Codes must be of the insurance edition already."""
    found: Document = {}
    head: Node = {}
    for part in parts():
        if part.group is Group.CASE:
            head |= {item.name: _head_text(record, item.field) for item in part.items}
            found[NODE] = head
        else:
            rows = [row for row in record.rows(part.group) if not row.is_blank()]
            found[part.node] = [_row_node(part, row, at) for at, row in enumerate(rows)]
    return found


def missing(found: Document) -> list[tuple[str, str]]:
    """Return (field path, label) of every item that must be there and is not."""
    lacks: list[tuple[str, str]] = []
    for part in parts():
        node = found[part.node]
        for at, row in enumerate(node if isinstance(node, list) else [node]):
            place = "" if part.group is Group.CASE else f"{part.group}[{at}]."
            lacks += [(f"{place}{item.field}", item.label) for item in part.items if item.must and not row[item.name]]
    if not found["diseinfo"]:
        lacks.append(("dx[0].code", field_of("dx[].code").label))
    return lacks


def table_sheets(documents: Iterable[Document], named: Sequence[str], mapping: Sequence[Line]) -> list[Sheet]:
    """Return lists as tables: one row for each list, then the rows of each group with the number of their list.

    ``named`` are the headings of the last sheet, whose lines ``mapping`` are.
    """
    heads = [part for part in parts() if part.group is Group.CASE]
    groups = [part for part in parts() if part.group is not Group.CASE]
    items = [item for part in heads for item in part.items]
    number, *_ = (item for item in items if item.field == NUMBER)
    rows: list[tuple[str, ...]] = []
    below: dict[str, list[tuple[str, ...]]] = {part.node: [] for part in groups}
    for one in documents:
        head = one[NODE]
        if isinstance(head, list):
            raise TypeError(NODE)
        rows.append(tuple(head[item.name] for item in items))
        for part in groups:
            below[part.node] += [(head[number.name], *row.values()) for row in one[part.node] if isinstance(row, dict)]
    return [
        _sheet(heads[0].title, [item.label for item in items], rows),
        *(_sheet(part.title, [number.label, *_headings(part)], below[part.node]) for part in groups),
        _sheet(named[0], named[1:], list(mapping)),
    ]


def _headings(part: SettlementPart) -> list[str]:
    own = [item.label for item in part.items]
    return [*own, _MAIN] if part.group is Group.DX else own


def _sheet(name: str, header: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Sheet:
    return Sheet(name, tuple(header), tuple(rows), (TEXT * len(header),) * len(rows))


def write_json(documents: Iterable[Document], path: Path) -> int:
    """Write lists as JSON, one a line, and return how many values were compared after it was opened again.

    Raises :class:`UserProblem` when it cannot be written or does not compare equal; an older file stays then.
    """
    where, wanted, count = Where(path.name), hashlib.sha256(), 0
    try:
        with write_atomic(path) as out:
            out.write(f'{{"format": "{_FORMAT}", "version": 1, "lists": [\n'.encode())
            for number, one in enumerate(documents):
                line = _line(one)
                wanted.update(line)
                out.write((b",\n" if number else b"") + line)
                count += sum(len(row) for node in one.values() for row in (node if isinstance(node, list) else [node]))
            out.write(b"\n]}\n")
            if _read_back(out) != wanted.digest():
                raise UserProblem("export.mismatch", remedy="export.remedy.report_mismatch", where=where)
    except UnicodeEncodeError as fault:
        raise UserProblem(
            "export.not_encodable", remedy="export.remedy.correct_value", where=where, encoding="UTF-8"
        ) from fault
    except OSError as fault:
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
    return count


def _line(one: Document) -> bytes:
    return json.dumps(one, ensure_ascii=False).encode()


def _read_back(out: IO[bytes]) -> bytes:
    """Return the mark of the lists that a file holds, read as JSON line by line."""
    out.seek(0)
    found = hashlib.sha256()
    lines = iter(out)
    next(lines)
    for line in lines:
        if line.startswith(b"]"):
            break
        found.update(_line(json.loads(line.rstrip(b",\n"))))
    return found.digest()


def _row_node(part: SettlementPart, row: Row, at: int) -> Node:
    node = {item.name: _text(_spec(part.group, item.field), row.get(item.field), row) for item in part.items}
    return {**node, _MAIN: str(int(at == 0))} if part.group is Group.DX else node


def _head_text(record: CaseRecord, name: str) -> str:
    if name == _WEIGHTS:  # several in one cell are separated by a half-width comma (GZ 2140)
        return ",".join(text for row in record.rows(Group.NB_WEIGHT) if (text := row.text("weight")))
    value = record.head.get(name)
    if value is None and name in _COMPUTED:
        value = _COMPUTED[name](record)
    return _text(field_of(name), value, record.head)


def _text(spec: FieldSpec, value: Value, row: Row) -> str:
    if value is None or value == "":
        return DASH if spec.id in row.dashes else ""
    if spec.dictionary == _DEPARTMENTS:
        return ",".join(f"A{code}" for code in (value if isinstance(value, tuple) else (str(value),)))
    return format_value(spec, value)


def _spec(group: Group, name: str) -> FieldSpec:
    if name == _WEIGHTS:
        return field_of("nb_weight[].weight")
    return field_of(name if group is Group.CASE else f"{group}[].{name}")
