"""What quality control says about a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """domain.md 3.1. Declaration order is the order of display."""

    ERROR = "error"
    WARN = "warn"
    HINT = "hint"


class Standing(StrEnum):
    """What people have decided about a finding: open, suppressed with a reason, or excepted by two signatures."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    EXCEPTED = "excepted"


@dataclass(frozen=True, slots=True)
class Fix:
    """A safe remedy that one key applies: set ``path`` to ``value`` (text as a user would type it)."""

    path: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired. ``paths`` are field paths such as ``dx[0].code``; the first is where Enter jumps."""

    rule_id: str
    category: str
    severity: Severity
    message: str
    remedy: str
    paths: tuple[str, ...]
    fix: Fix | None = None
    standing: Standing = Standing.OPEN

    @property
    def is_open(self) -> bool:
        """True unless it was suppressed or excepted: only open findings are counted and block."""
        return self.standing is Standing.OPEN

    def __repr__(self) -> str:
        return f"Finding({self.rule_id}, {self.paths})"


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that could not be evaluated: a defect of the rule or of a table, never of the record."""

    rule_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points taken off for one item of the 100-point score: its section, and the path of its first field."""

    item: str
    points: float
    rule_ids: tuple[str, ...]
    section: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class QcReport:
    """Findings of one record in display order, the score with one decimal and its grade (甲/乙/丙 by code 1-3).

    ``not_imported`` are field paths that rules needed and the source file does not have: reported once per file.
    """

    findings: tuple[Finding, ...] = ()
    broken: tuple[BrokenRule, ...] = ()
    not_imported: frozenset[str] = frozenset()
    score: float = 100.0
    grade: str = "1"
    deductions: tuple[Deduction, ...] = field(default_factory=tuple)

    @property
    def standing(self) -> tuple[Finding, ...]:
        """The findings that nobody has decided about: only they are counted, marked and block."""
        return tuple(finding for finding in self.findings if finding.is_open)

    def count(self, severity: Severity) -> int:
        """Return how many open findings have this severity."""
        return sum(1 for finding in self.findings if finding.severity is severity and finding.is_open)
