"""What the pictures of :mod:`benchmarks.screens` show. A page adds its scenes to ``SCENES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.pages.autocode.page import AutoCodePage
from app.ui.ports import JsonValue
from app.ui.widgets import Card


def _true(_window: MainWindow) -> bool:
    return True


def _nothing(_window: MainWindow) -> None:
    """Leave the window as it is."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture. ``page`` must be registered, else the scene is left out.

    The window goes to the page with ``args``, then ``play`` sets the scene (opens a popup, types). The picture is taken
    when no job runs and ``ready`` holds; ``leave`` clears up.
    """

    name: str
    page: str
    args: dict[str, JsonValue] = field(default_factory=dict)
    play: Callable[[MainWindow], None] = _nothing
    ready: Callable[[MainWindow], bool] = _true
    leave: Callable[[MainWindow], None] = _nothing

    def show(self, window: MainWindow) -> None:
        """Go to the page and set the scene."""
        window.go(Place(self.page, self.args))
        self.play(window)


def _palette(window: MainWindow) -> None:
    window.open_palette("tnb")


def _close_palette(window: MainWindow) -> None:
    window.close_palette()


def _review(window: MainWindow) -> None:
    page = window.page
    if isinstance(page, AutoCodePage) and page.table.current_row <= 0:
        page.table.go_to(2)


def _reviewed(window: MainWindow) -> bool:
    return isinstance(window.page, AutoCodePage) and bool(window.page.texts.lines)


def _take_band(window: MainWindow) -> None:
    window.shell.actions.trigger("autocode.take_band")


def _find(window: MainWindow) -> None:
    window.shell.actions.trigger("autocode.search")


def _close_cards(window: MainWindow) -> None:
    for card in window.findChildren(Card):
        card.close_card()


SCENES: tuple[Scene, ...] = (
    Scene("worklist", "worklist"),
    Scene("palette", "worklist", play=_palette, leave=_close_palette),
    Scene("help", "help"),
    Scene("autocode", "autocode", {"queue": "all"}, play=_review, ready=_reviewed),
    Scene("autocode-band", "autocode", {"queue": "all"}, play=_take_band, ready=_reviewed, leave=_close_cards),
    Scene("autocode-search", "autocode", {"queue": "all", "band": "search"}, play=_find, leave=_close_cards),
)
