"""The worklist: queues with counts, the filter box in words, ids first and lines for what is on the screen."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Final

import numpy as np

from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.grouping import GroupStatus
from app.services.leaving import leaving_ids
from app.services.permits import DESK, needs
from app.services.priority import CODING, Priority, Reason, Weights, moment_of, none_last, seconds
from app.services.session import Session
from app.services.types import ListTotals, QueueCount
from app.services.worklist_reasons import reasons_of
from app.services.worklist_words import Known, Words, states
from app.storage.case_columns import CaseColumns, Ints
from app.storage.follow_ups import FollowUp
from app.storage.listing import Order, holds
from app.storage.ops import Op
from app.storage.worklist import ANSWERED, Filter, Test, WorklistQuery, WorklistRow

__all__ = ["WorklistRow", "WorklistService"]

_S = CaseState
_SETTING: Final = "worklist.priority"
_SECTIONS: Final = {
    "queue": (
        "today",
        "answered",
        "overdue",
        "mine",
        "unclaimed",
        "to_code",
        "coding",
        "returned",
        "follow_up",
        "inpatient",
        "leaving",
    ),
    "quality": ("errors", "odd_group", "proposals"),
    "all": ("to_qc", "approval", "passed", "submitted", "all"),
}
_ICONS: Final = {
    "today": "ph.timer",
    "answered": "ph.arrow-u-up-left",
    "overdue": "ph.clock",
    "mine": "ph.pencil-simple",
    "unclaimed": "ph.tray",
    "to_code": "ph.circle-dashed",
    "coding": "ph.circle-half",
    "returned": "ph.arrow-bend-up-left",
    "follow_up": "ph.hourglass",
    "inpatient": "ph.bed",
    "leaving": "ph.calendar-blank",
    "errors": "ph.warning-octagon",
    "odd_group": "ph.question",
    "proposals": "ph.sparkle",
    "to_qc": "ph.shield-check",
    "approval": "ph.pen-nib",
    "passed": "ph.check-circle",
    "submitted": "ph.lock-simple",
    "all": "ph.archive",
}
_FLAGS: Final = frozenset({"today", "answered", "overdue", "mine", "unclaimed", "follow_up", "proposals"})
_SEES_MONEY: Final = ("insurance", "head", "qc")


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line of the list: the case, its points, until when, answers that wait, and why it waits."""

    row: WorklistRow
    points: int
    deadline: datetime | None
    answers: int
    follow_up: FollowUp | None

    @property
    def case_id(self) -> int:
        """The id of the case."""
        return self.row.case_id

    def __repr__(self) -> str:
        return f"ListLine({self.row.case_id}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class CaseReasons:
    """Why a case is in a queue and why it stands where it does. Money in fen, None where the role is shown none."""

    queue: str
    points: int
    lines: tuple[Reason, ...]
    at_risk_fen: int | None
    follow_up: FollowUp | None


@dataclass(frozen=True, slots=True)
class _Scores:
    key: tuple[object, ...]
    points: Ints
    deadline: Ints

    def keys(self) -> tuple[Ints, Ints]:
        """Return what sorts the most urgent first: points, then the time that is left."""
        return -self.points, none_last(self.deadline)


class WorklistService:
    """Filters and sorts in memory; the caller keeps ids and asks for the lines it shows."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._scores: _Scores | None = None
        self._leaving: tuple[tuple[object, ...], tuple[int, ...]] | None = None
        self._lock = Lock()

    @needs(*DESK)
    def queues(self) -> tuple[QueueCount, ...]:
        """Return every queue with its count, in the order of the left column."""
        words = self._words()
        asked = {key: WorklistQuery(filters=self._queue(key, words)) for key in _ICONS}
        counts = self._session.db.listing.counts(asked)
        return tuple(
            QueueCount(
                key, text(f"worklist.queue.{key}"), counts[key], _ICONS[key], text(f"worklist.section.{section}")
            )
            for section, keys in _SECTIONS.items()
            for key in keys
        )

    @needs(*DESK)
    def counts(self, queries: Mapping[str, tuple[str, str]]) -> dict[str, int]:
        """Return how many cases each of some lists shows; a list is a queue with words of the filter box."""
        words = self._words()
        asked = {name: self._query(words, *one) for name, one in queries.items()}
        return self._session.db.listing.counts(asked)

    @needs(*DESK)
    def ids(self, queue: str = "all", words: str = "", sort: str = "", *, descending: bool = False) -> array[int]:
        """Return the ids that a queue and the filter box show, in order.

        ``words`` are typed: plain words are searched in name, number and main diagnosis; ``科室:骨科`` and the like
        are conditions. What is not understood is searched as text. ``sort`` is a column of the list, ``priority`` (the
        most urgent first) or ``deadline``; '' keeps the order of entry.
        """
        whole = replace(self.query(queue, words), sort=sort, descending=descending)
        self._session.note_searched(whole.text)
        orders: Mapping[str, Order] = {
            "priority": lambda columns: self._known_scores(columns).keys(),
            "deadline": lambda columns: [none_last(self._known_scores(columns).deadline)],
        }
        found = self._session.db.listing.ids(whole, orders.get(sort))
        with self._session.db.listing.columns() as columns:
            self._known_scores(columns)  # for the lines that are shown next: here no window waits
        return found

    @needs(*DESK)
    def query(self, queue: str = "all", words: str = "") -> WorklistQuery:
        """Return the cases that a queue and the filter box show, without an order."""
        return self._query(self._words(), queue, words)

    @needs(*DESK)
    def first(self, words: str, most: int) -> list[int]:
        """Return at most so many cases with every word in name, initials, number or main diagnosis, at once."""
        self._session.note_searched(words)
        return self._session.db.listing.first(words, most)

    @needs(*DESK)
    def rows(self, ids: Sequence[int]) -> list[WorklistRow]:
        """Return the cases of some ids, in their order."""
        with self._session.db.read() as reader:
            return reader.worklist_rows(ids)

    @needs(*DESK)
    def lines(self, ids: Sequence[int]) -> list[ListLine]:
        """Return the lines of some ids, in their order."""
        with self._session.db.read() as reader:
            rows = reader.worklist_rows(ids)
            waiting = reader.follow_ups(ids)
        with self._session.db.listing.columns() as columns:
            known = self._known_scores(columns)
            places = {int(columns.ids[at]): int(at) for at in columns.rows_of(ids)}
            answers = columns.numbers[ANSWERED]
            return [
                ListLine(
                    row,
                    int(known.points[places[row.case_id]]),
                    moment_of(int(known.deadline[places[row.case_id]])),
                    int(answers[places[row.case_id]]),
                    waiting.get(row.case_id),
                )
                for row in rows
                if row.case_id in places
            ]

    @needs(*DESK)
    def claims(self, ids: Sequence[int]) -> dict[str, list[int]]:
        """Return some cases by who has claimed them, '' for nobody, in their order."""
        found: dict[str, list[int]] = {}
        with self._session.db.listing.columns() as columns:
            rows = columns.rows_of(ids)
            claimed = columns.texts["claimed_by"].values(rows)
            for case_id, person in zip(columns.ids[rows].tolist(), claimed, strict=True):
                found.setdefault(person, []).append(case_id)
        return found

    @needs(*DESK)
    def idle(self, ids: Sequence[int]) -> list[int]:
        """Return those of some cases that somebody else has claimed and left untouched for too long."""
        idle_s = self.priority().idle_days * 86_400
        with self._session.db.listing.columns() as columns:
            rows = columns.rows_of(ids)
            old = columns.numbers["updated"][rows] < seconds(self._session.clock.now()) - idle_s
            others = columns.texts["claimed_by"].where(lambda one: one not in ("", self._session.actor.id))[rows]
            found: list[int] = columns.ids[rows][old & others].tolist()
            return found

    @needs(*DESK)
    def stale(self) -> int:
        """Return how many cases were changed since they were last checked."""
        with self._session.db.listing.columns() as columns:
            return int(np.count_nonzero(columns.numbers["checked_version"] != columns.numbers["version"]))

    @needs(*DESK)
    def totals(self, queue: str = "all", words: str = "") -> ListTotals:
        """Return what :meth:`ids` shows for the same words comes to: errors, proposals, overdue, amount at risk."""
        query = self.query(queue, words)
        with self._session.db.listing.columns() as columns:
            shown, priority = holds(columns, query), self._priority(columns)
            return ListTotals(
                int(np.count_nonzero(shown & (columns.numbers["errors"] > 0))),
                int(np.count_nonzero(shown & (columns.numbers["proposals"] > 0))),
                int(np.count_nonzero(shown & priority.overdue())),
                int(priority.at_risk()[shown].sum()) if self._sees_money() else None,
            )

    @needs(*DESK)
    def reasons(self, case_id: int, queue: str = "all") -> CaseReasons | None:
        """Return why a case stands where it does in a queue, None for one that is gone."""
        with self._session.db.read() as reader:
            waiting = reader.follow_ups([case_id]).get(case_id)
        with self._session.db.listing.columns() as columns:
            at = columns.rows_of([case_id])
            if not len(at):
                return None
            row, priority = int(at[0]), self._priority(columns)
            lines = reasons_of(columns, priority, row, self._session.clock.now(), waiting)
            money = int(priority.at_risk()[row]) if self._sees_money() else None
        why = text(f"worklist.why.{queue}") if queue in _ICONS else ""
        return CaseReasons(why, sum(one.points for one in lines), lines, money, waiting)

    @needs(*DESK)
    def understands(self, word: str) -> bool:
        """Return whether a word of the filter box is a condition; others are searched as text."""
        return self._words().condition(word) is not None

    @needs(*DESK)
    def complete(self, typed: str) -> tuple[str, ...]:
        """Return conditions that a half-typed word may become."""
        return self._words().complete(typed)

    @needs(*DESK)
    def priority(self) -> Weights:
        """Return the weights that the hospital has given, else the program's own."""
        with self._session.db.read() as reader:
            return Weights.of(reader.setting(_SETTING))

    @needs("admin", "qc", "insurance")
    def set_priority(self, weights: Weights) -> Changes:
        """Store weights as one operation. Raises :class:`UserProblem` for a number out of its range."""
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor) as tx:
            tx.set_setting(_SETTING, asdict(weights.checked()))
        return replace(tx.changes, listing=True)

    @needs(*DESK)
    def people(self) -> dict[str, str]:
        """Return the names of those who can be given cases and of those who have some, by id."""
        with self._session.db.read() as reader:
            coders = [one for one in reader.people.everybody() if one.active and "coder" in one.roles]
        found = {one.actor.id: one.name for one in coders}
        found.setdefault(self._session.actor.id, self._session.actor.name)
        for person in self._session.db.listing.value_counts("claimed_by"):
            found.setdefault(person, person)
        return found

    @needs(*DESK)
    def batches(self) -> Mapping[int, str]:
        """Return the file names of the imported files by number, latest first."""
        with self._session.db.read() as reader:
            return reader.batch_titles()

    def _sees_money(self) -> bool:
        return self._session.actor.may(*_SEES_MONEY)

    def _words(self) -> Words:
        return Words(
            Known(
                self._session.clock.now(),
                self._session.actor.id,
                self.priority(),
                self.people,
                self._counted,
                self.batches,
            )
        )

    def _counted(self, column: str) -> Sequence[str]:
        return list(self._session.db.listing.value_counts(column))

    def _priority(self, columns: CaseColumns) -> Priority:
        return Priority(columns, self.priority(), self._session.clock.now(), self._session.actor.id)

    def _known_scores(self, columns: CaseColumns) -> _Scores:
        """Return the points of all cases, worked out anew when something was written or a minute has gone."""
        now = self._session.clock.now().replace(second=0, microsecond=0)
        key = (columns.stamp, now, self._session.actor.id, self.priority())
        known = self._scores
        if known is None or known.key != key:
            priority = self._priority(columns)
            known = self._scores = _Scores(key, priority.scores(), priority.deadline)
        return known

    def _query(self, known: Words, queue: str, words: str) -> WorklistQuery:
        plain, filters = known.parse(words)
        return WorklistQuery(plain, (*self._queue(queue, known), *filters))

    def _queue(self, key: str, words: Words) -> tuple[Filter, ...]:
        if key in _FLAGS:
            return words.flag(key)
        odd = (str(GroupStatus.AMBIGUOUS), str(GroupStatus.UNGROUPED))
        filters: Mapping[str, Callable[[], tuple[Filter, ...]]] = {
            "to_code": lambda: (states(_S.TO_CODE),),
            "coding": lambda: (states(_S.CODING),),
            "returned": lambda: (states(_S.RETURNED),),
            "inpatient": lambda: (states(_S.INPATIENT),),
            "leaving": lambda: (Filter("id", Test.IS, self._who_leaves()),),
            "errors": lambda: (states(*CODING, _S.TO_QC, _S.QC), Filter("errors", Test.FROM, (1,))),
            "odd_group": lambda: (Filter("group_status", Test.IS, odd),),
            "to_qc": lambda: (states(_S.TO_QC, _S.QC),),
            "approval": lambda: (states(_S.APPROVAL),),
            "passed": lambda: (states(_S.PASSED),),
            "submitted": lambda: (states(_S.SUBMITTED, _S.UNLOCK_REQUESTED, _S.ARCHIVED),),
        }
        return filters[key]() if key in filters else ()

    def _who_leaves(self) -> tuple[int, ...]:
        """Return the cases that leave soon; who they are takes a look at every stay, so it is kept until a write."""
        with self._session.db.listing.columns() as columns:
            key = (columns.stamp, self._session.clock.now().date())
        with self._lock:
            if self._leaving is None or self._leaving[0] != key:
                self._leaving = key, leaving_ids(self._session)
            return self._leaving[1]
