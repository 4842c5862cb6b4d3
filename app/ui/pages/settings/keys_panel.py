"""键盘: every action with its keys; Enter takes a new one, Delete none, Backspace brings the shipped one back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.common.errors import UserProblem
from app.ui.actions import Action
from app.ui.models.records import RecordModel
from app.ui.page import Shell
from app.ui.shell.pinyin import found_at
from app.ui.widgets import Button, Cell, Column, DataTable, FilterBox, Pane, Text, ask, column, row
from app.ui.widgets.painting import keys_text

_COLUMNS: Final = (
    Column("label", "命令", 190, least=130),
    Column("keys", "快捷键", 130, least=96),
    Column("shipped", "默认", 130, least=84),
    Column("where", "在哪里用", 110, least=76),
    Column("help", "做什么", 200, stretch=True, wide_only=False, least=120),
)
_ONLY_HELD: Final = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class KeyCatcher(Pane):
    """Waits for one key and tells it; Esc gives up. It takes every key, also those of other actions."""

    caught = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__("accent", "t")
        self._words = Text("", "body", "accent")
        self.setLayout(row(self._words, None, margins=(12, 8, 12, 8)))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.hide()

    def ask_for(self, label: str) -> None:
        """Wait for a key for an action."""
        said = f"请按下“{label}”的新快捷键　Esc 放弃"
        self._words.setText(said)
        self.setAccessibleName(said)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Keep keys from the actions they belong to while one is waited for."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the key, once it is more than a held one."""
        if event.key() in _ONLY_HELD:
            return
        self.hide()
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.left.emit()
        else:
            plain = event.keyCombination().toCombined() & ~Qt.KeyboardModifier.KeypadModifier.value
            self.caught.emit(QKeySequence(plain).toString())

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab be caught as any other key."""
        return False


class KeysPanel(Pane):
    """The table with its filter. ``changed`` when a key is another one now."""

    changed = Signal()

    def __init__(self, shell: Shell, where: dict[str, str]) -> None:
        super().__init__("surface")
        self._shell, self._where = shell, where
        self.filter = FilterBox("命令、按键或拼音首字母")
        self.filter.changed.connect(self.refresh)
        self.table = DataTable(_COLUMNS)
        self.table.setAccessibleName("命令与快捷键")
        self.table.setObjectName("keys")
        self._model: RecordModel[Action] = RecordModel(_COLUMNS, self._cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self.catch)
        self.catcher = KeyCatcher()
        self.catcher.caught.connect(self._on_caught)
        self.catcher.left.connect(self._focus_table)
        self._problem = Text("", "body", "error", wrap=True)
        self._problem.setContentsMargins(12, 6, 12, 6)
        self._problem.hide()
        every = Button("全部恢复默认", small=True)
        every.clicked.connect(self.ask_restore_all)
        bar = row(self.filter, every, gap=8, margins=(12, 8, 12, 8))
        self.setLayout(column(bar, self.table, self._problem, self.catcher))
        self.refresh()

    @property
    def current(self) -> Action | None:
        """The action under the cursor."""
        return self._model.at(self.table.current_row)

    def refresh(self) -> None:
        """Show the actions that the filter holds; the cursor stays with its action."""
        at = self.current
        words = self.filter.text
        actions = [self._shell.actions.get(one.id) for one in self._shell.actions]
        shown = [one for one in actions if not words or self._holds(words, one)]
        self._model.show(shown)
        ids = [one.id for one in shown]
        self.table.go_to(ids.index(at.id) if at and at.id in ids else 0)

    def catch(self, _row: int = -1) -> None:
        """Wait for a new key of the action under the cursor."""
        if self.current is not None:
            self._problem.hide()
            self.catcher.ask_for(self.current.label)

    def clear(self) -> None:
        """Let the action under the cursor have no key."""
        if self.current is not None:
            self._bind(self.current, "")

    def restore(self) -> None:
        """Bring the shipped key of the action under the cursor back."""
        action = self.current
        if action is None:
            return
        self._problem.hide()
        try:
            self._shell.actions.restore_keys(action.id)
        except UserProblem as problem:
            self._tell(problem)
        self._show_changed()

    def ask_restore_all(self) -> None:
        """Bring every shipped key back, after asking."""
        ask(self.window(), "恢复全部默认快捷键", "您改过的快捷键都会恢复默认。", "恢复", self._restore_all)

    def _restore_all(self) -> None:
        self._shell.actions.restore_keys()
        self._show_changed()

    def _bind(self, action: Action, keys: str) -> None:
        before = action.keys[0] if action.keys else ""
        self._problem.hide()
        try:
            self._shell.actions.rebind(action.id, keys)
        except UserProblem as problem:
            self._tell(problem)
            return
        now = keys_text(keys) if keys else "不设"
        self._shell.notices.toast(
            f"{action.label}：{keys_text(before) if before else '不设'} → {now}", undo=_Back(self, action, before)
        )
        self._show_changed()

    def take_back(self, action: Action, keys: str) -> None:
        """Give an action the key back that it had."""
        self._bind(action, keys)

    def _tell(self, problem: UserProblem) -> None:
        self._problem.setText(f"{problem.message}{problem.advice}")
        self._problem.show()

    def _show_changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _on_caught(self, keys: str) -> None:
        action = self.current
        self._focus_table()
        if action is not None:
            self._bind(action, keys)

    def _focus_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _holds(self, words: str, action: Action) -> bool:
        written = f"{' '.join(map(keys_text, action.keys))} {' '.join(action.keys)}".casefold()
        return bool(found_at(words, action.label) or words.casefold() in written or words in action.help)

    def _cell(self, key: str, action: Action) -> Cell:
        mine = key == "keys" and action.id in self._shell.actions.chosen
        said = {
            "label": action.label,
            "keys": "　".join(map(keys_text, action.keys)) or ("不设" if mine else ""),
            "shipped": "　".join(map(keys_text, self._shell.actions.shipped_keys(action.id))),
            "where": self._where.get(action.page, action.page),
            "help": action.help,
        }[key]
        tone = "accent" if mine else "fg" if key in ("label", "keys") else "fg_secondary"
        return Cell(said, tone)


class _Back:
    """Takes a change of a key back."""

    def __init__(self, panel: KeysPanel, action: Action, keys: str) -> None:
        self._panel, self._action, self._keys = panel, action, keys

    def __call__(self) -> None:
        self._panel.take_back(self._action, self._keys)
