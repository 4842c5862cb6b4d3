"""The desk: how far today's work is, and four blocks that lead into it. Counts move by themselves, cases do not."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.desk import DeskNumber, DeskView
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.home.block import BlockPanel
from app.ui.pages.home.system import SystemPanel
from app.ui.pages.worklist.columns import Cells
from app.ui.ports import JsonValue
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Pane, ProgressLine, StateStack, Text, column, row

_MOST_IN_QUEUE = 3000


class HomePage(Page):
    """Reads in the background; the blocks are made anew only when another role sits down."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._blocks: dict[str, BlockPanel] = {}
        self._view: DeskView | None = None
        self._number = 0

    def build(self) -> None:
        """Make the line of today's work and the room for the blocks."""
        services = self.shell.services
        self.cells = Cells(services.session.clock.now, services.user.id)
        head = Pane("surface", "b")
        self._today = Text("", "section")
        self._progress = ProgressLine(width=160)
        self._note = Text("", "caption", "muted")
        begin = ActionButton(self.shell.actions, "desk.begin", kind="primary")
        head.setLayout(row(self._today, self._progress, self._note, None, begin, gap=12, margins=(16, 10, 16, 10)))
        self._grid = QGridLayout()
        self._grid.setContentsMargins(*(theme().px(16),) * 4)
        self._grid.setSpacing(theme().px(12))
        self.system = SystemPanel(self.shell.actions)
        self.system.backups.clicked.connect(self._on_backups)
        self.system.backups.setVisible(any(action.id == "go.settings" for action in self.shell.actions))
        body = QWidget()
        body.setLayout(self._grid)
        self._stack = StateStack(body, "canvas")
        layout = column(head)
        layout.addWidget(self._stack, 1)
        self.setLayout(layout)
        keys = (KeyHint("Tab", "下一块"), KeyHint("Enter", "打开"), KeyHint("Ctrl+Enter", "从最急的开始"))
        self.add_region("blocks", body, keys)

    def restore(self, place: Place) -> None:
        """Count anew whenever the page is shown."""
        self.refresh()

    def default_focus(self) -> QWidget | None:
        """Return the first table with cases."""
        return next((one.table for one in self._blocks.values() if one.block.lines), None)

    def on_changes(self, changes: Changes) -> None:
        """Count anew; the cases shown stay until F5 or the next visit."""
        if self.isVisible() and (changes.listing or changes.cases):
            self._read(whole=False)

    @property
    def has_cases(self) -> bool:
        """True when there is a case to begin with."""
        return self._first() is not None

    def refresh(self) -> None:
        """F5: count and list anew."""
        if self._view is None:
            self._stack.show_loading()
        self._read(whole=True)

    def begin(self) -> None:
        """Open the most urgent case of what must be done today, with its list behind it."""
        block = self._first()
        if block is not None:
            self._open(block, block.block.lines[0].case_id)

    def check(self) -> None:
        """Check the cases that were changed since they were last checked."""
        ids = self.shell.services.checking.stale()
        if not ids:
            self.shell.notices.toast("所有病例都已检查。")
            return

        def run(progress: Progress) -> Changes:
            changes: Changes = self.shell.services.checking.run(ids, progress)
            return changes

        job = self.shell.jobs.run(run, label=f"检查 {len(ids):,} 份", writes=True, parent=self)
        job.done.connect(self.shell.publish)

    def _read(self, *, whole: bool) -> None:
        self._number += 1
        number, services = self._number, self.shell.services
        job = self.shell.jobs.run(
            lambda _progress: (number, whole, services.desk.view(), services.worklist.people()), parent=self
        )
        job.done.connect(self._on_read)

    def _on_read(self, read: tuple[int, bool, DeskView, dict[str, str]]) -> None:
        number, whole, view, people = read
        if number != self._number:
            return
        first = self._view is None
        self._view, self.cells.people = view, people
        self._today.setText(f"今日已完成 {view.finished:,} / {view.wanted:,}")
        self._progress.set_value(view.finished / view.wanted if view.wanted else 1.0)
        self._note.setText(view.leaving)
        self._show_blocks(view, whole=whole)
        self.system.show_lines(view.system)
        self.shell.set_badge(self.key, next((one.count for one in view.blocks[0].numbers), 0) if view.blocks else 0)
        self._stack.show_content()
        self.shell.actions.refresh()
        focus = self.default_focus()
        if first and self.isVisible() and focus is not None and self.window().focusWidget() in (None, self):
            focus.setFocus()

    def _show_blocks(self, view: DeskView, *, whole: bool) -> None:
        known = [one.key for one in view.blocks] == list(self._blocks)
        if not known or any(not self._blocks[one.key].fits(one) for one in view.blocks):
            self._make_blocks(view)
        else:
            for block in view.blocks:
                if whole:
                    self._blocks[block.key].show_block(block)
                else:
                    self._blocks[block.key].show_numbers(block)
        if view.is_empty and view.blocks:
            self._blocks[view.blocks[0].key].show_empty_library(self._bring)

    def _bring(self) -> None:
        self.shell.go(Place("import"))

    def _make_blocks(self, view: DeskView) -> None:
        for gone in self._blocks.values():
            gone.hide()
            gone.deleteLater()
        self._blocks = {block.key: BlockPanel(block, self.cells) for block in view.blocks}
        panels: list[QWidget] = [*self._blocks.values(), self.system]
        for place, panel in enumerate(panels):
            self._grid.addWidget(panel, place // 2, place % 2)
        for block in self._blocks.values():
            block.asked.connect(self._on_asked)
            block.opened.connect(self._on_opened)

    def _first(self) -> BlockPanel | None:
        return next((one for one in self._blocks.values() if one.block.lines), None)

    def _on_asked(self, number: DeskNumber) -> None:
        """Open the list or the page behind a number."""
        if number.page:
            self.shell.go(Place(number.page))
            return
        tokens: list[JsonValue] = [*number.words.split()]
        self.shell.go(Place("worklist", {"queue": number.queue, "tokens": tokens, "text": ""}))

    def _on_opened(self, case_id: int) -> None:
        panel = next(one for one in self._blocks.values() if any(line.case_id == case_id for line in one.block.lines))
        self._open(panel, case_id)

    def _open(self, panel: BlockPanel, case_id: int) -> None:
        shown = next(one for one in panel.block.numbers if one.count and not one.page)
        ids = self.shell.services.worklist.ids(shown.queue, shown.words, "priority")[:_MOST_IN_QUEUE]
        queue: list[JsonValue] = [*ids]
        self.shell.go(Place("case", {"case": case_id, "queue": queue}))

    def _on_backups(self) -> None:
        self.shell.go(Place("settings", {"group": "backup"}))
