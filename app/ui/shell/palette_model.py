"""What the palette can find: items, groups, the providers that search, and the flat list the view shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.ui.actions import ActionTable
from app.ui.masking import masking
from app.ui.page import Place
from app.ui.shell.history import History
from app.ui.shell.pinyin import found_at
from app.ui.widgets.painting import keys_text

ITEM = Qt.ItemDataRole.UserRole + 101
"""Item role of a palette row: a :class:`PaletteItem`, or a :class:`GroupLine`."""

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """One thing found. ``spans`` are matched characters of ``title``; ``note`` is muted text behind it."""

    title: str
    run: Callable[[], object]
    icon: str = "open_child"
    code: str = ""
    note: str = ""
    keys: str = ""
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PaletteGroup:
    """What one provider found: the first items and how many there are in all; ``capped``: or more than that."""

    items: Sequence[PaletteItem]
    total: int
    capped: bool = False


@dataclass(frozen=True, slots=True)
class GroupLine:
    """The heading over a group in the list."""

    label: str
    total: int
    capped: bool = False

    @property
    def count(self) -> str:
        """The number as it is shown: ``1,234`` or ``200+``."""
        return f"{self.total:,}{'+' if self.capped else ''}"


class PaletteProvider(Protocol):
    """Searches one kind of thing. ``prefix`` is '' or one of ``>`` commands, ``#`` codes, ``@`` cases, ``!`` rules.

    ``search`` is called with the text without prefix, '' when the box is empty (return recents, or nothing), on the
    main thread: all providers together have 50 ms.
    """

    label: str
    prefix: str

    def search(self, query: str, limit: int) -> PaletteGroup: ...


class ActionProvider:
    """Commands: what can be done here and now, with their keys."""

    label = "命令"
    prefix = ">"

    def __init__(self, actions: ActionTable) -> None:
        self._actions = actions

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the actions whose label holds the query; all of them for an empty one after ``>``."""
        found: list[PaletteItem] = []
        for action in self._actions.here():
            span = found_at(query, action.label) if query else (0, 0)
            if span and self._actions.is_enabled(action.id):
                keys = keys_text(action.keys[0]) if action.keys else ""
                run = _Trigger(self._actions, action.id)
                spans = (span,) if query else ()
                found.append(
                    PaletteItem(action.label, run, action.icon or "keyboard", note=action.help, keys=keys, spans=spans)
                )
        return PaletteGroup(found[:limit], len(found))


@dataclass(frozen=True, slots=True)
class _Trigger:
    actions: ActionTable
    action_id: str

    def __call__(self) -> None:
        self.actions.trigger(self.action_id)


class RecentProvider:
    """Places the user came from, for an empty box."""

    label = "最近"
    prefix = ""

    def __init__(self, history: History, go: Callable[[Place], None]) -> None:
        self._history = history
        self._go = go

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the last places, whose title holds the query."""
        visits = [visit for visit in self._history.recent(limit) if not query or found_at(query, visit.title)]
        items = [PaletteItem(masking().words(visit.title), _Go(self._go, visit.place), "history") for visit in visits]
        return PaletteGroup(items, len(items))


@dataclass(frozen=True, slots=True)
class _Go:
    go: Callable[[Place], None]
    place: Place

    def __call__(self) -> None:
        self.go(self.place)


class PaletteModel(QAbstractListModel):
    """Group lines and items in one list."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[PaletteItem | GroupLine] = []

    def show(self, groups: Sequence[tuple[str, PaletteGroup]]) -> None:
        """Replace the list; empty groups are left out."""
        self.beginResetModel()
        self.lines = []
        for label, group in groups:
            if group.items:
                self.lines += [GroupLine(label, group.total, group.capped), *group.items]
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the line, or its words."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == ITEM:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.label if isinstance(line, GroupLine) else f"{line.code} {line.title} {line.note}".strip()
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Only items can be chosen."""
        if not index.isValid() or isinstance(self.lines[index.row()], GroupLine):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def group_of(self, row: int) -> str:
        """Return the label of the group a row belongs to."""
        for line in reversed(self.lines[: row + 1]):
            if isinstance(line, GroupLine):
                return line.label
        return ""

    def next_item(self, row: int, by: int) -> int:
        """Return the next row with an item in a direction, or ``row`` when there is none."""
        at = row + by
        while 0 <= at < len(self.lines):
            if isinstance(self.lines[at], PaletteItem):
                return at
            at += by
        return row
