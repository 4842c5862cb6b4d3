"""Parts of the body and what is part of what: whether a text and a name speak of the same place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.matching.axes import Axis, Difference
from app.matching.phrases import Phrases

Places = Mapping[int, str]
"""Place number → the word that named it."""


@dataclass(frozen=True, slots=True)
class SiteCosts:
    """What a disagreement costs: another place, a place only one names, and each further place only one names."""

    conflict: float
    silent: float
    unsaid: float
    name_alone: float
    text_alone: float


class Sites:
    """Places by word, with their wholes (``above``, by number). Words of one place are given as ``a|b``.

    Two places agree when they are the same or one is part of the other.
    """

    def __init__(
        self, title: str, parts: Mapping[str, Sequence[str]], no_place: Iterable[str], costs: SiteCosts
    ) -> None:
        self._costs = costs
        self._axis = Axis("site", title, {}, costs.conflict, costs.silent, costs.unsaid)
        self._number: dict[str, int] = {}
        above: dict[int, set[int]] = {}
        for whole, children in parts.items():
            parent = self._place(whole)
            for child in children:
                above.setdefault(self._place(child), set()).add(parent)
        self.above: Mapping[int, frozenset[int]] = {
            place: _closure(place, above) for place in set(self._number.values())
        }
        near = {place: {place, *wholes} for place, wholes in self.above.items()}
        for place, wholes in self.above.items():
            for other in wholes:
                near[other].add(place)
        self._near = {place: frozenset(others) for place, others in near.items()}
        self._phrases = Phrases(dict.fromkeys((*self._number, *no_place), ""))

    def read(self, normal: str) -> Places:
        """Return the places that a normal form names."""
        found: dict[int, str] = {}
        for word, _, _ in self._phrases.find(normal):
            place = self._number.get(word)
            if place is not None:
                found.setdefault(place, word)
        return found

    def compare(self, text: Places, name: Places) -> list[Difference]:
        """Return the disagreement between the places of a text and of a name; one at most."""
        if not text or not name:
            if name:
                return [Difference(self._axis, "", _words(name), self._costs.silent)]
            return [Difference(self._axis, _words(text), "", self._costs.unsaid)] if text else []
        near = self._near
        in_name = [place for place in name if near[place].isdisjoint(text)]
        in_text = [place for place in text if near[place].isdisjoint(name)]
        if len(in_name) == len(name):
            return [Difference(self._axis, _words(text), _words(name), self._costs.conflict)]
        cost = self._costs.name_alone * len(in_name) / len(name) + self._costs.text_alone * len(in_text) / len(text)
        if not cost:
            return []
        return [Difference(self._axis, _pick(text, in_text), _pick(name, in_name), cost)]

    def _place(self, words: str) -> int:
        """The number of a place; a later line that shares a word speaks of the same place."""
        names = words.split("|")
        number = next((self._number[name] for name in names if name in self._number), len(self._number))
        for name in names:
            self._number.setdefault(name, number)
        return number


def _closure(place: int, above: Mapping[int, set[int]]) -> frozenset[int]:
    found: set[int] = set()
    waiting = list(above.get(place, ()))
    while waiting:
        whole = waiting.pop()
        if whole not in found:
            found.add(whole)
            waiting.extend(above.get(whole, ()))
    return frozenset(found)


def _words(places: Places) -> str:
    return "\u3001".join(places.values())


def _pick(places: Places, chosen: Iterable[int]) -> str:
    return "\u3001".join(places[place] for place in chosen)
