"""Cases in the command palette, by name, initials, record number or diagnosis, and one's own views by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.dictionaries import dictionary
from app.services.worklist import WorklistRow
from app.ui.masking import masking
from app.ui.page import Place, Shell
from app.ui.pages.wording import age_text, joined, sex_text
from app.ui.pages.worklist.queues import MINE, VIEW_ICON
from app.ui.pages.worklist.views import SavedViews
from app.ui.shell.palette_model import PaletteGroup, PaletteItem, PaletteProvider
from app.ui.shell.pinyin import found_at

MOST: Final = 200
"""Cases after which the search ends: nobody reads further, and the answer must be there at once."""


@dataclass(frozen=True, slots=True)
class _Open:
    """Opens a case."""

    shell: Shell
    case_id: int

    def __call__(self) -> None:
        self.shell.go(Place("case", {"case": self.case_id}))


class CaseProvider:
    """Cases: ``@王``, ``zhl``, ``00412873``. The whole library is searched, whatever the list shows."""

    label = "病例"
    prefix = "@"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the cases that hold the query; nothing for an empty one."""
        words = query.strip()
        if not words:
            return PaletteGroup((), 0)
        worklist = self._shell.services.worklist
        ids = worklist.first(words, MOST)
        items = [self._item(row, words) for row in worklist.rows(ids[:limit])]
        return PaletteGroup(items, len(ids), capped=len(ids) == MOST)

    def _item(self, row: WorklistRow, words: str) -> PaletteItem:
        who = joined(sex_text(row.sex), age_text(row.age_years, row.age_days), sign=" ")
        note = joined(who, dictionary("D-DEPT").label(row.dept) or row.dept, row.principal_text)
        name = masking().name(row.patient_name)
        at = name.find(words)
        spans = ((at, at + len(words)),) if at >= 0 else ()
        run = _Open(self._shell, row.case_id)
        return PaletteItem(name, run, "ph.file-text", code=row.record_no, note=note, spans=spans)


@dataclass(frozen=True, slots=True)
class _Show:
    """Shows one's own view."""

    shell: Shell
    key: str

    def __call__(self) -> None:
        self.shell.go(Place("worklist", {"view": self.key}))


class ViewProvider:
    """One's own views by name or initials; all of them for an empty box are too many."""

    label = MINE
    prefix = ""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the views whose name holds the query."""
        found = [(view, found_at(query, view.name)) for view in SavedViews(self._shell.places).all() if query]
        items = [
            PaletteItem(view.name, _Show(self._shell, view.key), VIEW_ICON, note=view.words, spans=(span,))
            for view, span in found
            if span
        ]
        return PaletteGroup(items[:limit], len(items))


def providers(shell: Shell) -> Sequence[PaletteProvider]:
    """Return what this page adds to the palette."""
    return CaseProvider(shell), ViewProvider(shell)
