"""What a name adds to a text and what it leaves of it, measured by the encoder's vectors of the grams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.matching.grams import Floats
from app.matching.learned.encoder import Encoder
from app.matching.learned.hashing import hashed

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


def remainders(text: str, names: Sequence[str], encoder: Encoder) -> Floats:
    """Return per name a row of :data:`MEASURES`: of sums of vectors of grams, and of how alike such sums are."""
    own = np.unique(hashed([text]).buckets)
    rows = hashed(names)
    at = np.minimum(np.searchsorted(own, rows.buckets), len(own) - 1)
    shared = own[at] == rows.buckets
    cells = rows.owners()[shared] * len(own) + at[shared]
    counts = np.bincount(cells, minlength=len(names) * len(own)).reshape(len(names), len(own)).astype(np.float32)
    held = (counts > 0).astype(np.float32)
    bare = encoder.table[own].astype(np.float32)
    turned = bare @ encoder.turn
    sums = np.add.reduceat(encoder.table[rows.buckets].astype(np.float32), rows.starts[:-1], axis=0) @ encoder.turn
    whole, common = turned.sum(axis=0), held @ turned
    added, left = sums - counts @ turned, whole - common
    columns = [
        _length(added),
        _length(left),
        _length(added) / (_length(sums) + _LITTLE),
        _length(left) / (_length(whole) + _LITTLE),
        _alike(added, left),
        _alike(added, np.broadcast_to(whole, added.shape)),
        _alike(left, sums),
        _alike(common, sums),
        ((1 - held) * _length(bare)).max(axis=1),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _length(vectors: Floats) -> Floats:
    found: Floats = np.sqrt(np.einsum("...j,...j->...", vectors, vectors))
    return found


def _alike(one: Floats, other: Floats) -> Floats:
    found: Floats = np.einsum("ij,ij->i", one, other) / (_length(one) * _length(other) + _LITTLE)
    return found
