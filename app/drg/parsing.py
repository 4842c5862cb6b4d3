"""What the two rule languages share: tokens with their place, and ``or`` over ``and`` over ``not`` over atoms."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from app.drg.rule import And, CodeSet, Node, Not, Op, Or, Severity

DEEPEST = 100  # of "not" and parentheses in one another; a published rule has four
Resolve = Callable[[str], CodeSet | Severity | None]


class RuleFault(Exception):
    """A rule that cannot be read: why (key of texts ``drg.fault``), the text and where in it, counted from 0."""

    def __init__(self, key: str, text: str, position: int, found: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.text = text
        self.position = position
        self.found = found

    def caret(self) -> str:
        """Return the part of the text around the fault and, on a second line, a caret under it."""
        start = max(0, self.position - 30)
        return f"{self.text[start : self.position + 30]}\n{' ' * (self.position - start)}^"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, operator, sign or bracketed list of a rule. ``word`` is the text in upper case."""

    kind: str
    text: str
    position: int

    @property
    def word(self) -> str:
        """The text in upper case: keywords and names are read in any letter case."""
        return self.text.upper()


def tokens(pattern: re.Pattern[str], text: str) -> list[Token]:
    """Split ``text`` by a pattern of named groups; group ``blank`` is dropped, an ``end`` token is added.

    Raises :class:`RuleFault` at the first character that no group takes.
    """
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = pattern.match(text, position)
        if match is None or match.lastgroup is None:
            raise RuleFault("character", text, position, text[position])
        if match.lastgroup != "blank":
            found.append(Token(match.lastgroup, match.group(), position))
        position = match.end()
    found.append(Token("end", "", len(text)))
    return found


class Parser(ABC):
    """Reads one rule. A language says how to split it and how to read an atom."""

    pattern: re.Pattern[str]

    def __init__(self, text: str, resolve: Resolve) -> None:
        self.text = text
        self.resolve = resolve
        self._tokens = tokens(self.pattern, text)
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        """Return the rule as a node. Raises :class:`RuleFault` when it is not one."""
        node = self.expression()
        if self.peek.kind != "end":
            raise self.fault("after_end")
        return node

    @abstractmethod
    def atom(self) -> Node:
        """Read one condition that is not ``and``, ``or``, ``not`` or in parentheses."""

    @property
    def peek(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._at]

    def take(self) -> Token:
        """Return the next token and go past it."""
        token = self.peek
        self._at += token.kind != "end"
        return token

    def back(self) -> None:
        """Go back to the token taken last, so that a fault is shown under it."""
        self._at -= 1

    def accept(self, word: str) -> bool:
        """Go past the next token if it is this word or sign."""
        hit = self.peek.word == word and self.peek.kind != "end"
        self._at += hit
        return hit

    def expect(self, word: str) -> None:
        """Go past this word or sign. Raises :class:`RuleFault` when something else stands there."""
        if not self.accept(word):
            raise RuleFault("expected", self.text, self.peek.position, word.lower())

    def fault(self, key: str) -> RuleFault:
        """Return a fault at the next token."""
        return RuleFault(key, self.text, self.peek.position, self.peek.text)

    def expression(self) -> Node:
        """Read ``and`` terms joined by ``or``."""
        parts = [self._term()]
        while self.accept("OR"):
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def comparison(self) -> tuple[Op, float]:
        """Read an operator and a number."""
        if self.peek.kind != "op":
            raise self.fault("operator")
        sign = self.take().text
        op = Op("=" if sign == "==" else sign)
        if self.peek.kind != "number":
            raise self.fault("number")
        return op, float(self.take().text)

    def _term(self) -> Node:
        parts = [self._factor()]
        while self.accept("AND"):
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _factor(self) -> Node:
        if self._depth > DEEPEST:
            raise self.fault("depth")
        self._depth += 1
        node = self._nested()
        self._depth -= 1
        return node

    def _nested(self) -> Node:
        if self.accept("NOT"):
            return Not(self._factor())
        if self.accept("("):
            node = self.expression()
            self.expect(")")
            return node
        return self.atom()
