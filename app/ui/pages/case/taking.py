"""Codes of the grids: candidates unfold under an uncoded row, a chosen one is stored, rows change places."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from app.domain.coding import Candidate
from app.domain.field import Group
from app.services.coding import KIND_OF
from app.ui.pages.case import principal
from app.ui.pages.case.grid import RowGrid
from app.ui.pages.codes.guard import ask_meaning

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage

_OFFERED: Final = 3


class CodeTaking(QObject):
    """Listens to the grids of a page and writes through its work."""

    def __init__(self, page: CasePage) -> None:
        super().__init__(page)
        self._page = page
        for grid in page.grids.values():
            grid.edited.connect(self._on_edited)
            grid.taken.connect(self.take_code)
            grid.entered.connect(self._on_row_entered)
            grid.dropped.connect(self._on_dropped)

    def take_code(self, group: Group, index: int, candidate: Candidate) -> None:
        """Store a chosen code and go on to the next cell of the row; of a code with two meanings ask which."""
        self._guarded(candidate.code, partial(self._store_code, group, index))

    def _store_code(self, group: Group, index: int, code: str) -> None:
        page = self._page
        before = page.view
        if page.work.take_code(group, index, page.shell.services.coding.candidate(code)) and before is not None:
            principal.tell_principal(page, before)
            page.grids[group].go_to_field(index, "adm_cond" if group is Group.DX else "date")

    def _on_edited(self, path: str, text: str) -> None:
        """Store what was typed into a cell; of a code with two meanings ask which."""
        if path.endswith(".code"):
            self._guarded(text, partial(self._set_code, path))
        else:
            self._page.work.set_text(path, text)

    def _set_code(self, path: str, code: str) -> None:
        before = self._page.view
        if self._page.work.set_text(path, code) and before is not None:
            principal.tell_principal(self._page, before)

    def _guarded(self, code: str, write: Callable[[str], object]) -> None:
        if not self._page.is_whole:
            self._page.work.wait_with(partial(self._guarded, code, write))
            return
        guard = self._page.shell.services.lookup.guard(code)
        if guard is None:
            write(code)
        else:
            ask_meaning(self._page, guard, write)

    def _on_dropped(self, index: int, to: int) -> None:
        grid = self.sender()
        if isinstance(grid, RowGrid):
            principal.move_row(self._page, grid.group, index, to)

    def _on_row_entered(self, group: Group, index: int) -> None:
        """Unfold candidates under an uncoded row when the cursor rests on it; fold those of the other grid."""
        page = self._page
        view = page.view
        if view is None or not page.is_whole:
            return
        for other, grid in page.grids.items():
            if other is not group:
                grid.offer(-1, (), {})
        grid = page.grids[group]
        rows = view.record.rows(group)
        if not grid.wants_code(index) or not (rows[index].text("source_text") or rows[index].text("name")):
            grid.offer(-1, (), {})
            return
        services = page.shell.services
        candidates = services.cases.candidates(view.case_id, group, index).candidates
        found = tuple(near[0] for near in services.lookup.near_names(candidates, KIND_OF[group])[:_OFFERED])
        codes = tuple(candidate.code for candidate in found)
        grid.offer(index, found, services.coding.effects(view.case_id, group, index, codes))
        grid.spot_changed.emit()
