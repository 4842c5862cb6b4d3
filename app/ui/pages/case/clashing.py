"""Finds fields that are half typed here and were stored by another hand, and writes what the user chooses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.domain.fields import field
from app.services.types import CaseView
from app.ui.pages.case.conflict import Clash, ask_clashes
from app.ui.pages.case.fields import SheetField
from app.ui.pages.case.looks import field_text

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage


def typed_now(page: CasePage) -> dict[str, str]:
    """Return what is half typed in the fields of the sheet and in the open cell of a grid, by path."""
    boxes = (*page.sheet.boxes.items(), *page.fees.boxes.items())
    fields = [box.field for _, box in boxes if isinstance(box.field, SheetField)]
    fields += [grid.editor for grid in page.grids.values() if isinstance(grid.editor, SheetField)]
    return {one.objectName(): one.text() for one in fields if one.isModified() and one.text() != one.shown}


def clashes_of(before: CaseView, after: CaseView, typed: dict[str, str]) -> list[Clash]:
    """Return the fields among those half typed whose stored value another write has changed."""
    found = []
    for path, mine in typed.items():
        old, new = field_text(before.record, path), field_text(after.record, path)
        if new not in (old, mine):
            found.append(Clash(path, field(path).label, mine, new))
    return found


def show_anew(page: CasePage, before: CaseView, view: CaseView) -> None:
    """Show a case that another hand has written; what was half typed in fields it changed is asked about."""
    found = clashes_of(before, view, typed_now(page))
    paths = {clash.path for clash in found}
    for grid in page.grids.values():
        editor = grid.editor
        if isinstance(editor, SheetField) and editor.objectName() in paths:
            editor.revert()
            grid.settle()
    page.show_view(view)
    page.clashes = found
    ask_waiting(page)


def drafts_to_restore(page: CasePage, view: CaseView) -> dict[str, str]:
    """Return the drafts that go back into their fields, of an earlier run or not stored yet.

    Those overtaken wait to be asked about.
    """
    noted = {path: typed for path, typed in page.shell.services.drafts.noted(view.case_id).items() if typed}
    if not view.drafts:
        return noted
    told = {one.path: one for one in page.shell.services.drafts.overtaken(view.case_id)}
    shown = {path: field_text(view.record, path) for path in told}
    found = [
        Clash(path, field(path).label, one.mine, shown[path], f"{one.who} 于 {one.at:%m-%d %H:%M} ")
        for path, one in told.items()
        if one.mine != shown[path]
    ]
    page.clashes = found
    return {path: typed for path, typed in {**view.drafts, **noted}.items() if path not in told}


def ask_waiting(page: CasePage) -> None:
    """Ask about what clashes, once the page has come to rest: until then the focus may go elsewhere."""
    found, page.clashes = page.clashes, []
    if found:
        ask_clashes(page, found, partial(_taken, page))


def _taken(page: CasePage, clash: Clash, mine: bool) -> None:
    """Store one's own text, or let the stored one stand and forget the draft."""
    if mine:
        page.work.set_text(clash.path, clash.mine)
    else:
        page.work.note_typing(clash.path, "")
