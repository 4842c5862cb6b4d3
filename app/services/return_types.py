"""What the services of questions to physicians answer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.changes import Changes
from app.domain.returning import AnswerKind
from app.storage.returns import ReturnRow, StoredReturn

__all__ = [
    "AnswerDiff",
    "ChaseFigures",
    "ChaseLine",
    "ChaseScope",
    "ReturnRow",
    "Sheet",
    "SheetItem",
    "SheetLine",
    "StoredReturn",
    "Submitted",
]


@dataclass(frozen=True, slots=True)
class SheetItem:
    """A question as a physician sees it: where it points, severity as a word's key, words, answer begun so far.

    ``draft`` is what was chosen and typed and not submitted, None when nothing was.
    """

    item: StoredReturn
    place: str
    label: str
    draft: SheetDraft | None

    @property
    def id(self) -> int:
        """The number of the question."""
        return self.item.id


@dataclass(frozen=True, slots=True, repr=False)
class SheetDraft:
    """An answer that was begun: number of the option from 0 (-1 none), whether it is an objection, words typed."""

    option: int
    is_appeal: bool
    words: str

    def __repr__(self) -> str:
        return f"SheetDraft({self.option}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A case in a physician's list: how many questions wait, are answered, when the first is due."""

    row: ReturnRow
    outstanding: int
    answered: int
    due: datetime | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questions about one case with what heads the page; no group, weight or amount is in it."""

    row: ReturnRow
    asked_by: str
    due: datetime | None
    items: tuple[SheetItem, ...]


@dataclass(frozen=True, slots=True)
class Submitted:
    """What handing answers in did: what changed, and how many cases are left in the list."""

    changes: Changes
    left: int


@dataclass(frozen=True, slots=True)
class AnswerDiff:
    """An answer beside the case as it stands: ``asked`` when the question was put, ``now``, ``new`` as answered.

    ``conflicts``: the field changed since it was asked. ``writes``: taking it changes a field or inserts a text; an
    answer without a new value only settles the question.
    """

    row: ReturnRow
    place: str
    asked: str
    now: str
    new: str
    conflicts: bool
    writes: bool
    as_text: bool

    @property
    def id(self) -> int:
        """The number of the question."""
        return self.row.item.id


class ChaseScope(StrEnum):
    """Segments of the chase list."""

    OUTSTANDING = "outstanding"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    CLOSED = "closed"
    DISAGREED = "disagreed"


@dataclass(frozen=True, slots=True)
class ChaseLine:
    """A question of the chase list: its place in words, hours overdue (0 when not), who is to answer."""

    row: ReturnRow
    place: str
    overdue_hours: float

    @property
    def id(self) -> int:
        """The number of the question."""
        return self.row.item.id


@dataclass(frozen=True, slots=True)
class ChaseFigures:
    """Counts by segment, and the median hours from question to answer: over all, by department, by physician.

    ``hours`` is None while nothing was answered. ``by_dept`` and ``by_physician`` give (questions, overdue, hours).
    """

    counts: Mapping[ChaseScope, int]
    hours: float | None
    by_dept: Mapping[str, tuple[int, int, float | None]] = field(default_factory=dict)
    by_physician: Mapping[str, tuple[int, int, float | None]] = field(default_factory=dict)


def is_disagreement(item: StoredReturn) -> bool:
    """Tell whether the two sides differ: an objection, or an answer that the record room did not take."""
    appealed = item.answer is not None and item.answer.kind is AnswerKind.APPEAL
    return appealed or (item.verdict is not None and item.verdict == "kept")
