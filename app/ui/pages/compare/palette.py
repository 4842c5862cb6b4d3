"""The comparison in the command palette, wherever the user is."""

from __future__ import annotations

from app.ui.page import Place, Shell
from app.ui.shell.palette_model import PaletteGroup, PaletteItem
from app.ui.shell.pinyin import found_at

_WORDS = "比较分组方案"
_HELP = "用两个方案对本院病例分组，看哪些换组、为什么。"


class CompareProvider:
    """Finds 比较分组方案."""

    label = "方案比较"
    prefix = ">"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the page when its words hold the query, nothing for an empty one."""
        span = found_at(query, _WORDS) if query else None
        items = [PaletteItem(_WORDS, self._go, "compare", note=_HELP, spans=(span,))] if span else []
        return PaletteGroup(items[:limit], len(items))

    def _go(self) -> None:
        self._shell.go(Place("compare"))
