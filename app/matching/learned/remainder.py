"""What a name adds to a text and what it leaves of it, measured by the encoder's vectors of the grams."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.matching.grams import Floats, distinct
from app.matching.learned.encoder import Encoder
from app.matching.learned.hashing import Buckets, Rows

MEASURES: Final = (
    "added",
    "left",
    "added_share",
    "left_share",
    "added_like_left",
    "added_like_text",
    "left_like_name",
    "common_like_name",
    "left_most",
)
_LITTLE: Final = np.float32(1e-3)


def remainders(text: Buckets, names: Rows, sums: Floats, encoder: Encoder) -> Floats:
    """Return per name a row of :data:`MEASURES`: of sums of vectors of grams, and of how alike such sums are.

    ``text`` and ``names`` are their hashed grams, ``sums`` the sums of the vectors of the names'.
    """
    own: Buckets = distinct(text)
    counts = _counts(names, own)
    bare: Floats = encoder.table[own].astype(np.float32)
    held = (counts > 0).astype(np.float32)
    whole, common = bare.sum(axis=0), held @ bare
    added, left = sums - counts @ bare, whole - common
    of_added, of_left, of_sums, of_whole = _length(added), _length(left), _length(sums), _length(whole)
    columns = [
        of_added,
        of_left,
        of_added / (of_sums + _LITTLE),
        of_left / (of_whole + _LITTLE),
        _dots(added, left) / (of_added * of_left + _LITTLE),
        added @ whole / (of_added * of_whole + _LITTLE),
        _dots(left, sums) / (of_left * of_sums + _LITTLE),
        _dots(common, sums) / (_length(common) * of_sums + _LITTLE),
        ((1 - held) * _length(bare)).max(axis=1),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _counts(names: Rows, own: Buckets) -> Floats:
    """How often each name holds each of a text's grams (sorted)."""
    at = np.minimum(np.searchsorted(own, names.buckets), len(own) - 1)
    known = own[at] == names.buckets
    cells = names.owners()[known] * len(own) + at[known]
    found = np.bincount(cells, minlength=len(names) * len(own)).reshape(len(names), len(own))
    return found.astype(np.float32)


def _length(vectors: Floats) -> Floats:
    found: Floats = np.sqrt(np.einsum("...j,...j->...", vectors, vectors))
    return found


def _dots(one: Floats, other: Floats) -> Floats:
    found: Floats = np.einsum("ij,ij->i", one, other)
    return found
