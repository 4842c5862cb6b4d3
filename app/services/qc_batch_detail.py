"""One line of a round in full: fields before and after, what the suggestion does, the rule, what happened before."""

from __future__ import annotations

from datetime import date
from typing import Final

from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.fields import field
from app.domain.values import parse
from app.qc.context import Sibling
from app.services.case_history import HistoryService, HistoryStep
from app.services.case_view import load_case
from app.services.qc_batch_types import LineDetail, QcLine, RuleNote
from app.services.qc_batch_words import compared, paths_of, rule_title
from app.services.session import Session

_MONTHS: Final = 12
_STEPS: Final = 4
"""Latest operations on a case that are told."""


class DetailReader:
    """Reads one line; for a job, because it groups and checks the case as it would be."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._history = HistoryService(session)

    def read(self, line: QcLine) -> LineDetail:
        """Return everything about a line. Raises :class:`UserProblem` when its case does not exist."""
        case_id, rule_id = line.key.case_id, line.key.rule_id
        today = self._session.clock.now().date()
        months = _last_months(today)
        with self._session.db.read() as reader:
            values = reader.values_at({case_id: paths_of(line.findings, most=8)})
            hits = reader.hits_by_month(rule_id, months[0])
            judged = reader.judgements(rule_id)
        by_month = tuple((month, hits.get(month, 0)) for month in months)
        alarms = _alarms(
            sum(number for _, number in by_month), len(judged), sum(not right for right in judged.values())
        )
        return LineDetail(
            line=line,
            fields=compared(case_id, line.findings, values),
            effect=self._effect(line) if line.can_fix else "",
            rule=self._rule(line, alarms),
            months=by_month,
            history=tuple(_told(step, today.year) for step in self._history.timeline(case_id)[:_STEPS]),
        )

    def _effect(self, line: QcLine) -> str:
        """Return what writing the suggestion does to group and score, worked out on a copy."""
        engines = self._session.engines
        with self._session.db.read() as reader:
            stored = load_case(reader, line.key.case_id)
            siblings = tuple(Sibling.of(other, stored.record) for other in reader.same_patient(stored.case_id))
        fixed = _fixed(stored.record, line)
        before, after = (engines.preview(one, stored.proposals).explanation for one in (stored.record, fixed))
        old, new = (one.result.drg if one else "" for one in (before, after))
        points, score = (
            engines.check(one, stored.state, siblings, stored.proposals).score for one in (stored.record, fixed)
        )
        return text(
            "qc_batch.effect",
            group=_change(old or text("qc_batch.no_group"), new or text("qc_batch.no_group")),
            score=_change(f"{points:.1f}", f"{score:.1f}"),
        )

    def _rule(self, line: QcLine, alarms: str) -> RuleNote:
        finding, rule_id = line.findings[0], line.key.rule_id
        try:
            rule = self._session.engines.rule_sets.for_department(line.row.dept).rules.rule(rule_id).rule
        except KeyError:  # the rule was taken out since the check
            return RuleNote(rule_id, finding.severity, finding.message, finding.remedy, "", "", alarms)
        may = text(f"qc_batch.may.{finding.severity}")
        title = rule_title(rule.message)
        return RuleNote(rule_id, finding.severity, title, finding.remedy, rule.source, may, alarms)


def _fixed(record: CaseRecord, line: QcLine) -> CaseRecord:
    """Return a record with the suggestions of a line written into it."""
    for finding in line.findings:
        if finding.fix and finding.is_open:
            path = finding.fix.path
            record = record.with_value(path, parse(field(path), finding.fix.value).value)
    return record


def _change(old: str, new: str) -> str:
    return text("qc_batch.same", value=old) if old == new else text("qc_batch.changed", old=old, new=new)


def _alarms(hits: int, judged: int, false: int) -> str:
    if not judged:
        return text("qc_batch.not_judged", hits=hits)
    return text("qc_batch.judged", share=f"{false / judged:.1%}", judged=judged, hits=hits)


def _last_months(today: date) -> list[str]:
    """Return the last twelve months as ``2025-12``, the oldest first."""
    last = today.year * 12 + today.month - 1
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(last - _MONTHS + 1, last + 1)]


def _told(step: HistoryStep, year: int) -> str:
    at = f"{step.at:%m-%d %H:%M}" if step.at.year == year else f"{step.at:%Y-%m-%d}"
    return text("qc_batch.step", at=at, who=step.who, what=step.changes[0] if step.changes else step.what)
