"""Importing a file of front pages in four steps. Nothing is written before the last; each step can be left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.case_work import ListWork
from app.ui.pages.dropping import FileDrops
from app.ui.pages.files import ask_open, ask_save
from app.ui.pages.import_batch.checking import DiffsPanel, LinesPanel, QuestionsPanel
from app.ui.pages.import_batch.choosing import BatchesPanel, DropPanel
from app.ui.pages.import_batch.mapping import MappingPanel
from app.ui.pages.import_batch.preview import PreviewPanel
from app.ui.pages.import_batch.result import ResultPanel
from app.ui.pages.import_batch.steps import CHECK, CHOOSE, DONE, MAP, STEPS
from app.ui.shell.files import OpenFolder
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Pane, StepBar, Text, ask, column, row

if TYPE_CHECKING:
    from app.common.progress import Progress
    from app.services.imports import ImportOutcome, ImportPreview, ImportService
    from app.ui.jobs import Job


@dataclass(frozen=True, slots=True)
class _Remap:
    """The work of a job: give a column another field."""

    imports: ImportService
    preview: ImportPreview
    column: int
    path: str

    def __call__(self, _progress: Progress) -> ImportPreview:
        """Return the preview read anew."""
        return self.imports.remap(self.preview, self.column, self.path)


class ImportPage(Page):
    """The four steps, and the batches imported before."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self.step = CHOOSE
        self.preview: ImportPreview | None = None
        self.outcome: ImportOutcome | None = None
        self._job: Job | None = None
        self._began = self._took_s = 0.0

    def build(self) -> None:
        """Make step bar, panels and the line of buttons."""
        actions = self.shell.actions
        self.work = ListWork(self.shell, self)
        user = self.shell.services.user
        self.drop, self.batches = DropPanel(actions), BatchesPanel(actions, {user.id: user.name})
        self.mapping, self.lines = MappingPanel(), LinesPanel(actions)
        self.questions, self.diffs = QuestionsPanel(), DiffsPanel()
        self.counts, self.result = PreviewPanel(), ResultPanel(actions)
        self._steps, self._file = StepBar(STEPS), Text("", tone="secondary", elide=True)
        head = Pane("surface", "b")
        top = row(self._steps, gap=16, margins=(16, 0, 16, 0))
        self._file.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self._file, 1)
        head.setLayout(top)
        head.setFixedHeight(theme().px(46))
        self._stack = QStackedWidget()
        for part in (self._make_first(), self._make_middle(), _padded(self.result)):
            self._stack.addWidget(part)
        whole = column(head)
        whole.addWidget(self._stack, 1)
        whole.addWidget(self._make_foot())
        self.setLayout(whole)
        self._connect()
        FileDrops(self, self._take_dropped)
        self._name_regions()
        self._show_step(CHOOSE)

    def _make_first(self) -> QWidget:
        part = QWidget()
        box = column(gap=10, margins=(12, 10, 12, 10))
        box.addWidget(self.drop, 2)
        box.addWidget(self.batches, 3)
        part.setLayout(box)
        return part

    def _make_middle(self) -> QWidget:
        part = QWidget()
        left = column(self.questions, gap=10)
        for panel in (self.mapping, self.diffs, self.lines):
            left.addWidget(panel, 1)
        box = row(gap=10, margins=(12, 10, 12, 10))
        box.addLayout(left, 1)
        box.addWidget(self.counts)
        part.setLayout(box)
        return part

    def _make_foot(self) -> Pane:
        self._foot = foot = Pane("surface", "t")
        actions = self.shell.actions
        self._said = Text("", "caption", "muted")
        self._cancel = ActionButton(actions, "import.cancel", text="取消", keys=False)
        self._back = ActionButton(actions, "import.back")
        self._next = ActionButton(actions, "import.next", kind="primary")
        foot.setLayout(row(self._cancel, self._said, None, self._back, self._next, margins=(16, 0, 16, 0)))
        foot.setFixedHeight(theme().px(52))
        return foot

    def _connect(self) -> None:
        self.drop.dropped.connect(self.read)
        self.drop.stopped.connect(self._stop)
        self.result.stopped.connect(self._stop)
        self.mapping.wanted.connect(self._remap)
        self.mapping.table.row_changed.connect(self._on_row)
        self.batches.table.row_changed.connect(self._on_row)
        self.questions.answered.connect(self._answer)
        self.counts.diffs_wanted.connect(self.go_next)
        self.diffs.changed.connect(self.refresh_next)
        theme().changed.connect(self._fit)
        self._fit()

    def _name_regions(self) -> None:
        choose, go_on, stop = KeyHint("↑↓", "选择"), KeyHint("Ctrl+Enter", "下一步"), KeyHint("Esc", "取消导入")
        mapping = (KeyHint("Enter", "改字段"), KeyHint("Delete", "不导入"), KeyHint("Alt+Enter", "采用建议"))
        self.add_region("drop", self.drop, (KeyHint("Ctrl+O", "选择文件"), KeyHint("Tab", "到批次")))
        batch = (KeyHint("Enter", "查看"), KeyHint("E", "导出"), KeyHint("Delete", "撤销整批"))
        self.add_region("batches", self.batches, (choose, *batch, KeyHint("Ctrl+O", "选择文件")))
        self.add_region("mapping", self.mapping.table, (choose, *mapping, go_on, stop))
        self.add_region("diffs", self.diffs, (choose, KeyHint("Space", "换成另一边"), go_on, stop))
        self.add_region("lines", self.lines, (choose, go_on, stop))
        self.add_region("result", self.result, (KeyHint("Ctrl+Enter", "自动编码"), KeyHint("Ctrl+O", "再导入一个")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the step."""
        return f"第 {self.step + 1} 步 {STEPS[self.step]}"

    def restore(self, place: Place) -> None:
        """Show the step that is being worked on; the batches are read anew."""
        self.batches.show_batches(self.shell.services.imports.batches())
        self.shell.set_status(self._status())

    def on_changes(self, changes: Changes) -> None:
        """Read the batches anew."""
        if changes.listing:
            self.batches.show_batches(self.shell.services.imports.batches())

    def default_focus(self) -> QWidget:
        """Return what the step is about."""
        if self.step == MAP:
            return self.mapping.table
        if self.step == CHECK:
            return self.diffs.table if self.preview and self.preview.diffs else self.lines.table
        if self.step == DONE:
            return self.result.primary
        return self.batches.table if self.batches.current else self.drop.button

    def _show_step(self, step: int) -> None:
        self.step = step
        self._steps.set_current(step)
        self._stack.setCurrentIndex((0, 1, 1, 2)[step])
        self.mapping.setVisible(step == MAP)
        has_diffs = bool(self.preview and self.preview.diffs)
        self.diffs.setVisible(step == CHECK and has_diffs)
        self.questions.setVisible(not self.questions.is_empty)
        self._foot.setVisible(step != CHOOSE)
        self._cancel.set_text("完成" if step == DONE else "取消")
        self._back.setVisible(step == CHECK)
        self._next.setVisible(step in (MAP, CHECK))
        self._said.setText("尚未写入任何病例" if step in (MAP, CHECK) else "")
        self.refresh_next()
        self._file.setText(self._file_words())
        self.shell.set_status(self._status())
        self.shell.actions.refresh()
        self.place_changed.emit()
        self.hints_changed.emit()
        if self.isVisible():
            self.default_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def to_write(self) -> int:
        """How many cases the import would write: new ones, and stored ones with a value taken from the file."""
        return self.preview.counts.new + len({case_id for case_id, _ in self.diffs.taken}) if self.preview else 0

    def refresh_next(self) -> None:
        """Say on the button what the next step does, with the number of cases that would be written."""
        self._next.set_text(f"导入 {self.to_write:,} 份" if self.step == CHECK else "下一步：核对与修复")
        self.shell.actions.refresh()

    def _file_words(self) -> str:
        if self.preview is None or self.step == CHOOSE:
            return ""
        source = self.preview.batch.source
        sheet = f" · 工作表「{source.sheet}」" if source.sheet else ""
        return f"{source.file}{sheet} · {self.preview.batch.read:,} 行"

    def _status(self) -> str:
        if self.preview is None or self.step not in (MAP, CHECK):
            return ""
        return f"预检 {self.preview.batch.read:,} 行，用时 {self._took_s:.1f} s"

    def _fit(self) -> None:
        self.counts.setFixedWidth(theme().px(420 if theme().wide else 324))

    def _on_row(self, _row: int) -> None:
        self.shell.actions.refresh()

    # Reading.

    def choose(self) -> None:
        """Ask for a file."""
        ask_open(self, self.shell.places, "选择要导入的首页文件", self.read)

    def read(self, path: Path) -> None:
        """Read a file and show what it would bring."""
        if self.busy:
            return
        self._show_step(CHOOSE)
        self._began = perf_counter()
        self.drop.show_reading(path.name)
        job = self._run(partial(self.shell.services.imports.preview, path), f"读取 {path.name}")
        job.progress.connect(self.drop.show_progress)
        job.done.connect(self._on_read)
        job.failed.connect(self._on_refused)
        job.cancelled.connect(self.drop.show_invitation)

    def _take_dropped(self, path: Path) -> None:
        """Read a file dropped on the page, unless another one is being worked on."""
        if self.step in (CHOOSE, DONE):
            self.read(path)

    @property
    def busy(self) -> bool:
        """True while a file is read or written."""
        return self._job is not None and not self._job.is_over

    def _run(self, work: object, label: str, *, writes: bool = False) -> Job:
        self._job = self.shell.jobs.run(work, label=label, writes=writes, parent=self)  # type: ignore[arg-type]  # a Work
        self._job.ended.connect(self.shell.actions.refresh)
        self.shell.actions.refresh()
        return self._job

    def _stop(self) -> None:
        if self._job:
            self._job.cancel()

    def _on_refused(self, problem: object) -> None:
        self.drop.show_invitation(str(problem) if isinstance(problem, UserProblem) else "")

    def _on_read(self, preview: ImportPreview) -> None:
        self.shell.notices.forget_problem()
        self._took_s = perf_counter() - self._began
        self.drop.show_invitation()
        self.diffs.keep_all()
        self._show_preview(preview)
        self._show_step(MAP)

    def _show_preview(self, preview: ImportPreview) -> None:
        self.preview = preview
        self.mapping.show_mapping(preview.batch.mapping)
        self.lines.show_preview(preview)
        self.questions.show_preview(preview)
        self.diffs.show_preview(preview)
        self.counts.show_preview(preview)
        self.refresh_next()

    def _remap(self, column_index: int, path: str) -> None:
        if self.preview and not self.busy:
            job = self._run(_Remap(self.shell.services.imports, self.preview, column_index, path), "按新的对应重读")
            job.done.connect(self._show_preview)

    def _answer(self, question: str, option: str) -> None:
        if self.preview and not self.busy:
            work = partial(self.shell.services.imports.answer, self.preview, question, option)
            self._run(work, "按您的回答重读").done.connect(self._show_preview)

    # Steps.

    def go_next(self) -> None:
        """Ctrl+Enter: the next step; the last one writes."""
        if self.step == CHOOSE:
            self.choose()
        elif self.step == MAP:
            self._show_step(CHECK)
        elif self.step == CHECK:
            self._write()
        elif self.outcome:
            self.auto_code()

    def go_back(self) -> None:
        """Go back to the mapping."""
        self._show_step(MAP)

    def cancel(self) -> None:
        """Esc: give the file up, after asking once; elsewhere go back to the place before."""
        if self.busy:
            self._stop()
        elif self.step in (MAP, CHECK):
            told = "尚未写入任何病例；列对应的修改会丢失。"
            ask(self, "放弃这次导入？", told, "放弃导入", self.start_over)
        elif self.step == DONE:
            self.start_over()
        else:
            self.shell.back()

    def start_over(self) -> None:
        """Go back to choosing a file; what was read is forgotten."""
        self.preview = self.outcome = None
        self.shell.set_status("")
        self._show_step(CHOOSE)

    def _write(self) -> None:
        if self.preview is None or self.busy:
            return
        self._show_step(DONE)
        self.result.show_writing(self.preview.path.name)
        work = partial(self.shell.services.imports.commit, self.preview, self.diffs.taken)
        job = self._run(work, f"导入 {self.preview.path.name}", writes=True)
        job.progress.connect(self.result.show_progress)
        job.done.connect(self._on_written)
        job.failed.connect(self._on_not_written)
        job.cancelled.connect(self._on_not_written)

    def _on_not_written(self, _problem: object = None) -> None:
        self.shell.notices.toast("没有写入任何病例。")
        self._show_step(CHECK)

    def _on_written(self, outcome: ImportOutcome) -> None:
        self.outcome = outcome
        if self.preview:
            self.result.show_outcome(outcome, self.preview)
        self._show_step(DONE)
        self.shell.publish(outcome.changes | Changes(listing=True))
        self.work.check(outcome.case_ids)

    # After the import, and with batches.

    def auto_code(self) -> None:
        """Code the cases of the import by machine."""
        if self.outcome:
            review = Place("autocode", {"batch": self.outcome.batch_id})
            self.work.auto_code(self.outcome.case_ids, review)

    def save_marked(self) -> None:
        """Save a copy of the user's file with the cells in question coloured and noted."""
        if self.preview:
            name = f"{self.preview.path.stem}_标记.xlsx"
            ask_save(self, self.shell.places, "保存带标记的原文件", self._save_marked, name=name)

    def _save_marked(self, path: Path) -> None:
        imports, preview = self.shell.services.imports, self.preview
        job = self.shell.jobs.run(
            lambda _progress: (imports.marked_copy(preview, path), path)[1], label=f"保存 {path.name}", parent=self
        )
        job.done.connect(self._on_marked)

    def _on_marked(self, path: Path) -> None:
        told, folder = f"已保存 {path.name}", OpenFolder(path.parent)
        self.shell.notices.toast(told, severity="ok", action=("打开文件夹", folder))

    def show_imported(self) -> None:
        """Show the cases of the import in the worklist."""
        if self.outcome:
            self._go_to_batch(self.outcome.batch_id)

    def undo_last(self) -> None:
        """Take the import back."""
        if self.outcome and self.preview:
            self._ask_undo(self.outcome.batch_id, self.preview.path.name)

    def show_batch(self) -> None:
        """Show the cases of the batch under the cursor in the worklist."""
        if self.batches.current:
            self._go_to_batch(self.batches.current.id)

    def export_batch(self) -> None:
        """Export the batch under the cursor."""
        if self.batches.current:
            self.work.export(self.batches.current.id, self.batches.current.file_name)

    def undo_batch(self) -> None:
        """Take the batch under the cursor back."""
        if self.batches.current:
            self._ask_undo(self.batches.current.id, self.batches.current.file_name)

    def _go_to_batch(self, batch_id: int) -> None:
        self.shell.go(Place("worklist", {"queue": "all", "tokens": [f"批次:#{batch_id}"], "text": ""}))

    def _ask_undo(self, batch_id: int, title: str) -> None:
        told = f"“{title}”导入的病例会全部移除，由它更新的值恢复原样。已有病案开始编码的批次不能撤销。"
        ask(self, "撤销整批？", told, "撤销整批", partial(self._undo, batch_id, title), danger=True)

    def _undo(self, batch_id: int, title: str) -> None:
        imports = self.shell.services.imports
        job = self._run(lambda _progress: (imports.undo_batch(batch_id), title), f"撤销 {title}", writes=True)
        job.done.connect(self._on_undone)

    def _on_undone(self, done: tuple[Changes, str]) -> None:
        self.shell.publish(done[0] | Changes(listing=True))
        self.shell.notices.toast(f"已撤销导入 {done[1]}")
        if self.step == DONE:
            self.start_over()


def _padded(part: QWidget) -> QWidget:
    holder = QWidget()
    holder.setLayout(column(part, margins=(12, 10, 12, 10)))
    return holder
