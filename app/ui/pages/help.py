"""The help page: topics from ``resources/help``, and every action with its keys from the action table."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QStackedWidget, QTextBrowser, QWidget

from app.ui.actions import Action
from app.ui.page import KeyHint, Page, PageSpec, Place
from app.ui.ports import EVERYONE
from app.ui.shell.help_topics import KEYS, Section, Topic, find, topics
from app.ui.theme import theme, tokens
from app.ui.widgets import (
    ActionButton,
    Cell,
    CellModel,
    Column,
    DataTable,
    FilterBox,
    Pane,
    SideLine,
    SideList,
    column,
    row,
)
from app.ui.widgets.painting import keys_text

_LINE = 920
"""The longest line of the text in px at 100 %: longer ones are hard to follow."""
_ESC = KeyHint("Esc", "返回")
_ACTIONS = (
    Column("label", "命令", 180),
    Column("keys", "快捷键", 150),
    Column("where", "在哪里用", 110),
    Column("help", "做什么", 320, stretch=True),
)


def context_words(action: Action) -> str:
    """Return where an action can be used, in words."""
    nav = {entry.key: entry.full for entry in tokens().nav}
    return nav.get(action.page, action.page) if action.page else "任何地方"


@dataclass(frozen=True, slots=True)
class Found(SideLine):
    """A section that the search found."""

    section: Section | None = None


class HelpPage(Page):
    """Topics and a search over them at the left, the chosen one at the right."""

    def build(self) -> None:
        """Make the list of topics, the text and the table of actions."""
        self.search = FilterBox("查找帮助")
        self.search.line.setAccessibleName("查找帮助")
        self.search.changed.connect(self._on_search)
        self.search.entered.connect(self._on_entered)
        self._list = SideList("帮助主题", "help_topics")
        self._list.stepped.connect(self._on_line)
        self._list.entered.connect(self._on_enter)
        self._text = QTextBrowser()
        self._text.setProperty("page", "true")
        self._text.setAccessibleName("帮助")
        self._text.setOpenLinks(False)
        self._shown: Topic = topics()[0]
        reading = Pane("surface")
        beside = row(gap=0)
        beside.addWidget(self._text, 100)
        beside.addStretch(1)
        reading.setLayout(beside)
        self._stack = QStackedWidget()
        self._stack.addWidget(reading)
        self._stack.addWidget(self._make_keys())
        left = Pane("canvas", "r")
        left.keep_width(260)
        tour = ActionButton(self.shell.actions, "tour.start", small=True)
        left.setLayout(
            column(row(self.search, margins=(10, 10, 10, 6)), self._list, row(tour, None, margins=(10, 6, 10, 10)))
        )
        layout = row(left, gap=0)
        layout.addWidget(self._stack, 1)
        self.setLayout(layout)
        self.add_region("topics", self._list, (KeyHint("↑↓", "选择主题"), KeyHint("Enter", "到内容"), _ESC))
        self.add_region("search", self.search, (KeyHint("Enter", "到结果"), _ESC))
        self.add_region("text", self._stack, (KeyHint("↑↓", "滚动"), _ESC))
        theme().changed.connect(self._fit)
        self._fit()
        self._show_topics()

    def _fit(self) -> None:
        self._text.setMaximumWidth(theme().px(_LINE))

    def place(self) -> Place:
        """Return the topic that is shown."""
        return Place(self.key, {"topic": self._shown.id})

    def restore(self, place: Place) -> None:
        """Show a topic, the first one by default, from a section of it on."""
        wanted = next((one for one in topics() if one.id == place.args.get("topic")), topics()[0])
        self.search.set_tokens((), "")
        self._list.choose_silently(topics().index(wanted))
        self._show(wanted, str(place.args.get("section") or ""))

    def title_detail(self) -> str:
        """Return the title of the topic."""
        return self._shown.title

    def default_focus(self) -> QWidget:
        """Return the list of topics."""
        return self._list

    # What the user does.

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.search.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.line.selectAll()

    def escape(self) -> None:
        """Clear the search; without one leave the page."""
        if self.search.text:
            self.search.set_tokens((), "")
            self._list.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.shell.back()

    def _on_search(self) -> None:
        words = self.search.text
        if not words:
            self._show_topics()
            return
        lines: list[str | Found] = []
        for section in find(words):
            if section.topic.title not in lines:
                lines.append(section.topic.title)
            lines.append(Found(section.topic.id, section.title, section=section))
        self._list.side.show(lines or ["没有找到。可试：少输几个字"])
        self._list.choose_silently(-1)

    def _on_entered(self, _words: str) -> None:
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)
        if len(self._list.side.lines) > 1:
            self._list.setCurrentIndex(self._list.side.index(1))

    def _on_line(self, line: SideLine) -> None:
        if isinstance(line, Found) and line.section is not None:
            self._show(line.section.topic, line.section.title)
        else:
            self._show(next(one for one in topics() if one.id == line.key))

    def _on_enter(self) -> None:
        target = self._table if self._shown.id == KEYS else self._text
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_topics(self) -> None:
        self._list.side.show([SideLine(one.id, one.title) for one in topics()])
        self._list.choose_silently(topics().index(self._shown))

    def _show(self, topic: Topic, section: str = "") -> None:
        self._shown = topic
        self._stack.setCurrentIndex(1 if topic.id == KEYS else 0)
        if topic.id != KEYS:
            self._text.setMarkdown(topic.text)
            _set_type(self._text.document())
            self._go_to(section)
        self.place_changed.emit()

    def _go_to(self, section: str) -> None:
        """Bring a heading to the top."""
        block = self._text.document().begin()
        while block.isValid() and not (block.blockFormat().headingLevel() and block.text().strip() == section):
            block = block.next()
        if block.isValid():
            self._text.moveCursor(QTextCursor.MoveOperation.End)
            self._text.setTextCursor(QTextCursor(block))

    def _make_keys(self) -> QWidget:
        self._filter = FilterBox("命令、按键或说明中的字")
        self._filter.changed.connect(self._fill_keys)
        self._keys = CellModel(_ACTIONS)
        self._table = table = DataTable(_ACTIONS)
        table.setAccessibleName("命令与快捷键")
        self._keys.setParent(table)
        table.setModel(self._keys)
        self.shell.actions.rebound.connect(self._fill_keys)
        top = Pane("canvas", "b")
        top.setLayout(row(self._filter, margins=(12, 10, 12, 10)))
        pane = Pane("surface")
        pane.setLayout(column(top, table))
        self._fill_keys()
        return pane

    def _fill_keys(self) -> None:
        wanted = self._filter.text.casefold()
        rows = []
        for action in self.shell.actions:
            keys = "　".join(keys_text(key) for key in action.keys)
            where = context_words(action)
            if wanted in f"{action.label} {keys} {where} {action.help}".casefold():
                rows.append(
                    [Cell(action.label), Cell(keys), Cell(where, "fg_secondary"), Cell(action.help, "fg_secondary")]
                )
        self._keys.set_rows(rows)


def _set_type(document: QTextDocument) -> None:
    """Give paragraphs and headings of rendered markdown the type scale and air between the lines."""
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        shape = block.blockFormat()
        heading = shape.headingLevel() > 0
        shape.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        shape.setTopMargin(theme().space(6 if heading else 2))
        shape.setBottomMargin(theme().space(4 if heading else 2))
        cursor.setBlockFormat(shape)
        if heading:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            letters = QTextCharFormat()
            letters.setFont(theme().font("title"))
            cursor.mergeCharFormat(letters)
        block = block.next()


_HELP = "帮助"
_HELP_ACTIONS = (
    Action("help.find", "查找帮助", "在帮助里按文字或拼音查找。", HelpPage.focus_search, "Ctrl+F", "help",
           icon="search", group=_HELP),
    Action("help.back", "返回", "清除查找；没有时回到上一个位置。", HelpPage.escape, "Esc", "help", group=_HELP),
)  # fmt: skip

PAGE = PageSpec("help", _HELP, HelpPage, actions=_HELP_ACTIONS, needs=EVERYONE)
