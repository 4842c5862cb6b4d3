"""What a page is, and what the shell offers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.domain.changes import Changes
from app.ui.ports import JsonValue, PlaceStore, UserCard
from app.ui.shell.looks import Looks

if TYPE_CHECKING:
    from datetime import datetime

    from app.ui.actions import Action, ActionTable
    from app.ui.errors import Errors
    from app.ui.jobs import JobRunner
    from app.ui.shell.notices import Notices
    from app.ui.shell.palette_model import PaletteProvider
    from app.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class KeyHint:
    """One key and what it does, for the status bar: ``KeyHint("Enter", "打开")``."""

    keys: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the user is: a page and what it needs to come back (case id, row, scroll). ``args`` are JSON values."""

    page: str
    args: Mapping[str, JsonValue] = field(default_factory=dict)

    def same_spot(self, other: Place) -> bool:
        """True for the same page and case: the history then keeps one entry and updates it."""
        return self.page == other.page and self.args.get("case") == other.args.get("case")


@dataclass(frozen=True, slots=True)
class SaveState:
    """What the status bar says about saving: ``saved`` at a time, ``saving``, ``failed`` (stays) or ``none``.

    ``waiting``: a long write holds the library; it is saved as soon as that has ended.
    """

    kind: str = "none"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VersionNote:
    """A version in use, for the status bar: ``VersionNote("编码：医保版 2.0", "按出院日期 2026-11-19")``."""

    text: str
    why: str = ""


class Shell:
    """What a page may use of the window. The window makes it; tests make one with fakes.

    ``services`` are the composed services of ``app.services``; the shell itself never looks inside.
    """

    def __init__(
        self,
        *,
        services: Any,
        theme: Theme,
        jobs: JobRunner,
        notices: Notices,
        errors: Errors,
        actions: ActionTable,
        places: PlaceStore,
        user: UserCard,
    ) -> None:
        self.services = services
        self.theme = theme
        self.jobs = jobs
        self.notices = notices
        self.errors = errors
        self.actions = actions
        self.places = places
        self.user = user
        self.looks = Looks(places)
        self.go: Callable[[Place], None] = _nothing
        self.back: Callable[[], None] = _nothing
        self.publish: Callable[[Changes], None] = _nothing
        self.set_badge: Callable[[str, int], None] = _nothing
        self.set_save_state: Callable[[SaveState], None] = _nothing
        self.set_versions: Callable[[Sequence[VersionNote]], None] = _nothing
        self.set_status: Callable[[str], None] = _nothing
        self.retry_save: Callable[[], object] = _nothing


def _nothing(*_args: object) -> None:
    """Stand in until the window is there."""


class Page(QWidget):
    """A page of the window. Subclasses override :meth:`build` and what else they need.

    ``place_changed``: the crumb or the place is another one now. ``moved``: the cursor is elsewhere, the crumb is not.
    ``hints_changed``: the key hints are others now.
    """

    place_changed = Signal()
    moved = Signal()
    hints_changed = Signal()
    shows_people: ClassVar[bool] = False
    late_regions: ClassVar[frozenset[str]] = frozenset()
    """Names of regions that are added with a part of the page that is made when it is first shown."""
    """True when names stand outside tables too: the place is then shown once more when they are hidden."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__()
        self.shell = shell
        self.spec = spec
        self._built = False
        self._making: Iterator[None] | None = None
        self._regions: dict[str, tuple[QWidget, tuple[KeyHint, ...]]] = {}
        self._is_attached = False
        self.setObjectName(spec.key)
        self.setAccessibleName(spec.title)

    @property
    def key(self) -> str:
        """The key of the page: a key of ``[nav]`` in the tokens, or one of its own without a place in the rail."""
        return self.spec.key

    @property
    def built(self) -> bool:
        """True once the page has been shown."""
        return self._built

    def build(self) -> None:
        """Make the widgets; called once, before the first show."""
        raise NotImplementedError

    def warm_steps(self) -> Iterator[None]:
        """Make what the first use would make, step by step, when the page is built and nobody waits."""
        return iter(())

    def build_steps(self) -> Iterator[None]:
        """Make the widgets in steps of some hundredths of a second; :meth:`build` at a stroke where a page is small."""
        self.build()
        yield

    def ensure_built(self) -> None:
        """Build now what has not been built yet."""
        if not self._built:
            self._built = True
            for _ in self._stepwise():
                pass
            self.shell.actions.attach_page(self)
            self._is_attached = True

    def build_on(self) -> bool:
        """Build a step, for moments in which nobody waits; return whether there is more to be done."""
        if not self._built and next(self._stepwise(), self) is self:
            self.ensure_built()
        return not self._built

    def finish_building(self) -> None:
        """Build the rest of a page that was begun: half of one belongs to nobody and outlives its window."""
        if self._making is not None:
            self.ensure_built()

    def _stepwise(self) -> Iterator[None]:
        if self._making is None:
            self._making = self.build_steps()
        return self._making

    def title_detail(self) -> str:
        """Return the right part of the crumb, for example ``今日应编``."""
        return ""

    def place(self) -> Place:
        """Return where the user is in this page."""
        return Place(self.key)

    def restore(self, place: Place) -> None:
        """Go to a place that :meth:`place` gave, or to the start for one without arguments."""

    def on_changes(self, changes: Changes) -> None:
        """Refresh what a write touched. Called for built pages only; the page may be hidden."""

    def show_masked(self) -> None:
        """Show names and numbers hidden, or open again, while the page is visible; others do so when they are shown.

        Tables ask for their cells anew; a page that shows people elsewhere too shows its place once more.
        """
        for view in self.findChildren(QAbstractItemView):
            view.viewport().update()
        if self.shows_people:
            self.restore(self.place())

    def default_focus(self) -> QWidget | None:
        """Return the widget that gets the focus when the page is shown, None for the first in tab order."""
        return None

    def add_region(self, name: str, widget: QWidget, hints: Sequence[KeyHint] = ()) -> None:
        """Name a part of the page: its hints show while the focus is inside, and its actions work only there."""
        self._regions[name] = (widget, tuple(hints))
        if self._is_attached:
            self.shell.actions.attach_region(self, name)

    def has_region(self, name: str) -> bool:
        """True for a region that was added; one of :attr:`late_regions` is with the part it is in."""
        return name in self._regions

    def region(self, name: str) -> QWidget:
        """Return the widget of a region. Raises ``KeyError`` for a name that was not added."""
        return self._regions[name][0]

    def set_hints(self, name: str, hints: Sequence[KeyHint]) -> None:
        """Change the key hints of a region."""
        self._regions[name] = (self.region(name), tuple(hints))
        self.hints_changed.emit()

    def key_hints(self, focus: QWidget | None) -> tuple[KeyHint, ...]:
        """Return the hints of the innermost region around ``focus``, else those of the first region."""
        inside = [(widget, hints) for widget, hints in self._regions.values() if focus and _within(focus, widget)]
        for widget, hints in inside:
            if not any(other is not widget and _within(other, widget) for other, _ in inside):
                return hints
        return next((hints for _, hints in self._regions.values()), ())

    def showEvent(self, event: QShowEvent) -> None:
        """Build the page if the shell has not done so yet."""
        self.ensure_built()
        super().showEvent(event)


def _within(widget: QWidget, ancestor: QWidget) -> bool:
    return widget is ancestor or ancestor.isAncestorOf(widget)


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page as it registers itself: key, full title, class, its actions and what it adds to the palette.

    ``rail`` is the page of the rail under which one without a place of its own is marked.
    """

    key: str
    title: str
    make: Callable[[Shell, PageSpec], Page]
    actions: tuple[Action, ...] = ()
    providers: Callable[[Shell], Sequence[PaletteProvider]] | None = None
    needs: str = ""
    rail: str = ""
