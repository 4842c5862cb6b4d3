"""What batch quality control hands to its page: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.changes import Changes
from app.domain.findings import Finding, Severity
from app.storage.quality import HitKey, Segment
from app.storage.worklist import WorklistRow

__all__ = ["HitKey", "Segment"]


class ScopeKind(StrEnum):
    """Which cases a round is about."""

    ALL = "all"
    BATCH = "batch"
    LIST = "list"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class QcScope:
    """The cases of a round: an imported batch, what a list of the worklist shows, who leaves soon, or all."""

    kind: ScopeKind = ScopeKind.ALL
    batch_id: int = 0
    queue: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """A scope in the list to choose from, with its name."""

    scope: QcScope
    title: str


class GroupKind(StrEnum):
    """What the findings of a round are listed by."""

    RULE = "rule"
    DEPT = "dept"
    CODER = "coder"


@dataclass(frozen=True, slots=True)
class QcGroup:
    """The findings of one rule, one department or one coder; ``key`` is its id."""

    kind: GroupKind
    key: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One entry of the left list: a group, its words, how many findings of the segment it has, and a short remark."""

    group: QcGroup
    title: str
    count: int
    severity: Severity | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """How good some cases are: number, those checked, shares of the checked without open error and of grade 甲.

    Shares and mean score are None while nothing was checked.
    """

    title: str
    cases: int
    checked: int
    clean: float | None = None
    good: float | None = None
    mean_score: float | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a round comes to. ``severities`` and ``lines`` count open work of the chosen segment, ``segments`` all.

    ``departments`` are those with the smallest share of grade 甲 first; ``waiting`` cases are to be checked again.
    """

    scope: QcScope
    title: str
    severities: Mapping[Severity, int]
    segments: Mapping[Segment, int]
    lines: tuple[GroupLine, ...]
    quality: Quality
    departments: tuple[Quality, ...] = ()
    waiting: int = 0

    @property
    def total(self) -> int:
        """Findings of all segments."""
        return sum(self.segments.values())


class LineStatus(StrEnum):
    """What can be done with a line, or what was done; texts ``qc_batch.status.<value>``."""

    READY = "ready"
    JUDGE = "judge"
    RETURNED = "returned"
    SUPPRESSED = "suppressed"
    EXCEPTED = "excepted"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class QcLine:
    """A case in which a rule found something: what stands there now, what is suggested, how far it is."""

    key: HitKey
    row: WorklistRow
    findings: tuple[Finding, ...]
    current: str
    suggestion: str
    status: LineStatus

    @property
    def can_fix(self) -> bool:
        """True when what is suggested can be written at once."""
        return self.status is LineStatus.READY

    def __repr__(self) -> str:
        return f"QcLine({self.key.case_id}, {self.key.rule_id}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class Before:
    """A field before and after what is suggested; ``after`` None where a person has to decide."""

    label: str
    before: str
    after: str | None = None

    def __repr__(self) -> str:
        return f"Before({self.label}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class RuleNote:
    """The rule of a line in words: what it asks, where from, how often it was wrong."""

    rule_id: str
    severity: Severity
    message: str
    remedy: str
    source: str
    may_fix: str
    alarms: str


@dataclass(frozen=True, slots=True)
class LineDetail:
    """A line as the right side shows it. ``effect`` says what the suggestion does to group and score.

    ``months`` are cases with a finding of the rule by month of discharge, the oldest of twelve first.
    """

    line: QcLine
    fields: tuple[Before, ...]
    effect: str
    rule: RuleNote
    months: tuple[tuple[str, int], ...]
    history: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rerun:
    """A check of a scope: what to refresh, how many cases, when it ended and how long it took."""

    changes: Changes
    cases: int
    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    """One operation on some cases of a round; ``changes.op_id`` takes it back."""

    changes: Changes
    cases: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """A case in hospital that leaves soon. ``estimated``: from the mean stay of its group, not from a planned date.

    ``multiple`` is cost by standard, None where it cannot be told.
    """

    case_id: int
    planned: datetime
    days_left: int
    estimated: bool
    errors: int
    multiple: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LeavingRun:
    """A check of those who leave soon: how many, and cases with errors that were not there at the last one."""

    checked: int
    new_errors: int
    cases: tuple[int, ...] = field(default_factory=tuple)
