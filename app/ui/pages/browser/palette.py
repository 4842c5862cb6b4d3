"""The browser in the command palette, wherever the user is."""

from __future__ import annotations

import re
from functools import partial

from app.ui.page import Place, Shell
from app.ui.shell.palette_model import PaletteGroup, PaletteItem
from app.ui.shell.pinyin import found_at

_WORDS = "浏览分组方案"
_FIND = "在使用中的方案里查这个编码的每一处。"
_ICON = "ph.tree-structure"
_CODE = re.compile(r"(?:[A-Z]\d\d|\d\d\.\d)[0-9A-Z.+*]*")
_HELP = "逐层查看方案的 MDC、ADRG、DRG，查编码影响哪些组。"


class BrowserProvider:
    """Finds 浏览分组方案, and for what looks like a code which groups it affects."""

    label = "方案浏览"
    prefix = ">"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the page when its words hold the query or the query is a code, nothing for an empty one."""
        span = found_at(query, _WORDS) if query else None
        items = [PaletteItem(_WORDS, self._go, _ICON, note=_HELP, spans=(span,))] if span else []
        code = query.strip().upper()
        if _CODE.fullmatch(code):
            items.append(PaletteItem(f"{code} 影响哪些组", partial(self._find, code), _ICON, note=_FIND))
        return PaletteGroup(items[:limit], len(items))

    def _go(self) -> None:
        self._shell.go(Place("browser"))

    def _find(self, code: str) -> None:
        self._shell.go(Place("browser", {"query": code}))
