"""A batch given away without what names a person (domain.md 6.5): masked values, and no column that nobody knows."""

from __future__ import annotations

from dataclasses import replace

from app.domain.case import CaseRecord
from app.domain.masking import PERSONAL, masked_in_file
from app.domain.tables import RawRow
from app.exchange.export import ExportChange
from app.exchange.source import Source


def without_names(record: CaseRecord) -> CaseRecord:
    """Return a record with masked values; what was not read of them goes."""
    for name in sorted(PERSONAL):
        value = record.head.get(name)
        if isinstance(value, str) and value:
            record = record.with_value(name, masked_in_file(name, value))
        elif name in record.head.raw:
            record = record.with_value(name, None)
    return record


def without_unknown(source: Source) -> Source:
    """Return a source whose columns without a meaning are empty: nobody knows what they say about whom."""
    known = {column.column for column in source.mapping if column.paths}
    rows = tuple(
        RawRow(row.number, tuple(cell if at in known else "" for at, cell in enumerate(row.cells)))
        for row in source.rows
    )
    return replace(source, rows=rows)


def is_impersonal(change: ExportChange) -> bool:
    """False for a change of a field that names a person."""
    return change.path not in PERSONAL
