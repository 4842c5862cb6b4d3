"""The 历史 tab: every operation on the case with what it changed, or only on the field under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.case import FieldPath
from app.domain.field import Group
from app.domain.fields import field
from app.services.case_history import HistoryStep
from app.services.types import CaseView
from app.ui.masking import masking
from app.ui.page import Shell
from app.ui.pages.case.card_list import CardList
from app.ui.pages.case.dock_cards import MARGINS, DockCard, GroupHead
from app.ui.pages.wording import short_date
from app.ui.widgets import Chip, Text, column, row
from app.ui.widgets.buttons import Button

_MOST: Final = 30
"""Operations that are shown at once; earlier ones by 更早."""


class StepCard(DockCard):
    """One operation: when, who, what; its changes line by line, the group if it changed, two buttons when chosen."""

    def __init__(self, step: HistoryStep, lines: tuple[str, ...], path: str) -> None:
        super().__init__(masking().words(f"{step.at:%m-%d %H:%M} {step.who} {step.what} {'；'.join(lines)}"))
        self.made_of = (step.op_id, lines, path)
        self.step, self.path = step, path
        says_all = len(lines) == 1 and lines[0].startswith(f"{masking().words(step.what)}：")
        head = row(
            Text(masking().words(step.what), "bold"),
            None,
            Text(f"{step.who} {step.at:%H:%M}", "caption", "muted"),
            gap=6,
        )
        shown = (lines[0].removeprefix(f"{masking().words(step.what)}："),) if says_all else lines
        parts: list[QWidget] = [Text(line, tone="secondary", wrap=True) for line in shown]
        if step.regroups:
            before, after = step.group_before or "未分组", step.group_after or "未分组"
            holder = QWidget()
            holder.setLayout(row(Chip(f"分组 {before} → {after}", "accent"), None, margins=(0, 2, 0, 2)))
            parts.append(holder)
        self.setLayout(column(head, 2, *parts, gap=1, margins=MARGINS))

    def parts_when_on(self) -> Sequence[QWidget]:
        """Return the buttons: to the field, and the case as this left it."""
        buttons = QWidget()
        jump = [self.button("跳到字段", "jump", "Enter")] if self.path else []
        buttons.setLayout(row(*jump, self.button("当时的病案", "moment", "V", "link"), None, margins=(0, 4, 0, 0)))
        return (buttons,)


class HistoryTab(CardList):
    """↑↓ choose, Enter goes to the field, V shows the case as it was then, F keeps to the field under the cursor.

    ``jump(path)``: the cursor is wanted there. ``moment(op_id)``: the case as that operation left it.
    """

    jump = Signal(str)
    moment = Signal(int)

    def __init__(self, shell: Shell) -> None:
        super().__init__("history", "病案历史")
        self._shell = shell
        self._steps: tuple[HistoryStep, ...] = ()
        self._path = self._only = ""
        self._most = _MOST
        self._count = Text("", "bold")
        self._filter = Button("只看本项", small=True, keys="F")
        self._filter.setObjectName("history_filter")
        self._more = Button("更早", kind="link", small=True)
        for button in (self._filter, self._more):
            button.setFocusPolicy(self.focusPolicy().NoFocus)
        self._filter.clicked.connect(self.toggle_filter)
        self._more.clicked.connect(self._show_earlier)
        self.head.box.insertWidget(0, self._count)
        self.head.add(self._more, self._filter)
        self.opened.connect(self._on_opened)
        self.wanted.connect(self._on_wanted)
        masking().switched.connect(self._fill)

    @property
    def only(self) -> str:
        """The path of the field that the list keeps to, '' for the whole case."""
        return self._only

    def show_view(self, view: CaseView, *, same_case: bool) -> None:
        """Read the history of a case anew."""
        if not same_case:
            self._only, self._most = "", _MOST
        self._steps = self._shell.services.history.timeline(view.case_id)
        self._fill()

    def follow(self, path: str) -> None:
        """Note the field under the cursor."""
        self._path = path

    def toggle_filter(self) -> None:
        """Keep to the field under the cursor, or show the whole case again."""
        self._only = "" if self._only else self._path
        self._fill()

    def show_field(self, path: str) -> None:
        """Keep to a field."""
        self._only = path
        self._fill()

    def _show_earlier(self) -> None:
        self._most += _MOST
        self._fill()

    def _fill(self) -> None:
        told = [(step, *_kept(step, self._only)) for step in self._steps]
        found = [(step, lines, path) for step, lines, path in told if lines or not self._only]
        parts: list[QWidget] = []
        today, day = self._shell.services.session.clock.now(), ""
        known = {card.made_of: card for card in self.cards}
        for step, lines, path in found[: self._most]:
            title = _day(step.at, today)
            if title != day:
                day = title
                parts.append(GroupHead(title, sum(_day(one.at, today) == title for one, _, _ in found)))
            parts.append(known.get((step.op_id, lines, path)) or StepCard(step, lines, path))
        self._count.setText(f"{len(found):,} 次操作")
        self.head.note.setText(_label(self._only))
        self._filter.set_text("全部" if self._only else "只看本项")
        self._more.setVisible(len(found) > self._most)
        self.show_parts(parts, "这一项没有改动过。", "按 F 看整份病案的历史。")

    def _on_opened(self, card: StepCard) -> None:
        if card.path:
            self.jump.emit(card.path)

    def _on_wanted(self, card: StepCard, what: str) -> None:
        if what == "moment":
            self.moment.emit(card.step.op_id)
        else:
            self._on_opened(card)

    def show_moment(self) -> None:
        """Ask for the case as the chosen operation left it."""
        card = self.current()
        if isinstance(card, StepCard):
            self.moment.emit(card.step.op_id)


def _kept(step: HistoryStep, only: str) -> tuple[tuple[str, ...], str]:
    """Return the lines of an operation that are about a field (all for ''), and where the first of them stands."""
    paths = step.paths or ("",) * len(step.changes)
    found = [(line, path) for line, path in zip(step.changes, paths, strict=True) if not only or path == only]
    return tuple(masking().words(line) for line, _ in found), next((path for _, path in found if path), "")


def _day(at: datetime, today: datetime) -> str:
    return "今天" if at.date() == today.date() else short_date(at, today.year)


def _label(path: str) -> str:
    """Return what the list keeps to, in words."""
    if not path:
        return ""
    at = FieldPath.parse(path)
    return field(path).label if at.group is Group.CASE else f"{field(path).label} {at.index + 1}"
