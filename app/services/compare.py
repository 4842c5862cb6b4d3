"""Two schemes over the library's cases: what changes, why, and what it would mean. Reads only; nothing is stored."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import NoProgress, Progress
from app.domain.dictionaries import dictionary
from app.domain.grouping import Explanation, GroupInput, GroupResult, GroupStatus, Step
from app.drg.batch import group_many
from app.drg.comparing import Cause, Difference, Side, StepPair, difference, moved, step_pairs, why
from app.drg.explaining import explain
from app.drg.scheme import Scheme
from app.drg.scheme_changes import Change, SchemeChange, scheme_changes
from app.services.assets import STARTER
from app.services.compare_amounts import Amounts
from app.services.compare_lists import lists_behind
from app.services.group_input import group_input, invalid, with_proposals
from app.services.permits import DESK, needs
from app.services.session import Session
from app.services.whatif_values import RuleList
from app.storage.load import StoredCase
from app.storage.worklist import Filter, Test, WorklistQuery

__all__ = [
    "CaseComparison",
    "Cause",
    "Change",
    "CompareService",
    "Comparison",
    "DeptLine",
    "MovedCase",
    "PairLine",
    "SchemeChange",
]

CHUNK: Final = 4096
"""Cases held at once: enough to group them in columns, few enough for the memory."""
_STEP: Final = 256
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, repr=False)
class MovedCase:
    """A case that changes its group. Codes are DRGs; ``dept`` is the name of the department."""

    case_id: int
    record_no: str
    name: str
    dept: str
    old: str
    new: str
    difference: Difference

    def __repr__(self) -> str:
        return f"MovedCase({self.case_id}, {self.old}, {self.new}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class Tally:
    """Cases of one scheme by status, and their payment standards in fen (None: not shown)."""

    grouped: int = 0
    ambiguous: int = 0
    ungrouped: int = 0
    amount_fen: int | None = None

    @property
    def rate(self) -> float | None:
        """Share of cases with a normal group, None without cases."""
        whole = self.grouped + self.ambiguous + self.ungrouped
        return self.grouped / whole if whole else None


@dataclass(frozen=True, slots=True)
class PairLine:
    """Cases that go from one group to another, with the most frequent cause."""

    old: str
    new: str
    count: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class DeptLine:
    """A department: cases, and those that change their group."""

    dept: str
    cases: int
    moved: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome. ``cases`` could be grouped by both schemes, ``skipped`` lack what grouping asks for.

    ``amount_note`` says why there is no sum of payments, or over how many cases it is.
    """

    old_id: str
    new_id: str
    old_title: str
    new_title: str
    first: date
    last: date
    cases: int
    skipped: int
    old: Tally
    new: Tally
    moved: tuple[MovedCase, ...]
    depts: tuple[DeptLine, ...]
    changes: tuple[SchemeChange, ...]
    amount_note: str
    seconds: float

    def causes(self) -> tuple[tuple[Cause, int], ...]:
        """Return the causes with their cases, the most frequent first."""
        counts = Counter(one.difference.cause for one in self.moved)
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], list(Cause).index(pair[0]))))

    def pairs(self) -> tuple[PairLine, ...]:
        """Return how many cases go from which group to which, by the code of the old group."""
        causes: dict[tuple[str, str], Counter[Cause]] = {}
        for one in self.moved:
            causes.setdefault((one.old, one.new), Counter())[one.difference.cause] += 1
        return tuple(
            PairLine(old, new, counts.total(), counts.most_common(1)[0][0])
            for (old, new), counts in sorted(causes.items())
        )


@dataclass(frozen=True, slots=True)
class CaseComparison:
    """One case by both schemes: paths, steps side by side, and the sentence why it changes."""

    old: Explanation
    new: Explanation
    pairs: tuple[StepPair, ...]
    why: str


@dataclass(slots=True)
class _Count:
    """What is added up while the cases go by."""

    old: Side
    new: Side
    amounts: Amounts
    conversion: Mapping[str, str]
    cases: int = 0
    skipped: int = 0
    statuses: Counter[tuple[str, GroupStatus]] = field(default_factory=Counter)
    by_dept: Counter[str] = field(default_factory=Counter)
    moved: list[MovedCase] = field(default_factory=list)

    def add(self, stored: Sequence[StoredCase]) -> None:
        """Group some cases by both schemes."""
        whole = [case for case in (_Effective.of(one, self.conversion) for one in stored) if case is not None]
        self.skipped += len(stored) - len(whole)
        self.cases += len(whole)
        inputs = [case.input for case in whole]
        was, now = group_many(self.old.scheme, inputs), group_many(self.new.scheme, inputs)
        self.statuses.update(("old", result.status) for result in was)
        self.statuses.update(("new", result.status) for result in now)
        for case, before, after in zip(whole, was, now, strict=True):
            self.by_dept[case.dept] += 1
            self.amounts.add(case.stored.record, before, after)
            if moved(before, after):
                self.moved.append(self._moved(case, before, after))

    def _moved(self, case: _Effective, before: GroupResult, after: GroupResult) -> MovedCase:
        record = case.stored.record
        return MovedCase(
            case.stored.case_id,
            record.text("record_no"),
            record.text("patient_name"),
            case.dept,
            before.drg,
            after.drg,
            difference(self.old, self.new, case.input, before, after),
        )

    def tally(self, which: str, amount_fen: int | None) -> Tally:
        """Return the cases of one scheme by status."""
        counted = self.statuses
        return Tally(
            counted[which, GroupStatus.GROUPED],
            counted[which, GroupStatus.AMBIGUOUS],
            counted[which, GroupStatus.UNGROUPED],
            amount_fen,
        )


@dataclass(frozen=True, slots=True)
class _Effective:
    """A case as it is grouped: with open proposals, as the worklist shows its group."""

    stored: StoredCase
    input: GroupInput
    dept: str

    @classmethod
    def of(cls, stored: StoredCase, conversion: Mapping[str, str]) -> _Effective | None:
        """Return the case, None when it lacks what grouping asks for (domain.md 4.1)."""
        record, _ = with_proposals(stored.record, stored.proposals)
        if invalid(record, conversion):
            return None
        code = record.text("discharge_dept")
        return cls(stored, group_input(record, conversion), dictionary("D-DEPT").label(code) or code)


class CompareService:
    """Compares by reading in pieces, so that memory stays flat; the writer is never in the way."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def period(self) -> tuple[date, date]:
        """Return the twelve months that end with the last discharge in the library (or today)."""
        end = self._session.db.listing.last_discharge() or self._session.clock.now().date()
        months = end.year * 12 + end.month - _MONTHS
        return date(months // 12, months % 12 + 1, 1), end

    @needs(*DESK)
    def run(self, old_id: str, new_id: str, first: date, last: date, progress: Progress | None = None) -> Comparison:
        """Compare two schemes ('' the shipped one) over the cases discharged from ``first`` to ``last``.

        Raises :class:`UserProblem` when it is one scheme or there is no case, ``Cancelled`` when the job should stop.
        """
        started = time.monotonic()
        old, new = self._scheme(old_id), self._scheme(new_id)
        if old is new:
            raise UserProblem("compare.problem.same", remedy="compare.remedy.same")
        prices = self._session.engines.prices
        amounts = Amounts.of((old, prices(old)), (new, prices(new)))
        count = _Count(Side(old), Side(new), amounts, self._session.engines.conversion)
        for stored in self._chunks(first, last, progress or NoProgress()):
            count.add(stored)
        if not count.cases:
            raise UserProblem("compare.problem.nothing", remedy="compare.remedy.nothing")
        old_fen, new_fen = count.amounts.sums()
        return Comparison(
            old_id,
            new_id,
            old.title,
            new.title,
            first,
            last,
            count.cases,
            count.skipped,
            count.tally("old", old_fen),
            count.tally("new", new_fen),
            tuple(sorted(count.moved, key=lambda one: (one.record_no, one.case_id))),
            _departments(count.by_dept, count.moved),
            scheme_changes(old, new),
            count.amounts.note(),
            time.monotonic() - started,
        )

    def _scheme(self, asset_id: str) -> Scheme:
        return self._session.engines.assets.find_scheme(asset_id or STARTER)

    def _chunks(self, first: date, last: date, progress: Progress) -> Iterator[list[StoredCase]]:
        """Yield the cases of a period, some thousand at a time, each from a reader of its own."""
        with self._session.db.read() as reader:
            ids: array[int] = reader.worklist_ids(WorklistQuery(filters=(_from(first), _until(last))))
        for start in range(0, len(ids), CHUNK):
            chunk: list[StoredCase] = []
            with self._session.db.read() as reader:
                for stored in reader.load_cases(ids[start : start + CHUNK]):
                    if len(chunk) % _STEP == 0:
                        progress.step(start + len(chunk), len(ids) + 1)
                    chunk.append(stored)
            yield chunk
        progress.step(len(ids), len(ids) + 1)

    @needs(*DESK)
    def case(self, comparison: Comparison, one: MovedCase) -> CaseComparison:
        """Return both paths of a case. Raises ``LookupError`` when it is gone."""
        case = self._input(one)
        known = self._session.engines.codebook
        schemes = (self._scheme(comparison.old_id), self._scheme(comparison.new_id))
        old, new = (explain(scheme, case, known) for scheme in schemes)
        return CaseComparison(old, new, step_pairs(old, new), why(old.result, new.result, one.difference))

    @needs(*DESK)
    def lists(self, asset_id: str, one: MovedCase, step: Step) -> tuple[RuleList, ...]:
        """Return the code lists that the rule of a step of a scheme names, with the members that the case has."""
        return lists_behind(self._scheme(asset_id), step, self._input(one), self._session.engines.codebook)

    def _input(self, one: MovedCase) -> GroupInput:
        with self._session.db.read() as reader:
            stored = reader.load_case(one.case_id)
        record, _ = with_proposals(stored.record, stored.proposals)
        return group_input(record, self._session.engines.conversion)

    @needs(*DESK)
    def names(self, comparison: Comparison) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the names of the groups of both schemes."""
        return self._scheme(comparison.old_id).names, self._scheme(comparison.new_id).names


def _from(first: date) -> Filter:
    return Filter("discharge_time", Test.FROM, (first,))


def _until(last: date) -> Filter:
    return Filter("discharge_time", Test.TO, (last,))


def _departments(cases: Mapping[str, int], found: Sequence[MovedCase]) -> tuple[DeptLine, ...]:
    """Return the departments by name."""
    changed = Counter(one.dept for one in found)
    return tuple(DeptLine(dept, cases[dept], changed[dept]) for dept in sorted(cases))
