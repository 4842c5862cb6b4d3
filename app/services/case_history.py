"""The life of a case, read from its audit: every operation in words, with the group before and after it.

The case is rebuilt change by change from its own audit rows (as :mod:`app.storage.replay` does for the whole library,
here in memory), so undo and redo need nothing of their own: they are operations like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from app.common.texts import text
from app.domain.case import CaseRecord, FieldPath
from app.domain.coding import Proposal
from app.domain.field import Group
from app.domain.fields import fields_of
from app.domain.grouping import GroupInput
from app.drg.engine import group
from app.drg.scheme import Scheme
from app.services.case_view import load_case
from app.services.group_input import group_input, invalid, with_proposals
from app.services.history_words import Told, told
from app.services.pairs import Pair, pairs
from app.services.permits import DESK, needs
from app.services.replayed_case import ReplayedCase
from app.services.session import Session
from app.services.types import RowKey
from app.storage.audit import Operation
from app.storage.rows import Change
from app.storage.tables import CODED_GROUPS

_Answers = dict[GroupInput, str]
_NO_GROUP: Final = ""


@dataclass(frozen=True, slots=True, repr=False)
class Moment:
    """A case as it stood: when, who, the name of the operation, every filled place beside what stands now."""

    at: datetime
    who: str
    what: str
    lines: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One operation on a case: when, who, its name, what it changed in sentences.

    ``group_before`` and ``group_after`` are DRG codes under the scheme in force for the case now, open proposals taken
    in as on the case page; '' where the case could not be grouped. ``paths`` are the field paths under which the place
    of each of the ``changes`` stands now, '' where there is none or its row is gone.
    """

    op_id: int
    at: datetime
    who: str
    what: str
    changes: tuple[str, ...]
    group_before: str
    group_after: str
    paths: tuple[str, ...] = ()

    @property
    def regroups(self) -> bool:
        """Whether the operation changed the group."""
        return self.group_before != self.group_after


class HistoryService:
    """Reads only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def timeline(self, case_id: int) -> tuple[HistoryStep, ...]:
        """Return every operation on a case, newest first. Raises :class:`UserProblem` when the case does not exist."""
        with self._session.db.read() as reader:
            stored = load_case(reader, case_id)
            changes = reader.case_history(case_id)
            people = {one.actor.id: one.name for one in reader.people.everybody()}
        engines, user = self._session.engines, self._session.actor
        people.setdefault(user.id, user.name)
        places = {(group, row.id): at for group, at, row in stored.record.each_row()}
        return tuple(_steps(changes, engines.scheme_for(stored.record), engines.conversion, places, people))[::-1]

    @needs(*DESK)
    def moment(self, case_id: int, op_id: int) -> Moment:
        """Return the case as it stood after an operation of the library, beside what stands now.

        Raises :class:`UserProblem` when the case does not exist, ``LookupError`` for an operation before it came or one
        that is not there.
        """
        with self._session.db.read() as reader:
            stored = load_case(reader, case_id)
            changes = reader.case_history(case_id)
            is_known = reader.operation(op_id) is not None
        operation = next((one for one, _ in reversed(changes) if one.id <= op_id), None)
        if operation is None or not is_known:
            raise LookupError(op_id)
        self._session.note_opened(case_id)
        then = record_after(changes, op_id)
        return Moment(operation.at, operation.actor_name, operation.op.label, pairs(then, stored.record))


def record_after(history: Iterable[tuple[Operation, Change]], op_id: int) -> CaseRecord:
    """Return the record as it stood after an operation, rebuilt from the history of the case."""
    case = ReplayedCase()
    for operation, change in history:
        if operation.id <= op_id:
            case.apply(change)
    return case.record()


def _steps(
    history: Iterable[tuple[Operation, Change]],
    scheme: Scheme,
    conversion: Mapping[str, str],
    places: Mapping[tuple[Group, int], int],
    people: Mapping[str, str],
) -> Iterable[HistoryStep]:
    case = ReplayedCase()
    answers: _Answers = {}
    labels: dict[int, str] = {}
    before = _NO_GROUP
    for operation, group_of in groupby(history, key=lambda pair: pair[0]):
        note = (text("history.note", note=operation.note),) if operation.note else ()
        lines = tuple(told(case, [change for _, change in group_of], people))
        sentences = (*(line.words for line in lines), *note)
        paths = (*(_path(line, places) for line in lines), *("" for _ in note))
        after = _drg(scheme, conversion, case, answers)
        labels[operation.id] = operation.op.label
        what = _named(operation, labels)
        yield HistoryStep(operation.id, operation.at, operation.actor_name, what, sentences, before, after, paths)
        before = after


def _path(line: Told, places: Mapping[tuple[Group, int], int]) -> str:
    """Return where the place of a change stands now; a whole row is found at its code."""
    if line.group is None or (line.group, line.row_id) not in places:
        return ""
    name = line.field or ("code" if line.group in CODED_GROUPS else fields_of(line.group)[0].id)
    return str(FieldPath(line.group, places[line.group, line.row_id], name))


def _named(operation: Operation, labels: Mapping[int, str]) -> str:
    """Return the name of an operation; an undo or redo names what it took back or did again."""
    original = labels.get(operation.undo_of or 0, "")
    return text("history.taken_back", what=operation.op.label, of=original) if original else operation.op.label


def _drg(scheme: Scheme, conversion: Mapping[str, str], case: ReplayedCase, answers: _Answers) -> str:
    proposals: Mapping[RowKey, Proposal] = case.proposals
    record, _ = with_proposals(case.record(), proposals)
    if invalid(record, conversion):
        return _NO_GROUP
    asked = group_input(record, conversion)
    if asked not in answers:
        answers[asked] = group(scheme, asked).drg
    return answers[asked]
