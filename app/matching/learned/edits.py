"""What a text says otherwise than a name, letter by letter.

A word left out, one added, one for another: a difference is a number, and a net learns a vector for each from the names
that were right and those that stood beside them (:mod:`app.matching.learned.nets`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import filterfalse, pairwise
from typing import Final
from zlib import crc32

import numpy as np
from rapidfuzz.distance import LCSseq

from app.matching.learned.hashing import Rows

DIFFERENCES: Final = 1 << 15
"""Numbers of differences; two that share one share their vector."""


def differences(text: str, names: Sequence[str]) -> Rows:
    """Return the numbers of what sets a text apart from each of some names, a row for each; all in canonical form."""
    own = _grams(text)
    found = [_between(text, own, name, _grams(name)) for name in names]
    starts = np.concatenate(([0], np.cumsum([len(row) for row in found]))).astype(np.int64)
    return Rows(starts, np.array([number for row in found for number in row], np.uint16))


def _grams(text: str) -> dict[str, None]:
    """The different letters and pairs of letters of a text, its ends included, in their order."""
    framed = f"^{text}$"
    return dict.fromkeys((*text, *map("".join, pairwise(framed))))


def _between(text: str, own: Mapping[str, None], name: str, its: Mapping[str, None]) -> list[int]:
    told = [*map(_missing, filterfalse(its.__contains__, own)), *map(_added, filterfalse(own.__contains__, its))]
    for change in LCSseq.opcodes(text, name):
        if change.tag != "equal":
            told += _changed(text, name, change.src_start, change.src_end, change.dest_start, change.dest_end)
    return told


def _number(said: str) -> int:
    return crc32(said.encode("utf-8", "surrogatepass")) % DIFFERENCES


@lru_cache(1 << 13)
def _missing(gram: str) -> int:
    return _number(f"-{gram}")


@lru_cache(1 << 13)
def _added(gram: str) -> int:
    return _number(f"+{gram}")


def _changed(text: str, name: str, start: int, end: int, low: int, high: int) -> list[int]:
    """A stretch in the place of another, or one left out or added, also with its neighbours."""
    gone, come = text[start:end], name[low:high]
    if gone and come:
        return [_number(f"r{gone}>{come}")]
    if gone:
        before, behind = text[max(start - 1, 0) : start], text[end : end + 1]
        return [_number(f"d{gone}"), _number(f"dl{before}|{gone}"), _number(f"dr{gone}|{behind}")]
    before, behind = name[max(low - 1, 0) : low], name[high : high + 1]
    return [_number(f"i{come}"), _number(f"il{before}|{come}"), _number(f"ir{come}|{behind}")]
