"""Codes of both code sets in the command palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.coding import Candidate
from app.ui.page import Place, Shell
from app.ui.pages.codes.panel import ALL
from app.ui.shell.palette_model import PaletteGroup, PaletteItem

_AMONG_OTHERS: Final = 5
"""Up to so many codes are asked for beside other things: one letter then names nothing yet."""


@dataclass(frozen=True, slots=True)
class _Open:
    """Opens the search page on a code."""

    shell: Shell
    code: str

    def __call__(self) -> None:
        self.shell.go(Place("codes", {"query": self.code, "kind": ALL}))


class CodeProvider:
    """Codes: ``#k80``, 胆总管结石, jxdgy. Quiet until the search index is in memory."""

    label = "编码"
    prefix = "#"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return diagnoses and procedures that match, as the text has it; nothing for an empty query."""
        services = self._shell.services
        lone_letter = len(query.strip()) == 1 and query.strip().isascii() and limit <= _AMONG_OTHERS
        if not query.strip() or lone_letter or not services.is_ready:
            return PaletteGroup((), 0)
        found = services.lookup.search(query, None, limit)
        return PaletteGroup([self._item(candidate) for candidate in found], len(found))

    def _item(self, candidate: Candidate) -> PaletteItem:
        run = _Open(self._shell, candidate.code)
        which = "手术" if candidate.code[:1].isdigit() else "诊断"
        return PaletteItem(candidate.name, run, "search", note=which, code=candidate.code, spans=candidate.spans)
