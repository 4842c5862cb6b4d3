"""The code search page: a query line over the panel that the grids show as a popup."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.changes import Changes
from app.domain.coding import Candidate, CodeKind
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.codes.panel import ALL, SearchPanel
from app.ui.widgets import Panel, StateStack, Text, column, row


class QueryLine(QLineEdit):
    """The query; arrow keys and Enter belong to the list below while the focus stays here."""

    def __init__(self, panel: SearchPanel) -> None:
        super().__init__()
        self._panel = panel
        self.setObjectName("query")
        self.setAccessibleName("编码检索")
        self.setProperty("boxed", "true")
        self.setPlaceholderText("中文任意字序 · 拼音首字母 · 编码前几位（有无小数点均可）")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand arrows and Enter to the results."""
        if not self._panel.handle_key(event):
            super().keyPressEvent(event)


class CodesPage(Page):
    """Looks codes up; nothing is written from here. The query and code set are remembered."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._awaited = ""

    def build(self) -> None:
        """Make the query line and the panel."""
        self.panel = SearchPanel(self.shell, focusable=True, general=True)
        self.query = QueryLine(self.panel)
        self.query.textChanged.connect(self._on_query)
        self.panel.taken.connect(self._on_taken)
        self.panel.kind_changed.connect(self._on_kind)
        self._taken = Text("", "body", "secondary", elide=True)
        self._taken.setObjectName("copied")
        card = Panel()
        card.body.addWidget(self.panel, 1)
        line = row(gap=12)
        line.addWidget(self.query, 2)
        line.addWidget(self._taken, 1)
        inner = column(line, gap=10, margins=(12, 10, 12, 12))
        inner.addWidget(card, 1)
        whole = QWidget()
        whole.setLayout(inner)
        self.stack = StateStack(whole)
        self.setLayout(column(self.stack))
        hints = (KeyHint("↑↓", "选择"), KeyHint("Enter", "复制编码"), KeyHint("Ctrl+T", "换一套编码"))
        self.add_region("query", self.query, hints)
        self.add_region("results", self.panel.results, (KeyHint("Ctrl+C", "复制"), KeyHint("/", "检索框")))
        self.panel.begin(None)

    @property
    def has_hit(self) -> bool:
        """True when a result is chosen."""
        return self.panel.current() is not None

    def place(self) -> Place:
        """Return query and code set."""
        return Place(self.key, {"query": self.query.text(), "kind": str(self.panel.kind or ALL)})

    def restore(self, place: Place) -> None:
        """Take a query up again; load the search index first when it is not there yet."""
        kind, query = place.args.get("kind"), place.args.get("query")
        if kind == ALL:
            self.panel.begin(None)
        elif isinstance(kind, str) and kind in (str(one) for one in CodeKind):
            self.panel.begin(CodeKind(kind))
        self._awaited = query if isinstance(query, str) else self.query.text()
        if self.shell.services.is_ready:
            self._on_ready()
        else:
            self.stack.show_loading()
            job = self.shell.jobs.run(self.shell.services.warm_up, label="载入编码库与分组方案", parent=self)
            job.done.connect(self._on_ready)

    def on_changes(self, changes: Changes) -> None:
        """Search again when another code book is in use."""
        if changes.assets:
            self.restore(self.place())

    def default_focus(self) -> QWidget | None:
        """Start in the query."""
        return self.query

    def focus_query(self) -> None:
        """Put the cursor into the query and select it."""
        self.query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.query.selectAll()

    def switch(self) -> None:
        """Go on to the next code set, and to both, with the same query."""
        order = [ALL, *map(str, CodeKind)]
        now = str(self.panel.kind or ALL)
        self.panel.kinds.set_current(order[(order.index(now) + 1) % len(order)])

    def copy(self) -> None:
        """Copy code and name of the chosen result."""
        chosen = self.panel.current()
        if chosen:
            self._on_taken(chosen)

    def _on_ready(self) -> None:
        self.stack.show_content()
        if self.query.text() == self._awaited:
            self.panel.search(self._awaited)
        else:
            self.query.setText(self._awaited)

    def _on_query(self, query: str) -> None:
        if self.shell.services.is_ready:
            self.panel.search(query)

    def _on_kind(self, _kind: object) -> None:
        self._on_query(self.query.text())

    def _on_taken(self, candidate: Candidate) -> None:
        QGuiApplication.clipboard().setText(f"{candidate.code} {candidate.name}")
        second = self.shell.services.lookup.facts(candidate.code).second
        self._taken.setText("，".join(filter(None, (f"已复制 {candidate.code} {candidate.name}", second))))
