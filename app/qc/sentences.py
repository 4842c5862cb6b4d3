"""A condition as a Chinese sentence: tokens in reading order, each with its place in the syntax tree.

What the form has no words for is one token FORMULA with its text, so that nothing is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.common.texts import text
from app.qc.phrases import Phrases, Rows, rows_of
from app.qc.printing import printed
from app.qc.simple import Simple, simple_of
from app.qc.syntax import Call, Group, Logic, Node, Not
from app.qc.trees import Place, node_at


class TokenKind(StrEnum):
    """What a token stands for. WORD binds the others and cannot be changed."""

    WORD = "word"
    FIELD = "field"
    OPERATOR = "operator"
    VALUE = "value"
    JOIN = "join"
    ROWS = "rows"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the sentence. ``place`` is the node that changing it changes: for an operator the condition."""

    kind: TokenKind
    text: str
    place: Place = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Labels that the field list does not have: of derived values and parameters, and titles and sizes of lists.

    ``own`` are the rule's own parameters with their values.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    own: Mapping[str, float] = field(default_factory=dict)

    @property
    def labels(self) -> Mapping[str, str]:
        """The names, with the rule's own parameters as a sentence shows them."""
        shown = {name: text("ruleform.parameter", name=name, value=f"{value:g}") for name, value in self.own.items()}
        return {**self.names, **shown}


LOOPS: Final = ("any", "all", "none")
"""What can be said of the rows of a group: of one, of each, of none."""


def sentence(tree: Node, words: Words) -> tuple[Token, ...]:
    """Return the tokens of a condition."""
    return _Speaker(words).condition(tree, (), ())


def told(tree: Node, words: Words) -> str:
    """Return a condition as one line of Chinese."""
    return " ".join(token.text for token in sentence(tree, words))


class _Speaker:
    def __init__(self, words: Words) -> None:
        self._phrases = Phrases(words.labels, words.lists, self._told)

    def condition(self, node: Node, place: Place, rows: Rows) -> tuple[Token, ...]:
        match node:
            case Logic():
                return self._logic(node, place, rows)
            case Call("quiet", (inner,)):
                return (*self._part(inner, (*place, 0), rows), _word("premise"))
            case Call(name, (_, test)) if name in ("any", "all", "pairs"):
                return self._loop(name, node, test, place, place, rows)
            case Not(Call("any", (_, test)) as call):
                return self._loop("none", call, test, place, (*place, 0), rows)
        return self._single(node, place, rows)

    def _single(self, node: Node, place: Place, rows: Rows) -> tuple[Token, ...]:
        parts = simple_of(node)
        if parts is not None:
            return self._simple(parts, node, place, rows)
        if isinstance(node, Not):  # what it denies needs words or brackets of its own
            return (_word("not"), *self._part(node.item, (*place, 0), rows, bracketed=True))
        said = self._phrases.relation(node, rows) if isinstance(node, Call) else None
        return (Token(TokenKind.FORMULA, said, place) if said else _formula(node, place),)

    def _logic(self, node: Logic, place: Place, rows: Rows) -> tuple[Token, ...]:
        found: list[Token] = []
        for index, item in enumerate(node.items):
            if index:
                found.append(Token(TokenKind.JOIN, text(f"ruleform.join.{node.op}"), place))
            found += self._part(item, (*place, index), rows)
        return tuple(found)

    def _part(self, node: Node, place: Place, rows: Rows, *, bracketed: bool = False) -> tuple[Token, ...]:
        """Return a condition inside another one: a row of conditions stands in brackets."""
        found = self.condition(node, place, rows)
        return (_word("open"), *found, _word("close")) if bracketed or isinstance(node, Logic) else found

    def _loop(self, how: str, call: Call, test: Node, place: Place, at: Place, rows: Rows) -> tuple[Token, ...]:
        walked = self._phrases.walked(call.args[0], rows)
        if walked is None:
            return (_formula(call, at),)
        head = Token(TokenKind.ROWS, text(f"ruleform.loop.{how}", rows=walked), place)
        inside = self._part(test, (*at, 1), (*rows, rows_of(call.args[0])))
        return (head, _word("holding"), *inside) if isinstance(test, Logic) else (head, *inside)

    def _simple(self, parts: Simple, node: Node, place: Place, rows: Rows) -> tuple[Token, ...]:
        subject, at = node_at(node, parts.subject), (*place, *parts.subject)
        first = self._coded(subject, at, parts.coded) if parts.coded else self._operand(subject, at, rows)
        found = [first, Token(TokenKind.OPERATOR, text(f"ruleform.op.{parts.key}"), place)]
        for index, where in enumerate(parts.values):
            if index:
                found.append(_word("either"))
            found.append(self._value(node_at(node, where), (*place, *where), rows, subject))
        return tuple(found)

    def _coded(self, node: Node, place: Place, name: str) -> Token:
        walked = self._phrases.walked(node.args[0], ()) if isinstance(node, Call) and name == "has" else ""
        if walked is None:
            return _formula(node, place)
        return Token(TokenKind.FIELD, text(f"ruleform.coded.{name}", rows=walked), place)

    def _operand(self, node: Node, place: Place, rows: Rows) -> Token:
        said = self._phrases.phrase(node, rows)
        return _formula(node, place) if said is None else Token(TokenKind.FIELD, said, place)

    def _value(self, node: Node, place: Place, rows: Rows, subject: Node) -> Token:
        said = self._phrases.value(node, rows, subject)
        return _formula(node, place) if said is None else Token(TokenKind.VALUE, said, place)

    def _told(self, node: Node, rows: Rows) -> str:
        return "".join(token.text for token in self.condition(node, (), rows))


def _word(key: str) -> Token:
    return Token(TokenKind.WORD, text(f"ruleform.{key}"))


def _formula(node: Node, place: Place) -> Token:
    shown = printed(node)
    return Token(TokenKind.FORMULA, shown if isinstance(node, Group) else text("ruleform.formula", text=shown), place)
