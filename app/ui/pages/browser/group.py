"""The right side for a group: its rule as written, the lists the rule looks into, and the codes of a list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.services.scheme_browser import BrowsedScheme, Found, GroupDetail, ListUse, Member
from app.ui.models.records import RecordModel
from app.ui.widgets import Button, Cell, Chip, Column, DataTable, Header, Pane, StateStack, Text, column, row

LEVELS = {Found.MDC: "MDC", Found.ADRG: "ADRG", Found.DRG: "DRG"}
_LISTS = (
    Column("name", "集合", 150, least=96),
    Column("holds", "内容", 96, least=70),
    Column("count", "编码", 64, align="right", least=50),
    Column("how", "规则看什么", 180, stretch=True, least=120),
)
_MEMBERS = (
    Column("code", "编码", 150, least=96),
    Column("name", "名称", 180, stretch=True, least=96),
    Column("severity", "并发症 排除表", 110, least=96),
    Column("place", "来源", 150, least=84),
)
_LIST_ROWS = 5


def _list_cell(key: str, one: ListUse) -> Cell:
    match key:
        case "name":
            return Cell(one.name, code=True)
        case "holds":
            return Cell(one.holds, "fg_secondary", small=True)
        case "count":
            return Cell(f"{one.count:,}", right=True)
        case _:
            return Cell(one.how, "fg_secondary")


def member_cell(key: str, one: Member) -> Cell:
    """Return the cell of a member."""
    match key:
        case "code":
            return Cell(one.code, code=True)
        case "name":
            return Cell(one.name) if one.name else Cell("编码库中没有", "fg_muted")
        case "severity":
            return Cell(one.severity, "fg_secondary", code=True)
        case _:
            return Cell(one.place.rpartition("/")[2], "fg_muted", small=True)


def height_for(table: DataTable, rows: int) -> int:
    """Return the height of a table that shows so many rows."""
    return table.head.height() + rows * table.verticalHeader().defaultSectionSize() + 2


class GroupView(QWidget):
    """Shows a node. ``asked(code)``: where else does this code occur; ``cases()``: show the cases of the group."""

    asked = Signal(str)
    cases = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._scheme: BrowsedScheme | None = None
        self._detail: GroupDetail | None = None
        self._key = ""
        self._code = Text("", "code_display")
        self._name = Text("", "title", elide=True)
        self._level = Chip("", "neutral")
        self.count = Button("", kind="link", small=True)
        self.count.clicked.connect(self.cases)
        self._told = Text("", "caption", "muted")
        self._rule = Text("", "code", wrap=True)
        self._rule.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._source = Text("", "caption", "muted")
        self._means = Text("", "caption", "secondary", wrap=True)
        self.lists = DataTable(_LISTS)
        self.lists.setObjectName("lists")
        self.lists.setAccessibleName("规则用到的集合")
        self._lists = RecordModel(_LISTS, _list_cell)
        self._lists.setParent(self.lists)
        self.lists.setModel(self._lists)
        self.lists.row_changed.connect(self._on_list)
        self._head = Header("成员")
        self.members = DataTable(_MEMBERS)
        self.members.setObjectName("members")
        self.members.setAccessibleName("集合的编码")
        self._members = RecordModel(_MEMBERS, member_cell)
        self._members.setParent(self.members)
        self.members.setModel(self._members)
        self.members.row_changed.connect(self._on_member)
        self.members.opened.connect(self._on_opened)
        self._stack = StateStack(self.members)
        self._note = Text("", "caption", "secondary", elide=True)
        self._lay_out()

    def _lay_out(self) -> None:
        head = row(self._code, gap=12)
        head.addWidget(self._name, 1)
        for part in (self._level, self._told, self.count):
            head.addWidget(part)
        rule = row(Text("规则", "caption", "muted"), self._source, None, gap=8)
        top = Pane("surface", "b")
        top.setLayout(column(head, 4, rule, self._rule, self._means, gap=4, margins=(16, 10, 16, 10)))
        foot = Pane("alt", "t")
        foot.setLayout(row(self._note, margins=(12, 6, 12, 6)))
        whole = column(top, self.lists, self._head)
        whole.addWidget(self._stack, 1)
        whole.addWidget(foot)
        self.setLayout(whole)

    @property
    def key(self) -> str:
        """The key of the list whose codes are shown."""
        return self._key

    @property
    def code(self) -> str:
        """The chosen code, '' without one."""
        member = self._members.at(self.members.current_row)
        return member.code if member else ""

    def show_group(self, scheme: BrowsedScheme, detail: GroupDetail, told: str, count: str) -> None:
        """Show a node. ``count`` is the words of the button that shows its cases, ``told`` what stands without one."""
        self._scheme, self._detail = scheme, detail
        self._code.setText(detail.node.code)
        self._name.setText(detail.node.name or "（未命名）")
        self._level.set_text(LEVELS[detail.node.level])
        self._told.setText(told)
        self.count.set_text(count)
        self.count.setVisible(bool(count))
        self._rule.setText(detail.rule or "（空：总是成立）")
        self._source.setText(detail.source.rpartition("/")[2])
        self._means.setText(detail.note)
        self._means.setVisible(bool(detail.note))
        self._lists.show(detail.lists)
        self.lists.setVisible(bool(detail.lists))
        rows = min(len(detail.lists), _LIST_ROWS)
        self.lists.setFixedHeight(
            self.lists.head.height() + rows * self.lists.verticalHeader().defaultSectionSize() + 2
        )
        if detail.lists:
            self.lists.go_to(0)
            self._on_list(0)
        else:
            self._key = ""
            self._head.title.setText("成员")
            self._head.note.setText("")
            self._note.setText("")
            self._stack.show_empty("这条规则不看编码集合。", "按年龄、性别等判定，或总是成立。")

    def show_list(self, key: str, code: str = "") -> None:
        """Show the codes of a list, one of them chosen."""
        at = next((at for at, one in enumerate(self._lists.values) if one.key == key), -1)
        if at >= 0:
            self.lists.go_to(at)
        self._show_members(key)
        found = next((at for at, one in enumerate(self._members.values) if one.code == code), 0)
        self.members.go_to(found)

    def chosen_words(self) -> str:
        """Return the chosen code with its name, for the clipboard; the rule when the focus is on the lists."""
        member = self._members.at(self.members.current_row)
        return f"{member.code} {member.name}".strip() if member else ""

    def rule_words(self) -> str:
        """Return group and rule, for the clipboard."""
        if self._detail is None:
            return ""
        node = self._detail.node
        return f"{node.code} {node.name}\n{self._detail.rule}\n{self._detail.source}"

    def _on_list(self, at: int) -> None:
        one = self._lists.at(at)
        if one is not None and one.key != self._key:
            self._show_members(one.key)

    def _show_members(self, key: str) -> None:
        if self._scheme is None:
            return
        self._key = key
        members = self._scheme.members(key)
        self._members.show(members)
        self._head.title.setText(f"成员 {len(members):,}")
        self._head.note.setText(key)
        if members:
            self._stack.show_content()
            self.members.go_to(0)
        else:
            self._stack.show_empty("这个集合没有编码。", "规则中对它的判定不会成立。")
        self._on_member(self.members.current_row)

    def _on_member(self, at: int) -> None:
        member = self._members.at(at)
        if member is not None and self._scheme is not None:
            self._note.setText(f"{member.code}：{self._scheme.note(member.code)}。　Enter 查它影响哪些组")

    def _on_opened(self, at: int) -> None:
        member = self._members.at(at)
        if member is not None:
            self.asked.emit(member.code)
