"""What the actions of the case page do. Each takes the page; the action table names them and gives them their keys."""

from __future__ import annotations

from functools import partial

from app.common.errors import UserProblem
from app.domain.case import FieldPath, Row
from app.domain.field import FieldType, Group, Section
from app.domain.fields import field
from app.services.types import CaseView
from app.ui.masking import masking
from app.ui.page import Place
from app.ui.pages.case import deciding, principal
from app.ui.pages.case.fields import SheetField
from app.ui.pages.case.full_text import FullText
from app.ui.pages.case.page import CasePage
from app.ui.pages.wording import joined
from app.ui.widgets import ask

_DATES = (FieldType.DATE, FieldType.DATETIME)
_GROUPS = {Group.DX: "诊断", Group.OP: "手术"}


# When an action can be done.


def is_open(page: CasePage) -> bool:
    """True when a case is shown."""
    return page.view is not None


def is_unlocked(page: CasePage) -> bool:
    """True when a case is shown that may be changed, with all that is known about it."""
    return page.is_whole and page.view is not None and not page.view.locked


def may_edit(page: CasePage) -> bool:
    """True when whoever works here may change the fields and codes of the case that is shown."""
    return is_unlocked(page) and page.view is not None and not page.view.sealed


def is_held(page: CasePage) -> bool:
    """True when somebody else is coding the case that is shown."""
    return page.is_whole and page.view is not None and bool(page.view.held)


def in_grid(page: CasePage) -> bool:
    """True when the cursor is on a stored row of a grid that may be changed."""
    return may_edit(page) and _current_row(page) is not None


def may_take(page: CasePage) -> bool:
    """True on a row of a grid; also while its candidates are still to come, so that the key is answered."""
    return _current_row(page) is not None and page.view is not None and not page.view.sealed


def can_undo(page: CasePage) -> bool:
    """True when a case is shown: what cannot be taken back on it may be on another."""
    return page.is_whole


def can_redo(page: CasePage) -> bool:
    """True when there is something to do again."""
    return is_unlocked(page) and page.view is not None and bool(page.view.redo_name)


def _current_row(page: CasePage) -> Row | None:
    """Return the stored row under the cursor of a grid."""
    grid = page.grid()
    rows = page.view.record.rows(grid.group) if grid is not None and page.view else ()
    return rows[grid.current_index] if grid is not None and 0 <= grid.current_index < len(rows) else None


# Rows.


def take_candidate(page: CasePage, number: int) -> None:
    """Accept an inline candidate of the row under the cursor, or its proposal; a code is never taken unseen."""
    grid = page.grid()
    if grid is None or page.view is None:
        return
    if not page.is_whole:
        page.shell.set_status(f"编码库载入中，候选列出后再按 Ctrl+{number + 1}。")
        return
    candidate = grid.offered(number)
    index = grid.current_index
    proposal = page.view.proposal(grid.group, index) if in_grid(page) else None
    if candidate is not None:
        page.taking.take_code(grid.group, index, candidate)
    elif proposal is not None and number == 0:
        page.taking.take_code(grid.group, index, page.shell.services.coding.candidate(proposal.code))
    else:
        why = f"没有第 {number + 1} 个候选" if grid.wants_code(index) else "已有编码或提议"
        page.shell.set_status(f"这一行{why}，按 F4 检索。")


def add_row(page: CasePage) -> None:
    """A row below the current one; in the lines of a group, one more line."""
    page.settle()
    view, grid = page.view, page.grid()
    at = FieldPath.parse(page.focused_path()) if page.focused_path() else None
    if view is None or at is None or at.group is Group.CASE:
        return
    count = len(view.record.rows(at.group))
    index = min(at.index + 1, count) if grid is None or not grid.on_blank else count
    while len(view.record.rows(at.group)) <= max(count, index if grid is None else 0):
        if not page.work.do(page.shell.services.cases.add_row, at.group, index):
            return
        view = page.view or view
    page.go_to_field(f"{at.group}[{index}].{'code' if grid else at.field}")


def remove_row(page: CasePage) -> None:
    """The row under the cursor goes; the toast names it and offers to take that back."""
    page.settle()
    grid, before = page.grid(), page.view
    if grid is None or before is None:
        return
    index = grid.current_index
    words = f"删除第 {index + 1} {_GROUPS[grid.group]}"
    if page.work.do_on_row(words, page.shell.services.cases.remove_row, grid.group, index):
        grid.go_to_field(min(index, max(0, len(before.record.rows(grid.group)) - 2)), grid.current_key)
        gone = principal.named(before, grid.group, index)
        page.shell.notices.toast(f"已删除第 {index + 1} {_GROUPS[grid.group]} {gone}", undo=page.undo)
        principal.tell_principal(page, before)


def split_row(page: CasePage) -> None:
    """A text with several diagnoses becomes several rows."""
    page.settle()
    grid, before = page.grid(), page.view
    if grid is None or before is None:
        return
    words, split = f"拆分第 {grid.current_index + 1} {_GROUPS[grid.group]}", page.shell.services.cases.split_row
    if page.work.do_on_row(words, split, grid.group, grid.current_index) and page.view:
        count = len(page.view.record.rows(grid.group)) - len(before.record.rows(grid.group)) + 1
        page.shell.notices.toast(f"已拆分为 {count} 行", undo=page.undo)


def move_row(page: CasePage, by: int) -> None:
    """Swap the row with its neighbour; it stays under the cursor."""
    grid = page.grid()
    if grid is not None:
        principal.move_row(page, grid.group, grid.current_index, grid.current_index + by)


def make_principal(page: CasePage) -> None:
    """Make the row the first one."""
    grid = page.grid()
    if grid is not None:
        principal.move_row(page, grid.group, grid.current_index, 0)


def show_full_text(page: CasePage) -> None:
    """The whole text of the physician in a card under the row; once more closes it."""
    grid = page.grid()
    old = page.window().findChild(FullText)
    if old is not None and old.isVisible():
        old.dismiss()
    elif grid is not None and (stored := _current_row(page)) is not None:
        number = "主" if grid.current_index == 0 else str(grid.current_index + 1)
        card = FullText(grid, f"{_GROUPS[grid.group]} {number} 原文", stored)
        grid.spot_changed.connect(card.dismiss)
        card.open(grid.spot())


def search_code(page: CasePage) -> None:
    """Search for the row under the cursor, or for the first one without a code."""
    grid = page.grid() or page.grids[Group.DX]
    if grid is not page.grid():
        page.go_to_field(f"{grid.group}[{max(0, grid.current_index)}].code")
    grid.edit_code()


def accept_proposals(page: CasePage) -> None:
    """Accept all proposals of the case but those of codes with two meanings: each of these is asked about."""
    page.settle()
    proposals = page.view.proposals if page.view else {}
    two_meanings = page.shell.services.lookup.two_meanings
    doubtful = frozenset(key for key, proposal in proposals.items() if two_meanings(proposal.code))
    count = len(proposals) - len(doubtful)
    left = f"{len(doubtful)} 条编码两版含义不同，请逐条确认" if doubtful else ""
    if count and page.work.do(page.shell.services.cases.accept_all, doubtful):
        page.shell.notices.toast(joined(f"已采用 {count} 条提议", left, sign="；"), undo=page.undo)
    elif doubtful and not count:
        page.shell.notices.toast(left)


# Findings.


def next_finding(page: CasePage) -> None:
    """The next finding and its field."""
    _step_finding(page, 1)


def previous_finding(page: CasePage) -> None:
    """The finding before and its field."""
    _step_finding(page, -1)


def _step_finding(page: CasePage, by: int) -> None:
    page.settle()
    finding = page.findings.step(by)
    if finding:
        page.go_to_finding(finding)


def settle_current(page: CasePage) -> None:
    """Apply the safe remedy of the chosen finding; without one, go to its field."""
    page.settle()
    finding = page.findings.current()
    if finding:
        page.settle_finding(finding)


def toggle_score(page: CasePage) -> None:
    """Show the deductions in place of the findings, or the findings again; the focus goes along."""
    page.settle()
    if page.parts.is_folded(1):
        page.parts.fold(1, False)
    page.dock.toggle_score()


def toggle_decided(page: CasePage) -> None:
    """Fold or unfold what was decided."""
    page.findings.toggle_decided()


# The whole case.


def redo(page: CasePage) -> None:
    """Do again what was taken back."""
    page.settle()
    page.work.redo()


def finish(page: CasePage) -> None:
    """Finish the case and open the next of the same list; errors come first, then warnings without a reason."""
    page.settle()
    view = page.view
    if view is None:
        return
    section = page.sheet.current_section()
    try:
        done = page.shell.services.cases.finish(view.case_id)
    except UserProblem as problem:
        page.shell.errors.show(problem)
        return
    page.work.refresh(view)
    if done.blocking is not None:
        page.shell.notices.toast(f"还有 {done.errors} 项强制错误，改正后可完成。", severity="error")
        page.findings.choose_finding(done.blocking)
        page.go_to_finding(done.blocking)
    elif done.unconfirmed:
        deciding.confirm_all(page, done.unconfirmed, partial(finish, page))
    else:
        _finished(page, view, section)


def _finished(page: CasePage, view: CaseView, section: Section) -> None:
    following = page.following.after(view.case_id)
    if following is not None:
        page.open_case(following, section)
        page.give_focus()
    name = masking().name(view.record.text("patient_name"))
    is_last = following is None and page.following.position(view.case_id)
    told = f"已完成 {name}，这是列表的最后一份" if is_last else f"已完成 {name}"
    page.shell.notices.toast(told, undo=partial(_take_back_finish, page, view.case_id))


def _take_back_finish(page: CasePage, case_id: int) -> None:
    """Go to the finished case first, then undo."""
    if page.view is None or page.view.case_id != case_id or not page.isVisible():
        page.shell.go(Place(page.key, {"case": case_id}))
    page.undo()


def toggle_dock(page: CasePage) -> None:
    """Fold or show the dock; the focus never stays in what is hidden."""
    folded = not page.parts.is_folded(1)
    page.parts.fold(1, folded)
    if folded and page.focusWidget() is None:
        page.give_focus()


def toggle_fees(page: CasePage) -> None:
    """Unfold the fees and go there; folding goes back to the sheet."""
    page.settle()
    page.fees.toggle()
    if page.fees.is_open:
        page.fees.boxes["fee_total"].field.setFocus()
    else:
        page.grids[Group.DX].setFocus()


def show_drg(page: CasePage) -> None:
    """The full grouping path; the field goes along, so that Esc there comes back to it."""
    if page.view:
        page.settle()
        page.shell.go(Place("drg", {"case": page.view.case_id, "field": page.focused_path()}))


def type_today(page: CasePage) -> None:
    """Write today into the date field under the cursor."""
    path = page.focused_path()
    if not path or field(path).type not in _DATES:
        return
    today = page.shell.services.today_text()
    widget, grid = page.focusWidget(), page.grid()
    if grid is not None and grid.editor is None:
        page.work.set_text(path, today)
    elif isinstance(widget, SheetField) and widget.look.editable:
        widget.restore_typed(today)
        widget.commit()


def take_over(page: CasePage) -> None:
    """Ask, then claim a case that somebody else is coding; he sees it in his list and in the history."""
    if page.view is not None:
        told = f"{page.view.held}。接手后由您编辑，对方只能阅读；接手记入审计，可撤销。"
        ask(page, "接手这份病案", told, "接手", partial(_taken_over, page))


def _claimed(page: CasePage, case_id: int) -> None:
    page.shell.services.list_work.claim([case_id])


def _taken_over(page: CasePage) -> None:
    if page.view is not None and page.work.decide(partial(_claimed, page)):
        page.shell.notices.toast("已接手，现在由您编辑。", undo=page.undo)


def leave(page: CasePage) -> None:
    """Go back to where the user came from."""
    page.settle()
    page.shell.back()
