"""A backup in the place of a library that cannot be opened: the backups there are, checked one by one, and the swap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from app.common.errors import UserProblem
from app.ui.jobs import Job, JobRunner
from app.ui.models.records import RecordModel
from app.ui.widgets.badges import ProgressLine
from app.ui.widgets.buttons import Button
from app.ui.widgets.cells import Cell
from app.ui.widgets.frames import ask
from app.ui.widgets.panes import Pane, column, row
from app.ui.widgets.states import StateStack
from app.ui.widgets.table import Column, DataTable
from app.ui.widgets.text import Text

if TYPE_CHECKING:
    from app.common.progress import Progress
    from app.services.rescue import Rescue, RescueLine

_COLUMNS: Final = (
    Column("at", "时间", 150),
    Column("reason", "缘由", 70),
    Column("size", "大小", 90, "right"),
    Column("state", "核对", 160, stretch=True),
)
_MIB: Final = 1 << 20


@dataclass(slots=True)
class _Row:
    """A backup and what its check found: ``problem`` for one that cannot be used, ``lost`` operations if known."""

    line: RescueLine
    is_checked: bool = False
    lost: int | None = None
    problem: UserProblem | None = None

    @property
    def is_sound(self) -> bool:
        return self.is_checked and self.problem is None


class RescuePane(Pane):
    """The list and its buttons. ``left`` on 返回; ``restored`` when a backup has taken the place."""

    left = Signal()
    restored = Signal()

    def __init__(self, rescue: Rescue, parent: QWidget) -> None:
        super().__init__("surface", parent=parent)
        self._rescue = rescue
        self._folder: Path | None = None
        self._jobs = JobRunner(self)
        self._swapping: Job | None = None
        self._checking: Job | None = None
        self._led = 0
        self._leaves = False
        self.table = DataTable(_COLUMNS)
        self.table.setAccessibleName("可用来恢复的备份")
        self._model: RecordModel[_Row] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self.ask_first)
        self._list = StateStack(self.table)
        self._place = Text("", "caption", "muted", elide=True)
        self._said = Text("", tone="secondary", wrap=True)
        self._bar = ProgressLine()
        self._bar.hide()
        self._other = Button("其他文件夹…")
        self._back = Button("返回", keys="Esc")
        self._go = Button("恢复…", kind="primary", keys="Enter")
        self._other.clicked.connect(self.choose_folder)
        self._back.clicked.connect(self.leave)
        self._go.clicked.connect(self.ask_first)
        box = column(gap=8, margins=(24, 20, 24, 16))
        box.addWidget(Text("用备份恢复病案库", "title"))
        box.addWidget(self._place)
        box.addWidget(self._list, 1)
        box.addWidget(self._said)
        box.addWidget(self._bar)
        box.addLayout(row(self._other, None, self._back, self._go))
        self.setLayout(box)

    def read(self, folder: Path | None = None) -> None:
        """List the backups of a folder, None for the one listed last, and begin to check them."""
        self._folder = folder or self._folder
        self._place.setText(str(self._folder or self._rescue.folder))
        self._list.show_loading()
        job = self._jobs.run(partial(_lines, self._rescue, self._folder), parent=self)
        job.done.connect(self._on_lines)

    def choose_folder(self) -> None:
        """List the backups of another folder: the one of the settings cannot be read from a broken library."""
        dialog = QFileDialog(self, "备份所在的文件夹", str(self._folder or self._rescue.folder))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_folder)
        dialog.open()

    def ask_first(self) -> None:
        """Say what is lost and what is kept, then restore from the chosen backup."""
        chosen = self._model.at(self.table.current_row)
        if chosen is not None and chosen.is_sound and self._swapping is None:
            words = f"{_lost(chosen)}打不开的文件不会删除，改名为 {self._rescue.kept_as()} 留在原处。"
            ask(
                self,
                f"用 {chosen.line.at:%Y-%m-%d %H:%M} 的备份恢复",
                words,
                "恢复并打开",
                partial(self._swap, chosen),
                danger=True,
            )

    def leave(self) -> None:
        """Stop a restore that runs; without one, go back."""
        if self._swapping is not None:
            self._swapping.cancel()
        else:
            self.left.emit()

    def may_close(self) -> bool:
        """Return whether nothing is being put into place; if something is, stop it, and close the window then."""
        if self._swapping is not None:
            self._leaves = True
            self._swapping.cancel()
            return False
        self._jobs.close()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops or goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _on_folder(self, name: str) -> None:
        self.read(Path(name))

    def _on_lines(self, lines: tuple[RescueLine, ...]) -> None:
        self._model.show([_Row(line) for line in lines])
        self._led = 0
        if lines:
            self._list.show_content()
            self.table.go_to(0)
            self.table.setFocus()
            self._check_next()
        else:
            self._list.show_empty("这个文件夹里没有备份。", "备份放在别处（如移动硬盘）时，点“其他文件夹…”。")
            self._other.setFocus()
        self._show_chosen()

    def _check_next(self) -> None:
        """Check the chosen backup, else the newest of those left, while no other one is checked."""
        chosen = self._model.at(self.table.current_row)
        left = [one for one in (chosen, *self._model.values) if one is not None and not one.is_checked]
        if left and self._checking is None and self._swapping is None:
            self._checking = self._jobs.run(partial(_check, self._rescue, left[0]), parent=self)
            self._checking.ended.connect(self._on_checked)

    def _on_checked(self) -> None:
        self._checking = None
        self._model.refresh()
        at = self.table.current_row
        chosen = self._model.at(at)
        if chosen is not None and chosen.problem is not None and at == self._led:  # the cursor waits for a sound one
            self._led = at + 1
            self.table.go_to(self._led)
        self._show_chosen()
        self._check_next()

    def _on_row(self, _row: int) -> None:
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self._model.at(self.table.current_row)
        self._go.setEnabled(chosen is not None and chosen.is_sound and self._swapping is None)
        if chosen is None:
            self._say("")
        elif chosen.problem is not None:
            self._say(f"{chosen.problem.message}{chosen.problem.advice}", "warn")
        else:
            self._say(_lost(chosen) if chosen.is_checked else "正在核对这份备份，核对通过后可以用它恢复。")

    def _swap(self, chosen: _Row) -> None:
        self._swapping = self._jobs.run(partial(self._rescue.restore, chosen.line), writes=True, parent=self)
        self._swapping.progress.connect(self._on_step)
        self._swapping.done.connect(self._on_done)
        self._swapping.failed.connect(self._on_failed)
        self._swapping.cancelled.connect(self._on_cancelled)
        self._back.set_text("取消", "Esc")
        self._bar.set_value(0)
        self._show_running(is_running=True)
        self._back.setFocus()

    def _on_step(self, done: int, total: int, note: str) -> None:
        self._bar.set_value((done + 0.5) / total)
        self._say(f"{note}…（第 {done + 1} 步，共 {total} 步）")

    def _on_done(self, _none: object) -> None:
        self._swapping = None
        self.restored.emit()

    def _on_failed(self, problem: object) -> None:
        told = str(problem) if isinstance(problem, UserProblem) else "程序出错，没有恢复，打不开的文件仍在原处。"
        self._stopped(told, "error")

    def _on_cancelled(self) -> None:
        self._stopped("已取消，没有恢复，所有文件仍在原处。", "secondary")

    def _stopped(self, words: str, tone: str) -> None:
        self._swapping = None
        self._back.set_text("返回", "Esc")
        self._show_running(is_running=False)
        self._go.setEnabled(True)
        self.table.setFocus()
        self._say(words, tone)
        self._check_next()
        if self._leaves:
            self.window().close()

    def _show_running(self, *, is_running: bool) -> None:
        self._bar.setVisible(is_running)
        self.table.setEnabled(not is_running)
        for button in (self._other, self._go):
            button.setEnabled(not is_running)

    def _say(self, words: str, tone: str = "secondary") -> None:
        self._said.setText(words)
        self._said.set_tone(tone)


def _lines(rescue: Rescue, folder: Path | None, _progress: Progress) -> tuple[RescueLine, ...]:
    return rescue.lines(folder)


def _check(rescue: Rescue, one: _Row, _progress: Progress) -> None:
    try:
        one.lost = rescue.check(one.line)
    except UserProblem as problem:
        one.problem = problem
    one.is_checked = True


def _lost(one: _Row) -> str:
    """Return what a restore from a backup loses, as far as it is known outside the library."""
    if one.lost is None:
        return "这份备份之后的改动会丢失。"
    if one.lost == 0:
        return "按本机的记录，这份备份之后没有改动。"
    return f"按本机的记录，这份备份之后的 {one.lost:,} 步操作会丢失。"


def _cell(key: str, one: _Row) -> Cell:
    match key:
        case "at":
            return Cell(f"{one.line.at:%Y-%m-%d %H:%M:%S}")
        case "reason":
            return Cell(one.line.reason, "fg_secondary")
        case "size":
            return Cell(f"{one.line.size / _MIB:,.1f} MB", "fg_secondary", right=True)
        case _ if one.problem is not None:
            return Cell("不能用", "warn")
        case _:
            return Cell("可用", "ok") if one.is_checked else Cell("等待核对", "fg_muted")
