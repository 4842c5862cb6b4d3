"""The right side for a code: 这个编码影响哪些组. Codes that the query finds, and every place of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.common.texts import text
from app.services.scheme_browser import BrowsedScheme, CodeHit, Found, Occurrence
from app.ui.models.records import RecordModel
from app.ui.pages.browser.group import height_for
from app.ui.widgets import Cell, Column, DataTable, Header, Pane, StateStack, Text, column, row

_HITS = (
    Column("code", "编码", 170),
    Column("name", "名称", 200, stretch=True, least=120),
    Column("lists", "处", 56, align="right"),
)
_PLACES = (
    Column("found", "在哪里", 92, least=74),
    Column("group", "组或表", 84, least=66),
    Column("name", "名称", 200, stretch=True, least=120),
    Column("how", "规则看什么", 160, stretch=True, least=100),
    Column("place", "来源", 130, least=86),
)
_HIT_ROWS = 7


def _hit_cell(key: str, one: CodeHit) -> Cell:
    match key:
        case "code":
            return Cell(one.code, code=True)
        case "name":
            return Cell(one.name) if one.name else Cell("编码库中没有", "fg_muted")
        case _:
            return Cell(f"{one.lists:,}", "fg_secondary", right=True)


class CodeView(QWidget):
    """``opened(occurrence)``: go to the group or list of an occurrence. ``shown(code)``: another code is chosen."""

    opened = Signal(object)
    shown = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._scheme: BrowsedScheme | None = None
        self._code = ""
        self.hits = DataTable(_HITS)
        self.hits.setObjectName("hits")
        self.hits.setAccessibleName("查到的编码")
        self._hits = RecordModel(_HITS, _hit_cell)
        self._hits.setParent(self.hits)
        self.hits.setModel(self._hits)
        self._hit_head = Header("查到的编码")
        self._place_head = Header("这个编码影响哪些组")
        self.places = DataTable(_PLACES)
        self.places.setObjectName("places")
        self.places.setAccessibleName("编码所在之处")
        self._places = RecordModel(_PLACES, self._place_cell)
        self._places.setParent(self.places)
        self.places.setModel(self._places)
        self._note = Text("", "caption", "secondary", elide=True)
        foot = Pane("alt", "t")
        foot.setLayout(row(self._note, margins=(12, 6, 12, 6)))
        whole = QWidget()
        box = column(self._hit_head, self.hits, self._place_head)
        box.addWidget(self.places, 1)
        box.addWidget(foot)
        whole.setLayout(box)
        self._stack = StateStack(whole)
        self.setLayout(column(self._stack))
        self.hits.row_changed.connect(self._on_hit)
        self.hits.opened.connect(self._on_hit_opened)
        self.places.opened.connect(self._on_opened)

    @property
    def code(self) -> str:
        """The code whose places are shown, '' without one."""
        return self._code

    def search(self, scheme: BrowsedScheme, query: str, code: str = "") -> None:
        """Show what a query finds, with ``code`` or the first one chosen."""
        self._scheme, self._code = scheme, ""
        hits = scheme.find(query)
        self._hits.show(hits)
        self.hits.setFixedHeight(height_for(self.hits, max(1, min(len(hits), _HIT_ROWS))))
        self._hit_head.note.setText(f"{len(hits):,} 条" if len(hits) < 300 else "前 300 条，请再写几位")
        if not hits:
            hint = "可以写编码、编码前几位，或名称中的字；方案没有用到的编码不在这里。"
            self._stack.show_empty(f"方案中没有“{query.strip()}”。", hint)
            return
        self._stack.show_content()
        self.hits.go_to(next((at for at, hit in enumerate(hits) if hit.code == code), 0))
        self._on_hit(self.hits.current_row)

    def place_words(self) -> str:
        """Return the chosen place as one line, for the clipboard."""
        one = self._places.at(self.places.current_row)
        if one is None:
            return ""
        return " ".join(self._place_cell(column.key, one).text for column in _PLACES)

    def hit_words(self) -> str:
        """Return the chosen code with its name, for the clipboard."""
        hit = self._hits.at(self.hits.current_row)
        return f"{hit.code} {hit.name}".strip() if hit else ""

    def _place_cell(self, key: str, one: Occurrence) -> Cell:
        node = self._scheme.nodes.get(one.group) if self._scheme else None
        match key:
            case "found":
                return Cell(text(f"browser.kind.{one.found}"), "fg_secondary", small=True)
            case "group":
                return Cell(node.code if node else one.key.rpartition("/")[2], code=True, bold=node is not None)
            case "name":
                return Cell(node.name if node else one.how)
            case "how":
                return Cell(one.how if node else "", "fg_secondary")
            case _:
                return Cell(one.place.rpartition("/")[2], "fg_muted", small=True)

    def _on_hit(self, at: int) -> None:
        hit = self._hits.at(at)
        if hit is None or self._scheme is None or hit.code == self._code:
            return
        self._code = hit.code
        places = self._scheme.occurrences(hit.code)
        groups = len({one.group for one in places if one.found in (Found.MDC, Found.ADRG, Found.DRG)})
        self._places.show(places)
        self.places.go_to(0)
        self._place_head.title.setText(f"{hit.code} 影响哪些组")
        self._place_head.note.setText(f"{hit.name}　{groups:,} 个组的规则，共 {len(places):,} 处".strip())
        self._note.setText(f"{hit.code}：{self._scheme.note(hit.code)}。")
        self.shown.emit(hit.code)

    def _on_hit_opened(self, _at: int) -> None:
        self.places.setFocus()

    def _on_opened(self, at: int) -> None:
        one = self._places.at(at)
        if one is not None:
            self.opened.emit(one)
