"""What the page of the insurer's groups shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.common.texts import text
from app.domain.grouping import Explanation
from app.drg.comparing import StepPair
from app.drg.returned import ReturnCause
from app.storage.insurer import ReturnFile, ReturnLine, StoredReturn, Verdict

__all__ = [
    "InsurerPreview",
    "Prepared",
    "ReturnCause",
    "ReturnDetail",
    "ReturnFile",
    "ReturnedCase",
    "StoredReturn",
    "cause_word",
    "causes_of",
    "detail_words",
]


@dataclass(frozen=True, slots=True, repr=False)
class Prepared:
    """A line of a file that belongs to a case, with its verdict; ``version`` is the submission that it answers."""

    line: ReturnLine
    verdict: Verdict
    version: int
    record_no: str
    name: str

    def __repr__(self) -> str:
        return f"Prepared({self.line.case_id}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class InsurerPreview:
    """A file that was read; nothing has been stored. ``problems`` are rows that belong to no case, in words."""

    path: Path
    sha256: str
    signature: str
    columns: Mapping[str, str]
    headings: tuple[str, ...]
    lines: tuple[Prepared, ...]
    problems: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return len(self.lines) + len(self.problems)

    @property
    def different(self) -> int:
        """Lines whose group is not ours."""
        return sum(1 for one in self.lines if one.verdict.cause)


@dataclass(frozen=True, slots=True, repr=False)
class ReturnedCase:
    """A stored line as the list shows it."""

    stored: StoredReturn
    record_no: str
    name: str
    dept: str
    state: str

    @property
    def cause(self) -> str:
        """The cause, '' when both groups are the same."""
        return self.stored.verdict.cause

    @property
    def detail(self) -> str:
        """What is different, in words."""
        return detail_words(self.stored.verdict)

    def __repr__(self) -> str:
        return f"ReturnedCase({self.stored.line.case_id}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class ReturnDetail:
    """Both paths of a case. ``theirs`` is ours with the piece exchanged that gives their group, None without one.

    ``exchange`` says in words which piece that is.
    """

    ours: Explanation
    theirs: Explanation | None
    pairs: tuple[StepPair, ...]
    exchange: str


def detail_words(verdict: Verdict) -> str:
    """Return what is different in words, '' when nothing is."""
    key, args = verdict.details.get("key"), verdict.details.get("args")
    if not verdict.cause or not isinstance(key, str):
        return ""
    return text(f"insurer.detail.{key}", **(args if isinstance(args, Mapping) else {}))


def cause_word(cause: str) -> str:
    """Return a cause in words; '' is that there is no difference."""
    return text(f"insurer.cause.{cause}") if cause else text("insurer.same")


def causes_of(lines: Sequence[ReturnedCase]) -> tuple[tuple[ReturnCause, int], ...]:
    """Return the causes with their cases, the most frequent first."""
    counts = Counter(ReturnCause(one.cause) for one in lines if one.cause)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], list(ReturnCause).index(pair[0]))))
