"""The texts of a review: which spellings are one text, and what would have to be asked before it can be coded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from app.common.texts import text
from app.domain.coding import Candidate
from app.services.types import TextGroup

_BREAKS: Final = re.compile(r"[\r\n]+")
_SIGNS: Final = re.compile(r"\s*[,;\u3001]\s*")
_BLANKS: Final = re.compile(r"(?<![0-9a-z])\s+|\s+(?![0-9a-z])")
_EDGES: Final = ",\u3002."
_QUESTIONS: Final = 4
_LIKELY: Final = 0.5
"""Candidates this much as likely as the first are worth a question."""
_UNSETTLED: Final = {"reason.conflict.suspected": "suspected", "reason.conflict.past": "past"}


def same_text(written: str) -> str:
    """Return what equal texts have in common: width, case, blanks and the kind of comma do not matter.

    A question mark, brackets, numbering and the order of the parts do.
    """
    folded = unicodedata.normalize("NFKC", _BREAKS.sub(",", written.strip())).casefold()
    return _BLANKS.sub("", _SIGNS.sub(",", folded)).strip(_EDGES)


def questions(group: TextGroup) -> tuple[str, ...]:
    """Return what the text leaves open, as neutral questions about the record; () when nothing is."""
    asked = list(_asked(group)) if group.candidates else []
    return tuple(dict.fromkeys(asked))[:_QUESTIONS]


def _asked(group: TextGroup) -> Iterator[str]:
    first = group.candidates[0]
    if len(group.parts) > 1:
        yield text("review.ask.parts", count=len(group.parts))
    for conflict in first.conflicts:
        if conflict.key in _UNSETTLED:
            yield text(f"review.ask.{_UNSETTLED[conflict.key]}")
    likely = [one for one in group.candidates if one.score >= _LIKELY * first.score]
    yield from _axes(likely)
    for conflict in first.conflicts:
        if conflict.key == "reason.conflict.leaves":
            said = dict(conflict.args)
            yield text("review.ask.leaves", axis=said["axis"], words=said["text"])


def _axes(candidates: Sequence[Candidate]) -> Iterator[str]:
    """Yield, for each axis on which candidates say more than the text, what each of them stands for."""
    told: dict[str, dict[str, str]] = {}
    for candidate in candidates:
        for axis, words in _added(candidate):
            told.setdefault(axis, {}).setdefault(words, candidate.code)
    for axis, choices in told.items():
        uses = [text("review.ask.use", words=words, code=code) for words, code in choices.items()]
        silent = [one.code for one in candidates if axis not in dict(_added(one))]
        uses += [text("review.ask.else", code=code) for code in silent[:1]]
        yield text("review.ask.axis", axis=axis, uses=text("review.ask.join").join(uses))


def _added(candidate: Candidate) -> list[tuple[str, str]]:
    """Return what a candidate says that the text does not: (axis, words)."""
    said = [dict(conflict.args) for conflict in candidate.conflicts if conflict.key == "reason.conflict.adds"]
    return [(one["axis"], one["name"]) for one in said]
