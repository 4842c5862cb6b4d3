"""What the submission page shows: what waits, what the gate says, what went out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.common.texts import text
from app.storage.submissions import Group, Receipt, StoredSubmission, SubmittedCase, UnlockRequest

__all__ = [
    "GateLine",
    "GateReport",
    "Group",
    "Receipt",
    "ReceiptKind",
    "Refusal",
    "Scope",
    "StoredSubmission",
    "SubmittedCase",
    "UnlockRequest",
    "Waiting",
]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which passed cases are meant: all of them, of a month of discharge (``2026-11``), of a batch, what a queue with
    words of the filter box shows, or some that were chosen.
    """

    month: str = ""
    batch_id: int = 0
    queue: str = ""
    words: str = ""
    case_ids: tuple[int, ...] = ()

    def days(self) -> tuple[date, date] | None:
        """Return first and last day of the month, None where no month is asked for."""
        if not self.month:
            return None
        year, month = map(int, self.month.split("-"))
        after = date(year + month // 12, month % 12 + 1, 1)
        return date(year, month, 1), date.fromordinal(after.toordinal() - 1)


class ReceiptKind(StrEnum):
    """What a file in the register is: one that went out, or how the insurer received it."""

    LIST = "list"
    UPLOAD = "upload"
    ANSWER = "answer"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    PARTLY = "partly"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The name on the page."""
        return text(f"submission.receipt.{self.value}")

    @property
    def came_back(self) -> bool:
        """True for what the insurer sent."""
        return self not in (ReceiptKind.LIST, ReceiptKind.UPLOAD)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Passed cases that wait to be submitted: by month of discharge, by batch (id, file name, cases), and in all."""

    months: tuple[tuple[str, int], ...]
    batches: tuple[tuple[int, str, int], ...]
    total: int


@dataclass(frozen=True, slots=True, repr=False)
class GateLine:
    """A case that may be submitted, as it stood when it was looked at; ``versions`` counts its earlier submissions."""

    case_id: int
    version: int
    record_no: str
    name: str
    dept: str
    group: Group
    versions: int

    def __repr__(self) -> str:
        return f"GateLine({self.case_id}, ‹redacted›)"


@dataclass(frozen=True, slots=True, repr=False)
class Refusal:
    """A case that may not be submitted: ``kind`` of the reason, the reason and what to do, in words.

    ``kind`` is error, warn, exception, group, regrouped or moved: it tells where the case is to be opened.
    """

    case_id: int
    record_no: str
    name: str
    dept: str
    kind: str
    words: str
    remedy: str

    def __repr__(self) -> str:
        return f"Refusal({self.case_id}, {self.kind})"


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate says of a scope: who may go, who may not, and what else is to be known."""

    scope: Scope
    ready: tuple[GateLine, ...]
    refused: tuple[Refusal, ...]
    notes: tuple[str, ...] = ()

    @property
    def case_ids(self) -> frozenset[int]:
        """The cases that were looked at."""
        return frozenset({one.case_id for one in self.ready} | {one.case_id for one in self.refused})

    @property
    def again(self) -> int:
        """How many of the ready ones were submitted before."""
        return sum(1 for one in self.ready if one.versions)
