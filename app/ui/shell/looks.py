"""How the window looks for the person who works: theme, size of letters, density, key hints. Remembered as places."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal

from app.ui.ports import PlaceStore
from app.ui.theme import Mode, theme
from app.ui.theme.fonts import FONT_STEPS

_KEY: Final = "window.look"
AUTO: Final = "auto"
DENSITIES: Final = (AUTO, "compact", "regular")


class Looks(QObject):
    """Reads and keeps what was chosen and tells the theme. ``hints_switched`` when key hints are shown or hidden."""

    hints_switched = Signal(bool)

    def __init__(self, places: PlaceStore) -> None:
        super().__init__()
        self._places = places
        kept = places.get(_KEY)
        self._kept = dict(kept) if isinstance(kept, dict) else {}

    @property
    def density(self) -> str:
        """``auto`` (by the height of the window), ``compact`` or ``regular``."""
        kept = self._kept.get("density")
        return kept if isinstance(kept, str) and kept in DENSITIES else AUTO

    @property
    def hints(self) -> bool:
        """Whether the status bar shows keys."""
        return self._kept.get("hints") is not False

    def restore(self) -> None:
        """Give the theme what was kept; what is no choice any more is left out."""
        mode, px = self._kept.get("mode"), self._kept.get("font_px")
        if mode in {str(one) for one in Mode}:
            theme().set_mode(Mode(str(mode)))
        if px in FONT_STEPS and isinstance(px, int):
            theme().set_font_px(px)
        theme().set_density(None if self.density == AUTO else self.density)

    def set_mode(self, mode: Mode) -> None:
        """Switch the theme."""
        theme().set_mode(mode)
        self._keep("mode", str(mode))

    def set_font_px(self, px: int) -> None:
        """Set the size of letters, one of 13, 14, 16 px."""
        theme().set_font_px(px)
        self._keep("font_px", px)

    def set_density(self, density: str) -> None:
        """Set the height of rows, one of :data:`DENSITIES`."""
        theme().set_density(None if density == AUTO else density)
        self._keep("density", density)

    def set_hints(self, shown: bool) -> None:
        """Show or hide the key hints of the status bar."""
        self._keep("hints", shown)
        self.hints_switched.emit(shown)

    def _keep(self, key: str, value: str | int | bool) -> None:
        self._kept[key] = value
        self._places.put(_KEY, dict(self._kept))
