"""The rule language of the official configuration workbook (design/scheme-workbook.md, "Rule language")."""

from __future__ import annotations

import re
import unicodedata

from app.drg.parsing import Parser, RuleFault, Token
from app.drg.rule import Codes, CodeSet, Compare, Const, Count, In, Node, Not, Number, Severity

_PATTERN = re.compile(
    r"(?P<blank>\s+)|(?P<op><=|>=|==|=|<|>)|(?P<number>-?\d+(?:\.\d+)?(?![\w.-]))"
    r"|(?P<word>[\w][\w.\-/*+]*)|(?P<sign>[(){},∩])"
)
_CODES = {"ZYZD": Codes.MAIN_DX, "QTZD": Codes.OTHER_DX, "ZYSS": Codes.MAIN_PX, "QTSS": Codes.OTHER_PX}
_NUMBERS = {"NL": Number.AGE_YEARS, "XB": Number.SEX, "XSRTL": Number.AGE_DAYS, "XSRTZ": Number.WEIGHT_G}
_ESCAPE = re.compile(r"_x00(?:0[9AD]|A0)_", re.IGNORECASE)
_SIGNS = str.maketrans({"≥": ">=", "≤": "<=", "⋂": "∩", "\u3001": ",", "\u200b": " ", "\ufeff": " "})


def fold_cell(text: str) -> str:
    """Return a cell without ``_x000D_``, full-width and no-break spaces at its ends. What is inside stays."""
    if "_x" in text:
        text = _ESCAPE.sub(" ", text)
    return text.strip(" \t\r\n\f\v\u3000\xa0\u200b\ufeff")


def fold_rule(text: str) -> str:
    """Return a rule with half-width signs and blanks, as :class:`WorkbookParser` reads it."""
    return unicodedata.normalize("NFKC", _ESCAPE.sub(" ", text)).translate(_SIGNS).strip()


class WorkbookParser(Parser):
    """Reads one rule. ``resolve`` is given set names in upper case and answers None for an impossible name."""

    pattern = _PATTERN

    def parse(self) -> Node:
        """Return the rule; an empty one is always true."""
        return super().parse() if self.text else Const(value=True)

    def atom(self) -> Node:
        """Read a number, a length, a comparison or a membership."""
        token = self.peek
        if token.kind == "number":
            return Const(value=float(self.take().text) != 0)
        if token.word == "LENGTH":
            return self._length()
        if token.word in _NUMBERS:
            self.take()
            return Compare(_NUMBERS[token.word], *self.comparison())
        if token.kind == "word" or token.text == "{":
            return self._membership()
        raise self.fault("condition")

    def _membership(self) -> Node:
        codes = self._fields(self._names())
        absent = self.accept("NOT")
        self.expect("IN")
        node = In(codes, self._sets(self._names()))
        return Not(node) if absent else node

    def _length(self) -> Node:
        self.take()
        self.expect("(")
        first = self._names()
        self.expect("∩")
        second = self._names()
        self.expect(")")
        if all(name.word in _CODES for name in first):  # either order is written
            first, second = second, first
        sets, codes = self._sets(first), self._fields(second)
        return Count(codes, sets, *self.comparison())

    def _names(self) -> list[Token]:
        """Read a name or several in braces."""
        if not self.accept("{"):
            return [self._name()]
        names = [self._name()]
        while self.accept(","):
            names.append(self._name())
        self.expect("}")
        return names

    def _name(self) -> Token:
        if self.peek.kind != "word":
            raise self.fault("name")
        return self.take()

    def _fields(self, names: list[Token]) -> tuple[Codes, ...]:
        for name in names:
            if name.word not in _CODES:
                raise self._wrong("field", name)
        return tuple(_CODES[name.word] for name in names)

    def _sets(self, names: list[Token]) -> tuple[CodeSet | Severity, ...]:
        sets: list[CodeSet | Severity] = []
        for name in names:
            members = None if name.word in _CODES or name.word in _NUMBERS else self.resolve(name.word)
            if members is None:
                raise self._wrong("set", name)
            sets.append(members)
        return tuple(sets)

    def _wrong(self, key: str, name: Token) -> RuleFault:
        return RuleFault(key, self.text, name.position, name.text)
