"""Characters typed for others that sound or look alike: 糖鸟病 for 糖尿病, 未梢 for 末梢."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.common.paths import data
from app.matching.pinyin import PinyinIndex
from app.matching.readings import Readings

SHORTEST: Final = 2
LONGEST: Final = 16
"""Characters of a word whose slips are looked for."""
RIGHT: Final = 0.5
"""Share of the characters of a word that must be right."""
WINDOW: Final = 3
"""Characters of a longer word that are looked at together when the word as a whole is in no name."""
MOST_WINDOWS: Final = 4
_FOLDS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"))


class SlipKind(StrEnum):
    """Whether the wrong character sounds or looks like the right one."""

    SOUND = "sound"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True)
class Slip:
    """What a typed word was probably meant to be, how often names hold that, and by what kind of slip."""

    meant: str
    kind: SlipKind
    names: int


@cache
def shapes() -> Mapping[str, frozenset[str]]:
    """Return for each character of ``shapes.toml`` those that are taken for it."""
    with (data("resources") / "matching" / "shapes.toml").open("rb") as handle:
        groups: list[str] = tomllib.load(handle)["alike"]
    found: dict[str, set[str]] = {}
    for group in groups:
        for sign in group:
            found.setdefault(sign, set()).update(group)
    return {sign: frozenset(others - {sign}) for sign, others in found.items()}


class SlipFinder:
    """Looks in the names of an index for what a word was meant to be."""

    def __init__(self, index: PinyinIndex, readings: Readings) -> None:
        """Use the names of an index; ``readings`` also tell how characters sound that no name has."""
        self._index = index
        self._readings = readings
        sounds = sorted({_sound(syllable) for syllable in index.syllables})
        number = {sound: place for place, sound in enumerate(sounds)}
        self._number = number
        per_syllable = np.array([number[_sound(syllable)] for syllable in index.syllables] + [len(sounds)], np.int32)
        self._sounds = per_syllable[index.readings]
        self._signs = np.array(index.signs)

    def meant(self, word: str) -> tuple[Slip, ...]:
        """Return what the word was probably meant to be: most characters right, then the most frequent in names."""
        if not SHORTEST <= len(word) <= LONGEST:
            return ()
        signs = [self._alike(sign) for sign in word]
        tokens = self._index.tokens
        at = np.flatnonzero((signs[0][0] | signs[0][1] | signs[0][2])[tokens[: len(tokens) - len(word) + 1]])
        right = np.zeros(len(at), np.int32)
        shaped = np.zeros(len(at), np.bool_)
        for offset, (same, sound, shape) in enumerate(signs):
            token = tokens[at + offset]
            keep = (same | sound | shape)[token]
            right, shaped = right + same[token], shaped | (shape & ~sound)[token]
            at, right, shaped = at[keep], right[keep], shaped[keep]
        enough = (right >= RIGHT * len(word)) & (right < len(word))
        return self._slips(at[enough], right[enough], shaped[enough], len(word))

    def repaired(self, word: str) -> Slip | None:
        """Return a longer word with the first part set right that no name has; None when nothing can be."""
        parts = [(start, word[start : start + WINDOW]) for start in range(len(word) - WINDOW + 1)]
        unknown = [(start, part) for start, part in parts if part not in self._index.text]
        for start, part in unknown[:MOST_WINDOWS]:
            found = self.meant(part)
            if found:
                best = found[0]
                return Slip(f"{word[:start]}{best.meant}{word[start + WINDOW :]}", best.kind, best.names)
        return None

    def _alike(self, sign: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return per sign of the index whether it is this one, sounds like it, looks like it."""
        same = self._signs == sign
        heard = {self._number.get(_sound(read), -1) for read in self._readings.get(sign, ())}
        sound = np.isin(self._sounds, sorted(heard)).any(axis=1) & ~same if heard else np.zeros_like(same)
        shape = np.isin(self._signs, sorted(shapes().get(sign, ())))
        return same, sound, shape

    def _slips(
        self, at: NDArray[np.int64], right: NDArray[np.int32], shaped: NDArray[np.bool_], length: int
    ) -> tuple[Slip, ...]:
        counted: Counter[tuple[int, str, bool]] = Counter()
        for place, same, shape in zip(at.tolist(), right.tolist(), shaped.tolist(), strict=True):
            places = self._index.places[place : place + length]
            counted[-same, "".join(self._index.text[one] for one in places.tolist()), shape] += 1
        ranked = sorted(counted.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
        return tuple(
            Slip(meant, SlipKind.SHAPE if shape else SlipKind.SOUND, names) for (_, meant, shape), names in ranked
        )


def _sound(syllable: str) -> str:
    """Fold sounds that are typed for one another: zh and z, ang and an."""
    for long, short in _FOLDS:
        syllable = syllable.replace(long, short)
    return syllable.removesuffix("g") if syllable.endswith("ng") else syllable
