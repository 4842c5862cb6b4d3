"""The 便签 tab: sticky notes of the case and of its fields, open ones first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.services.notes import NoteLine
from app.services.types import CaseView
from app.ui.masking import masking
from app.ui.page import Shell
from app.ui.pages.case.card_list import CardList
from app.ui.pages.case.dock_cards import MARGINS, DockCard, GroupHead
from app.ui.widgets import Chip, IconLabel, Text, column, row
from app.ui.widgets.buttons import Button


class StickyCard(DockCard):
    """A note: where, who may read it, the words, who and when; what can be done with it while it is chosen."""

    def __init__(self, line: NoteLine) -> None:
        shared = "私人" if line.is_private else "共享"
        said = masking().words(line.words)
        super().__init__(f"{shared}便签 {line.place} {said} {'' if line.is_open else '已办结'}")
        self.made_of = (line.id,)
        self.line = line
        icon = IconLabel("note" if line.is_open else "passed", "fg_secondary" if line.is_open else "fg_muted", 14)
        head = row(icon, Text(line.place, "caption_bold", "secondary", elide=True), gap=6)
        head.setStretch(1, 1)
        head.addWidget(Chip(shared, "neutral", "ph.lock-simple" if line.is_private else "ph.users"))
        words = Text(said, tone="fg" if line.is_open else "muted", wrap=True)
        told = Text(_told(line), "caption", "muted", wrap=True)
        self.setLayout(column(head, 3, words, told, gap=1, margins=MARGINS))

    def parts_when_on(self) -> Sequence[QWidget]:
        """Return the buttons: where it is stuck, and what can be done with it."""
        line = self.line
        first = [self.button("跳到字段", "jump", "Enter")] if line.path else []
        first.append(self.button("办结" if line.is_open else "重开", "settle", "D"))
        second = []
        if line.is_mine:
            second.append(self.button("改写…", "edit", "E", "link"))
            second.append(self.button("改为共享" if line.is_private else "改为私人", "share", "P", "link"))
            second.append(self.button("删除", "drop", "Del", "link"))
        box = QWidget()
        box.setLayout(column(row(*first, None, gap=8, margins=(0, 4, 0, 0)), row(*second, None, gap=2), gap=2))
        return (box,)


class NotesTab(CardList):
    """``jump(path)``: the cursor is wanted there. ``wanted(card, what)``: edit, share, settle, drop."""

    jump = Signal(str)
    write = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__("notes", "便签")
        self._shell = shell
        self._count = Text("", "bold")
        self._new = Button("写便签…", small=True, icon="add", keys="Alt+N")
        self._new.setObjectName("write_note")
        self._new.setFocusPolicy(self.focusPolicy().NoFocus)
        self._new.clicked.connect(self.write)
        self.head.box.insertWidget(0, self._count)
        self.head.add(self._new)
        self.opened.connect(self._on_opened)

    def show_view(self, view: CaseView) -> None:
        """Read the notes of a case anew."""
        lines = self._shell.services.notes.of_case(view.case_id)
        is_open = [line for line in lines if line.is_open]
        done = [line for line in lines if not line.is_open]
        parts: list[QWidget] = [StickyCard(line) for line in is_open]
        if done:
            parts += [GroupHead("已办结", len(done)), *(StickyCard(line) for line in done)]
        self._count.setText(f"{len(is_open)} 张未办")
        self._new.setEnabled(not self._shell.services.session.db.read_only)
        self.show_parts(parts, "没有便签。", "光标放在字段上按 Alt+N，给它贴一张；只给自己看的按 Alt+Shift+N。")

    def current_note(self) -> NoteLine | None:
        """Return the chosen note."""
        card = self.current()
        return card.line if isinstance(card, StickyCard) else None

    def _on_opened(self, card: StickyCard) -> None:
        if card.line.path:
            self.jump.emit(card.line.path)


def _told(line: NoteLine) -> str:
    told = f"{line.who} {line.at:%m-%d %H:%M}"
    if line.edited_at:
        told += f"，{line.edited_at:%m-%d %H:%M} 改写"
    if line.done_at:
        told += f"；{line.done_by} {line.done_at:%m-%d %H:%M} 办结"
    return told
