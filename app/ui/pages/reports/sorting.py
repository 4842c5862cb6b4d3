"""The order of lines of groups: by code, or by a measure from the highest down."""

from __future__ import annotations

from collections.abc import Sequence

from app.services.report_types import GroupRow


def sorted_rows(rows: Sequence[GroupRow], name: str) -> list[GroupRow]:
    """Return lines by a measure or by ``cases``, highest first and those without a value last; else as they come."""
    if name in ("", "key"):
        return list(rows)
    if name == "cases":
        return sorted(rows, key=lambda one: -one.cases)
    return sorted(rows, key=lambda one: (one.measures.get(name) is None, -(one.measures.get(name) or 0.0)))
