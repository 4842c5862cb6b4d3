"""Settings in the command palette: every setting and group by its words, wherever the user is."""

from __future__ import annotations

from functools import partial

from app.ui.page import Place, Shell
from app.ui.pages.settings.options import GROUPS, options
from app.ui.pages.settings.page import holds
from app.ui.shell.palette_model import PaletteGroup, PaletteItem
from app.ui.shell.pinyin import found_at


class SettingsProvider:
    """Finds settings by label, group or help; the choice opens the page at the control."""

    label = "设置"
    prefix = ""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._options = options()

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return settings and groups that the words name, nothing for an empty query."""
        words = query.strip()
        if not words:
            return PaletteGroup((), 0)
        titles = {one.key: one.title for one in GROUPS}
        items = []
        for option in self._options:
            if holds(words, option, titles[option.group]):
                span = found_at(words, option.label)
                run = partial(self._go, {"option": option.key})
                note = f"{titles[option.group]} · {option.help}"
                items.append(PaletteItem(option.label, run, "thresholds", note=note, spans=(span,) if span else ()))
        for group in GROUPS:
            span = found_at(words, group.title)
            if span or words in group.note:
                run = partial(self._go, {"group": group.key})
                items.append(PaletteItem(group.title, run, group.icon, note="设置", spans=(span,) if span else ()))
        return PaletteGroup(items[:limit], len(items))

    def _go(self, args: dict[str, str]) -> None:
        self._shell.go(Place("settings", dict(args)))
