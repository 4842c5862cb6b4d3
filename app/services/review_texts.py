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
    yield from _axes(group.candidates)
    for conflict in first.conflicts:
        said = dict(conflict.args)
        if conflict.key == "reason.conflict.leaves":
            yield text("review.ask.leaves", axis=said["axis"], words=said["text"])
        elif conflict.key == "reason.conflict.missing":
            yield text("review.ask.missing", words=said["words"])
        elif conflict.key == "reason.conflict.more":
            yield text("review.ask.more", words=said["words"], code=first.code)


def _axes(candidates: Sequence[Candidate]) -> Iterator[str]:
    """Yield, for each axis on which candidates say more than the text, what each of them stands for."""
    told: dict[str, dict[str, str]] = {}
    for candidate in candidates:
        for conflict in candidate.conflicts:
            said = dict(conflict.args)
            if conflict.key == "reason.conflict.adds":
                told.setdefault(said["axis"], {}).setdefault(said["name"], candidate.code)
    silent = next((one.code for one in candidates if not one.conflicts), "")
    for axis, choices in told.items():
        uses = [text("review.ask.use", words=words, code=code) for words, code in choices.items()]
        if silent:
            uses.append(text("review.ask.else", code=silent))
        yield text("review.ask.axis", axis=axis, uses=text("review.ask.join").join(uses))
