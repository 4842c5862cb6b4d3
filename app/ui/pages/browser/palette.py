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


class GroupProvider:
    """DRG groups and schemes: ``HC15``, 胆囊, dnqc; the choice opens the browser there."""

    label = "分组与方案"
    prefix = ""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the groups of the scheme in use and the schemes that the words name, nothing for an empty query."""
        words = query.strip()
        if not words or not self._shell.services.is_ready:
            return PaletteGroup((), 0)
        items = [*self._schemes(words), *self._groups(words)]
        return PaletteGroup(items[:limit], len(items))

    def _schemes(self, words: str) -> list[PaletteItem]:
        found = []
        for line in self._shell.services.assets.lines("scheme"):
            span = found_at(words, line.title)
            if span:
                run = partial(self._go, {"scheme": line.id})
                found.append(PaletteItem(line.title, run, "schemes", note="分组方案", spans=(span,)))
        return found

    def _groups(self, words: str) -> list[PaletteItem]:
        found = []
        for code, name in self._shell.services.browser.groups_in_use():
            span = found_at(words, name)
            if span or code.startswith(words.upper()):
                run = partial(self._go, {"group": code})
                found.append(PaletteItem(name, run, _ICON, code=code, spans=(span,) if span else ()))
        return found

    def _go(self, args: dict[str, str]) -> None:
        self._shell.go(Place("browser", dict(args)))
