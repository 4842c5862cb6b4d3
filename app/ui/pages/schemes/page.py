"""方案: code books, grouping schemes, weights and rates. Imported whole or not at all; what works today is marked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.drg.tariffs import RateKey
from app.services.types import AssetLine, AssetReport, SchemeCheck, Shelf
from app.ui.jobs import Job
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell, VersionNote
from app.ui.pages.files import TABLES, ask_open, ask_save, ask_several
from app.ui.pages.leaving import field_takes_escape
from app.ui.pages.schemes.cards import DateCard, RatesCard
from app.ui.pages.schemes.detail import Detail
from app.ui.pages.schemes.options import OptionsCard, TypedOptions
from app.ui.pages.schemes.shelf import TITLES, ShelfList
from app.ui.pages.schemes.work import AssetWork
from app.ui.widgets import ActionButton, Pane, Splitter, Text, column, row

_LOOK_AFTER_MS = 120
_SCHEMES = "分组方案 (*.xlsx *.zip scheme.toml)"
_VERSIONS = {"codebook": "编码", "scheme": "分组"}


class SchemesPage(Page):
    """Lists what there is, shows what one of them holds, imports and switches."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._shelves: Sequence[Shelf] = ()
        self._wanted: tuple[str, str | None] = ("codebook", None)
        self._shown: tuple[str, str] = ("", "")
        self._fresh: AssetReport | None = None
        self._refused: AssetReport | None = None
        self._check: SchemeCheck | None = None
        self._awaited: Path | None = None
        self._busy = False
        self._job: Job | None = None

    def build(self) -> None:
        """Make the bar, the list and the detail."""
        self.setAcceptDrops(True)
        self.work = AssetWork(self.shell, self)
        self.list = ShelfList()
        self.detail = Detail(self.shell)
        bar = Pane("surface", "b")
        line = row(gap=8, margins=(12, 7, 12, 7))
        for kind in TITLES:
            line.addWidget(ActionButton(self.shell.actions, f"schemes.import_{kind}", keys=False))
        line.addWidget(Text("也可以把文件拖到左侧的一类上", "caption", "muted"))
        line.addStretch(1)
        bar.setLayout(line)
        left = Pane("canvas")
        left.setLayout(column(self.list, margins=(0, 4, 0, 4)))
        self.parts = Splitter("schemes", self.shell.places, (left, self.detail), (340, 0))
        whole = column(bar)
        whole.addWidget(self.parts, 1)
        self.setLayout(whole)
        self.list.chosen.connect(self._on_chosen)
        self._look_timer = QTimer(self)
        self._look_timer.setSingleShot(True)
        self._look_timer.setInterval(_LOOK_AFTER_MS)
        self._look_timer.timeout.connect(self._look_at)
        choose = KeyHint("↑↓", "选择")
        self.add_region("shelves", self.list, (choose, KeyHint("Enter", "启用"), KeyHint("I", "导入到这一类")))
        copying = (KeyHint("Ctrl+C", "复制这一条"), KeyHint("Ctrl+E", "导出报告"))
        self.add_region("remarks", self.detail.table, (choose, *copying))
        self.add_region("check", self.detail.check, (KeyHint("Ctrl+Enter", "导入"), KeyHint("Esc", "放弃")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the section."""
        line = self.list.current
        return TITLES[line.kind] if line else ""

    def default_focus(self) -> QWidget:
        """Return the list."""
        return self.list

    def place(self) -> Place:
        """Return the chosen asset, and the scheme file that waits for its import."""
        kind, asset_id = self._shown if self._shown[0] else self._wanted
        waiting = {"checking": str(self._check.path)} if self._check else {}
        return Place(self.key, {"section": kind, "asset": asset_id, **waiting})

    def restore(self, place: Place) -> None:
        """Show an asset, else what works today of a section."""
        section, asset = place.args.get("section"), place.args.get("asset")
        if isinstance(section, str) and section in TITLES:
            self._wanted = (section, asset if isinstance(asset, str) else None)
        elif self._shown[0]:
            self._wanted = self._shown
        waiting = place.args.get("checking")
        if self._check is None and isinstance(waiting, str) and Path(waiting).exists():
            self._awaited = Path(waiting)
        self._read()

    def on_changes(self, changes: Changes) -> None:
        """Read the list anew when another page changed it."""
        if changes.assets and self._shelves:
            self._read()

    @property
    def line(self) -> AssetLine | None:
        """The chosen asset; None while a file that is not stored is shown."""
        return None if self._refused or self._check else self.list.current

    @property
    def section(self) -> str:
        """The kind of the chosen asset."""
        line = self.list.current
        return line.kind if line else self._wanted[0]

    @property
    def can_use(self) -> bool:
        """True when the chosen asset does not work today and may."""
        line = self.line
        return line is not None and not line.active and not (line.builtin and line.kind == "weights")

    @property
    def can_retire(self) -> bool:
        """True when the chosen asset works today and there is something to go back to."""
        line = self.line
        return line is not None and line.active and not line.builtin and line.kind != "weights"

    @property
    def can_date(self) -> bool:
        """True for an imported scheme."""
        line = self.line
        return line is not None and line.kind == "scheme" and not line.builtin

    @property
    def can_take(self) -> bool:
        """True when a scheme file without errors waits for its import."""
        return self._check is not None and not self._check.report.refused

    @property
    def has_check(self) -> bool:
        """True when a checked scheme file is shown."""
        return self._check is not None

    # Reading and showing.

    def _read(self) -> None:
        self.work.read(self._on_shelves)

    def _on_shelves(self, shelves: Sequence[Shelf]) -> None:
        self._shelves = shelves
        kind, asset_id = self._wanted
        self.list.show_shelves(shelves)
        self.list.choose(kind, asset_id)
        self._show_versions()
        if not (self._refused or self._check or self._busy) and self.list.current is not None:
            self._show(self.list.current)
        if self._awaited is not None:
            path, self._awaited = self._awaited, None
            self.check_scheme(path)
        self.place_changed.emit()

    def _show_versions(self) -> None:
        working = {shelf.kind: line for shelf in self._shelves for line in shelf.lines if line.active}
        notes = [
            VersionNote(f"{words}：{working[kind].title}", "当前启用；在“方案”页更换")
            for kind, words in _VERSIONS.items()
            if kind in working
        ]
        self.shell.set_versions(notes)

    def _on_chosen(self, line: AssetLine) -> None:
        self._refused = self._check = None
        self._fresh = None
        self._show(line)
        self.place_changed.emit()

    def _show(self, line: AssetLine) -> None:
        """Show an asset with the report of its import, if that was just now, else checked again."""
        self._shown = self._wanted = (line.kind, line.id)
        self.detail.show_asset(line, self._why_idle(line))
        self._stop_looking()
        if self._fresh is not None and (self._fresh.kind, self._fresh.asset_id) == self._shown:
            self.detail.show_report(self._fresh)
        else:
            self.detail.show_loading()
            self._look_timer.start()
        self.shell.actions.refresh()

    def _look_at(self) -> None:
        if not self.isVisible():
            return
        job = self._job = self.work.look_at(*self._shown)
        job.done.connect(partial(self._on_looked, self._shown))
        job.failed.connect(self._on_look_failed)

    def _stop_looking(self) -> None:
        self._look_timer.stop()
        if self._job is not None and not self._job.is_over:
            self._job.cancel()
        self._job = None
        self._busy = False

    def _on_looked(self, shown: tuple[str, str], report: AssetReport) -> None:
        if shown == self._shown and not (self._refused or self._check or self._busy):
            self.detail.show_report(report)
            self.shell.actions.refresh()

    def _on_look_failed(self, problem: object) -> None:
        self._busy = False
        if isinstance(problem, UserProblem):
            self.detail.show_problem(problem.message, problem.advice)

    def _why_idle(self, line: AssetLine) -> str:
        """Say which dated scheme works although this one is meant to."""
        working = next(
            (one for shelf in self._shelves if shelf.kind == line.kind for one in shelf.lines if one.active), None
        )
        meant = next((one for one in self.shell.services.assets.lines("scheme") if one.active), None)
        if line.kind != "scheme" or line.active or working is None or meant is None or meant.id != line.id:
            return ""
        return f"已启用，但今天出院的病例按启用日期仍用“{working.title}”。要改用本方案，请改它或本方案的启用日期。"

    # Importing.

    def import_codebook(self) -> None:
        """Ask for code tables."""
        ask_several(
            self,
            self.shell.places,
            "导入编码库（诊断、手术、对照表可一起选）",
            partial(self._bring, "codebook"),
            filters=TABLES,
        )

    def import_scheme(self) -> None:
        """Ask for a scheme: official workbook, package as .zip or folder."""
        ask_open(self, self.shell.places, "选择要检查的分组方案", self.check_scheme, filters=_SCHEMES)

    def import_weights(self) -> None:
        """Ask for a weight table of the scheme in use."""
        ask_open(self, self.shell.places, "导入权重（属于使用中的方案）", lambda path: self._bring("weights", [path]))

    def import_rates(self) -> None:
        """Ask for a table of base rates."""
        ask_open(self, self.shell.places, "导入费率", self._ask_place)

    def import_here(self) -> None:
        """Ask for a file of the section the cursor is in."""
        self.shell.actions.trigger(f"schemes.import_{self.section}")

    def _take_paths(self, kind: str, paths: Sequence[Path]) -> None:
        """Start the import of dropped files."""
        asking = {"scheme": self.check_scheme, "rates": self._ask_place}
        if kind in asking:
            asking[kind](paths[0])
        else:
            self._bring(kind, paths)

    def check_scheme(self, path: Path) -> None:
        """Check a scheme file and show the report; nothing is stored until :meth:`take`."""
        self._stop_looking()
        self._refused = self._check = None
        job = self._job = self.work.check_scheme(path)
        self._busy = True
        self.detail.show_working(f"正在检查“{path.name}”，尚未写入任何内容。", job.cancel)
        job.progress.connect(self.detail.show_progress)
        job.done.connect(partial(self._on_checked, job))
        job.cancelled.connect(partial(self._on_cancelled, job))
        job.failed.connect(self._on_look_failed)
        self.shell.actions.refresh()

    def _on_checked(self, job: Job, check: SchemeCheck) -> None:
        if job is not self._job:
            return  # something else was chosen meanwhile
        self._check, self._busy = check, False
        self.detail.show_check(check)
        self.shell.actions.refresh()
        first = self.detail.table if check.report.refused else self.detail.check.field
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.place_changed.emit()

    def check_again(self) -> None:
        """Check the file once more, after it was mended."""
        if self._check is not None:
            self.check_scheme(self._check.path)

    def take(self) -> None:
        """Store the checked scheme, used from the day in the field."""
        check, day = self._check, self.detail.check.day
        if check is None or check.report.refused:
            return
        if not self.detail.check.day_fits:
            self.detail.check.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._check = None
        self._bring("scheme", [check.path], valid_from=day, digest=check.digest)

    def drop(self) -> None:
        """Put the checked file aside; everything is as it was."""
        if self._check is not None:
            title, self._check = self._check.report.title, None
            if self.list.current is not None:
                self._show(self.list.current)
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            self.shell.notices.toast(f"已放弃“{title}”，一切保持原样。")
            self.place_changed.emit()

    def escape(self) -> None:
        """Put the checked file aside; without one go back to the place before. A typed day comes first."""
        if field_takes_escape():
            return
        if self._check is not None:
            self.drop()
        else:
            self.shell.back()

    def _ask_place(self, path: Path) -> None:
        job = self.work.read_rates(path)
        job.done.connect(partial(self._on_places, path))

    def _on_places(self, path: Path, places: Sequence[RateKey]) -> None:
        self.shell.notices.forget_problem()
        RatesCard(self, path.name, places, partial(self._bring_rates, path))

    def _bring_rates(self, path: Path, city: str, level: str) -> None:
        self._bring("rates", [path], city=city, level=level)

    def _bring(self, kind: str, paths: Sequence[Path], **told: str) -> None:
        self._stop_looking()
        self._check = None
        job = self._job = self.work.bring_in(kind, paths, self.work.terms(**told))
        self._busy = True
        self.detail.show_working(f"正在检查“{paths[0].name}”，通过后才导入。", job.cancel)
        job.done.connect(self._on_brought)
        job.cancelled.connect(partial(self._on_cancelled, job))
        job.failed.connect(self._on_look_failed)

    def _on_cancelled(self, job: Job) -> None:
        if job is not self._job:
            return  # something else was chosen meanwhile
        self._busy = False
        self.detail.show_problem("已取消，一切保持原样。", "用 ↑↓ 在左侧选择一项查看。")

    def _on_brought(self, report: AssetReport) -> None:
        self._busy = False
        if report.refused:
            self.show_refusal(report)
        else:
            self._refused, self._fresh = None, report
            self._wanted = (report.kind, report.asset_id)
            self._tell(f"已导入{TITLES[report.kind]}“{report.title}”。")
        self.shell.actions.refresh()

    def show_refusal(self, report: AssetReport) -> None:
        """Show why a file was not imported, until something is chosen in the list."""
        self._stop_looking()
        self._refused, self._fresh, self._check = report, None, None
        self.detail.show_refusal(report)
        self.detail.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.shell.actions.refresh()

    def _tell(self, words: str) -> None:
        again = "未完成病案的编码与分组结果需重新检查。"
        self.shell.notices.toast(f"{words}{again}", action=("重新检查", self.work.check_open_cases))

    # Switching.

    def use(self) -> None:
        """Make the chosen asset the one that works."""
        line = self.line
        if line is not None and self.can_use:
            write = partial(self.shell.services.assets.use, line.kind, line.id)
            self.work.write(write, partial(self._tell, f"已启用“{line.title}”。"))

    def retire(self) -> None:
        """Go back to the shipped one, or to none."""
        line = self.line
        if line is not None and self.can_retire:
            write = partial(self.shell.services.assets.use, line.kind, "")
            self.work.write(write, partial(self._tell, f"已停用“{line.title}”。"))

    def date(self) -> None:
        """Ask from when the chosen scheme is used."""
        line = self.line
        if line is not None and self.can_date:
            stored = next(one for one in self.shell.services.assets.lines("scheme") if one.id == line.id)
            day = dict(stored.facts).get("valid_from", "")
            DateCard(self, f"“{line.title}”的启用日期", "保存", day, partial(self._set_date, line))

    def _set_date(self, line: AssetLine, day: str) -> None:
        write = partial(self.shell.services.assets.set_valid_from, line.id, day)
        told = f"“{line.title}”{f'自 {day} 起出院的病例使用。' if day else '不再按日期启用。'}"
        self.work.write(write, partial(self._tell, told))

    def options(self) -> None:
        """Ask for what an official workbook leaves open."""
        line = self.line
        options = self.shell.services.assets.scheme_options(line.id) if line is not None and self.can_date else None
        if line is None or options is None:
            self.shell.notices.toast("方案包自己写明全部规则，没有可设的选项；选项只用于官方配置工作簿。")
            return
        card = OptionsCard(self, line.title, options)
        card.chosen.connect(partial(self._set_options, line, card))

    def _set_options(self, line: AssetLine, card: OptionsCard, typed: TypedOptions) -> None:
        self.work.set_options(line.id, typed, partial(self._on_options, line, card))

    def _on_options(self, line: AssetLine, card: OptionsCard, wrong: str) -> None:
        if wrong:
            card.show_problem(wrong)
        else:
            card.close_card()
            self._tell(f"已更改“{line.title}”的选项。")

    def group_file(self) -> None:
        """Ask for a file of cases and group it with the chosen scheme."""
        if self.line is not None:
            take = partial(self._ask_groups, self.line)
            ask_open(self, self.shell.places, "选择病例文件（CSV）", take, filters="病例 (*.csv)")

    def _ask_groups(self, line: AssetLine, cases: Path) -> None:
        take = partial(self._group_file, line, cases)
        name = f"{cases.stem}_分组结果.csv"
        ask_save(self, self.shell.places, "分组结果写到", take, name=name, filters="CSV (*.csv)")

    def _group_file(self, line: AssetLine, cases: Path, out: Path) -> None:
        job = self.work.group_file(line.id, cases, out)
        job.done.connect(partial(self._on_grouped, line, out))
        job.cancelled.connect(partial(self.shell.notices.toast, f"已取消分组，没有写入“{out.name}”。"))

    def _on_grouped(self, line: AssetLine, out: Path, count: int) -> None:
        self.shell.notices.toast(f"已用“{line.title}”分组 {count:,} 例，结果在“{out}”。", severity="ok")

    def copy_remark(self) -> None:
        """Copy the chosen remark with its place."""
        self.detail.copy_current()

    def copy_report(self) -> None:
        """Copy the whole report."""
        self.detail.copy_report()

    def export_report(self) -> None:
        """Ask for a text file and write the report into it."""
        report = self.detail.report
        if report is not None:
            name = f"检查报告_{Path(report.title).stem}.txt"
            ask_save(
                self,
                self.shell.places,
                "导出检查报告",
                partial(self._write_report, report),
                name=name,
                filters="文本文件 (*.txt)",
            )

    def _write_report(self, report: AssetReport, path: Path) -> None:
        job = self.work.write_report(report, path)
        job.done.connect(partial(self._on_report_written, path))

    def _on_report_written(self, path: Path, _result: object) -> None:
        self.shell.notices.toast(f"检查报告已导出：{path.name}", severity="ok")

    # Looking inside.

    def browse(self) -> None:
        """Open the chosen scheme in the browser."""
        line = self.line
        if line is not None:
            self.shell.go(Place("browser", {"scheme": line.id or "starter"}))

    def compare(self) -> None:
        """Compare the chosen scheme with the one that works."""
        line = self.line
        if line is not None:
            self.shell.go(Place("compare", {} if line.active else {"new": line.id or "starter", "ran": True}))

    # Dropping files.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import the files as the section they were dropped on, else as the one the cursor is in."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        kind = self.list.kind_at(self.list.viewport().mapFrom(self, event.position().toPoint())) or self.section
        if paths:
            event.acceptProposedAction()
            self._take_paths(kind, paths)
