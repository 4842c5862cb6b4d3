"""What the sections of an appeal pack are made of, and the words they share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.field import Group
from app.domain.report import ReportColumn, ReportSection, ReportTable
from app.drg.scheme import Scheme
from app.services.case_history import HistoryStep
from app.services.types import Grouping
from app.storage.load import StoredCase

_CODES: Final = frozenset({"code", "group", "sha256", "drg", "place", "source", "table", "rule"})
_BELOW: Final = frozenset({"rule", "facts", "sha256"})
_ONCE: Final = frozenset({"subject", "note", "item", "asset", "version"})
Columns = tuple[tuple[str, int], ...]
"""Names below ``appeal.column`` with their widths."""


@dataclass(frozen=True, slots=True, repr=False)
class PackSource:
    """One case at one moment. ``record`` has the open proposals written in, ``stored`` is the case as it stands."""

    stored: StoredCase
    record: CaseRecord
    scheme: Scheme
    grouping: Grouping
    history: tuple[HistoryStep, ...]
    made_at: datetime

    @property
    def main_dx(self) -> str:
        """The code of the principal diagnosis, '' when it has none."""
        return self.record.text("dx[0].code")

    def secondaries(self) -> list[tuple[int, str, str]]:
        """Return index, code and name of every coded secondary diagnosis in page order."""
        rows = enumerate(self.record.rows(Group.DX))
        return [(at, row.text("code"), row.text("name")) for at, row in rows if at and row.get("code")]


def table(key: str, columns: Columns, rows: Iterable[tuple[str, ...]], strong: Iterable[int] = ()) -> ReportTable:
    """Return a table titled ``appeal.table.<key>``."""
    made = tuple(
        ReportColumn(text(f"appeal.column.{name}"), width, name in _CODES, name in _BELOW, name in _ONCE)
        for name, width in columns
    )
    return ReportTable(text(f"appeal.table.{key}"), made, tuple(rows), frozenset(strong))


def section(
    key: str,
    tables: tuple[ReportTable, ...],
    *,
    count: int | None = None,
    lacks: int | None = None,
    paragraphs: Iterable[str] = (),
    notes: Iterable[str] = (),
) -> ReportSection:
    """Return a section with its words of ``appeal.section``, ``appeal.size`` and, when something lacks, its number."""
    return ReportSection(
        key,
        text(f"appeal.section.{key}"),
        text(f"appeal.size.{key}", count=count),
        tables,
        tuple(filter(None, paragraphs)),
        tuple(filter(None, notes)),
        text(f"appeal.lacks.{key}", count=lacks) if lacks else "",
    )


def or_dash(words: str) -> str:
    """Return words, a dash for none."""
    return words or text("appeal.dash")
