"""The condition language of CSV scheme packages (reference/schemes/README.md, "Conditions")."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.drg.parsing import Parser, Resolve
from app.drg.rule import Codes, Compare, Const, Dept, HasPx, In, Node, Number, Op, Sites

_PATTERN = re.compile(
    r"(?P<blank>\s+)|(?P<list>\[[^\]]*\])|(?P<op><=|>=|==|<|>)|(?P<number>-?\d+(?:\.\d+)?(?!\w))"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<sign>[()])"
)
_CODES: dict[str, tuple[Codes, ...]] = {
    "MAIN_DX": (Codes.MAIN_DX,),
    "ANY_DX": (Codes.MAIN_DX, Codes.OTHER_DX),
    "OTHER_DX": (Codes.OTHER_DX,),
    "MAIN_PX": (Codes.MAIN_PX,),
    "ANY_PX": (Codes.MAIN_PX, Codes.OTHER_PX),
    "OTHER_PX": (Codes.OTHER_PX,),
}
_NUMBERS: dict[str, Number] = {number.value.upper(): number for number in Number if number is not Number.SEX}
_SEVERITIES = {"HAS_MCC": "MCC", "HAS_CC": "CC"}
_SEXES = {"MALE": 1, "FEMALE": 2}


class PackageParser(Parser):
    """Reads one condition. ``resolve`` gives the list of a name, None for a name that no list can have.

    ``sites`` are the body sites of the codes of the MDC, for ``dx_sites``.
    """

    pattern = _PATTERN

    def __init__(self, text: str, resolve: Resolve, sites: Mapping[str, frozenset[str]]) -> None:
        super().__init__(text, resolve)
        self._sites = sites

    def atom(self) -> Node:
        """Read one condition of the table in the document."""
        token = self.take()
        word = token.word
        if word in _CODES:
            return self._membership(_CODES[word])
        if word in _SEVERITIES:
            return self._in((Codes.OTHER_DX,), _SEVERITIES[word])
        if word in _NUMBERS:
            return Compare(_NUMBERS[word], *self.comparison())
        readers: dict[str, Callable[[], Node]] = {
            "ALWAYS": lambda: Const(value=True),
            "HAS_PX": HasPx,
            "SEX": self._sex,
            "DEPT": self._dept,
            "DX_SITES": lambda: Sites(self._sites, *self.comparison()),
        }
        if word in readers:
            return readers[word]()
        if token.kind != "end":
            self.back()
        raise self.fault("condition")

    def _membership(self, codes: tuple[Codes, ...]) -> Node:
        self.expect("IN")
        if self.peek.kind != "word":
            raise self.fault("list")
        return self._in(codes, self.take().text)

    def _in(self, codes: tuple[Codes, ...], name: str) -> Node:
        members = self.resolve(name)
        if members is None:
            self.back()
            raise self.fault("list")
        return In(codes, (members,))

    def _sex(self) -> Node:
        self.expect("==")
        if self.peek.word not in _SEXES:
            raise self.fault("sex")
        return Compare(Number.SEX, Op.EQ, _SEXES[self.take().word])

    def _dept(self) -> Node:
        self.expect("IN")
        if self.peek.kind != "list":
            raise self.fault("dept")
        values = (value.strip().strip("\"'") for value in self.take().text[1:-1].split(","))
        return Dept(tuple(value for value in values if value))
