"""One case rebuilt from its audit, change by change, as the domain knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.domain.case import CaseRecord, Row, Value
from app.domain.coding import Proposal
from app.domain.field import Group
from app.services.types import RowKey
from app.storage.cells import decode, proposal_of
from app.storage.rows import CODE_STATUS, EVENT, POSITION, PROPOSAL, ROW, Change
from app.storage.tables import WORKFLOW_COLUMNS, spec_of


class ReplayedCase:
    """The case as it stood after the changes applied so far; empty before the first one."""

    def __init__(self) -> None:
        self.head = Row()
        self.rows: dict[Group, list[Row]] = {}
        self.proposals: dict[RowKey, Proposal] = {}

    def record(self) -> CaseRecord:
        """Return what stands now."""
        return CaseRecord(self.head, {group: tuple(rows) for group, rows in self.rows.items() if rows})

    def index(self, group: Group, row_id: int) -> int:
        """Return the place of a row in its group. Raises ``LookupError`` for one that is not there."""
        return next(at for at, row in enumerate(self.rows[group]) if row.id == row_id)

    def apply(self, change: Change) -> None:
        """Make one change of the audit happen."""
        if change.entity == EVENT:
            return
        group = Group(change.entity)
        if group is Group.CASE:
            self._apply_head(change)
        elif change.field == ROW:
            self._apply_row(group, change)
        elif change.field == POSITION:
            rows = self.rows[group]
            moved = rows.pop(self.index(group, change.row_id))
            rows.insert(_int(change.after), moved)
        elif change.field == PROPOSAL:
            self._propose(group, change.row_id, change.after)
        elif change.field != CODE_STATUS:
            at = self.index(group, change.row_id)
            self.rows[group][at] = with_cell(self.rows[group][at], group, change.field, change.after)

    def _apply_head(self, change: Change) -> None:
        if change.field == ROW:
            head = change.after.get("head") if isinstance(change.after, Mapping) else None
            self.head = row_of(Group.CASE, head if isinstance(head, Mapping) else {})
        elif change.field not in WORKFLOW_COLUMNS:
            self.head = with_cell(self.head, Group.CASE, change.field, change.after)

    def _apply_row(self, group: Group, change: Change) -> None:
        rows = self.rows.setdefault(group, [])
        if isinstance(change.after, Mapping):
            row = row_of(group, change.after, change.row_id)
            rows.insert(_int(change.after.get(POSITION, len(rows))), row)
            self._propose(group, change.row_id, change.after.get(PROPOSAL))
        else:
            del rows[self.index(group, change.row_id)]
            self._propose(group, change.row_id, None)

    def _propose(self, group: Group, row_id: int, cell: object) -> None:
        proposal = proposal_in(cell)
        if proposal is None:
            self.proposals.pop((group, row_id), None)
        else:
            self.proposals[group, row_id] = proposal


def row_of(group: Group, payload: Mapping[str, object], row_id: int = 0) -> Row:
    """Return the row that a payload of the audit holds."""
    values: dict[str, Value] = {}
    raw: dict[str, str] = {}
    dashes: set[str] = set()
    for name, cell in payload.items():
        if name in (POSITION, PROPOSAL, CODE_STATUS):
            continue
        found = decode(spec_of(group, name), cell)
        values[name] = found.value
        raw |= {name: found.raw} if found.raw else {}
        dashes |= {name} if found.dash else set()
    return Row(values, raw, frozenset(dashes), row_id)


def with_cell(row: Row, group: Group, name: str, cell: object) -> Row:
    """Return a row with one cell of the audit written into it."""
    found = decode(spec_of(group, name), cell)
    row = row.with_value(name, found.value)
    if found.raw:
        row = replace(row, raw={**row.raw, name: found.raw})
    return replace(row, dashes=row.dashes | {name}) if found.dash else row


def proposal_in(cell: object) -> Proposal | None:
    """Return the proposal in a cell of the audit, None when it holds none."""
    if not isinstance(cell, Mapping):
        return None
    return proposal_of(*(cell.get(name) for name in ("code", "name", "score", "kind", "reason")))


def _int(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - positions are written by the storage
    return value
