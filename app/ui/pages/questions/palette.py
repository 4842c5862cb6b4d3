"""The table of questions in the command palette: the page, and each question by its words."""

from __future__ import annotations

from functools import partial
from typing import Final

from app.ui.page import Place, Shell
from app.ui.shell.palette_model import PaletteGroup, PaletteItem
from app.ui.shell.pinyin import found_at

TITLE: Final = "追问表"
_NOTE: Final = "编码时追问什么、哪些可能漏编；本院可改、可加、可停用。"


class QuestionProvider:
    """Finds 追问表, and questions by id or words."""

    label = TITLE
    prefix = "!"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the page when its title holds the query, then the questions that do."""
        words = query.strip()
        if not words:
            return PaletteGroup([], 0)
        span = found_at(words, TITLE)
        found = [PaletteItem(TITLE, partial(self._go, ""), "help", note=_NOTE, spans=(span,))] if span else []
        for line in self._shell.services.questions.table.lines():
            entry = line.entry
            title = f"{entry.id} {entry.ask}"
            at = found_at(words, title)
            if at:
                found.append(PaletteItem(title, partial(self._go, entry.id), "help", note=entry.evidence, spans=(at,)))
        return PaletteGroup(found[:limit], len(found))

    def _go(self, question_id: str) -> None:
        self._shell.go(Place("questions", {"question": question_id} if question_id else {}))
