"""A page that the palette finds by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from app.ui.page import Place, Shell
from app.ui.shell.palette_model import PaletteGroup, PaletteItem, PaletteProvider
from app.ui.shell.pinyin import found_at


class _OnePage:
    """Finds one page."""

    prefix = ">"

    def __init__(self, key: str, title: str, icon: str, note: str, shell: Shell) -> None:
        self.label = title
        self._shell, self._key, self._icon, self._note = shell, key, icon, note

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the page when its title holds the query, nothing for an empty one."""
        span = found_at(query, self.label) if query else None
        items = [PaletteItem(self.label, self._go, self._icon, note=self._note, spans=(span,))] if span else []
        return PaletteGroup(items[:limit], len(items))

    def _go(self) -> None:
        self._shell.go(Place(self._key))


def one_page(key: str, title: str, icon: str, note: str) -> Callable[[Shell], Sequence[PaletteProvider]]:
    """Return the providers of a page: itself by its title, with a sentence about it. ``icon`` as for an item."""
    return partial(_providers, key, title, icon, note)


def _providers(key: str, title: str, icon: str, note: str, shell: Shell) -> Sequence[PaletteProvider]:
    return (_OnePage(key, title, icon, note, shell),)
