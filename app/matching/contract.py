"""The one interface of every matcher: what the rest of the program may rely on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.common.progress import Progress
from app.domain.coding import Candidate, CodeKind, MatchResult


@dataclass(frozen=True, slots=True)
class PastCoding:
    """A text with the codes it was given, how often, when last (a date as text) and by whom; '' when not known."""

    text: str
    kind: CodeKind
    codes: tuple[str, ...]
    times: int = 1
    last: str = ""
    by: str = ""


class Matcher(Protocol):
    """Finds codes for texts. Answers are deterministic and never contain a heading."""

    def match(self, text: str, kind: CodeKind, top: int = 10) -> MatchResult:
        """Return the best codes for a text of a physician."""
        ...

    def answers(self, text: str, kind: CodeKind) -> tuple[Candidate, ...]:
        """Return the set of codes that together say what the text says, in its order; one for a simple text."""
        ...

    def search(self, query: str, kind: CodeKind, top: int = 20) -> tuple[Candidate, ...]:
        """Return codes for what a coder types: words in any order, a code's beginning, pinyin, an abbreviation."""
        ...

    def match_many(
        self, texts: Sequence[str], kind: CodeKind, top: int = 1, progress: Progress | None = None
    ) -> Mapping[str, MatchResult]:
        """Return :meth:`match` for each different text, the first answer of each unless more are asked for.

        Raises ``Cancelled`` when the user stops it.
        """
        ...
