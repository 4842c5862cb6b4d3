"""Batch quality control: what the rules found over many cases, by rule, department and coder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter
from typing import Final, TypeVar

from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.findings import Severity
from app.services.checking import CheckingService
from app.services.leaving import LeavingService
from app.services.permits import DESK, needs
from app.services.qc_batch_detail import DetailReader
from app.services.qc_batch_types import (
    GroupKind,
    GroupLine,
    LineDetail,
    Overview,
    QcGroup,
    QcLine,
    QcScope,
    Quality,
    Rerun,
    ScopeChoice,
    ScopeKind,
)
from app.services.qc_batch_words import dept_name, make_line, paths_of, rule_title
from app.services.session import Session
from app.services.worklist import WorklistService
from app.storage.quality import Figures, HitCount, HitKey, HitQuery, Segment
from app.storage.worklist import Filter, Test, WorklistQuery

K = TypeVar("K")
_SEVERITIES: Final = {severity: rank for rank, severity in enumerate(Severity)}
_BATCHES: Final = 30
"""Latest imports offered as scopes."""


class QcBatchService:
    """Reads what checks stored, and checks anew. Lists are counted in SQL; lines are read for what is shown."""

    def __init__(
        self, session: Session, worklist: WorklistService, checking: CheckingService, leaving: LeavingService
    ) -> None:
        self._session = session
        self._worklist = worklist
        self._checking = checking
        self._leaving = leaving
        self._details = DetailReader(session)

    @needs(*DESK)
    def scopes(self, listed: QcScope | None = None) -> tuple[ScopeChoice, ...]:
        """Return what a round can be about: all, who leaves soon, ``listed`` (a list of the worklist), the imports."""
        with self._session.db.read() as reader:
            batches = [QcScope(ScopeKind.BATCH, batch_id=batch.id) for batch in reader.batches()[:_BATCHES]]
        fixed = [QcScope(), QcScope(ScopeKind.LEAVING), *([listed] if listed else [])]
        return tuple(ScopeChoice(scope, self.title(scope)) for scope in (*fixed, *batches))

    @needs(*DESK)
    def title(self, scope: QcScope) -> str:
        """Return the name of a scope; that of a batch is its file's."""
        match scope.kind:
            case ScopeKind.BATCH:
                with self._session.db.read() as reader:
                    return next((one.file_name for one in reader.batches() if one.id == scope.batch_id), "")
            case ScopeKind.LIST:
                queue = text(f"worklist.queue.{scope.queue}")
                return text("qc_batch.scope.list", queue=f"{queue} {scope.words}".strip())
            case _:
                return text(f"qc_batch.scope.{scope.kind}")

    @needs(*DESK)
    def overview(self, scope: QcScope, segment: Segment | None = None) -> Overview:
        """Return the counts of a round; severities and left list count ``segment`` only, None counts all."""
        query = self.query(scope)
        with self._session.db.read() as reader:
            counts = reader.hit_counts(query)
            by_dept = reader.figures(query, self._good_from())
            waiting = reader.outdated(query, self._session.engines.stamp)
        shown = [one for one in counts if segment in (None, one.segment)]
        departments = [_quality(dept_name(dept), [numbers]) for dept, numbers in by_dept.items()]
        return Overview(
            scope=scope,
            title=self.title(scope),
            severities=_sums((one.severity, one.number) for one in shown),
            segments=_sums((one.segment, one.number) for one in counts),
            lines=(*self._by_rule(shown), *_by_dept(shown, by_dept), *self._by_coder(shown)),
            quality=_quality(text("qc_batch.whole"), list(by_dept.values())),
            departments=tuple(sorted(departments, key=lambda one: (one.good is None, one.good, -one.cases))),
            waiting=waiting,
        )

    @needs(*DESK)
    def keys(self, scope: QcScope, group: QcGroup, segment: Segment | None = None) -> Sequence[HitKey]:
        """Return the lines of a group in the order of entry: case and rule, for :meth:`lines`."""
        asked = {group.kind: group.key}
        wanted = HitQuery(
            self.query(scope),
            segment,
            asked.get(GroupKind.RULE),
            asked.get(GroupKind.DEPT),
            asked.get(GroupKind.CODER),
        )
        with self._session.db.read() as reader:
            return reader.hit_keys(wanted)

    @needs(*DESK)
    def lines(self, keys: Sequence[HitKey]) -> list[QcLine]:
        """Return some lines in their order, without those that are gone; for what is on the screen."""
        with self._session.db.read() as reader:
            rows = {row.case_id: row for row in reader.worklist_rows([key.case_id for key in keys])}
            found = reader.findings_of([key[:2] for key in keys])
            wanted: dict[int, set[str]] = {}
            for (case_id, _), findings in found.items():
                wanted.setdefault(case_id, set()).update(paths_of(findings))
            values = reader.values_at(wanted)
        there = [key for key in keys if key.case_id in rows and key[:2] in found]
        return [make_line(key, rows[key.case_id], found[key[:2]], values) for key in there]

    @needs(*DESK)
    def detail(self, key: HitKey) -> LineDetail | None:
        """Return everything about one line, None when it is gone."""
        return next((self._details.read(line) for line in self.lines([key])), None)

    @needs(*DESK)
    def rerun(self, scope: QcScope, progress: Progress | None = None) -> Rerun:
        """Check every case of a scope anew. Cancelling keeps what was checked so far; the rest keeps its old result."""
        begin = perf_counter()
        with self._session.db.read() as reader:
            case_ids = reader.worklist_ids(self.query(scope))
        changes = self._checking.run(case_ids, progress or NoProgress())
        return Rerun(changes, len(case_ids), self._session.clock.now(), perf_counter() - begin)

    @needs(*DESK)
    def query(self, scope: QcScope) -> WorklistQuery:
        """Return the cases of a scope as a query of the worklist."""
        match scope.kind:
            case ScopeKind.BATCH:
                return WorklistQuery(filters=(Filter("batch_id", Test.IS, (scope.batch_id,)),))
            case ScopeKind.LIST:
                return self._worklist.query(scope.queue, scope.words)
            case ScopeKind.LEAVING:
                return WorklistQuery(filters=(Filter("id", Test.IS, self._leaving.ids() or (-1,)),))
            case ScopeKind.ALL:
                return WorklistQuery()

    @needs(*DESK)
    def rules_on(self) -> int:
        """Return how many rules are in force today for the hospital as a whole."""
        rules = self._session.engines.rule_sets.for_department("").rules.rules
        return sum(not compiled.off for compiled in rules)

    def _good_from(self) -> float:
        rules = self._session.engines.rule_sets.for_department("").rules
        return float(rules.vocabulary.parameters["grade_a"])

    def _by_rule(self, counts: Sequence[HitCount]) -> list[GroupLine]:
        rules = self._session.engines.rule_sets.for_department("").rules
        titles = {compiled.rule.id: rule_title(compiled.rule.message) for compiled in rules.rules}
        worst: dict[str, Severity] = {}
        for one in counts:
            worst[one.rule_id] = min(worst.get(one.rule_id, one.severity), one.severity, key=_SEVERITIES.__getitem__)
        numbers = _sums((one.rule_id, one.number) for one in counts)
        order = sorted(numbers, key=lambda rule_id: (_SEVERITIES[worst[rule_id]], -numbers[rule_id], rule_id))
        return [
            GroupLine(QcGroup(GroupKind.RULE, one), titles.get(one, one), numbers[one], worst[one]) for one in order
        ]

    def _by_coder(self, counts: Sequence[HitCount]) -> list[GroupLine]:
        names = {"": text("qc_batch.no_coder"), self._session.actor.id: self._session.actor.name}
        numbers = _sums((one.coder, one.number) for one in counts)
        return [
            GroupLine(QcGroup(GroupKind.CODER, coder), names.get(coder, coder), number)
            for coder, number in numbers.most_common()
        ]


def _by_dept(counts: Sequence[HitCount], figures: Mapping[str, Figures]) -> list[GroupLine]:
    """Return the departments with the share of grade 甲 among their checked cases, as a remark."""
    numbers = _sums((one.dept, one.number) for one in counts)
    found = []
    for dept, number in numbers.most_common():
        good = _quality("", [figures[dept]]).good if dept in figures else None
        note = "" if good is None else text("qc_batch.good", share=f"{good:.0%}")
        found.append(GroupLine(QcGroup(GroupKind.DEPT, dept), dept_name(dept), number, note=note))
    return found


def _sums(pairs: Iterable[tuple[K, int]]) -> Counter[K]:
    sums: Counter[K] = Counter()
    for key, number in pairs:
        sums[key] += number
    return sums


def _quality(title: str, parts: Sequence[Figures]) -> Quality:
    cases, checked = sum(one.cases for one in parts), sum(one.checked for one in parts)
    if not checked:
        return Quality(title, cases, 0)
    clean, good, score = (
        sum(numbers) / checked for numbers in zip(*((one.clean, one.good, one.score_sum) for one in parts), strict=True)
    )
    return Quality(title, cases, checked, clean, good, score)
