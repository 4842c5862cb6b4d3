"""What the page of reports has done beside the window."""

from __future__ import annotations

from collections.abc import Sequence

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.services.report_types import Drilled, MonthReport, ReportScope
from app.services.reports import Choices, ReportService
from app.services.worklist import WorklistRow


def read_choices(reports: ReportService, _progress: Progress) -> Choices:
    """Return what can be asked for."""
    return reports.choices()


def counted(
    reports: ReportService, scope: ReportScope, path: Sequence[str], progress: Progress
) -> tuple[MonthReport, Drilled, list[str]] | None:
    """Return a report, the lines below a path and the names of its keys; None where nobody was discharged."""
    try:
        report = reports.run(scope, progress)
    except UserProblem as problem:
        if problem.key != "reports.problem.nothing":
            raise
        return None
    return report, *drilled(reports, scope, path, progress)


def drilled(
    reports: ReportService, scope: ReportScope, path: Sequence[str], progress: Progress
) -> tuple[Drilled, list[str]]:
    """Return the lines below a path, and the names of its keys."""
    names = []
    for depth, key in enumerate(path):
        rows = reports.drill(scope, path[:depth], progress).rows
        names.append(next((one.label or one.key for one in rows if one.key == key), key))
    return reports.drill(scope, path, progress), names


def read_cases(reports: ReportService, case_ids: Sequence[int], _progress: Progress) -> list[WorklistRow]:
    """Return cases for a list."""
    return reports.cases(case_ids)
