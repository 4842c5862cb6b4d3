"""A list given away as a workbook: one row per case, record numbers stand for patients, no names and no amounts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.common.progress import NoProgress, Part, Progress
from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.exchange.compose import Sheet
from app.exchange.export import write_tables
from app.exchange.raw import TEXT
from app.services.permits import DESK, needs
from app.services.session import Session
from app.services.worklist import ListLine, WorklistService
from app.storage.ops import Op

_AT_ONCE: Final = 400
_COLUMNS: Final = (
    "record_no",
    "admission",
    "state",
    "sex",
    "age",
    "dept",
    "admitted",
    "left",
    "text",
    "code",
    "name",
    "errors",
    "warns",
    "hints",
    "drg",
    "claimed",
    "points",
    "deadline",
    "waiting",
)


class ListExportService:
    """Writes whole files; every export is in the audit."""

    def __init__(self, session: Session, worklist: WorklistService) -> None:
        self._session = session
        self._worklist = worklist

    @needs(*DESK)
    def write(self, case_ids: Sequence[int], path: Path, progress: Progress | None = None) -> int:
        """Write the lines of some cases in their order and return how many; an older file stays if it fails.

        Raises :class:`UserProblem` when it cannot be written.
        """
        progress, people = progress or NoProgress(), self._worklist.people()
        rows: list[tuple[str, ...]] = []
        for start in range(0, len(case_ids), _AT_ONCE):
            progress.step(start // 2, len(case_ids))
            rows += [_row(line, people) for line in self._worklist.lines(case_ids[start : start + _AT_ONCE])]
        header = tuple(text(f"worklist.export.{name}") for name in _COLUMNS)
        sheet = Sheet(text("worklist.export.sheet"), header, tuple(rows), (TEXT * len(header),) * len(rows))
        write_tables([sheet], path, Part(progress, 50, 50, 100))
        if not self._session.db.read_only:
            with self._session.db.operation(Op.EXPORT, by=self._session.actor) as tx:
                tx.record_event("export", {"file": path.name, "rows": len(rows)})
        return len(rows)


def _row(line: ListLine, people: dict[str, str]) -> tuple[str, ...]:
    row, waiting = line.row, line.follow_up
    return (
        row.record_no,
        str(row.admission_count or ""),
        text(f"cases.state.{row.state}"),
        dictionary("D-SEX").label(row.sex) or row.sex,
        "" if row.age_years is None else str(row.age_years),
        dictionary("D-DEPT").label(row.dept) or row.dept,
        f"{row.admit_time:%Y-%m-%d}" if row.admit_time else "",
        f"{row.discharge_time:%Y-%m-%d}" if row.discharge_time else "",
        row.principal_text,
        row.principal_code,
        row.principal_name,
        str(row.errors),
        str(row.warns),
        str(row.hints),
        row.drg,
        people.get(row.claimed_by, row.claimed_by),
        str(line.points),
        f"{line.deadline:%Y-%m-%d %H:%M}" if line.deadline else "",
        " ".join(part for part in (waiting.reason, str(waiting.due or "")) if part) if waiting else "",
    )
