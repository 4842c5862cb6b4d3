"""Why a case stands where it does in the list, line by line; the points are those that sorted it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.common.texts import text
from app.domain.case import CaseState
from app.services.priority import CODING, Priority, Reason, moment_of
from app.storage.case_columns import CaseColumns
from app.storage.follow_ups import FollowUp
from app.storage.worklist import ANSWERED


def reasons_of(
    columns: CaseColumns, priority: Priority, row: int, now: datetime, waiting: FollowUp | None
) -> tuple[Reason, ...]:
    """Return the reasons of the case in a row that give or take points, those that weigh most first."""
    state = CaseState(columns.texts["state"].values([row])[0])
    number = {name: columns.numbers.at(name, row) for name in ("errors", "warns", ANSWERED)}
    words: Mapping[str, Callable[[], str]] = {
        "days": lambda: _time(state, moment_of(int(priority.deadline[row])), now),
        "errors": lambda: text("worklist.reason.errors", count=number["errors"]),
        "amount": lambda: text(f"worklist.reason.amount_{_stuck(number['errors'], priority, row)}"),
        "answered": lambda: text("worklist.reason.answered", count=number[ANSWERED]),
        "mine": lambda: text("worklist.reason.mine"),
        "warns": lambda: text("worklist.reason.warns", count=number["warns"]),
        "waiting": lambda: _waiting(waiting),
    }
    points = {name: int(column[row]) for name, column in priority.shares().items()}
    found = [Reason(words[name](), given) for name, given in points.items() if given]
    return tuple(sorted(found, key=lambda one: -abs(one.points)))


def _time(state: CaseState, deadline: datetime | None, now: datetime) -> str:
    kind = "coding" if state in CODING else "leaving" if state is CaseState.INPATIENT else "submitting"
    left = (deadline or now) - now
    key = "left" if left > timedelta() else "late"
    return text(f"worklist.reason.{kind}_{key}", time=duration(abs(left)))


def duration(span: timedelta) -> str:
    """Return a length of time in words: full hours below two days, else full days."""
    hours = int(span.total_seconds() // 3600)
    return text("worklist.hours", count=max(hours, 1)) if hours < 48 else text("worklist.days", count=hours // 24)


def _stuck(errors: int, priority: Priority, row: int) -> str:
    if errors:
        return "errors"
    return "late" if bool(priority.overdue()[row]) else "group"


def _waiting(waiting: FollowUp | None) -> str:
    if waiting is None:
        return text("worklist.reason.waiting")
    if waiting.due is None:
        return text("worklist.reason.waiting_for", reason=waiting.reason)
    return text("worklist.reason.waiting_until", reason=waiting.reason, day=f"{waiting.due:%m-%d}")
