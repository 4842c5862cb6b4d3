"""The 三方对照 tab: physician, coder and insurer line by line; differences by sign and word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.services.three_way import Standing, ThreeLine, ThreeWay
from app.ui.masking import masking
from app.ui.pages.case.card_list import CardList
from app.ui.pages.case.dock_cards import MARGINS, DockCard, GroupHead
from app.ui.theme import theme
from app.ui.widgets import Text, column, row
from app.ui.widgets.buttons import Button

if TYPE_CHECKING:
    from app.services.types import CaseView
    from app.ui.page import Shell

NOT_YET: Final = "尚无回传"
_MARKS: Final = {
    Standing.SAME: ("= 一致", "muted"),
    Standing.CODED: ("＋ 已编码", "muted"),
    Standing.CHANGED: ("≠ 编码改动", "warn"),
    Standing.ADDED: ("＋ 编码增加", "warn"),
    Standing.REMOVED: ("− 编码删除", "warn"),
    Standing.OPEN: ("○ 未编码", "muted"),
}


class ThreeCard(DockCard):
    """One line: what it is and how the sides stand, then the three sides below each other."""

    def __init__(self, line: ThreeLine, *, answered: bool) -> None:
        word, tone = _MARKS[line.standing]
        insurer = (line.insurer or "无此项" if line.insurer is not None else "—") if answered else NOT_YET
        physician, coder = (masking().value(line.path, said) for said in (line.physician, line.coder))
        super().__init__(f"{line.label}，{word}，医师 {physician}，编码 {coder}，医保 {insurer}")
        self.made_of = (line.label, line.path)
        self.line = line
        head = row(Text(line.label, "caption_bold", "secondary", elide=True), gap=6)
        head.setStretch(0, 1)
        if line.is_disputed:
            head.addWidget(Text("▲ 医保不同", "caption_bold", "error"))
        head.addWidget(Text(word, "caption_bold" if line.is_changed else "caption", tone))
        sides = [_side("医师", physician or "无", "secondary"), _side("编码", coder or "无", "fg")]
        if line.insurer is not None or not (answered or line.path):
            sides.append(_side("医保", insurer, "fg" if answered else "muted"))
        self.setLayout(column(head, 2, *sides, gap=1, margins=MARGINS))


class ThreeTab(CardList):
    """↑↓ choose, Enter goes to the field, D leaves out what agrees. ``jump(path)``: the cursor is wanted there."""

    jump = Signal(str)

    def __init__(self, shell: Shell) -> None:
        super().__init__("three_way", "三方对照")
        self._shell = shell
        self._found = ThreeWay((), None)
        self._differing = False
        self._count = Text("", "bold")
        self._only = Button("只看不同", small=True, keys="D")
        self._only.setObjectName("three_filter")
        self._only.setFocusPolicy(self.focusPolicy().NoFocus)
        self._only.clicked.connect(self.toggle)
        self.head.box.insertWidget(0, self._count)
        self.head.add(self._only)
        self.opened.connect(self._on_opened)

    def show_view(self, view: CaseView) -> None:
        """Read the three sides of a case anew."""
        self._found = self._shell.services.three_way.of(view)
        self._fill()

    def toggle(self) -> None:
        """Leave out what agrees, or show everything again."""
        self._differing = not self._differing
        self._fill()

    def _fill(self) -> None:
        found, parts = self._found, list[QWidget]()
        for group in found.groups:
            lines = [line for line in group.lines if not self._differing or line.is_changed or line.is_disputed]
            if lines:
                parts.append(GroupHead(group.title, len(lines)))
                parts += [ThreeCard(line, answered=found.returned_at is not None) for line in lines]
        self._count.setText(f"编码改动 {found.changed} 处")
        answer = f"医保 {found.disputed} 处不同" if found.returned_at else f"医保{NOT_YET}"
        self.head.note.setText(answer)
        self._only.set_text("全部" if self._differing else "只看不同")
        self.show_parts(parts, "三方一致。", "按 D 看全部各行。")

    def _on_opened(self, card: ThreeCard) -> None:
        if card.line.path:
            self.jump.emit(card.line.path)


def _side(who: str, words: str, tone: str) -> QHBoxLayout:
    name = Text(who, "caption", "muted")
    name.setFixedWidth(theme().px(30))
    line = row(name, gap=6)
    line.addWidget(Text(words, "caption", tone, wrap=True), 1)
    return line
