"""Quality control before discharge: which cases leave soon, and checking them in the background (domain.md 5.3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import NoProgress, Progress
from app.domain.changes import Changes
from app.domain.findings import Severity
from app.services.arriving import arrive
from app.services.checking import CheckingService
from app.services.permits import DESK, EVERYONE, needs
from app.services.qc_batch_types import Leaving, LeavingRun
from app.services.retraining_night import parse_time
from app.services.session import Session
from app.storage.leaving import GroupStay, Inpatient
from app.storage.ops import Op
from app.storage.quality import HitQuery
from app.storage.worklist import Filter, Test, WorklistQuery

DAYS: Final = 3
"""Days before discharge from which a case is checked, unless the hospital says otherwise (domain.md 5.3)."""
MOST_DAYS: Final = 14
ENOUGH_STAYS: Final = 30
"""Stays of a group from which their mean says something (domain.md 4.9)."""
EVERY: Final = timedelta(hours=1)
_SETTING: Final = "leaving"
_LAST, _KNOWN = "leaving.last", "leaving.known"


@dataclass(frozen=True, slots=True)
class LeavingPlan:
    """From how many days before discharge cases are checked, and a time of day when that is done in any case."""

    days: int = DAYS
    at: str = ""


class LeavingService:
    """Who leaves soon follows from planned dates, else from the mean stay of the group; nothing is stored for it."""

    def __init__(self, session: Session, checking: CheckingService) -> None:
        self._session = session
        self._checking = checking

    @needs(*DESK)
    def ids(self) -> tuple[int, ...]:
        """Return the cases that leave soon, those that leave first in front."""
        return leaving_ids(self._session)

    @needs(*DESK)
    def due(self) -> tuple[Leaving, ...]:
        """Return the cases that leave soon with their days and errors, those that leave first in front."""
        return _due(self._session)

    @needs(*DESK)
    def with_multiples(self, progress: Progress | None = None) -> tuple[Leaving, ...]:
        """Return :meth:`due` with cost by standard of each case, which takes grouping them."""
        progress, due = progress or NoProgress(), self.due()
        found = []
        with self._session.db.read() as reader:
            stored = reader.load_cases([one.case_id for one in due])
            for number, (one, case) in enumerate(zip(due, stored, strict=True)):
                progress.step(number, len(due))
                price = self._session.engines.preview(case.record, case.proposals).price
                found.append(replace(one, multiple=price.multiple))
        return tuple(found)

    @needs(*DESK)
    def plan(self) -> LeavingPlan:
        """Return the hospital's setting."""
        return _plan(self._session)

    @needs("coder", "qc", "admin")
    def save_plan(self, days: str, at: str) -> Changes:
        """Store the setting as typed; an empty time means every hour only. Raises :class:`UserProblem`."""
        plan = LeavingPlan(_read_days(days), _read_time(at))
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor) as tx:
            tx.set_setting(_SETTING, {"days": plan.days, "at": plan.at})
        return replace(tx.changes, listing=True)

    @needs(*EVERYONE)
    def is_wanted(self) -> bool:
        """Tell whether it is time for a check: never done, an hour ago, or the set time has come since."""
        if self._session.db.read_only:
            return False
        with self._session.db.read() as reader:
            kept = reader.place(_LAST)
        last = datetime.fromisoformat(kept) if isinstance(kept, str) else None
        now = self._session.clock.now()
        return last is None or not last <= now < last + EVERY or _has_come(self.plan().at, last, now)

    @needs(*EVERYONE)
    def run(self, progress: Progress | None = None) -> LeavingRun:
        """Check those who leave soon and tell which errors the last check had not told. Cancelling forgets nothing.

        Who has left by now waits for coding from here on.
        """
        arrive(self._session, self._checking)
        case_ids = self.ids()
        self._checking.run(case_ids, progress)
        errors = self._errors(case_ids)
        with self._session.db.read() as reader:
            kept = reader.place(_KNOWN)
        known = {str(one) for one in kept} if isinstance(kept, list) else set()
        new = {name: case_id for name, case_id in errors.items() if name not in known}
        with self._session.db.caching() as cache:
            cache.save_place(_KNOWN, sorted(errors))
            cache.save_place(_LAST, self._session.clock.now().isoformat())
        return LeavingRun(len(case_ids), len(new), tuple(dict.fromkeys(new.values())))

    def _errors(self, case_ids: Iterable[int]) -> Mapping[str, int]:
        """Return the open errors of some cases: a name for each, and its case."""
        wanted = HitQuery(WorklistQuery(filters=(Filter("id", Test.IS, tuple(case_ids) or (-1,)),)))
        with self._session.db.read() as reader:
            found = reader.findings_of([key[:2] for key in reader.hit_keys(wanted)])
        return {
            f"{case_id}:{rule_id}": case_id
            for (case_id, rule_id), findings in found.items()
            if any(one.severity is Severity.ERROR and one.is_open for one in findings)
        }


def leaving_ids(session: Session) -> tuple[int, ...]:
    """Return the cases that leave soon, those that leave first in front."""
    return tuple(one.case_id for one in _due(session))


def _due(session: Session) -> tuple[Leaving, ...]:
    today = session.clock.now().date()
    with session.db.read() as reader:
        here = reader.inpatients()
        stays = reader.group_stays() if any(one.planned is None for one in here) else {}
    expected = [leaving for one in here if (leaving := _leaving(one, stays, today)) is not None]
    return tuple(sorted(_within(expected, _plan(session).days), key=lambda one: (one.planned, one.case_id)))


def _within(expected: Iterable[Leaving], days: int) -> list[Leaving]:
    return [one for one in expected if one.days_left <= days]


def _leaving(case: Inpatient, stays: Mapping[str, GroupStay], today: date) -> Leaving | None:
    """Return when a case is expected to leave, None where nothing tells."""
    planned, stay = case.planned, stays.get(case.drg)
    if planned is None:
        if case.admitted is None or stay is None or stay.cases < ENOUGH_STAYS:
            return None
        planned = case.admitted + timedelta(days=round(stay.mean_days))
    left = (planned.date() - today).days
    return Leaving(case.case_id, planned, left, case.planned is None, case.errors)


def _plan(session: Session) -> LeavingPlan:
    with session.db.read() as reader:
        kept = reader.setting(_SETTING)
    if not isinstance(kept, Mapping):
        return LeavingPlan()
    days, at = kept.get("days"), kept.get("at")
    return LeavingPlan(days if isinstance(days, int) else DAYS, at if isinstance(at, str) else "")


def _read_days(given: str) -> int:
    written = unicodedata.normalize("NFKC", given).strip()
    if not written.isdecimal() or not 0 <= int(written) <= MOST_DAYS:
        raise UserProblem("qc_batch.bad_days", remedy="qc_batch.remedy.days", given=given, most=MOST_DAYS)
    return int(written)


def _read_time(given: str) -> str:
    try:
        at = parse_time(given)
    except UserProblem as problem:
        raise UserProblem("qc_batch.bad_time", remedy="qc_batch.remedy.time", given=given) from problem
    return f"{at:%H:%M}" if at else ""


def _has_come(at: str, last: datetime, now: datetime) -> bool:
    """Tell whether the set time of day lies between the last check and now."""
    slot = parse_time(at)
    return slot is not None and last < datetime.combine(now.date(), slot) <= now
