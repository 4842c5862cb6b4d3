"""Finds what a question to a physician must not say: groups and money, a gain, the answer that is wished for.

The lists stand in ``resources/returns/leading.toml``; the reasons are texts ``returns.leading.<why>``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.common.paths import data
from app.common.texts import text
from app.domain.returning import AnswerKind, ReturnQuestion

_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Leading:
    """A fault of wording: in which part of the question, from which character to which, and why.

    ``part`` is ``words``, ``seen``, ``suggestion`` or ``options``; a fault of the options as a whole has no length.
    """

    part: str
    start: int
    end: int
    why: str

    @property
    def message(self) -> str:
        """What is wrong, in words."""
        return text(f"returns.leading.{self.why}")


@dataclass(frozen=True, slots=True)
class _Pattern:
    why: str
    pattern: re.Pattern[str]


def leading(asked: ReturnQuestion) -> tuple[Leading, ...]:
    """Return every fault of a question, in reading order; none when it may be sent."""
    everywhere, question = _patterns()
    found = [
        *_in("words", asked.words, (*everywhere, *question)),
        *_in("seen", asked.seen, everywhere),
        *_in("suggestion", asked.suggestion, everywhere),
        *(fault for option in asked.options for fault in _in("options", option.label, everywhere)),
    ]
    changes = sum(option.answer is AnswerKind.CHANGED and bool(option.value) for option in asked.options)
    if len(asked.options) < _FEWEST or changes == len(asked.options):
        found.append(Leading("options", 0, 0, "one_answer"))
    return tuple(found)


def neutral_or_blank(words: str) -> str:
    """Return words of a rule if a physician may read them, else ''."""
    everywhere, question = _patterns()
    return "" if any(_in("suggestion", words, (*everywhere, *question))) else words


def _in(part: str, words: str, patterns: Iterable[_Pattern]) -> Iterator[Leading]:
    hits = {
        (hit.start(), hit.end()): one.why for one in reversed(list(patterns)) for hit in one.pattern.finditer(words)
    }
    for start, end in sorted(hits):
        yield Leading(part, start, end, hits[start, end])


@cache
def _patterns() -> tuple[tuple[_Pattern, ...], tuple[_Pattern, ...]]:
    with (data("resources") / "returns" / "leading.toml").open("rb") as handle:
        lists: Mapping[str, list[Mapping[str, object]]] = tomllib.load(handle)
    return _read(lists["everywhere"]), _read(lists["question"])


def _read(entries: Iterable[Mapping[str, object]]) -> tuple[_Pattern, ...]:
    return tuple(
        _Pattern(str(entry["why"]), re.compile(pattern))
        for entry in entries
        if isinstance(patterns := entry["patterns"], list)
        for pattern in patterns
    )
