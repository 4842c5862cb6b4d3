"""The imports in the command palette, wherever the user is."""

from __future__ import annotations

from functools import partial

from app.ui.page import Place, Shell
from app.ui.pages.schemes.shelf import TITLES
from app.ui.shell.palette_model import PaletteGroup, PaletteItem
from app.ui.shell.pinyin import found_at


class ImportProvider:
    """Finds 导入编码库…, 导入分组方案…, 导入权重…, 导入费率…; on the page itself its own actions are found."""

    label = "导入"
    prefix = ">"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the imports whose words hold the query, nothing for an empty one."""
        here = {action.id for action in self._shell.actions.available()}
        items = []
        for kind in TITLES:
            action = self._shell.actions.get(f"schemes.import_{kind}")
            span = found_at(query, action.label) if query else None
            if span and action.id not in here:
                run = partial(self._go, kind)
                items.append(PaletteItem(action.label, run, "import", note=action.help, spans=(span,)))
        return PaletteGroup(items[:limit], len(items))

    def _go(self, kind: str) -> None:
        self._shell.go(Place("schemes", {"section": kind}))
        self._shell.actions.trigger(f"schemes.import_{kind}")
