"""设置: groups at the left, the settings of the chosen one at the right, a search over all of them on top."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app.domain.changes import Changes
from app.ui.login.users import UsersPanel
from app.ui.page import KeyHint, Page, Place
from app.ui.pages.settings.about import AboutPanel
from app.ui.pages.settings.backups import BackupsPanel
from app.ui.pages.settings.keys_panel import KeysPanel
from app.ui.pages.settings.options import GROUPS, Option, options
from app.ui.pages.settings.panels import DictionariesPanel, ParametersPanel
from app.ui.pages.settings.rows import OptionRow
from app.ui.shell.pinyin import found_at
from app.ui.theme import tokens
from app.ui.widgets import FilterBox, Pane, Panel, ScrollPane, SideLine, SideList, StateStack, column, row

_FOUND: Final = "found"
_ESC: Final = KeyHint("Esc", "返回")


class SettingsPage(Page):
    """Every setting of the program in one place; a change holds at once and can be taken back.

    What a group shows is made when the group is first shown: all ten take 9 MB.
    """

    late_regions = frozenset({"keys", "backups", "users"})

    def build_steps(self) -> Iterator[None]:
        """Make list, search and the first group."""
        self._options = options()
        self.search = FilterBox("查找设置：名称、说明或拼音首字母")
        self.search.line.setAccessibleName("查找设置")
        self.search.changed.connect(self._on_search)
        self.search.entered.connect(self._on_entered)
        self.groups = SideList("设置分组", "groups")
        self.groups.side.show([SideLine(one.key, one.title, one.icon) for one in GROUPS])
        self.groups.stepped.connect(self._on_group)
        self.groups.entered.connect(self.enter_group)
        self.stack = QStackedWidget()
        self._rows: dict[str, OptionRow] = {}
        self._panels: dict[str, QWidget] = {}
        yield
        self._panel(GROUPS[0].key)
        yield
        self._found = ScrollPane("canvas", margins=(12, 10, 12, 12), gap=10)
        self._found_stack = StateStack(self._found, "canvas")
        self.stack.addWidget(self._found_stack)
        self._found_rows: list[OptionRow] = []
        self._wanted: OptionRow | None = None
        self._lay_out()
        self._add_regions()
        self.groups.choose_silently(0)

    @cached_property
    def keys(self) -> KeysPanel:
        """The keys of all actions."""
        nav = {entry.key: entry.full for entry in tokens().nav}
        panel = KeysPanel(self.shell, {"": "任何地方", **{page: nav.get(page, page) for page in nav}})
        hints = (KeyHint("Enter", "改键"), KeyHint("Delete", "不设"), KeyHint("Backspace", "恢复默认"), _ESC)
        self.add_region("keys", panel.table, hints)
        return panel

    @cached_property
    def parameters(self) -> ParametersPanel:
        """The parameters of quality control."""
        return ParametersPanel(self.shell)

    @cached_property
    def backups(self) -> BackupsPanel:
        """The backups there are."""
        panel = BackupsPanel(self.shell)
        hints = (KeyHint("↑↓", "选择"), KeyHint("Enter", "恢复…"), KeyHint("Ctrl+B", "立即备份"), _ESC)
        self.add_region("backups", panel, hints)
        return panel

    @cached_property
    def users(self) -> UsersPanel:
        """Who may sign in."""
        panel = UsersPanel(self.shell)
        hints = (KeyHint("↑↓", "选择"), KeyHint("Enter", "修改…"), KeyHint("Insert", "新增…"), _ESC)
        self.add_region("users", panel, hints)
        return panel

    @cached_property
    def dictionaries(self) -> DictionariesPanel:
        """The dictionaries of the front page."""
        return DictionariesPanel()

    @cached_property
    def about(self) -> AboutPanel:
        """What is installed, and the self-test."""
        return AboutPanel(self.shell)

    def _panel(self, group: str) -> QWidget:
        """Return what a group shows; it is made now if it was not yet."""
        made: dict[str, Callable[[], QWidget]] = {
            "keys": lambda: self._over("keys", self.keys),
            "qc": lambda: self.parameters,
            "backup": lambda: self._form("backup", self.backups),
            "people": lambda: self._form("people", self.users),
            "dictionaries": lambda: self.dictionaries,
            "about": lambda: self.about,
        }
        if group not in self._panels:
            self._panels[group] = made.get(group, partial(self._form, group))()
            self.stack.addWidget(self._panels[group])
        return self._panels[group]

    def _form(self, group: str, below: QWidget | None = None) -> QWidget:
        pane = ScrollPane("canvas", margins=(12, 10, 12, 12), gap=10)
        pane.box.addWidget(self._card(group))
        if below is not None:
            pane.box.addWidget(below, 1)
        else:
            pane.box.addStretch(1)
        return pane

    def _over(self, group: str, below: QWidget) -> QWidget:
        pane = Pane("surface")
        box = column(self._lines(group), gap=0)
        box.addWidget(below, 1)
        pane.setLayout(box)
        return pane

    def _card(self, group: str) -> Panel:
        title = next(one.title for one in GROUPS if one.key == group)
        panel = Panel(title)
        panel.body.addWidget(self._lines(group))
        return panel

    def _lines(self, group: str) -> QWidget:
        inside = QWidget()
        box = column(gap=10, margins=(14, 10, 14, 14))
        for option in self._options:
            if option.group == group:
                line = self._rows[option.key] = OptionRow(self.shell, option)
                line.changed.connect(self._on_written)
                box.addWidget(line)
        inside.setLayout(box)
        return inside

    def _lay_out(self) -> None:
        left = Pane("canvas", "r")
        left.setLayout(column(self.groups, margins=(0, 6, 0, 0)))
        left.keep_width(180)
        top = Pane("surface", "b")
        top.setLayout(row(self.search, margins=(12, 8, 12, 8)))
        body = row(left, gap=0)
        body.addWidget(self.stack, 1)
        box = column(top, gap=0)
        box.addLayout(body, 1)
        self.setLayout(box)

    def _add_regions(self) -> None:
        self.add_region("groups", self.groups, (KeyHint("↑↓", "选择分组"), KeyHint("Enter", "到设置"), _ESC))
        self.add_region("search", self.search, (KeyHint("Enter", "到结果"), KeyHint("Esc", "清除"), _ESC))
        rows = (KeyHint("Enter", "保存并到下一项"), KeyHint("←→", "选择"), KeyHint("Ctrl+Backspace", "恢复默认"), _ESC)
        self.add_region("rows", self.stack, rows)

    def restore(self, place: Place) -> None:
        """Show a group, with the key of a setting go to its control."""
        option = next((one for one in self._options if one.key == place.args.get("option")), None)
        group = option.group if option else place.args.get("group")
        self.search.set_tokens((), "")
        self._show_group(str(group) if group in {one.key for one in GROUPS} else self.group)
        self._wanted = self._rows[option.key] if option else None
        if self._wanted is not None:
            self._wanted.focus_control()

    def place(self) -> Place:
        """Return the group, and the setting that has the focus."""
        line = self.focused
        return Place(self.key, {"group": self.group, **({"option": line.option.key} if line else {})})

    def title_detail(self) -> str:
        """Return the title of the group."""
        return next(one.title for one in GROUPS if one.key == self.group)

    def default_focus(self) -> QWidget:
        """Return the control of the place, else the list of groups."""
        line = self._wanted
        return line.control if line else self.groups

    def on_changes(self, changes: Changes) -> None:
        """Show what holds now; another window part may have changed it."""
        if changes.op_id and self.isVisible():
            self._on_written()

    @property
    def group(self) -> str:
        """The key of the chosen group."""
        line = self.groups.line
        return line.key if isinstance(line, SideLine) else GROUPS[0].key

    @property
    def focused(self) -> OptionRow | None:
        """The setting that has the focus."""
        focus = QApplication.focusWidget()
        lines = (*self._rows.values(), *self._found_rows)
        return next((line for line in lines if focus is not None and line.isAncestorOf(focus)), None)

    # What the user does.

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self.search.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.line.selectAll()

    def reset(self) -> None:
        """Bring the default of the focused setting back."""
        if self.focused is not None:
            self.focused.reset()

    def enter_group(self) -> None:
        """Go from the list into what stands beside."""
        first = next((line for line in self._rows.values() if line.option.group == self.group), None)
        beside: dict[str, Callable[[], QWidget]] = {
            "keys": lambda: self.keys.table,
            "qc": lambda: self.parameters.table,
            "people": lambda: self.users.table,
            "dictionaries": lambda: self.dictionaries.sets,
            "about": lambda: self.about.table,
        }
        table = beside.get(self.group)
        target = table() if table else first.control if first else self.stack
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def back_up(self) -> None:
        """Make a backup now."""
        self._show_group("backup")
        self.backups.back_up()

    def add_user(self) -> None:
        """Enter somebody new."""
        self.users.add()

    def self_test(self) -> None:
        """Examine the program and the library."""
        self._show_group("about")
        self.about.run()

    def escape(self) -> None:
        """Put half-typed text back; else clear the search; else leave the page."""
        line = self.focused
        if self.search.text:
            self.search.set_tokens((), "")
            self.groups.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not (line is not None and line.revert()):
            self.shell.back()

    # What follows.

    def _on_group(self, _line: SideLine) -> None:
        self.search.set_tokens((), "")
        self._show_group(self.group)

    def _show_group(self, group: str) -> None:
        keys = [one.key for one in GROUPS]
        self.groups.choose_silently(keys.index(group))
        self.stack.setCurrentWidget(self._panel(group))
        self._read(group)
        self.place_changed.emit()

    def _read(self, group: str) -> None:
        for line in self._rows.values():
            line.refresh()
        match group:
            case "qc":
                self.parameters.read()
            case "backup":
                self.backups.read()
            case "people":
                self.users.read()
            case "dictionaries":
                self.dictionaries.read()
            case "keys":
                self.keys.refresh()

    def _on_written(self) -> None:
        for line in (*self._rows.values(), *self._found_rows):
            line.refresh()

    def _on_search(self) -> None:
        words = self.search.text
        if not words:
            self.stack.setCurrentWidget(self._panel(self.group))
            return
        for line in self._found_rows:
            self._found.box.removeWidget(line)
            line.hide()
            line.deleteLater()
        titles = {one.key: one.title for one in GROUPS}
        found = [one for one in self._options if holds(words, one, titles[one.group])]
        self._found_rows = [OptionRow(self.shell, one, titles[one.group]) for one in found]
        for at, line in enumerate(self._found_rows):
            line.changed.connect(self._on_written)
            self._found.box.insertWidget(at, line)
        if self._found.box.count() == len(found):
            self._found.box.addStretch(1)
        self.stack.setCurrentWidget(self._found_stack)
        self._show_other_groups(words)

    def _show_other_groups(self, words: str) -> None:
        """Where no setting is found, name the group whose tables the words are about."""
        other = next((one for one in GROUPS if found_at(words, one.title) or words in one.note), None)
        if self._found_rows:
            self._found_stack.show_content()
        elif other is not None:
            self._found_stack.show_empty(
                f"在“{other.title}”中", "这一组是表格，打开后查找。", f"打开“{other.title}”", _Show(self, other.key)
            )
        else:
            self._found_stack.show_empty("没有找到设置", "可试：少输几个字 · 拼音首字母。Esc 清除。")

    def show_group(self, group: str) -> None:
        """Leave the search for a group."""
        self.search.set_tokens((), "")
        self._show_group(group)
        self.enter_group()

    def _on_entered(self, _text: str) -> None:
        if self._found_rows:
            self._found_rows[0].focus_control()


class _Show:
    """Opens a group when called."""

    def __init__(self, page: SettingsPage, group: str) -> None:
        self._page, self._group = page, group

    def __call__(self) -> None:
        self._page.show_group(self._group)


def holds(words: str, option: Option, group: str) -> bool:
    """Tell whether the words occur in label or group, also as pinyin initials, or in the help of a setting."""
    return bool(found_at(words, option.label) or found_at(words, group) or words in option.help)
