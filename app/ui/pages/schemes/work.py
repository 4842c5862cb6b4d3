"""The jobs of the page of code books and schemes. Writes end with engines that are loaded anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.asset_reports import Terms, bring_in, check_scheme, look_at, rate_places, shelves, write_report
from app.services.assets import STARTER
from app.services.group_file import group_file
from app.services.types import AssetReport, Shelf
from app.ui.jobs import Job
from app.ui.page import Shell
from app.ui.pages.schemes.options import TypedOptions

_OPEN_QUEUES = ("to_code", "coding", "returned", "to_qc")


class AssetWork(QObject):
    """Reads shelves and reports, imports, switches; every page is told of a write."""

    def __init__(self, shell: Shell, page: QWidget) -> None:
        super().__init__(page)
        self._shell, self._page = shell, page

    def terms(self, **told: str) -> Terms:
        """Return what the user said beside a file, with today."""
        return Terms(self._shell.services.session.clock.now().date(), **told)

    def read(self, then: Callable[[Sequence[Shelf]], object]) -> None:
        """Read what ships and what was imported."""
        assets, today = self._shell.services.assets, self.terms().today
        job = self._shell.jobs.run(lambda _progress: shelves(assets, today), parent=self._page)
        job.done.connect(then)

    def look_at(self, kind: str, asset_id: str) -> Job:
        """Check a stored asset again."""
        work = partial(look_at, self._shell.services.assets, kind, asset_id)
        return self._shell.jobs.run(work, label="检查编码库与方案", parent=self._page)

    def read_rates(self, path: Path) -> Job:
        """Read for which places, years and levels a file has rates."""
        return self._shell.jobs.run(lambda _progress: rate_places(path), label=f"读取 {path.name}", parent=self._page)

    def check_scheme(self, path: Path) -> Job:
        """Check a scheme file and store nothing; the result is the report, refused or not."""
        work = partial(check_scheme, self._shell.services.assets, path)
        return self._shell.jobs.run(work, label=f"检查 {path.name}", parent=self._page)

    def write_report(self, report: AssetReport, path: Path) -> Job:
        """Write a report as a text file."""
        work = partial(write_report, report, path)
        return self._shell.jobs.run(lambda _progress: work(), label=f"导出 {path.name}", parent=self._page)

    def bring_in(self, kind: str, paths: Sequence[Path], terms: Terms) -> Job:
        """Import files; the result is a report, refused or not."""
        work = partial(bring_in, self._shell.services.assets, kind, paths, terms)
        job = self._shell.jobs.run(work, label=f"导入 {paths[0].name}", writes=True, parent=self._page)
        job.done.connect(self._on_brought)
        return job

    def write(self, work: Callable[[], object], then: Callable[[], object]) -> None:
        """Do a short write on the list of assets, then load engines anew."""
        job = self._shell.jobs.run(lambda _progress: work(), writes=True, parent=self._page)
        job.done.connect(self._on_written)
        job.done.connect(lambda _result: then())

    def set_options(self, asset_id: str, typed: TypedOptions, then: Callable[[str], object]) -> None:
        """Change the options of a workbook; ``then`` gets '' or what is wrong with them."""
        assets = self._shell.services.assets
        options = (asset_id, typed.grey_px, typed.newborn_qy_days)

        def work(_progress: object) -> str:
            try:
                assets.set_scheme_options(*options, procedure_only=typed.procedure_only)
            except UserProblem as problem:
                return f"{problem.message}{problem.advice}"
            return ""

        job = self._shell.jobs.run(work, label="更改方案选项", writes=True, parent=self._page)
        job.done.connect(self._on_options)
        job.done.connect(then)

    def group_file(self, scheme: str, cases: Path, out: Path) -> Job:
        """Group a file of cases with a scheme ('' the one that ships) into another file."""
        services = self._shell.services

        def work(progress: Progress) -> int:
            return group_file(services.assets.find_scheme(scheme or STARTER), cases, out, progress)

        return self._shell.jobs.run(work, label=f"为 {cases.name} 分组", loses_work=True, parent=self._page)

    def check_open_cases(self) -> None:
        """Check and group every open case anew, with what works now."""
        services = self._shell.services
        ids = [case_id for queue in _OPEN_QUEUES for case_id in services.worklist.ids(queue)]
        work = partial(services.checking.run, ids)
        job = self._shell.jobs.run(work, label=f"检查 {len(ids):,} 份", writes=True, parent=self._page)
        job.done.connect(self._shell.publish)

    def _on_brought(self, report: AssetReport) -> None:
        if not report.refused:
            self._after_change()

    def _on_options(self, wrong: str) -> None:
        if not wrong:
            self._after_change()

    def _on_written(self, _result: object) -> None:
        self._after_change()

    def _after_change(self) -> None:
        services = self._shell.services
        services.assets_changed()
        self._shell.publish(Changes(assets=True))
        self._shell.jobs.run(services.warm_up, label="载入编码库与分组方案", parent=self._page)
