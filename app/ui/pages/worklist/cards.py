"""Cards of the list: a name for a view, why cases wait, to whom they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from app.ui.pages.ask_card import AskCard
from app.ui.theme import theme
from app.ui.widgets import Button, Text, row
from app.ui.widgets.roomy import RoomyRows

_ID = Qt.ItemDataRole.UserRole
_LEAST_SHOWN, _MOST_SHOWN = 3, 8
_SOON = (("今天", 0), ("明天", 1), ("三天后", 3), ("一周后", 7))


class ListCard(AskCard):
    """A card that may also offer a list to choose from."""

    def __init__(self, parent: QWidget, title: str, told: str, verb: str) -> None:
        super().__init__(parent, "list", title, told, verb)

    def _add_list(self, name: str, label: str, entries: Sequence[tuple[str, str]]) -> QListWidget:
        """Append a list of (id, words); Enter in it goes on."""
        chosen = QListWidget()
        chosen.setObjectName(name)
        chosen.setAccessibleName(label)
        chosen.setUniformItemSizes(True)
        chosen.setItemDelegate(RoomyRows(chosen))
        for key, words in entries:
            item = QListWidgetItem(words)
            item.setData(_ID, key)
            chosen.addItem(item)
        chosen.setCurrentRow(0)
        chosen.setSpacing(theme().px(2))
        line = chosen.sizeHintForRow(0) + theme().px(4)
        chosen.setMaximumHeight(min(max(len(entries), 1), _MOST_SHOWN) * line + theme().px(4))
        chosen.setMinimumHeight(min(max(len(entries), 1), _LEAST_SHOWN) * line + theme().px(4))
        chosen.itemActivated.connect(self._on_yes)
        self.box.addWidget(Text(label, "caption", "muted"))
        self.box.addWidget(chosen)
        return chosen


class NameCard(ListCard):
    """Asks for the name of a view; ``take(name)`` may refuse with a problem."""

    def __init__(
        self, parent: QWidget, title: str, told: str, verb: str, take: Callable[[str], object], name: str = ""
    ) -> None:
        super().__init__(parent, title, told, verb)
        self._take = take
        self._name = self._add_field("view_name", "名称", "例如：肝胆四级手术", name)
        self._name.setMaxLength(20)
        self._name.selectAll()
        self._end()
        self.open(self._name)

    def _do(self) -> None:
        self._take(self._name.text().strip())


class FollowUpCard(ListCard):
    """Asks why cases wait and when somebody looks again; ``take(day, reason, note)`` may refuse with a problem."""

    def __init__(
        self,
        parent: QWidget,
        told: str,
        reasons: Sequence[str],
        today: date,
        take: Callable[[str, str, str], object],
    ) -> None:
        super().__init__(parent, "记为待跟进", told, "记下")
        self._take = take
        self._reasons = self._add_list("reasons", "常用原因", [(one, one) for one in reasons])
        self._reason = self._add_field("reason", "原因", "从上面选，或写一句话", reasons[0] if reasons else "")
        self._reasons.currentTextChanged.connect(self._reason.setText)
        self._day = self._add_field("due", "跟进日期", "2026-11-28，可留空", (today + timedelta(days=1)).isoformat())
        self.box.addLayout(self._days(today))
        self._note = self._add_field("note", "备注", "可留空")
        self._end()
        self.open(self._reasons)

    def _days(self, today: date) -> QHBoxLayout:
        buttons = []
        for words, days in _SOON:
            button = Button(words, kind="link", small=True)
            button.setProperty("day", (today + timedelta(days=days)).isoformat())
            button.clicked.connect(self._on_day)
            buttons.append(button)
        return row(*buttons, None, gap=4)

    def _on_day(self) -> None:
        self._day.setText(str(self.sender().property("day")))

    def _do(self) -> None:
        self._take(self._day.text(), self._reason.text(), self._note.text())


class AssignCard(ListCard):
    """Asks to whom cases are given; ``take(id)``."""

    def __init__(self, parent: QWidget, told: str, people: Mapping[str, str], take: Callable[[str], object]) -> None:
        super().__init__(parent, "指派给编码员", told, "指派")
        self._take = take
        self._people = self._add_list("people", "编码员", list(people.items()))
        self._end()
        self.open(self._people)

    def _do(self) -> None:
        chosen = self._people.currentItem()
        if chosen is not None:
            self._take(str(chosen.data(_ID)))
