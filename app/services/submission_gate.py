"""The gate before submission: nothing open, everything confirmed, grouped by the scheme in force (domain.md 5.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from app.common.progress import Progress
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.grouping import GroupStatus
from app.services.checking import CheckingService
from app.services.session import Session
from app.services.submission_types import GateLine, GateReport, Refusal, Scope
from app.services.worklist import WorklistService
from app.storage.decisions import OPEN
from app.storage.submissions import Group
from app.storage.worklist import Filter, Test, WorklistQuery, WorklistRow

_CHUNK: Final = 100


def passed_ids(session: Session, worklist: WorklistService, scope: Scope) -> tuple[int, ...]:
    """Return the cases of a scope that have passed, in the order of discharge."""
    found = _passed(session, scope)
    if scope.case_ids:
        chosen = frozenset(scope.case_ids)
    elif scope.queue or scope.words:
        chosen = frozenset(worklist.ids(scope.queue or "all", scope.words))
    else:
        return found
    return tuple(case_id for case_id in found if case_id in chosen)


def _passed(session: Session, scope: Scope) -> tuple[int, ...]:
    filters = [Filter("state", Test.IS, (CaseState.PASSED.value,))]
    days = scope.days()
    if days is not None:
        filters += [Filter("discharge_time", Test.FROM, days[:1]), Filter("discharge_time", Test.TO, days[1:])]
    if scope.batch_id:
        filters.append(Filter("batch_id", Test.IS, (scope.batch_id,)))
    with session.db.read() as reader:
        return tuple(reader.worklist_ids(WorklistQuery(filters=tuple(filters), sort="discharge_time")))


def look(
    session: Session, checking: CheckingService, scope: Scope, case_ids: Sequence[int], progress: Progress
) -> GateReport:
    """Say which of some passed cases may be submitted, and why the others may not; for a job.

    Checked and grouped anew is what the stored result does not answer: see :func:`_outdated`.
    """
    with session.db.read() as reader:
        stale = frozenset(reader.stale_ids(session.engines.stamp))
    ready: list[GateLine] = []
    refused: list[Refusal] = []
    for start in range(0, len(case_ids), _CHUNK):
        progress.step(start, len(case_ids))
        chunk = case_ids[start : start + _CHUNK]
        checking.run(_outdated(session, chunk, stale))
        for line in _judged(session, chunk):
            if isinstance(line, Refusal):
                refused.append(line)
            else:
                ready.append(line)
    progress.step(len(case_ids), len(case_ids))
    return GateReport(scope, tuple(ready), tuple(refused), tuple(_notes(session, ready)))


def _outdated(session: Session, case_ids: Sequence[int], stale: frozenset[int]) -> list[int]:
    """Return those of some cases whose result may not stand: edited since, made by other rules, tables or schemes, of a
    patient with several stays (another stay may have changed), or with an exception, which ends with its day.
    """
    with session.db.read() as reader:
        again = reader.with_other_stays(case_ids) | reader.excepted_cases(case_ids)
    return [case_id for case_id in case_ids if case_id in stale or case_id in again]


def _judged(session: Session, case_ids: Sequence[int]) -> Iterator[GateLine | Refusal]:
    with session.db.read() as reader:
        rows = reader.worklist_rows(case_ids)
        passed = reader.passed_as(case_ids)
        versions = reader.submissions.last_versions(case_ids)
        decided = reader.excepted_cases(case_ids)
        waiting = {
            case_id: sum(1 for one in reader.exceptions(case_id) if one.state == OPEN) for case_id in sorted(decided)
        }
    for row in rows:
        reason = _reason(row, waiting.get(row.case_id, 0), passed.get(row.case_id, {}))
        if reason is not None:
            yield _refusal(session, row, *reason)
            continue
        last = versions.get(row.case_id)
        group = Group(row.drg, "" if row.rw is None else f"{row.rw:.4f}", row.group_status)
        yield GateLine(
            row.case_id,
            row.version,
            row.record_no,
            row.patient_name,
            row.dept,
            group,
            last.version if last is not None else 0,
        )


def _reason(row: WorklistRow, waiting: int, passed: Mapping[str, object]) -> tuple[str, Mapping[str, object]] | None:
    """Return the first reason against a case with what its words name, None when it may go."""
    was = str(passed.get("drg", row.drg))
    reasons: tuple[tuple[str, object, Mapping[str, object]], ...] = (
        ("moved", row.state is not CaseState.PASSED, {"state": text(f"cases.state.{row.state}")}),
        ("error", row.errors, {"count": row.errors}),
        ("exception", waiting, {"count": waiting}),
        ("warn", row.warns, {"count": row.warns}),
        ("group", not row.group_status, {}),
        ("regrouped", was != row.drg, {"was": was, "title": passed.get("title", ""), "now": row.drg}),
    )
    return next(((kind, args) for kind, stands, args in reasons if stands), None)


def _refusal(session: Session, row: WorklistRow, kind: str, args: Mapping[str, object]) -> Refusal:
    if kind == "group":
        with session.db.read() as reader:
            stored = reader.load_case(row.case_id)
        words = session.engines.preview(stored.record, stored.proposals).sentence
    else:
        words = text(f"submission.refused.{kind}", **args)
    remedy = text(f"submission.remedy_for.{kind}")
    return Refusal(row.case_id, row.record_no, row.patient_name, row.dept, kind, words, remedy)


def _notes(session: Session, ready: Sequence[GateLine]) -> Iterator[str]:
    for status in (GroupStatus.UNGROUPED, GroupStatus.AMBIGUOUS):
        count = sum(1 for one in ready if one.group.status == status)
        if count:
            yield text("submission.note.status", count=count, status=status)
    again = sum(1 for one in ready if one.versions)
    if again:
        yield text("submission.note.again", count=again)
    if ready and session.engines.assets.scheme(session.clock.now().date()).trial:
        yield text("submission.note.trial")
