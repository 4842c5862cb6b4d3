"""Where a case stands and who moves it on (domain.md 5.2); submitting and returning have services of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.states import MOVES, back_from_return, move_between
from app.services.case_view import load_case
from app.services.checking import CheckingService
from app.services.moves import illegal, steps_to, take_steps
from app.services.permits import EVERYONE, needs
from app.services.session import Session
from app.services.state_blocks import blocks_of
from app.services.state_types import StateBar, Station
from app.services.types import CaseView
from app.storage.ops import Op
from app.storage.state_steps import StateStep

_S = CaseState
ROAD: Final = (_S.INPATIENT, _S.TO_CODE, _S.CODING, _S.TO_QC, _S.QC, _S.PASSED, _S.SUBMITTED, _S.ARCHIVED)
"""The usual way of a case."""
_ASIDE: Final = {_S.APPROVAL: _S.QC, _S.UNLOCK_REQUESTED: _S.SUBMITTED, _S.CANCELLED: _S.TO_CODE}
"""Where on that way a state beside it stands; a returned case stands where it came from."""


class StateService:
    """Moves cases; each move is one named operation with its reason and is told in the case's history."""

    def __init__(self, session: Session, checking: CheckingService) -> None:
        self._session = session
        self._checking = checking

    @needs(*EVERYONE)
    def bar(self, view: CaseView) -> StateBar:
        """Return the way of a case as it stands, what comes next and what is in the way."""
        with self._session.db.read() as reader:
            steps = reader.state_steps(view.case_id)
            versions = reader.submissions.versions(view.case_id)
            waiting = [one for one in reader.exceptions(view.case_id) if one.state == "open"]
        place = self._place(view.state, steps)
        move = next((one for one in MOVES if one.was is view.state and one.key != "cancel"), None)
        key = "sign" if waiting and view.state is _S.APPROVAL else move.key if move is not None else ""
        key = "" if view.held else key  # whoever has the case in hand leads it on
        return StateBar(
            state=view.state,
            stations=tuple(_station(state, steps, place) for state in ROAD),
            aside=view.state if view.state not in ROAD else None,
            came=_came(steps),
            next_key=key,
            next_words=text(f"states.next.{key}") if key else "",
            blocks=blocks_of(view, key, waiting, self._session.actor),
            version=versions[0].version if versions else 0,
        )

    @staticmethod
    def _place(state: CaseState, steps: Iterable[StateStep]) -> CaseState:
        if state is _S.RETURNED:
            before = next((step.was for step in reversed(tuple(steps)) if step.state is state), None)
            return before if before in ROAD else _S.CODING
        return _ASIDE.get(state, state)

    @needs("qc")
    def take(self, case_ids: Iterable[int]) -> Changes:
        """Take cases that wait for quality control. Raises :class:`UserProblem` when one stands elsewhere."""
        return self._move(list(case_ids), _S.QC, "")

    @needs("qc")
    def send_back(self, case_id: int, reason: str) -> Changes:
        """Send a case back to coding. Raises :class:`UserProblem` without a reason, or when it stands elsewhere."""
        return self._move([case_id], _S.CODING, _must_say(reason))

    @needs("qc", "coder")
    def reopen(self, case_id: int, reason: str) -> Changes:
        """Take a case that has passed into quality control again."""
        return self._move([case_id], _S.QC, _must_say(reason))

    @needs("coder", "admin")
    def cancel(self, case_id: int, reason: str) -> Changes:
        """Cancel a case that was imported by mistake; undo brings it back."""
        return self._move([case_id], _S.CANCELLED, _must_say(reason))

    @needs("coder", "qc", "physician")
    def answered(self, case_id: int) -> Changes:
        """Let a case whose physician has answered go back to where it came from."""
        with self._session.db.read() as reader:
            before = reader.before_return(case_id)
        return self._move([case_id], back_from_return(before), "")

    def _move(self, case_ids: list[int], to: CaseState, reason: str) -> Changes:
        with self._session.db.read() as reader:
            was = {case_id: load_case(reader, case_id).state for case_id in case_ids}
        for state in was.values():
            if to in (_S.QC, _S.CODING) and move_between(state, to) is None:
                raise illegal(state, to)
        steps = {case_id: steps_to(self._session, state, to) for case_id, state in was.items()}
        with self._session.db.operation(Op.SET_STATE, by=self._session.actor, note=reason) as tx:
            for case_id in case_ids:
                take_steps(tx, case_id, steps[case_id])
        return tx.changes | self._checking.run(case_ids)


def _station(state: CaseState, steps: Iterable[StateStep], place: CaseState) -> Station:
    reached = next((step for step in reversed(tuple(steps)) if step.state is state), None)
    if reached is None or ROAD.index(state) > ROAD.index(place):
        return Station(state, is_now=state is place)
    return Station(state, reached.at, reached.who, state is place)


def _came(steps: Iterable[StateStep]) -> str:
    """Return who moved the case last, when and why."""
    last = next(iter(reversed(tuple(steps))), None)
    if last is None:
        return ""
    said = text("states.came", who=last.who, at=f"{last.at:%m-%d %H:%M}", state=text(f"cases.state.{last.state}"))
    return said if not last.note or last.was is None else text("states.came_because", said=said, why=last.note)


def _must_say(reason: str) -> str:
    if not reason.strip():
        raise UserProblem("states.no_reason", remedy="states.remedy.no_reason")
    return reason.strip()
