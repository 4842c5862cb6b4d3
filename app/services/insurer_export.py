"""The insurer's groups beside ours as a workbook: case by case, and counted by cause. No names leave the library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.common.texts import text
from app.exchange.compose import Sheet
from app.exchange.export import write_tables
from app.exchange.raw import TEXT
from app.services.insurer_types import ReturnedCase, cause_word, causes_of

if TYPE_CHECKING:
    from app.common.progress import Progress

_CASES = ("record_no", "dept", "ours", "theirs", "rw", "status", "cause", "detail")


def write_returns(lines: Sequence[ReturnedCase], path: Path, progress: Progress | None = None) -> None:
    """Write a workbook, whole or not at all. Raises :class:`UserProblem` when it cannot be written."""
    write_tables(_sheets(lines), path, progress)


def _sheets(lines: Sequence[ReturnedCase]) -> list[Sheet]:
    cases = [_cells(one) for one in lines]
    causes = [(cause_word(cause), f"{count}") for cause, count in causes_of(lines)]
    return [_sheet("cases", _CASES, cases), _sheet("causes", ("cause", "count"), causes)]


def _cells(one: ReturnedCase) -> tuple[str, ...]:
    line, verdict = one.stored.line, one.stored.verdict
    return (
        *(one.record_no, one.dept, verdict.ours, line.drg, line.rw, line.status),
        *(cause_word(one.cause), one.detail),
    )


def _sheet(name: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Sheet:
    header = tuple(text(f"insurer.column.{column}") for column in columns)
    return Sheet(text(f"insurer.sheet.{name}"), header, tuple(rows), (TEXT * len(header),) * len(rows))
