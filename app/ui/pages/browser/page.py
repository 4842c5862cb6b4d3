"""方案浏览: schemes, their groups as a tree, rule and lists of a group, and where a code occurs. Only read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.services.scheme_browser import BrowsedScheme, Found, GroupNode, Occurrence
from app.services.types import AssetLine, Shelf
from app.ui.jobs import Job
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell, VersionNote
from app.ui.pages.browser.code import CodeView
from app.ui.pages.browser.group import GroupView
from app.ui.pages.browser.tree import GroupTree
from app.ui.pages.schemes.shelf import ShelfList
from app.ui.widgets import ActionButton, FilterBox, Pane, Splitter, StateStack, Text, column, row

_AS_CHECKED = "按最近一次检查的分组"
_OTHER = "未使用的方案，没有本院病例"


class QueryLine(QLineEdit):
    """The code to look for. ``left`` when ↓ goes on to what was found."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("query")
        self.setAccessibleName("这个编码影响哪些组")
        self.setProperty("boxed", "true")
        self.setPlaceholderText("编码、编码前几位或名称：查它影响哪些组")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand ↓ on."""
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class BrowserPage(Page):
    """Looks into schemes. Place: scheme, group, list, query and code; all of it survives a restart."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._lines: tuple[AssetLine, ...] = ()
        self._scheme: BrowsedScheme | None = None
        self._counts: Mapping[str, int] | None = None
        self._by_node: dict[str, int] = {}
        self._wanted: Place | None = None
        self._job: Job | None = None

    def build(self) -> None:
        """Make the list of schemes, the tree, the query and the two views at the right."""
        self.list = ShelfList()
        self.list.setAccessibleName("分组方案")
        self.facts = Text("", "caption", "secondary", wrap=True)
        self.tree = GroupTree()
        self.filter = FilterBox("组的编码或名称")
        self.query = QueryLine()
        self.group = GroupView()
        self.code = CodeView()
        self._lay_out()
        self._connect()
        self._name_regions()

    def _lay_out(self) -> None:
        left = Pane("canvas", "r")
        box = column()
        box.addWidget(self.list, 1)
        box.addWidget(self._make_facts())
        left.setLayout(box)
        middle = Pane("surface", "r")
        top = Pane("surface", "b")
        top.setLayout(row(self.filter, margins=(8, 8, 8, 8)))
        inner = column(top)
        inner.addWidget(self.tree, 1)
        middle.setLayout(inner)
        self._views = QStackedWidget()
        self._views.addWidget(self.group)
        self._views.addWidget(self.code)
        bar = Pane("surface", "b")
        line = row(gap=8, margins=(12, 8, 12, 8))
        line.addWidget(self.query, 1)
        line.addWidget(ActionButton(self.shell.actions, "browser.compare", keys=False))
        bar.setLayout(line)
        right = QWidget()
        whole = column(bar)
        whole.addWidget(self._views, 1)
        right.setLayout(whole)
        self._parts = Splitter("browser", self.shell.places, (left, middle, right), (212, 330, 0))
        self.stack = StateStack(self._parts)
        self.setLayout(column(self.stack))

    def _make_facts(self) -> QWidget:
        pane = Pane("canvas", "t")
        pane.setLayout(column(self.facts, margins=(16, 10, 12, 12)))
        return pane

    def _connect(self) -> None:
        self.list.chosen.connect(self._on_scheme)
        self.tree.chosen.connect(self._on_node)
        self.tree.typed.connect(self._on_typed)
        self.tree.entered.connect(self._on_tree_entered)
        self.filter.changed.connect(self._on_filter)
        self.filter.entered.connect(self._on_filter_entered)
        self.query.textChanged.connect(self._on_query)
        self.query.returnPressed.connect(self._on_query_entered)
        self.query.left.connect(self._on_query_entered)
        self.group.asked.connect(self.look_for)
        self.group.cases.connect(self.show_cases)
        self.code.opened.connect(self._on_occurrence)
        self.code.shown.connect(self._on_code_shown)

    def _name_regions(self) -> None:
        find = KeyHint("Ctrl+F", "查编码")
        self.add_region(
            "tree", self.tree, (KeyHint("↑↓←→", "逐层"), KeyHint("字母", "找组"), KeyHint("Enter", "到编码"), find)
        )
        self.add_region("schemes", self.list, (KeyHint("↑↓", "选择方案"), find))
        self.add_region("filter", self.filter, (KeyHint("Enter", "到树"), KeyHint("Esc", "清除")))
        self.add_region("query", self.query, (KeyHint("↓", "到结果"), KeyHint("Esc", "回到组")))
        self.add_region("lists", self.group.lists, (KeyHint("↑↓", "选择集合"), find))
        enter, copying = KeyHint("Enter", "影响哪些组"), KeyHint("Ctrl+C", "复制")
        self.add_region("members", self.group.members, (enter, copying, find))
        self.add_region("hits", self.code.hits, (KeyHint("Enter", "到所在之处"), copying, KeyHint("Esc", "回到组")))
        self.add_region("places", self.code.places, (KeyHint("Enter", "到这个组"), copying, KeyHint("Esc", "回到组")))

    # Where the user is.

    @property
    def has_scheme(self) -> bool:
        """True when a scheme is shown."""
        return self._scheme is not None

    @property
    def node(self) -> GroupNode | None:
        """The chosen group."""
        return self.tree.current

    def title_detail(self) -> str:
        """Return scheme and group."""
        if self._scheme is None:
            return ""
        return f"{self._scheme.title} › {self.node.code}" if self.node else self._scheme.title

    def place(self) -> Place:
        """Return scheme, group, list and query."""
        if self._scheme is None:
            return self._wanted or Place(self.key)
        args = {
            "scheme": self._scheme.asset_id or "starter",
            "group": self.node.id if self.node else "",
            "list": self.group.key,
            "query": self.query.text(),
            "code": self.code.code if self.query.text() else self.group.code,
        }
        return Place(self.key, args)

    def restore(self, place: Place) -> None:
        """Show a scheme with a group or a code chosen; without arguments what was shown last."""
        self._wanted = place if place.args else self.place()
        self._lines = self.shell.services.browser.schemes()
        self.list.show_shelves([Shelf("scheme", self._lines)])
        self._open(self.shell.services.browser.asset_of(str(self._wanted.args.get("scheme") or "")))

    def on_changes(self, changes: Changes) -> None:
        """Open the scheme anew when schemes or the code book changed; count again when cases did."""
        if changes.assets:
            self.restore(self.place())
        elif changes.cases and self._scheme is not None and self.isVisible():
            self._open(self._scheme.asset_id)

    def default_focus(self) -> QWidget:
        """Start in the tree."""
        return self.tree

    # Reading.

    def _open(self, asset_id: str) -> None:
        self.list.choose("scheme", asset_id)
        self._show_facts()
        if self._scheme is None or self._scheme.asset_id != asset_id:
            self.stack.show_loading()
        if self._job is not None and not self._job.is_over:
            self._job.cancel()
        services = self.shell.services.browser
        job = self._job = self.shell.jobs.run(
            lambda progress: (services.open(asset_id, progress), services.case_counts(asset_id)),
            label="打开分组方案",
            parent=self,
        )
        job.done.connect(partial(self._on_open, job))
        job.failed.connect(self._on_failed)

    def _on_open(self, job: Job, found: tuple[BrowsedScheme, Mapping[str, int] | None]) -> None:
        if job is not self._job:
            return
        wanted, self._wanted = self._wanted or self.place(), None
        self._scheme, self._counts = found
        self._by_node = _counted(*found)
        self._show_facts()
        self.stack.show_content()
        self.tree.show_scheme(self._scheme, self._by_node, self.filter.text)
        self.shell.set_versions((VersionNote(f"浏览：{self._scheme.title}", "只读；在“方案”页启用或更换"),))
        self._go_to_place(wanted)
        self.shell.actions.refresh()
        self.place_changed.emit()

    def _go_to_place(self, wanted: Place) -> None:
        words = {key: str(wanted.args.get(key) or "") for key in ("group", "list", "query", "code")}
        if self._scheme is None:
            return
        node = self._scheme.node_of(words["group"]) if words["group"] else None
        if not self.tree.go_to(node.id if node else self._scheme.roots[0]):
            self.tree.go_to(self.tree.groups.first())
        current = self.tree.current
        if current is not None:
            self._show_node(current)
            if words["list"]:
                self.group.show_list(words["list"], words["code"])
        if words["query"] != self.query.text():
            self.query.setText(words["query"])
        if words["query"]:
            self.code.search(self._scheme, words["query"], words["code"])
            self._views.setCurrentWidget(self.code)

    def _on_failed(self, problem: object) -> None:
        if isinstance(problem, UserProblem):
            self._scheme = None
            self.stack.show_problem(problem)

    def _show_facts(self) -> None:
        line = self.list.current
        facts = line.facts if line else ()
        opened = self._scheme.facts if self._scheme and line and self._scheme.asset_id == line.id else ()
        known = {label for label, _ in facts}
        told = [*(fact for fact in opened if fact[0] not in known), *facts]
        self.facts.setText("\n".join(f"{label}　{value}" for label, value in told))

    # Groups.

    def _on_scheme(self, line: AssetLine) -> None:
        self._wanted = Place(self.key, {**self.place().args, "scheme": line.id or "starter", "list": ""})
        self._open(line.id)

    def _on_node(self, node: GroupNode) -> None:
        self._show_node(node)
        self._views.setCurrentWidget(self.group)
        self.shell.actions.refresh()
        self.place_changed.emit()

    def _show_node(self, node: GroupNode) -> None:
        if self._scheme is None:
            return
        count = self._by_node.get(node.id, 0)
        opens = node.level is not Found.MDC and count > 0
        words = f"本院病例 {count:,}"
        shown = (_AS_CHECKED, words) if opens else (_OTHER if self._counts is None else f"{words}，{_AS_CHECKED}", "")
        self.group.show_group(self._scheme, self._scheme.detail(node.id), *shown)

    def _on_typed(self, letters: str) -> None:
        self.filter.setFocus()
        self.filter.line.setText(letters)

    def _on_tree_entered(self) -> None:
        if self.group.code:
            self.group.members.setFocus()

    def _on_filter(self) -> None:
        if self._scheme is not None:
            self.tree.show_scheme(self._scheme, self._by_node, self.filter.text)

    def _on_filter_entered(self, _text: str) -> None:
        self.tree.setFocus()
        if self.filter.text:
            self.tree.go_to(self.tree.groups.first())

    def focus_filter(self) -> None:
        """Put the cursor into the filter of the tree."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.line.selectAll()

    # Codes.

    def focus_query(self) -> None:
        """Put the cursor into the query and select it."""
        self.query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.query.selectAll()

    def look_for(self, code: str) -> None:
        """Show where a code occurs."""
        self.query.setText(code)
        self.code.places.setFocus()

    def _on_query(self, query: str) -> None:
        if self._scheme is None:
            return
        if query.strip():
            self.code.search(self._scheme, query)
            self._views.setCurrentWidget(self.code)
        else:
            self._views.setCurrentWidget(self.group)
        self.place_changed.emit()

    def _on_query_entered(self) -> None:
        if not self.code.code:
            return
        (self.code.hits if self.code.hits.model().rowCount() > 1 else self.code.places).setFocus()

    def _on_code_shown(self, _code: str) -> None:
        self.place_changed.emit()

    def _on_occurrence(self, one: Occurrence) -> None:
        """Go to the group that looks at the code, with the code chosen in its list."""
        code = self.code.code
        if one.group:
            if self.filter.text:
                self.filter.set_tokens((), "")
            self.tree.go_to(one.group)
        self.group.show_list(one.key, code)
        self._views.setCurrentWidget(self.group)
        self.group.members.setFocus()
        self.place_changed.emit()

    # What the user does.

    def show_cases(self) -> None:
        """Show the stored cases of the chosen group in the worklist."""
        if self.can_show_cases and self.node is not None:
            self.shell.go(Place("worklist", {"queue": "all", "tokens": [f"分组:{self.node.code}"], "text": ""}))

    @property
    def can_show_cases(self) -> bool:
        """True for an ADRG or DRG that has stored cases."""
        node = self.node
        return node is not None and node.level is not Found.MDC and self._by_node.get(node.id, 0) > 0

    def compare(self) -> None:
        """Compare the scheme that works with the one shown."""
        if self._scheme is not None:
            in_use = self._counts is not None
            self.shell.go(Place("compare", {} if in_use else {"new": self._scheme.asset_id or "starter", "ran": True}))

    def copy(self) -> None:
        """Copy what is chosen where the focus is: group and rule, a code with its name, a place."""
        words = self.group.rule_words
        for table, own in (
            (self.group.members, self.group.chosen_words),
            (self.code.hits, self.code.hit_words),
            (self.code.places, self.code.place_words),
        ):
            words = own if table.hasFocus() else words
        QGuiApplication.clipboard().setText(words())

    def escape(self) -> None:
        """Leave one level: the query, then the filter, then the page."""
        if self._views.currentWidget() is self.code or self.query.text():
            self.query.clear()
            self._views.setCurrentWidget(self.group)
            self.tree.setFocus()
        elif self.filter.text:
            self.filter.set_tokens((), "")
            self.tree.setFocus()
        else:
            self.shell.back()


def _counted(scheme: BrowsedScheme, counts: Mapping[str, int] | None) -> dict[str, int]:
    """Return the cases of each node that has any."""
    if not counts:
        return {}
    found = {node: sum(counts.get(drg, 0) for drg in scheme.drgs_below(node)) for node in scheme.nodes}
    return {node: count for node, count in found.items() if count}
