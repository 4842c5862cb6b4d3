"""What a training is measured by: the held-out tenth, four figures, and when a new model is worse than the old one."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.common.progress import Progress
from app.domain.coding import CodeKind
from app.domain.past import text_key
from app.matching.contract import Matcher, PastCoding

MOST: Final = 20_000
"""Past codings that a training draws on: the latest, of one day the most frequent."""
HELD_OUT_IN: Final = 10
"""One text in this many is held out."""
PRECISION: Final = 0.97
"""Share of right first codes that :attr:`Figures.sure` asks for."""
_TOP: Final = 5
_DOUBT: Final = 1.645
"""Standard deviations beyond which a difference is no noise (one side, 5 %)."""

Known = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """A held-out text with the codes it was given most often."""

    text: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Split:
    """Past codings to learn from, how many different texts they have, and the texts that are held out."""

    learned: tuple[PastCoding, ...]
    texts: int
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one held-out text: first code right, one of five right, set right, chance of the first."""

    first: bool
    five: bool
    whole: bool
    chance: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares (0 to 1) of the held-out texts.

    ``first``: the first code is right; ``five``: a right one is among five; ``whole``: the set of codes is exactly
    right; ``sure``: the most texts, taken by falling probability, whose first codes are right in 97 of 100 cases.
    """

    first: float
    five: float
    whole: float
    sure: float


def is_held_out(text: str) -> bool:
    """True for the tenth of texts that no training sees.

    It goes by a checksum of the text without case, width, blanks and punctuation: equal texts stay together, and a
    text that is held out today was held out from every model before, so that old and new are compared fairly.
    """
    return zlib.crc32(text_key(text).encode("utf-8", "surrogatepass")) % HELD_OUT_IN == 0


def split(history: Iterable[PastCoding], known: Known, most: int = MOST) -> Split:
    """Part the latest ``most`` past codings; those without a code that ``known`` knows are left out."""
    usable = [item for item in history if any(map(known, item.codes)) and item.text.strip()]
    usable.sort(key=lambda item: (item.last, item.times, item.text, item.codes), reverse=True)
    learned: list[PastCoding] = []
    given: dict[str, PastCoding] = {}
    for item in usable[:most]:
        if not is_held_out(item.text):
            learned.append(item)
            continue
        best = given.setdefault(text_key(item.text), item)
        if item.times > best.times:
            given[text_key(item.text)] = item
    asked = tuple(Asked(item.text, frozenset(filter(known, item.codes))) for item in given.values())
    return Split(tuple(learned), len({text_key(item.text) for item in learned}), asked)


def outcomes(matcher: Matcher, asked: Sequence[Asked], kind: CodeKind, progress: Progress) -> tuple[Outcome, ...]:
    """Ask the held-out texts. Raises ``Cancelled`` when the user stops it."""
    found = []
    for done, one in enumerate(asked):
        progress.step(done, len(asked))
        candidates = matcher.match(one.text, kind, _TOP).candidates
        codes = [candidate.code for candidate in candidates]
        answer = {candidate.code for candidate in matcher.answers(one.text, kind)}
        found.append(
            Outcome(
                bool(codes) and codes[0] in one.codes,
                not one.codes.isdisjoint(codes),
                answer == one.codes,
                candidates[0].score if candidates else 0.0,
            )
        )
    return tuple(found)


def figures_of(answers: Sequence[Outcome]) -> Figures:
    """Return the shares, all 0 without answers."""
    count = len(answers) or 1
    return Figures(
        sum(one.first for one in answers) / count,
        sum(one.five for one in answers) / count,
        sum(one.whole for one in answers) / count,
        _sure(answers) / count,
    )


def _sure(answers: Sequence[Outcome]) -> int:
    """The most texts, by falling probability, of whose first codes enough are right; equal ones go together."""
    ordered = sorted(answers, key=lambda one: -one.chance)
    right = most = 0
    for place, one in enumerate(ordered, 1):
        right += one.first
        is_edge = place == len(ordered) or ordered[place].chance != one.chance
        if is_edge and right >= PRECISION * place:
            most = place
    return most


def is_worse(old: Sequence[Outcome], new: Sequence[Outcome]) -> bool:
    """True when ``new`` answers the same texts worse than ``old`` by more than noise.

    Noise is judged by McNemar's test, one side, 5 %, once for the first code and once for the whole set: of the texts
    that only one of the two answers right, ``lost`` were right before and ``won`` are right now; it is worse when
    lost − won > 1.645 · √(lost + won).
    """
    pairs = list(zip(old, new, strict=True))
    firsts = [(was.first, now.first) for was, now in pairs]
    wholes = [(was.whole, now.whole) for was, now in pairs]
    return _has_lost(firsts) or _has_lost(wholes)


def _has_lost(pairs: Sequence[tuple[bool, bool]]) -> bool:
    lost = pairs.count((True, False))
    won = pairs.count((False, True))
    return lost - won > _DOUBT * math.sqrt(lost + won)
