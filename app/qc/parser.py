"""The parser of rule expressions: text in, syntax tree out. It knows no names; the compiler does.

Grammar (``resources/help/rules.md`` explains it to users)::

    or      := and ("or" and)*
    and     := not ("and" not)*
    not     := "not" not | test
    test    := sum [("==" | "!=" | "<" | "<=" | ">" | ">=") sum | ["not"] "in" set]
    sum     := product (("+" | "-") product)*
    product := atom (("*" | "/") atom)*
    atom    := number | text | D-NAME | "{" or ("," or)* "}" | "(" or ")"
             | name "(" [or ("," or)*] ")" | name "[" int ":" "]" | name "[" int "]" "." name
             | "prev" "." name | name
    set     := "{" … "}" | text (code ranges) | name (a list) | D-NAME

There are no loops, assignments, attributes of objects or imports. A comment runs from # to the line's end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.qc.faults import RuleFault
from app.qc.syntax import (
    Binary,
    Call,
    Dictionary,
    Group,
    Logic,
    Membership,
    Name,
    Node,
    Not,
    Number,
    Path,
    Prev,
    Slice,
    Text,
)
from app.qc.tokens import Token, tokenize

MAX_DEPTH: Final = 40
"""Levels of brackets and calls, and of operators or negations in one run."""


def parse(source: str) -> Node:
    """Return the tree of an expression. Raises :class:`RuleFault` with the place of the first fault."""
    parser = _Parser(source)
    tree = parser.either()
    parser.expect_end()
    return tree


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = tokenize(source)
        self._next = 0
        self._depth = 0

    def either(self) -> Node:
        self._depth += 1
        self._limit(self._depth)
        node = self._chain("or", lambda: self._chain("and", self._negation))
        self._depth -= 1
        return node

    def expect_end(self) -> None:
        if self._token.kind != "end":
            raise self._fault("unexpected")

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _advance(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _take(self, *signs: str) -> Token | None:
        return self._advance() if self._token.kind == "sign" and self._token.text in signs else None

    def _expect(self, sign: str) -> Token:
        taken = self._take(sign)
        if taken is None:
            raise self._fault("expected", wanted=sign)
        return taken

    def _field(self) -> Token:
        if self._token.kind != "name":
            raise self._fault("expected_field")
        return self._advance()

    def _fault(self, key: str, wanted: str = "") -> RuleFault:
        token = self._token
        key = "unfinished" if token.kind == "end" else key
        args = {"found": token.text, "wanted": wanted, "limit": MAX_DEPTH}
        return RuleFault(key, source=self._source, at=token.at, args=args)

    def _limit(self, levels: int) -> None:
        if levels > MAX_DEPTH:
            raise self._fault("too_deep")

    def _chain(self, op: str, part: Callable[[], Node]) -> Node:
        items = [part()]
        while self._take(op):
            items.append(part())
        return items[0] if len(items) == 1 else Logic(op, tuple(items), items[0].at, items[-1].end)

    def _negation(self) -> Node:
        negations = []
        while sign := self._take("not"):
            negations.append(sign)
            self._limit(len(negations))
        node = self._test()
        for sign in reversed(negations):
            node = Not(node, sign.at, node.end)
        return node

    def _test(self) -> Node:
        left = self._sum()
        if sign := self._take("==", "!=", "<", "<=", ">", ">="):
            right = self._sum()
            return Binary(sign.text, left, right, left.at, right.end)
        negated = self._take("not")
        if negated or (self._token.kind == "sign" and self._token.text == "in"):
            self._expect("in")
            where = self._atom()
            return Membership(left, where, negated is not None, left.at, where.end)
        return left

    def _sum(self) -> Node:
        return self._operators(("+", "-"), lambda: self._operators(("*", "/"), self._atom))

    def _operators(self, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
        node = part()
        count = 0
        while sign := self._take(*signs):
            count += 1
            self._limit(count)
            right = part()
            node = Binary(sign.text, node, right, node.at, right.end)
        return node

    def _atom(self) -> Node:
        token = self._token
        if token.kind == "number":
            self._advance()
            return Number(token.text, token.at, token.end)
        if token.kind == "text":
            self._advance()
            return Text(token.text[1:-1], token.at, token.end)
        if token.kind == "dictionary":
            self._advance()
            return Dictionary(token.text, token.at, token.end)
        if token.kind == "name":
            return self._named(self._advance())
        if self._take("("):
            node = self.either()
            self._expect(")")
            return node
        if self._take("{"):
            items, end = self._items("}")
            return Group(items, token.at, end)
        raise self._fault("unexpected")

    def _named(self, token: Token) -> Node:
        if self._take("("):
            items, end = self._items(")")
            return Call(token.text, items, token.at, end)
        if self._take("["):
            return self._row(token)
        if token.text == "prev" and self._take("."):
            field = self._field()
            return Prev(field.text, token.at, field.end)
        return Name(token.text, token.at, token.end)

    def _row(self, group: Token) -> Node:
        number = self._token
        if number.kind != "number" or not number.text.isdigit():
            raise self._fault("expected_index")
        self._advance()
        if self._take(":"):
            return Slice(group.text, int(number.text), group.at, self._expect("]").end)
        self._expect("]")
        self._expect(".")
        field = self._field()
        return Path(group.text, int(number.text), field.text, group.at, field.end)

    def _items(self, closing: str) -> tuple[tuple[Node, ...], int]:
        if sign := self._take(closing):
            return (), sign.end
        items = [self.either()]
        while self._take(","):
            items.append(self.either())
        return tuple(items), self._expect(closing).end
