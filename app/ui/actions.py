"""The one action table: shortcuts, F10 menu, palette, buttons and the help page read the same entries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.ui.ports import UserCard

WINDOW = ""
"""The context of an action that works everywhere; its ``run`` takes the main window."""


_BETWEEN_KEYS = re.compile(r"(?<=[^+]);\s*|\s+")


def _always(_target: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do.

    ``context`` is '' (everywhere), a page key (while the page is shown) or ``page.region`` (while the focus is in that
    region). ``run`` and ``enabled`` take the window or the page. ``shortcut`` is a Qt key sequence, several separated
    by ``;`` or a space (``Ctrl+;`` is one key). ``needs`` is a role key. ``label`` is a verb phrase, ``help`` one
    sentence that says what happens.
    """

    id: str
    label: str
    help: str
    run: Callable[[Any], object]
    shortcut: str = ""
    context: str = WINDOW
    needs: str = ""
    enabled: Callable[[Any], bool] = _always
    icon: str = ""
    group: str = ""

    @property
    def page(self) -> str:
        """The page key of the context, '' for an action of the window."""
        return self.context.partition(".")[0]

    @property
    def region(self) -> str:
        """The region of the context, '' for the whole page."""
        return self.context.partition(".")[2]

    @property
    def keys(self) -> tuple[str, ...]:
        """The key sequences in Qt's portable form."""
        return tuple(QKeySequence(part).toString() for part in _BETWEEN_KEYS.split(self.shortcut) if part)


class ActionHost(Protocol):
    """A page as the table sees it."""

    @property
    def key(self) -> str: ...

    @property
    def late_regions(self) -> frozenset[str]: ...

    def region(self, name: str) -> QWidget: ...

    def has_region(self, name: str) -> bool: ...


def is_typed(key: str) -> bool:
    """True for a key that writes or moves in a line of text: a letter, digit or sign alone or with Shift."""
    return bool(key) and len(key.removeprefix("Shift+")) == 1


def overlaps(first: str, second: str) -> bool:
    """True when two contexts can be valid at the same time: one lies within the other."""
    short, long = sorted((first, second), key=len)
    return short in (WINDOW, long) or long.startswith(short + ".")


def clashes(actions: Iterable[Action]) -> list[tuple[str, str, str]]:
    """Return (key, action id, action id) for every key that two actions claim in overlapping contexts."""
    found: list[tuple[str, str, str]] = []
    owners: dict[str, list[Action]] = {}
    for action in actions:
        for key in action.keys:
            found += [
                (key, other.id, action.id) for other in owners.get(key, []) if overlaps(other.context, action.context)
            ]
            owners.setdefault(key, []).append(action)
    return found


class ActionTable(QObject):
    """All actions of the window and its pages, with their keys bound to widgets.

    ``bindings`` maps action ids to key sequences the user chose; one that clashes by now is left out. ``changed`` is
    emitted by :meth:`refresh`, when another set may be enabled now, ``rebound`` when the user chose other keys.
    """

    changed = Signal()
    rebound = Signal()

    def __init__(
        self,
        actions: Iterable[Action],
        user: UserCard,
        bindings: Mapping[str, str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._shipped = {action.id: action for action in actions}
        self._actions = dict(self._shipped)
        self._bound: dict[str, QAction] = {}
        self._user = user
        self._targets: dict[str, object] = {}
        self._current_page = ""
        self._chosen: dict[str, str] = {}
        self._adopt(bindings or {})

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())

    def get(self, action_id: str) -> Action:
        """Return an action. Raises ``KeyError`` for an unknown id."""
        return self._actions[action_id]

    @property
    def chosen(self) -> dict[str, str]:
        """The keys the user chose, by action id; '' for an action that shall have none."""
        return dict(self._chosen)

    def shipped_keys(self, action_id: str) -> tuple[str, ...]:
        """Return the keys an action has without a choice of the user."""
        return self._shipped[action_id].keys

    def rebind(self, action_id: str, key: str) -> None:
        """Give an action another key, '' for none.

        Raises :class:`UserProblem` that names both actions when the key is taken where this one is valid, and for a
        key that would stop the typing of text.
        """
        action = replace(self._shipped[action_id], shortcut=key)
        if is_typed(key) and not any(is_typed(one) for one in self._shipped[action_id].keys):
            raise UserProblem("ui.keys.typed", remedy="ui.keys.remedy.typed", keys=key)
        self._must_be_free(action)
        self._chosen[action_id] = key
        self._put(action)
        self.rebound.emit()
        self.refresh()

    def restore_keys(self, action_id: str = "") -> None:
        """Give an action the keys it ships with, '' for all actions.

        Raises :class:`UserProblem` when another action has its key by now.
        """
        if not action_id:
            self._chosen.clear()
            for shipped in self._shipped.values():
                self._put(shipped)
        else:
            shipped = self._shipped[action_id]
            self._must_be_free(shipped)
            self._chosen.pop(action_id, None)
            self._put(shipped)
        self.rebound.emit()
        self.refresh()

    def key_now(self, page: str, shipped: str) -> str:
        """Return what a key of a page's hints is now: the one the user chose for its action, '' for none."""
        wanted = QKeySequence(shipped).toString()
        for action_id in self._chosen:
            action = self._shipped.get(action_id)
            if action is not None and action.page in {WINDOW, page} and wanted in action.keys:
                return next(iter(self._actions[action_id].keys), "")
        return shipped

    def attach_window(self, window: QWidget) -> None:
        """Bind the window's own actions to its keys."""
        self._targets[WINDOW] = window
        for action in self:
            if action.context == WINDOW:
                self._bind(action, window, Qt.ShortcutContext.WindowShortcut)

    def attach_page(self, page: ActionHost) -> None:
        """Bind the actions of a page that has been built: to the page, or to the region they name.

        Raises ``KeyError`` for a region that the page has neither now nor among those that come late.
        """
        self._targets[page.key] = page
        for region in dict.fromkeys(action.region for action in self if action.page == page.key and action.region):
            if page.has_region(region) or region not in page.late_regions:
                self.attach_region(page, region)
        for action in self:
            if action.page == page.key and not action.region and isinstance(page, QWidget):
                self._bind(action, page, Qt.ShortcutContext.WindowShortcut)

    def attach_region(self, page: ActionHost, name: str) -> None:
        """Bind the actions of a region. Raises ``KeyError`` for one that the page does not have."""
        widget = page.region(name)
        for action in self:
            if action.page == page.key and action.region == name:
                self._bind(action, widget, Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def set_current_page(self, key: str) -> None:
        """Tell which page is shown."""
        self._current_page = key
        self.refresh()

    def here(self) -> list[Action]:
        """Return the actions of the window and of the page shown."""
        return [action for action in self if action.page in {WINDOW, self._current_page}]

    def available(self) -> list[Action]:
        """Return what can be done here and now: of :meth:`here` those that are enabled."""
        return [action for action in self.here() if self.is_enabled(action.id)]

    def is_enabled(self, action_id: str) -> bool:
        """True when the role may do it, its page is built and its own condition holds."""
        action = self._actions[action_id]
        target = self._targets.get(action.page)
        return target is not None and self._user.may(action.needs) and action.enabled(target)

    def trigger(self, action_id: str) -> None:
        """Do it, if it can be done now."""
        if self.is_enabled(action_id):
            action = self._actions[action_id]
            action.run(self._targets[action.page])

    def refresh(self) -> None:
        """Let buttons ask again what is enabled."""
        self.changed.emit()

    def _bind(self, action: Action, widget: QWidget, context: Qt.ShortcutContext) -> None:
        bound = self._bound[action.id] = QAction(action.label, widget)
        bound.setObjectName(action.id)
        bound.setShortcuts([QKeySequence(key) for key in action.keys])
        bound.setShortcutContext(context)
        bound.triggered.connect(self._on_triggered)
        widget.addAction(bound)

    def _adopt(self, bindings: Mapping[str, str]) -> None:
        """Take over the keys of an earlier session; what clashes with this version keeps the keys it ships with."""
        for action_id, key in bindings.items():
            if action_id in self._shipped:
                self._actions[action_id] = replace(self._shipped[action_id], shortcut=key)
        for action_id, key in bindings.items():
            known = self._actions.get(action_id)
            if known is not None and self._owner(known) is not None:
                self._actions[action_id] = self._shipped[action_id]
            else:
                self._chosen[action_id] = key

    def _owner(self, action: Action) -> Action | None:
        """Return the action that has one of these keys where this one is valid."""
        for other in self:
            if other.id != action.id and overlaps(other.context, action.context) and {*other.keys} & {*action.keys}:
                return other
        return None

    def _must_be_free(self, action: Action) -> None:
        other = self._owner(action)
        if other is not None:
            taken = next(key for key in action.keys if key in other.keys)
            raise UserProblem(
                "ui.keys.taken", remedy="ui.keys.remedy.taken", keys=taken, one=other.label, two=action.label
            )

    def _put(self, action: Action) -> None:
        self._actions[action.id] = action
        bound = self._bound.get(action.id)
        if bound is not None and shiboken6.isValid(bound):
            bound.setShortcuts([QKeySequence(key) for key in action.keys])

    def _on_triggered(self) -> None:
        self.trigger(self.sender().objectName())
