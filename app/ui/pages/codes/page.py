"""The code search page: a query line over the panel that the grids show as a popup."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.changes import Changes
from app.domain.coding import Candidate, CodeKind
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.codes import marking
from app.ui.pages.codes.filters import SearchFilters
from app.ui.pages.codes.panel import ALL, SearchPanel, hints
from app.ui.pages.codes.wishes import show_wishes
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

    def event(self, event: QEvent) -> bool:
        """Keys of the list are no shortcuts of the window."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.ShortcutOverride:
            return super().event(event)
        if self._panel.wants_key(event):
            event.accept()
            return True
        return super().event(event)


class CodesPage(Page):
    """Looks codes up; nothing is written from here. The query and code set are remembered."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._awaited, self._scope = "", ""

    def build(self) -> None:
        """Make the query line and the panel."""
        self.panel = SearchPanel(self.shell, focusable=True, general=True)
        self.query = QueryLine(self.panel)
        self.query.textChanged.connect(self._on_query)
        self.panel.taken.connect(self._on_taken)
        self.panel.kind_changed.connect(self._on_kind)
        self.panel.wished.connect(self._on_wish)
        self._taken = Text("", "body", "secondary", elide=True)
        self._taken.setObjectName("copied")
        card = Panel()
        card.body.addWidget(self.panel, 1)
        self.filters = SearchFilters(self.shell)
        self.filters.narrowed.connect(self._on_narrowed)
        self.filters.listed.connect(self.panel.offer)
        line = row(gap=12)
        line.addWidget(self.query, 2)
        line.addWidget(self.filters, 2)
        line.addWidget(self._taken, 1)
        inner = column(line, gap=10, margins=(12, 10, 12, 12))
        inner.addWidget(card, 1)
        whole = QWidget()
        whole.setLayout(inner)
        self.stack = StateStack(whole)
        self.setLayout(column(self.stack))
        self.add_region("query", self.query, (KeyHint("↑↓", "选择"), *hints("复制")))
        self.add_region("results", self.panel.results, (KeyHint("Ctrl+C", "复制"), KeyHint("/", "检索框")))
        self.panel.begin(None)

    @property
    def has_hit(self) -> bool:
        """True when a result is chosen."""
        return self.panel.current() is not None

    def place(self) -> Place:
        """Return query and code set."""
        kind = str(self.panel.kind or ALL)
        return Place(self.key, {"query": self.query.text(), "kind": kind, "scope": self._scope})

    def restore(self, place: Place) -> None:
        """Take a query up again; load the search index first when it is not there yet."""
        kind, query = place.args.get("kind"), place.args.get("query")
        if kind == ALL:
            self.panel.begin(None)
        elif isinstance(kind, str) and kind in (str(one) for one in CodeKind):
            self.panel.begin(CodeKind(kind))
        scope = place.args.get("scope")
        self._scope = scope if isinstance(scope, str) else self._scope
        self._awaited = query if isinstance(query, str) else self.query.text()
        if self.shell.services.is_ready:
            self._on_ready()
        else:
            self.stack.show_loading()
            job = self.shell.jobs.run(self.shell.services.warm_up, label="载入编码库与分组方案", parent=self)
            job.done.connect(self._on_ready)

    def on_changes(self, changes: Changes) -> None:
        """Search again when another code book is in use; favourites and annotations are shown as they now are."""
        if changes.assets:
            self.restore(self.place())
        elif changes.op_id and not changes.cases and self.isVisible():
            self.panel.read_notes() if self.query.text().strip() else self._show_shelf()

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

    def star(self, shared: bool) -> None:
        """Make the chosen code a favourite, or one no longer."""
        chosen = self.panel.current()
        if chosen:
            marking.star(self.shell, chosen, shared=shared)

    def annotate(self) -> None:
        """Write an annotation on the chosen code."""
        chosen = self.panel.current()
        if chosen:
            marking.annotate(self, self.shell, chosen, self.panel.read_notes)

    def show_wishes(self) -> None:
        """Show what was not found and noted."""
        show_wishes(self, self.shell)

    def copy(self) -> None:
        """Copy code and name of the chosen result."""
        chosen = self.panel.current()
        if chosen:
            self._on_taken(chosen)

    def _on_ready(self) -> None:
        self.stack.show_content()
        self.filters.fill(self._scope)
        self.panel.narrow(self._scope)
        if self.query.text() == self._awaited:
            self._on_query(self._awaited)
        else:
            self.query.setText(self._awaited)

    def _on_query(self, query: str) -> None:
        if not self.shell.services.is_ready:
            return
        if query.strip():
            self.panel.search(query)
        else:
            self._show_shelf()

    def _show_shelf(self) -> None:
        """Before anything is typed: favourites, what was used lately, what is used often."""
        self.panel.offer(self.shell.services.shelf.codes(self.panel.kind), "收藏、最近与常用")

    def _on_narrowed(self, scope: str) -> None:
        self._scope = scope
        self.panel.narrow(scope)
        self._on_query(self.query.text())
        self.query.setFocus()

    def _on_wish(self, query: str) -> None:
        marking.wish(self.shell, self.panel.kind, query)

    def _on_kind(self, _kind: object) -> None:
        self._on_query(self.query.text())

    def _on_taken(self, candidate: Candidate) -> None:
        QGuiApplication.clipboard().setText(f"{candidate.code} {candidate.name}")
        second = self.shell.services.lookup.facts(candidate.code).second
        self._taken.setText("。".join(filter(None, (second, f"已复制 {candidate.code} {candidate.name}"))))
