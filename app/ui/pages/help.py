"""The help page: topics from ``resources/help``, and every action with its keys from the action table."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QStackedWidget, QTextBrowser, QWidget

from app.common.paths import data
from app.ui.actions import Action
from app.ui.page import KeyHint, Page, PageSpec, Place
from app.ui.theme import theme, tokens
from app.ui.widgets import Cell, CellModel, Column, DataTable, FilterBox, Pane, column, row
from app.ui.widgets.painting import keys_text

KEYS = "keys"
_TOPICS = (Column("title", "主题", 140, stretch=True),)
_ACTIONS = (
    Column("label", "命令", 180),
    Column("keys", "快捷键", 150),
    Column("where", "在哪里用", 110),
    Column("help", "做什么", 320, stretch=True),
)


def topics() -> list[Mapping[str, str]]:
    """Return the topics of ``resources/help/index.toml``: id, title and file (none for the generated list of keys)."""
    with (data("resources") / "help" / "index.toml").open("rb") as handle:
        return list(tomllib.load(handle)["topic"])


def context_words(action: Action) -> str:
    """Return where an action can be used, in words."""
    nav = {entry.key: entry.full for entry in tokens().nav}
    return nav.get(action.page, action.page) if action.page else "任何地方"


class HelpPage(Page):
    """Topics at the left, the chosen one at the right."""

    def build(self) -> None:
        """Make the list of topics, the text and the table of actions."""
        self._topics = topics()
        self._list = DataTable(_TOPICS)
        model = CellModel(_TOPICS)
        model.setParent(self._list)
        model.set_rows([[Cell(topic["title"])] for topic in self._topics])
        self._list.setModel(model)
        self._list.row_changed.connect(self._on_topic)
        self._text = QTextBrowser()
        self._text.setProperty("page", "true")
        self._text.setAccessibleName("帮助")
        self._text.setMaximumWidth(theme().px(760))
        reading = Pane("surface")
        beside = row(gap=0)
        beside.addWidget(self._text, 1)
        beside.addStretch(0)
        reading.setLayout(beside)
        self._stack = QStackedWidget()
        self._stack.addWidget(reading)
        self._stack.addWidget(self._make_keys())
        left = Pane("canvas", "r")
        left.setFixedWidth(theme().px(180))
        left.setLayout(column(self._list))
        layout = row(left, gap=0)
        layout.addWidget(self._stack, 1)
        self.setLayout(layout)
        self.add_region("topics", self._list, (KeyHint("↑↓", "选择主题"), KeyHint("Tab", "到内容")))

    def place(self) -> Place:
        """Return the topic that is shown."""
        return Place(self.key, {"topic": self._topics[max(0, self._list.current_row)]["id"]})

    def restore(self, place: Place) -> None:
        """Show a topic, the first one by default."""
        ids = [topic["id"] for topic in self._topics]
        wanted = place.args.get("topic")
        self._list.go_to(ids.index(str(wanted)) if wanted in ids else 0)

    def title_detail(self) -> str:
        """Return the title of the topic."""
        return self._topics[max(0, self._list.current_row)]["title"]

    def default_focus(self) -> QWidget:
        """Return the list of topics."""
        return self._list

    def _make_keys(self) -> QWidget:
        self._filter = FilterBox("命令、按键或说明中的字")
        self._filter.changed.connect(self._fill_keys)
        self._keys = CellModel(_ACTIONS)
        table = DataTable(_ACTIONS)
        self._keys.setParent(table)
        table.setModel(self._keys)
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

    def _on_topic(self, at: int) -> None:
        if at < 0:
            return
        topic = self._topics[at]
        if topic["id"] == KEYS:
            self._stack.setCurrentIndex(1)
        else:
            self._text.setMarkdown((data("resources") / "help" / topic["file"]).read_text("utf-8"))
            _set_type(self._text.document())
            self._stack.setCurrentIndex(0)
        self.place_changed.emit()


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


PAGE = PageSpec("help", "帮助", HelpPage)
