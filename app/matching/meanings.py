"""Short forms with several meanings: MS is a valve that is too narrow, or an illness of the nerves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.common.paths import data
from app.domain.coding import CodeKind
from app.matching.phrases import Phrases
from app.matching.spelling import Spelling


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning of a short form: the term and the beginning of its codes."""

    term: str
    prefix: str


class Meanings:
    """Short forms (in normal form) of one kind of code with all their meanings, the more frequent one first."""

    def __init__(self, spelling: Spelling, table: Mapping[str, tuple[Meaning, ...]]) -> None:
        self._spelling = spelling
        self._written = {spelling.normal(short): short for short in table}
        self._meanings = {spelling.normal(short): meanings for short, meanings in table.items()}
        self._phrases = Phrases(dict.fromkeys(self._meanings, ""))
        self._last: tuple[str, Mapping[str, tuple[Meaning, ...]]] = ("", {})

    def of(self, normal: str) -> tuple[Meaning, ...]:
        """Return the meanings of a text that is such a short form, () for any other."""
        return self._meanings.get(normal, ())

    def within(self, normal: str) -> Mapping[str, tuple[Meaning, ...]]:
        """Return the short forms that a text holds, as written in the table, with their meanings.

        The last answer is kept: each candidate of a text asks again.
        """
        text, found = self._last
        if text != normal:
            found = {self._written[short]: self._meanings[short] for short, _, _ in self._phrases.find(normal)}
            self._last = (normal, found)
        return found


@cache
def meanings_of(kind: CodeKind) -> Mapping[str, tuple[Meaning, ...]]:
    """Return the short forms with several meanings that ship with the program, as they are written."""
    with (data("resources") / "matching" / "meanings.toml").open("rb") as handle:
        entries: Mapping[str, list[list[str]]] = tomllib.load(handle)[kind]
    return {short: tuple(Meaning(term, prefix) for term, prefix in pairs) for short, pairs in entries.items()}


def standard_meanings(spelling: Spelling, kind: CodeKind) -> Meanings:
    """Return :func:`meanings_of` to be looked up in texts."""
    return Meanings(spelling, meanings_of(kind))
