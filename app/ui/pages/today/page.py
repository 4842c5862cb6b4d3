"""今天做了什么: a day of one's own, case by case, the latest first; Enter goes to the very field."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.today import DayCase, DayLog, DayStep, TodayService
from app.ui.masking import masking
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.files import ask_save
from app.ui.printing import pdf_of
from app.ui.undoing import latest_elsewhere
from app.ui.widgets import ActionButton, Cell, CellModel, Column, DataTable, Header, Pane, StateStack, Text, column, row

_COLUMNS: Final = (
    Column("at", "时间", 64),
    Column("record_no", "病案号", 110, least=88),
    Column("name", "姓名", 110, least=70),
    Column("dept", "科室", 150, least=90),
    Column("what", "做了什么", 320, stretch=True, least=160),
    Column("state", "状态", 90),
)
_WEEKDAYS: Final = "一二三四五六日"


class TodayPage(Page):
    """Reads the audit of a day in a job; writes nothing."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._log: DayLog | None = None
        self._lines: list[tuple[DayCase, DayStep]] = []
        self._row = 0

    @property
    def _service(self) -> TodayService:
        service: TodayService = self.shell.services.today
        return service

    def build(self) -> None:
        """Make the head, the counts and the list."""
        self._day = self._service.today()
        self.table = DataTable(_COLUMNS)
        self.lines = CellModel(_COLUMNS)
        self.lines.setParent(self)
        self.table.setModel(self.lines)
        self.table.setAccessibleName(self.spec.title)
        self.table.opened.connect(self._on_opened)
        self.stack = StateStack(self.table)
        self.head = Header(self.spec.title)
        actions = self.shell.actions
        names = ("today.earlier", "today.later", "today.now", "today.print", "today.export")
        self.head.add(*(ActionButton(actions, name, small=True) for name in names))
        self.counts = Text("", "body", "secondary", wrap=True)
        self.counts.setObjectName("day_counts")
        counted = Pane("surface", "b")
        counted.setLayout(row(self.counts, margins=(12, 8, 12, 8)))
        whole = column(self.head, counted)
        whole.addWidget(self.stack, 1)
        self.setLayout(whole)
        hints = (KeyHint("Enter", "打开病案"), KeyHint("Ctrl+←", "前一天"), KeyHint("Ctrl+→", "后一天"))
        self.add_region("list", self.table, (*hints, KeyHint("Ctrl+P", "打印"), KeyHint("Esc", "返回")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the day."""
        return self._day_words() if self.built else ""

    def place(self) -> Place:
        """Return the day and the row."""
        return Place(self.key, {"day": self._day.isoformat(), "row": max(0, self.table.current_row)})

    def restore(self, place: Place) -> None:
        """Show the day of a place, else today."""
        day, at = place.args.get("day"), place.args.get("row")
        self._row = at if isinstance(at, int) else 0
        self._day = _read_day(day) or self._service.today()
        self._read()

    def default_focus(self) -> QWidget:
        """Start in the list."""
        return self.table

    def on_changes(self, changes: Changes) -> None:
        """Read anew when something was written while the page is shown."""
        if changes.op_id and self.isVisible():
            self._row = max(0, self.table.current_row)
            self._read()

    @property
    def has_steps(self) -> bool:
        """True when the day has anything to show."""
        return bool(self._lines)

    @property
    def has_later(self) -> bool:
        """True when the day shown is not today."""
        return self.built and self._day < self._service.today()

    @property
    def can_open(self) -> bool:
        """True when a step of a case is chosen."""
        chosen = self._chosen()
        return chosen is not None and chosen[0].case_id > 0

    @property
    def can_undo(self) -> bool:
        """True when something can be taken back."""
        return latest_elsewhere(self.shell) is not None

    # What the user does.

    def open_step(self) -> None:
        """Open the case of the chosen step at its field."""
        chosen = self._chosen()
        if chosen is not None and chosen[0].case_id:
            case, step = chosen
            self.shell.go(Place("case", {"case": case.case_id, "field": step.path}))

    def undo(self) -> None:
        """Go to where the latest step was made, and take it back there."""
        latest = latest_elsewhere(self.shell)
        if latest is not None:
            latest.go(self.shell)
            self.shell.actions.trigger("case.undo")

    def earlier(self) -> None:
        """Show the day before."""
        self._show_day(self._day - timedelta(days=1))

    def later(self) -> None:
        """Show the day after."""
        self._show_day(min(self._day + timedelta(days=1), self._service.today()))

    def now(self) -> None:
        """Show today."""
        self._show_day(self._service.today())

    def print_day(self) -> None:
        """Ask where to, then draw the day as PDF."""
        if self._log is not None:
            name = f"{self._day:%Y-%m-%d} {self.spec.title}.pdf"
            take = partial(self._print_to, self._log)
            ask_save(self, self.shell.places, "存为 PDF", take, name=name, filters="PDF (*.pdf)")

    def export(self) -> None:
        """Ask where to, then write the day as a table."""
        if self._log is not None:
            name = f"{self._day:%Y-%m-%d} {self.spec.title}.csv"
            take = partial(self._export_to, self._log)
            ask_save(self, self.shell.places, "导出", take, name=name, filters="CSV (*.csv)")

    # Reading and writing.

    def _print_to(self, log: DayLog, path: Path) -> None:
        job = self.shell.jobs.run(partial(_printed, self._service, log, path), label="打印", writes=True, parent=self)
        job.done.connect(partial(self._on_written, path))

    def _export_to(self, log: DayLog, path: Path) -> None:
        job = self.shell.jobs.run(partial(_exported, self._service, log, path), label="导出", writes=True, parent=self)
        job.done.connect(partial(self._on_written, path))

    def _on_written(self, path: Path, _count: object) -> None:
        self.shell.notices.toast(f"已写入 {path.name}。", severity="ok")

    def _show_day(self, day: date) -> None:
        self._day, self._row = day, 0
        self._read()
        self.place_changed.emit()

    def _read(self) -> None:
        job = self.shell.jobs.run(partial(_read_log, self._service, self._day), parent=self)
        job.done.connect(self._on_read)

    def _on_read(self, log: DayLog) -> None:
        if log.day != self._day:
            return
        self._log = log
        self._lines = [(case, step) for case in log.cases for step in case.steps]
        self.lines.set_rows([_cells(case, step, case.steps[0] is step) for case, step in self._lines])
        self.head.note.setText(f"{log.who}　{self._day_words()}")
        self.counts.setText(
            f"编码 {log.coded:,} 份，{log.codes:,} 条编码　·　完成 {log.finished:,} 份　·　"
            f"操作 {log.steps:,} 次，其中已撤销 {log.undone:,} 次"
        )
        if self._lines:
            was_hidden = not self.stack.shows_content
            self.stack.show_content()
            if was_hidden and self.isVisible():
                self.table.setFocus()
            self.table.go_to(min(self._row, len(self._lines) - 1))
        else:
            self.stack.show_empty("这一天没有操作。", "按 Ctrl+← 看前一天。")
        self.shell.actions.refresh()

    def _day_words(self) -> str:
        today = " 今天" if self._day == self._service.today() else ""
        return f"{self._day:%Y-%m-%d} 星期{_WEEKDAYS[self._day.weekday()]}{today}"

    def _chosen(self) -> tuple[DayCase, DayStep] | None:
        at = self.table.current_row if self.built else -1
        return self._lines[at] if 0 <= at < len(self._lines) else None

    def _on_opened(self, _row: int) -> None:
        self.open_step()


def _cells(case: DayCase, step: DayStep, first: bool) -> tuple[Cell, ...]:
    """Return a line; who the case is stands in its first one only."""
    tone = "fg_muted" if step.undone else "fg"
    who = (
        Cell(case.record_no if first else "", code=True),
        Cell(masking().name(case.name) if first else "", bold=True),
        Cell(case.dept if first else "", "fg_secondary"),
    )
    state = Cell("已撤销", "fg_muted", "undo") if step.undone else Cell()
    return (Cell(f"{step.at:%H:%M}", "fg_secondary"), *who, Cell(masking().words(step.what), tone), state)


def _read_log(service: TodayService, day: date, _progress: Progress) -> DayLog:
    return service.log(day)


def _printed(service: TodayService, log: DayLog, path: Path, progress: Progress) -> None:
    service.save_printed(path, pdf_of(service.report(log), progress))


def _exported(service: TodayService, log: DayLog, path: Path, _progress: Progress) -> int:
    return service.write(log, path)


def _read_day(given: object) -> date | None:
    try:
        return date.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
