"""What the register of objections shows: what came, until when it is to be answered, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.common.texts import text
from app.storage.appeals import StoredAppeal


class AppealKind(StrEnum):
    """An objection of the insurer that is answered, or a wish of the hospital for a review of a single case."""

    APPEAL = "appeal"
    SPECIAL = "special"

    @property
    def label(self) -> str:
        """The name on the page."""
        return text(f"appeals.kind.{self.value}")


class AppealState(StrEnum):
    """From open over answered to one of the results of the insurer, or withdrawn."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    CHANGED = "changed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The name on the page."""
        return text(f"appeals.state.{self.value}")

    @property
    def is_over(self) -> bool:
        """True once nothing more is waited for."""
        return self not in (AppealState.OPEN, AppealState.ANSWERED)


class SpecialReason(StrEnum):
    """Why a single review is asked for (domain.md 5.8)."""

    HIGH = "high"
    QY = "qy"
    UNGROUPED = "ungrouped"
    TECHNIQUE = "technique"
    LONG_STAY = "long_stay"
    CRITICAL = "critical"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The name on the page."""
        return text(f"appeals.reason.{self.value}")


@dataclass(frozen=True, slots=True, repr=False)
class AppealDraft:
    """What is typed: days as ISO text, '' for the usual ones; evidence separated by ``；``."""

    kind: AppealKind
    objection: str
    received: str = ""
    due: str = ""
    reason: SpecialReason | None = None
    evidence: str = ""

    def __repr__(self) -> str:
        return f"AppealDraft({self.kind}, ‹redacted›)"


@dataclass(frozen=True, slots=True, repr=False)
class AppealLine:
    """An entry with what is known of its case. ``days_left`` is negative when late, None once it was answered."""

    stored: StoredAppeal
    record_no: str
    name: str
    dept: str
    days_left: int | None

    @property
    def kind(self) -> AppealKind:
        """Objection or single review."""
        return AppealKind(self.stored.kind)

    @property
    def state(self) -> AppealState:
        """Where it stands."""
        return AppealState(self.stored.state)

    @property
    def reason(self) -> str:
        """The class of its reason in words, '' for an objection."""
        return SpecialReason(self.stored.reason_class).label if self.stored.reason_class else ""

    def __repr__(self) -> str:
        return f"AppealLine({self.stored.id}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class AppealPlan:
    """Days from when an objection came, or a review was wished for, until it is due, unless another day is given."""

    appeal_days: int
    special_days: int


@dataclass(frozen=True, slots=True)
class AppealFigures:
    """The register in numbers; the mean days are None while nothing was answered or closed."""

    waiting: int
    late: int
    answered_days: float | None
    closed_days: float | None


@dataclass(frozen=True, slots=True)
class WrittenPack:
    """An appeal pack of a case that was written or printed."""

    file_name: str
    sha256: str
    who: str
    at: datetime


def days_until(due: date, today: date) -> int:
    """Return the days left, negative when it is over."""
    return (due - today).days
