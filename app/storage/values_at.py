"""Single fields of many cases, read from the columns they stand in and not from whole cases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa

from app.domain.case import FieldPath
from app.domain.field import FieldSpec, Group
from app.storage.cells import FieldCell, from_column
from app.storage.tables import GROUP_TABLES, HEAD_TABLES, spec_of

_PER_QUERY: Final = 400
_Place = tuple[int, FieldPath]


def values_at(connection: sa.Connection, wanted: Mapping[int, Iterable[str]]) -> dict[tuple[int, str], FieldCell]:
    """Return the cells at some paths (``los_days``, ``dx[2].code``) of some cases, by case and path.

    Paths that name no field, and rows that do not exist, are left out.
    """
    asked: dict[_Place, str] = {}
    tables: dict[sa.Table, dict[str, FieldSpec]] = {}
    for case_id, paths in wanted.items():
        for path in paths:
            spec = _spec(path)
            if spec is not None:
                asked[case_id, FieldPath.parse(path)] = path
                tables.setdefault(_table(spec), {})[spec.id] = spec
    found: dict[tuple[int, str], FieldCell] = {}
    ids = list(wanted)
    for table, specs in tables.items():
        for start in range(0, len(ids), _PER_QUERY):
            rows = connection.execute(_query(table, specs), {"ids": ids[start : start + _PER_QUERY]}).mappings()
            for row in rows:
                for name, spec in specs.items():
                    place = row["case_id"], FieldPath(spec.group, row["position"], name)
                    if place in asked:
                        found[row["case_id"], asked[place]] = _cell(spec, row)
    return found


def _spec(path: str) -> FieldSpec | None:
    """Return the field at a path, None for a whole group or something unknown."""
    try:
        at = FieldPath.parse(path)
        return spec_of(at.group, at.field)
    except (KeyError, ValueError):
        return None


def _table(spec: FieldSpec) -> sa.Table:
    return HEAD_TABLES[spec.table] if spec.group is Group.CASE else GROUP_TABLES[spec.group]


def _query(table: sa.Table, names: Iterable[str]) -> sa.Select[*tuple[object, ...]]:
    position = table.c.position if "position" in table.c else sa.literal(0).label("position")
    query = sa.select(table.c.case_id, position, table.c.raw, table.c.dashes, *(table.c[name] for name in names))
    return query.where(table.c.case_id.in_(sa.bindparam("ids", expanding=True)))


def _cell(spec: FieldSpec, row: sa.RowMapping) -> FieldCell:
    if row["raw"] != "{}" and spec.id in (raw := json.loads(row["raw"])):
        return FieldCell(raw=raw[spec.id])
    if row["dashes"] != "[]" and spec.id in json.loads(row["dashes"]):
        return FieldCell(dash=True)
    return FieldCell(from_column(spec, row[spec.id]))
