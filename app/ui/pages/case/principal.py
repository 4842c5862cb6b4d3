"""Rows change places; another main diagnosis is told with what it does to group and weight, and who has to agree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from app.domain.field import Group
from app.services.types import CaseView
from app.ui.pages.case.drg_card import NO_GROUP

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage

_MUCH: Final = Decimal("1.2")
"""A weight that grows by a fifth through the main diagnosis alone is the physician's to confirm (ui.md 4)."""


def move_row(page: CasePage, group: Group, at: int, to: int) -> None:
    """Move a row of a grid; the cursor goes along in its column."""
    page.settle()
    grid, before = page.grids[group], page.view
    if before is None or not 0 <= to < len(before.record.rows(group)) or at == to:
        return
    key, move = grid.current_key, page.shell.services.cases.move_row
    words = f"把第 {at + 1} 行移到第 {to + 1} 行"
    # Another main diagnosis is told at once with what it does, so it never waits.
    if page.work.do(move, group, at, to) if 0 in (at, to) else page.work.do_on_row(words, move, group, at, to):
        grid.go_to_field(to, key)
        tell_principal(page, before)


def tell_principal(page: CasePage, before: CaseView) -> None:
    """Say what the new main diagnosis does, when a write has put another one in the place of a coded one."""
    after = page.view
    if after is None or _identity(before) == _identity(after) or not before.record.text("dx[0].code"):
        return
    old, new = _group_code(before), _group_code(after)
    change = f"分组 {old} → {new}" if old != new else f"分组不变（{new}）"
    page.boxes[Group.DX].principal.tell(
        f"主要诊断由 {named(before, Group.DX, 0)} 改为 {named(after, Group.DX, 0)}，{change}。"
        f"{_grown(before, after)}需医师确认。"
    )


def named(view: CaseView, group: Group, index: int) -> str:
    """Return name and code of a row, or what the physician wrote."""
    rows = view.record.rows(group)
    if index >= len(rows):
        return "空"
    row = rows[index]
    said = row.text("name") or " ".join(row.text("source_text").split())
    return f"{said} {row.text('code')}".strip() or "空行"


def _identity(view: CaseView) -> tuple[int, str]:
    rows = view.record.rows(Group.DX)
    return (rows[0].id, rows[0].text("code")) if rows else (0, "")


def _grown(before: CaseView, after: CaseView) -> str:
    """Return how much the weight grew, '' when that is less than a fifth or not known."""
    was, now = before.grouping.price.weight, after.grouping.price.weight
    if not was or now is None or now < was * _MUCH:
        return ""
    return f"权重由 {was:.4f} 升为 {now:.4f}（升 {(now / was - 1) * 100:.1f}%），"


def _group_code(view: CaseView) -> str:
    explanation = view.grouping.explanation
    return explanation.result.drg if explanation else NO_GROUP
