"""What a text and a name say about side, course, grade, type and the like, and where they disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.matching.phrases import Phrases

Said = Mapping[str, Mapping[str, str]]
"""Axis → value → the word that said it."""

WITHOUT: Final = "without"


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: values by word and what a disagreement costs."""

    name: str
    title: str
    words: Mapping[str, str]
    conflict: float
    silent: float
    unsaid: float
    same: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def agree(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """True when some value of one equals, or counts as, some value of the other."""
        others = set(other)
        return any(a in others or any((a, b) in self.same or (b, a) in self.same for b in others) for a in one)

    def values_like(self, values: Iterable[str]) -> set[str]:
        """Return the values that count as the same as one of these."""
        known = set(values)
        return {b for a, b in self.same if a in known} | {a for a, b in self.same if b in known}


@dataclass(frozen=True, slots=True)
class Difference:
    """A disagreement: the words of the text ('' when silent) and of the name ('' when it says nothing)."""

    axis: Axis
    text_word: str
    name_word: str
    cost: float

    @property
    def is_conflict(self) -> bool:
        """True when both say something and it is not the same."""
        return bool(self.text_word and self.name_word)


class Axes:
    """All axes of one kind of code."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.all = tuple(axes)
        self._axes = {axis.name: axis for axis in axes}
        self._owners: dict[str, list[tuple[str, str]]] = {}
        for axis in axes:
            for word, value in axis.words.items():
                self._owners.setdefault(word, []).append((axis.name, value))
        self._phrases = Phrases({word: word for word in self._owners})

    def read(self, normal: str) -> Said:
        """Return what a normal form says, by axis."""
        said: dict[str, dict[str, str]] = {}
        for word, _, _ in self._phrases.find(normal):
            for axis, value in self._owners[word]:
                said.setdefault(axis, {}).setdefault(value, word)
        return said

    def compare(self, text: Said, name: Said) -> list[Difference]:
        """Return the disagreements between a text and a name."""
        found = []
        for key in dict.fromkeys((*text, *name)):
            axis, in_text, in_name = self._axes[key], text.get(key), name.get(key)
            if in_text and in_name:
                if not axis.agree(in_text, in_name):
                    found.append(Difference(axis, *_first(in_text), *_first(in_name), axis.conflict))
            elif in_name:
                # 不伴有 in a name that the text does not contradict is what silence means
                cost = 0.0 if set(in_name) == {WITHOUT} else axis.silent
                found.append(Difference(axis, "", *_first(in_name), cost))
            elif in_text:
                found.append(Difference(axis, *_first(in_text), "", axis.unsaid))
        return found


def _first(said: Mapping[str, str]) -> tuple[str]:
    return (next(iter(said.values())),)
