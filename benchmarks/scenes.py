"""What the pictures of :mod:`benchmarks.screens` show. A page adds its scenes to ``SCENES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.ports import JsonValue


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


SCENES: tuple[Scene, ...] = (
    Scene("worklist", "worklist"),
    Scene("palette", "worklist", play=_palette, leave=_close_palette),
    Scene("help", "help"),
)
