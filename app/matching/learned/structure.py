"""What the shape of a code tells: how deep it is, whether it is of a tumour's form, whether others lie below it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import numpy as np

from app.matching.grams import Floats

MEASURES: Final = ("code_depth", "code_form", "code_above", "code_chapter", "code_fourth", "code_tail")
NONE: Final = -1.0
"""The value of a code without the character in question."""
_FORM: Final = "/"
_LETTER: Final = 64
_FILLED: Final = re.compile(r"[^A-Z0-9]|X")


def structure_of(codes: Sequence[str]) -> Floats:
    """Return per code a row of :data:`MEASURES`.

    That is: how many characters, whether it is of a form (M8000/3), whether others lie below it, its chapter as a
    number, its fourth character, the number behind that.
    """
    bare = [_FILLED.sub("", re.split(r"[+/]", code.upper(), maxsplit=1)[0]) for code in codes]
    ordered = sorted(set(bare))
    rows = [(len(b), _FORM in code, _is_above(b, ordered), *_numbers(b)) for code, b in zip(codes, bare, strict=True)]
    return np.array(rows, np.float32).reshape(len(codes), len(MEASURES))


def _is_above(code: str, ordered: Sequence[str]) -> bool:
    at = bisect_right(ordered, code)
    return bool(code) and at < len(ordered) and ordered[at].startswith(code)


def _numbers(code: str) -> tuple[float, float, float]:
    fourth, tail = code[3:4], code[4:]
    return _chapter(code), float(fourth) if fourth.isdigit() else NONE, float(tail) if tail.isdigit() else NONE


def _chapter(code: str) -> float:
    if code[:1].isalpha():
        return float(ord(code[0]) - _LETTER)
    return float(code[:2]) if code[:2].isdigit() else NONE
