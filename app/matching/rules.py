"""Rules of coding that no single word tells: what stands for a whole way of saying it in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """``pattern`` is looked for in a text in canonical form; ``wording`` takes its place (``\\1`` as in ``re``).

    ``prefix`` is the beginning of the codes that the words then stand for, '' when words decide.
    """

    pattern: re.Pattern[str]
    wording: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A text after the rules, the words first replaced, what replaced them, how its codes begin ('' for none)."""

    text: str
    words: str = ""
    meaning: str = ""
    prefix: str = ""


class Rules:
    """Rules in the order in which they are tried; each works on what the former have made of the text."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)

    def apply(self, text: str) -> Ruled:
        """Return the text as the rules say it."""
        first: tuple[str, str, str] | None = None
        said = text
        for rule in self._rules:
            hit = rule.pattern.search(said)
            if hit is None:
                continue
            wording = hit.expand(rule.wording)
            if wording != hit[0]:
                first = first or (hit[0], wording, rule.prefix)
                said = said[: hit.start()] + wording + said[hit.end() :]
        return Ruled(said, *first) if first else Ruled(said)
