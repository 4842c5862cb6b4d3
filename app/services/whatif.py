"""What a group hangs on: each secondary diagnosis left out in turn. Never sorted by money, never stored."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.field import Group
from app.domain.grouping import GroupStatus, SecondaryNote
from app.drg.engine import group
from app.drg.whatif import carriers
from app.services.group_input import group_input, invalid, with_proposals
from app.services.session import Session


@dataclass(frozen=True, slots=True)
class SecondaryLine:
    """A secondary diagnosis in page order: how it counted and the group without it ('' when unchanged).

    ``proposed`` tells that its code is not confirmed yet.
    """

    index: int
    code: str
    name: str
    note: SecondaryNote
    without: str
    proposed: bool


class WhatIfService:
    """Answers from a copy; the case is only read."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def secondaries(self, case_id: int) -> tuple[SecondaryLine, ...]:
        """Return the coded secondary diagnoses of a case with what leaving each out does to the group."""
        engines = self._session.engines
        with self._session.db.read() as reader:
            stored = reader.load_case(case_id)
        record, _ = with_proposals(stored.record, stored.proposals)
        if invalid(record):
            return ()
        scheme = engines.scheme_for(record)
        case = group_input(record)
        notes = engines.preview(stored.record, stored.proposals).explanation
        if notes is None or group(scheme, case).status is GroupStatus.UNGROUPED:
            return ()
        falls = {one.position: one.result.drg for one in carriers(scheme, case)}
        coded = [(index, row) for index, row in enumerate(record.rows(Group.DX)) if row.get("code")]
        return tuple(
            SecondaryLine(
                index,
                row.text("code"),
                row.text("name"),
                note,
                falls.get(position, ""),
                not stored.record.rows(Group.DX)[index].get("code"),
            )
            for position, ((index, row), note) in enumerate(zip(coded[1:], notes.secondaries, strict=True), 1)
        )
