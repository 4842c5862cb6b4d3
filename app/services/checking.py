"""Checking and grouping whole lists in the background: reads cases, writes only summaries and findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.common.pinyin import initials
from app.common.progress import NoProgress, Progress
from app.domain.changes import Changes
from app.qc.context import Sibling
from app.services.case_view import summary_of
from app.services.first_group import first_groups
from app.services.permits import EVERYONE, needs
from app.services.session import Session
from app.services.standing import read_decisions, with_standing

_CHUNK = 100


class CheckingService:
    """Keeps what the worklist says about cases up to date."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*EVERYONE)
    def run(self, case_ids: Sequence[int], progress: Progress | None = None) -> Changes:
        """Check and group cases; cancelling keeps the summaries written so far. Returns what to refresh."""
        progress = progress or NoProgress()
        if len(case_ids) >= _CHUNK:
            self._session.engines.renew_figures()
        for start in range(0, len(case_ids), _CHUNK):
            progress.step(start, len(case_ids))
            self._run(case_ids[start : start + _CHUNK])
        progress.step(len(case_ids), len(case_ids))
        return Changes(cases=frozenset(case_ids), listing=True)

    @needs(*EVERYONE)
    def stale(self) -> list[int]:
        """Return the cases that were edited or imported since they were last checked, or checked by other rules."""
        with self._session.db.read() as reader:
            return list(reader.stale_ids(self._session.engines.stamp))

    def _run(self, case_ids: Sequence[int]) -> None:
        engines = self._session.engines
        results = []
        stamp, today = engines.stamp, self._session.clock.now().date()
        with self._session.db.read() as reader:
            decided = reader.decided_cases(case_ids)
            first = first_groups(reader, case_ids, engines.world)
            for case in reader.load_cases(case_ids):
                siblings = tuple(Sibling.of(other, case.record) for other in reader.same_patient(case.case_id))
                report = engines.check(case.record, case.state, siblings, case.proposals, first.get(case.case_id))
                if case.case_id in decided:
                    decisions, rules = read_decisions(reader, case.case_id), engines.rule_sets.for_record(case.record)
                    report = with_standing(report, case.record, rules, decisions, today, siblings)
                grouping = engines.preview(case.record, case.proposals)
                results.append((case, report, summary_of(report, grouping)))
        with self._session.db.caching() as cache_writer:
            for case, report, summary in results:
                named = replace(summary, initials=initials(case.record.text("patient_name")))
                cache_writer.save_summary(case.case_id, case.version, named)
                cache_writer.save_findings(case.case_id, case.version, report, stamp=stamp)
