"""Cutting a text into the diagnoses or operations it holds (domain.md 2.11.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from app.matching.lexicon import standard_lexicon
from app.matching.phrases import Phrases
from app.matching.spelling import LONGEST

MOST_PARTS: Final = 30
LAST_NUMBER: Final = 9
COVERED: Final = 0.6
"""Share of a text that known names must make up before it is cut at them."""
_OPEN: Final = "(\uff08[\uff3b{\u3010\u300a\u201c"
_CLOSE: Final = ")\uff09]\uff3d}\u3011\u300b\u201d"
_CIRCLED: Final = "\u2460-\u2473\u2474-\u2487\u2488-\u249b"
_NUMBER: Final = re.compile(
    rf"(?:(?<=^)|(?<=[^\w.]))\s*(?:[{_CIRCLED}]|[(\uff08]?\d{{1,2}}[)\uff09.\uff0e\u3001](?!\d))\s*"
)
_INNER_NUMBER: Final = re.compile(rf"[{_CIRCLED}]|(?<=[\u4e00-\u9fff])\d{{1,2}}[.\u3001\uff0e](?=[\u4e00-\u9fff])")
_BREAK: Final = "\n"


@cache
def _separators() -> frozenset[str]:
    markers = standard_lexicon().markers
    return frozenset((*markers["separators"], *markers["weak_separators"]))


@cache
def _units() -> frozenset[str]:
    return frozenset(standard_lexicon().markers["units"])


@cache
def _types() -> frozenset[str]:
    return frozenset(standard_lexicon().markers["types"])


@cache
def _joiners() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, standard_lexicon().markers["joiners"])))


def split_texts(text: str) -> list[str]:
    """Return the parts of a text in order, at most :data:`MOST_PARTS`; the text itself when it has one part.

    Cuts at separators, numbering and line breaks, never inside brackets, never at words that join (伴, 和).
    """
    capped = text[: LONGEST * 5]
    marked = _INNER_NUMBER.sub(_BREAK, _NUMBER.sub(_BREAK, _without_list_numbers(capped)))
    parts: list[str] = []
    depth = start = 0
    for place, sign in enumerate(marked):
        if sign in _OPEN:
            depth += 1
        elif sign in _CLOSE:
            depth = max(depth - 1, 0)
        elif sign == _BREAK or (depth == 0 and sign in _separators() and not _between_digits(marked, place)):
            parts.append(marked[start:place])
            start, depth = place + 1, 0
    parts.append(marked[start:])
    found = [part.strip() for part in parts if any(sign.isalnum() for sign in part)]
    return found[:MOST_PARTS] or [text.strip()]


def _without_list_numbers(text: str) -> str:
    """Put breaks for the numbers of a list that has no points: ``1A2B3C``. Other digits stay."""
    places = list(_listed(text))
    if len(places) < 2 or text[: places[0]].strip():
        return text
    return "".join(_BREAK if place in places else sign for place, sign in enumerate(text))


def _listed(text: str) -> Iterator[int]:
    """Places of 1, 2, 3 … in turn, each at the beginning of an item."""
    number = 1
    for place, sign in enumerate(text):
        if sign == str(number) and number <= LAST_NUMBER and _begins_item(text, place):
            yield place
            number += 1


def _begins_item(text: str, place: int) -> bool:
    before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    return (
        not (before.isascii() and before.isalnum())
        and after.isalpha()
        and not after.isascii()
        and after not in _units()
    )


def _between_digits(text: str, place: int) -> bool:
    """Tell whether a sign joins two numbers; not before a type, which begins an illness (CKD3、2型糖尿病)."""
    is_type = text[place + 2 : place + 3] in _types()
    return text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit() and not is_type


def split_joined(text: str) -> list[str]:
    """Return the parts between joining words (伴, 合并, 和); the text itself without any or with a very short part."""
    parts = [part.strip() for part in _joiners().split(text)]
    return parts if all(sum(sign.isalnum() for sign in part) > 2 for part in parts) else [text]


def split_blanks(text: str, known: Phrases, normal: Callable[[str], str]) -> list[str]:
    """Return the words between blanks where the normal form of each is a ``known`` name (SLE LN), else the text."""
    words = text.split()
    return words if len(words) > 1 and all(normal(word) in known.words for word in words) else [text]


def split_known(normal: str, known: Phrases) -> list[str]:
    """Return the parts of a normal form that names several illnesses one after another (高血压冠心病关节炎).

    Each part begins with a ``known`` name of two characters or more; the text itself where such names say too little.
    """
    places = [(start, end) for _, start, end in known.find(normal) if end - start > 1]
    if len(places) < 2 or sum(end - start for start, end in places) < COVERED * len(normal):
        return [normal]
    cuts = [0, *(start for start, _ in places[1:]), len(normal)]
    return [normal[start:end] for start, end in pairwise(cuts)]
