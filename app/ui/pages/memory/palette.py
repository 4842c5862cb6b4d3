"""The hospital's memory in the command palette, wherever the user is."""

from __future__ import annotations

from functools import partial

from app.ui.page import Place, Shell
from app.ui.shell.palette_model import PaletteGroup, PaletteItem
from app.ui.shell.pinyin import found_at

TITLE = "本院记忆"
_NOTE = "哪些原文给过哪些编码、几次、何时、经手人；可撤销，可导入过去的编码。"
_FIND = "列出原文或编码里含“{query}”的记忆。"


class MemoryProvider:
    """Finds 本院记忆, and takes what was typed there as a search."""

    label = TITLE
    prefix = ">"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the page when its words hold the query; with more words behind the title, a search there."""
        words = query.strip()
        if words.startswith(TITLE) and words != TITLE:
            wanted = words.removeprefix(TITLE).strip()
            item = PaletteItem(
                f"{TITLE}：{wanted}", partial(self._go, wanted), "history", note=_FIND.format(query=wanted)
            )
            return PaletteGroup([item], 1)
        span = found_at(words, TITLE) if words else None
        items = [PaletteItem(TITLE, partial(self._go, ""), "history", note=_NOTE, spans=(span,))] if span else []
        return PaletteGroup(items[:limit], len(items))

    def _go(self, query: str) -> None:
        self._shell.go(Place("memory", {"query": query} if query else {}))
