"""The words of a rule expression: numbers, texts, names, signs, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.qc.faults import RuleFault

MAX_LENGTH: Final = 4000
"""Characters of the longest expression."""
_TOKEN: Final = re.compile(
    r"(?P<blank>\s+|\#[^\n]*)|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>\"[^\"\n]*\"|'[^'\n]*')"
    r"|(?P<dictionary>D-[A-Z]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>==|!=|<=|>=|[<>+\-*/(){}\[\],.:])"
)
_WORDS: Final = frozenset({"and", "or", "not", "in"})


@dataclass(frozen=True, slots=True)
class Token:
    """One word: ``kind`` is number, text, dictionary, name, sign or end; ``at`` its 0-based offset."""

    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        """The offset behind the last character."""
        return self.at + len(self.text)


def tokenize(source: str) -> list[Token]:
    """Return the words, an end mark last. Raises :class:`RuleFault` for an unknown character or a too long text."""
    if len(source) > MAX_LENGTH:
        raise RuleFault("too_long", source=source, at=MAX_LENGTH, args={"limit": MAX_LENGTH})
    found: list[Token] = []
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if not match:
            raise RuleFault("character", source=source, at=at, args={"char": source[at]})
        kind = match.lastgroup or ""
        if kind == "name" and match[0] in _WORDS:
            kind = "sign"
        if kind != "blank":
            found.append(Token(kind, match[0], at))
        at = match.end()
    found.append(Token("end", "", len(source)))
    return found
