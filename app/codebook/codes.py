"""Spelling of codes: folding what people type, categories, and the ranges that rules are written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.domain.coding import CodeKind

DX_SHAPE: Final = re.compile(r"[A-Z]\d[0-9A-Z]")
PX_SHAPE: Final = re.compile(r"\d\d(?:\.|$)")
_DX_DOTLESS: Final = re.compile(r"([A-Z]\d\d)([0-9x]+(?:\+.+)?)")
_PX_DOTLESS: Final = re.compile(r"(\d\d)(\d[0-9A-Zx]*)")
_CANONICAL: Final = re.compile(r"(?:[A-Z]\d\d|\d\d)(?:\.[0-9x]+)?", re.ASCII)
_BLANKS: Final = re.compile(r"[\s\u200b\ufeff'\"`]+")
_STAR_JOIN: Final = re.compile(r"(?<=[0-9x])\s*[\u2020/+]\s*(?=[A-Z]\d\d)")
_LOOKALIKE: Final = str.maketrans("OLI|", "0111")
_SPAN: Final = re.compile("[-\u2013~]")
_ITEM_END: Final = re.compile(r"[\s,;\uff0c\u3001\uff1b]+")

_STARS: Final = (
    "D63 D77 E35 E90 F00 F02 G01 G02 G05 G07 G13 G22 G26 G32 G46 G53 G55 G59 G63 G73 G94 G99 H03 H06 H13 H19 H22 "
    "H28 H32 H36 H42 H45 H48 H58 H62 H67 H75 H82 H94 I32 I39 I41 I43 I52 I68 I79 I98 J17 J91 J99 K23 K67 K77 K87 "
    "K93 L14 L45 L54 L62 L86 L99 M01 M03 M07 M09 M14 M36 M49 M63 M68 M73 M82 M90 N08 N16 N22 N29 N33 N37 N51 N74 "
    "N77 P75"
)
ASTERISK: Final = frozenset(_STARS.split())
"""Categories that are always an asterisk (manifestation) code (domain.md 3.1)."""


def fold_code(text: str) -> str:
    """Return a code as tables write it: half width, upper case, the extension's x lower, ``+`` before an asterisk code.

    Nothing is padded and no digit is guessed; a text that is no code comes back folded the same way.
    """
    if _CANONICAL.fullmatch(text):
        return text
    folded = unicodedata.normalize("NFKC", text).replace("\u3002", ".")
    # a second time: a sign that NFKC takes apart ("´") can join the letter before it once the blank is gone
    folded = unicodedata.normalize("NFKC", _BLANKS.sub("", folded).upper())
    if not folded:
        return ""
    folded = folded[0] + folded[1:].replace("X", "x")
    folded = _STAR_JOIN.sub("+", folded).rstrip("\u2020.")
    if "+" in folded:
        dagger, _, star = folded.partition("+")
        star = star[:1].upper() + star[1:]
        return f"{dagger.rstrip('*')}+{star.rstrip('*')}*"
    return folded


def kind_of(code: str) -> CodeKind | None:
    """Return which code set a folded code belongs to, None when it looks like neither."""
    if DX_SHAPE.match(code):
        return CodeKind.DX
    return CodeKind.PX if PX_SHAPE.match(code) else None


def category3(code: str) -> str:
    """Return the three-character category: ``K80`` of K80.200x003, ``51.2`` of 51.2300."""
    folded = fold_code(code)
    if kind_of(folded) is CodeKind.PX:
        return folded[:4].rstrip(".")
    return folded[:3]


def category4(code: str) -> str:
    """Return the subcategory: ``K80.2`` of K80.200x003, ``51.23`` of 51.2300; shorter when the code is."""
    folded = fold_code(code).partition("+")[0]
    return folded[:5].rstrip("x").rstrip(".")


def dagger(code: str) -> str:
    """Return the part of a folded code before ``+``: A17.000x001 of A17.000x001+G05.0*."""
    return code.partition("+")[0]


def asterisk(code: str) -> str:
    """Return the manifestation part without its mark: G05.0 of A17.000x001+G05.0*, '' without one."""
    return code.partition("+")[2].rstrip("*")


def search_key(code: str) -> str:
    """Return a code without dots, upper case, for prefix search: ``K80200X003``."""
    return code.replace(".", "").upper()


def same_code_key(code: str) -> str:
    """Return a key equal for spellings of one code: I21.9 and I21.900, I10 and I10.x00, 51.23 and 51.2300.

    ``36.1`` and ``36.1000`` stay apart: a lost digit is not a filler.
    """
    main, plus, star = fold_code(code).partition("+")
    key = main.replace(".", "")
    if key.endswith("x00") and len(key) in (5, 6):
        key = key[:-3]
    elif len(key) == 6 and key.endswith("00"):
        key = key[:4]
    return f"{key}{plus}{star.replace('.', '')}"


def with_dot(code: str) -> str:
    """Return a folded code with the dot that was left out, and a procedure's lost leading zero (0.66 → 00.66)."""
    if re.match(r"\d\.\d", code):
        return f"0{code}"
    if "." in code:
        return code
    dx = _DX_DOTLESS.fullmatch(code)
    if dx:
        return f"{dx[1]}.{dx[2]}"
    px = _PX_DOTLESS.fullmatch(code)
    return f"{px[1]}.{px[2]}" if px else code


def confusions(code: str) -> tuple[str, ...]:
    """Return folded spellings with letter O/digit 0 and l, I/1 exchanged where only the other can stand."""
    folded = fold_code(code)
    if not folded or not folded.isascii():
        return ()
    digits = folded[1:].translate(_LOOKALIKE)
    options = [folded[0] + digits, {"0": "O", "1": "I", "|": "I"}.get(folded[0], folded[0]) + digits]
    if digits[1:2] == ".":
        options.append(folded[0].translate(_LOOKALIKE) + digits)
    found = dict.fromkeys(map(fold_code, options))
    return tuple(option for option in found if option != folded)


@dataclass(frozen=True, slots=True)
class _Item:
    low: str
    high: str
    marked: bool

    def holds(self, code: str) -> bool:
        """Compare as many characters as the bound has: a single bound is a prefix."""
        return self.low <= code[: len(self.low)] and code[: len(self.high)] <= self.high


@dataclass(frozen=True, slots=True)
class CodeRanges:
    """A list of ranges such as ``C00-C97, D06`` or ``96.70-96.72`` (domain.md 3.1)."""

    items: tuple[_Item, ...]

    @classmethod
    def parse(cls, ranges: str | Iterable[str]) -> CodeRanges:
        """Read ranges separated by commas. Raises ``ValueError`` for a bound that is no code."""
        texts = (ranges,) if isinstance(ranges, str) else tuple(ranges)
        parts = [part for text in texts for part in _ITEM_END.split(unicodedata.normalize("NFKC", text)) if part]
        return cls(tuple(_item(part) for part in parts))

    def contains(self, code: str) -> bool:
        """True when a code lies in a range; a dagger+asterisk code by its dagger part, or in an asterisk category."""
        return self.hold(*code_parts(code))

    def hold(self, main: str, star: str) -> bool:
        """Tell what :meth:`contains` does of a code whose :func:`code_parts` are known."""
        return bool(main or star) and any(
            (not item.marked and item.holds(main)) or (bool(star) and _is_star(item) and item.holds(star))
            for item in self.items
        )

    def near(self, start: str) -> bool:
        """Tell whether a code that begins so can be in a range, given its first three characters."""
        return any(
            item.low[:3] <= start[: len(item.low)] and start[: len(item.high)] <= item.high[:3] for item in self.items
        )


def code_parts(code: str) -> tuple[str, str]:
    """Return the parts of a code that ranges look at, folded: its dagger part or the whole, and its asterisk part."""
    folded = fold_code(code)
    return dagger(folded).rstrip("*"), asterisk(folded) or (folded[:-1] if folded.endswith("*") else "")


def _is_star(item: _Item) -> bool:
    return item.marked or (item.low[:3] == item.high[:3] and item.low[:3] in ASTERISK)


def _item(text: str) -> _Item:
    bounds = [bound.rstrip("*") for bound in _SPAN.split(text.replace(".-", ""))]
    low, high = fold_code(bounds[0]), fold_code(bounds[-1])
    if len(bounds) > 2 or not low or not high or not (kind_of(low + ".") is kind_of(high + ".") is not None):
        raise ValueError(text)
    return _Item(low, high, text.endswith("*"))


@lru_cache(maxsize=4096)
def ranges_of(ranges: str) -> CodeRanges:
    """Return :meth:`CodeRanges.parse`, remembered by its text."""
    return CodeRanges.parse(ranges)


@lru_cache(maxsize=65536)
def in_ranges(code: str, ranges: str) -> bool:
    """True when ``code`` lies in ``ranges``, a text such as ``C00-C97, D06, P07.0`` or ``60-64, 36.1``.

    Categories compare inclusive, a longer bound is a prefix, extensions are ignored, a dagger+asterisk code is
    tested by its dagger part unless the range is an asterisk category. A blank code is in no range.
    Raises ``ValueError`` for a range that is none.
    """
    return ranges_of(ranges).contains(code)
