"""Candidates and proposals: what the matcher offers and what waits for a coder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CodeKind(StrEnum):
    """Which code set: diagnoses (ICD-10) or procedures (ICD-9-CM-3)."""

    DX = "dx"
    PX = "px"


class MatchKind(StrEnum):
    """How a candidate was found (domain.md 2.11.7)."""

    EXACT = "exact"
    SYNONYM = "synonym"
    CONTAINS = "contains"
    FUZZY = "fuzzy"
    LEARNED = "learned"
    CODE = "code"
    PINYIN = "pinyin"


class Band(StrEnum):
    """What may be done with the best candidate: take it, confirm it, look it up."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason as a key of ``resources/texts/reason.toml`` with its arguments; text is built by the reader."""

    key: str
    args: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One code for a text. ``score`` 0-1; ``spans`` are (start, end) of matched characters in ``name``.

    ``conflicts`` are reasons why the text says otherwise (side, missing or extra words), ``uses`` how often the
    hospital gave the code.
    """

    code: str
    name: str
    score: float
    kind: MatchKind
    reasons: tuple[Reason, ...] = ()
    conflicts: tuple[Reason, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    uses: int = 0


@dataclass(frozen=True, slots=True)
class MatchResult:
    """Candidates best first and what may be done with the first one."""

    candidates: tuple[Candidate, ...]
    band: Band

    @property
    def best(self) -> Candidate | None:
        """The first candidate, None when nothing was found."""
        return self.candidates[0] if self.candidates else None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code the program wrote down for a coder to confirm; never counted as accepted."""

    code: str
    name: str
    score: float
    kind: MatchKind
    reason: str
