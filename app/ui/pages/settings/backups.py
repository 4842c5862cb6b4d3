"""备份与恢复: the backups there are, one now, and one in the place of the library after seeing what that loses."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.services.backup import BackupLine, BackupService, Loss, of_backup
from app.ui.actions import ActionTable
from app.ui.models.records import RecordModel
from app.ui.page import Shell
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Button, Card, Cell, Column, DataTable, Panel, StateStack, Text, row

_COLUMNS: Final = (
    Column("at", "时间", 170),
    Column("reason", "缘由", 90),
    Column("size", "大小", 100, "right"),
    Column("name", "文件", 200, stretch=True),
)
_MIB: Final = 1 << 20


class BackupsPanel(Panel):
    """The table with its two commands."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("已有的备份")
        self._shell = shell
        self.table = DataTable(_COLUMNS)
        self.table.setAccessibleName("已有的备份")
        self.table.setObjectName("backups")
        self._model: RecordModel[BackupLine] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.stack = StateStack(self.table)
        self.stack.setMinimumHeight(theme().px(220))
        self._away = Text("", "caption", "warn", wrap=True)
        self._away.setContentsMargins(12, 6, 12, 6)
        self._away.hide()
        self.body.addWidget(self._away)
        self.body.addWidget(self.stack)
        actions: ActionTable = shell.actions
        for action_id in ("settings.back_up", "settings.restore"):
            self.header.addWidget(ActionButton(actions, action_id, small=True))

    @property
    def current(self) -> BackupLine | None:
        """The backup under the cursor."""
        return self._model.at(self.table.current_row)

    def read(self) -> None:
        """Read the list beside the window; the folder may be a slow one."""
        if not self._shell.user.may("admin"):
            self.stack.show_empty("只有管理员可以查看备份。", "请联系管理员。")
            return
        self.stack.show_loading()
        job = self._shell.jobs.run(self._lines, parent=self)
        job.done.connect(self._on_lines)
        job.failed.connect(self._on_failed)

    def back_up(self) -> None:
        """Make a backup now."""
        job = self._shell.jobs.run(self._shell.services.backup.back_up, label="备份病案库", parent=self)
        job.done.connect(self._on_made)

    def restore(self) -> None:
        """Read what a restore of the chosen backup would lose, then ask."""
        line = self.current
        if line is not None:
            job = self._shell.jobs.run(partial(self._loss, line), label="核对备份", parent=self)
            job.done.connect(partial(self._ask, line))
            job.failed.connect(self._on_refused)

    def _lines(self, _progress: Progress) -> tuple[tuple[BackupLine, ...], str]:
        """Return the backups, and the folder of the settings where it cannot be read."""
        service: BackupService = self._shell.services.backup
        away = not service.folder.is_dir() and bool(service.plan.folder)
        return service.lines(), str(service.folder) if away else ""

    def _loss(self, line: BackupLine, _progress: Progress) -> Loss:
        service: BackupService = self._shell.services.backup
        try:
            return service.loss(line.key)
        except UserProblem as problem:
            path = Path(problem.where.file) if problem.where else service.folder / line.key
            raise of_backup(problem, path) from problem

    def _on_lines(self, read: tuple[tuple[BackupLine, ...], str]) -> None:
        lines, away = read
        self._model.show(lines)
        self._away.setText(f"读不到备份文件夹“{away}”。请接好磁盘、检查访问权限，或在上面换一个文件夹。")
        self._away.setVisible(bool(away))
        if lines:
            self.stack.show_content()
            self.table.go_to(0)
        else:
            self.stack.show_empty("还没有备份。", "有改动后会自动备份，也可以现在做一份。")
        self._shell.actions.refresh()

    def _on_failed(self, _problem: object) -> None:
        self.stack.show_empty("没有读到备份列表", "原因见通知。")

    def _on_refused(self, _problem: object) -> None:
        """Read the list anew: a backup that was taken away meanwhile stands in it no more."""
        self.read()

    def _on_made(self, path: Path) -> None:
        self._shell.notices.clear_bar("backup")
        self._shell.notices.toast(f"已备份：{path.name}", severity="ok")
        self.read()

    def _ask(self, line: BackupLine, lost: Loss) -> None:
        self._shell.notices.forget_problem()
        card = Card(self.window(), width=480)
        card.box.addWidget(Text(f"恢复到 {line.at:%Y-%m-%d %H:%M} 的备份", "title", wrap=True))
        for words in told(lost):
            card.box.addWidget(Text(words, tone="secondary", wrap=True))
        yes, no = Button("恢复并重新打开", kind="danger"), Button("取消", keys="Esc")
        no.clicked.connect(card.close_card)
        yes.clicked.connect(card.close_card)
        yes.clicked.connect(partial(self._restore, line))
        card.box.addSpacing(theme().px(8))
        card.box.addLayout(row(None, no, yes))
        card.open(no)

    def _restore(self, line: BackupLine) -> None:
        job = self._shell.jobs.run(partial(self._demand, line), writes=True, parent=self)
        job.done.connect(self._on_demanded)

    def _demand(self, line: BackupLine, _progress: Progress) -> None:
        self._shell.services.backup.ask_restore(line.key)

    def _on_demanded(self, _none: object) -> None:
        self.window().close()


def told(lost: Loss) -> tuple[str, ...]:
    """Return what a restore loses, in sentences."""
    if not lost.operations:
        first = "备份之后没有改动，恢复不会丢失内容。"
    else:
        people = "、".join(lost.people[:3]) + ("等" if len(lost.people) > 3 else "")
        last = f"，最近一次在 {lost.last:%Y-%m-%d %H:%M}" if lost.last else ""
        first = f"备份之后的 {lost.operations:,} 步操作会丢失（{people}{last}）。"
    cases = f"其中新增病案 {lost.added:,} 份，改过的病案 {lost.changed:,} 份。" if lost.added or lost.changed else ""
    keep = "恢复前会先把现在的病案库另存一份备份，需要时可以再恢复回来。窗口会关闭并重新打开。"
    return tuple(words for words in (first, cases, keep) if words)


def _cell(key: str, line: BackupLine) -> Cell:
    match key:
        case "at":
            return Cell(f"{line.at:%Y-%m-%d %H:%M:%S}")
        case "reason":
            return Cell(line.reason, "fg_secondary")
        case "size":
            return Cell(f"{line.size / _MIB:,.1f} MB", "fg_secondary", right=True)
        case _:
            return Cell(line.key, "fg_secondary", small=True)
