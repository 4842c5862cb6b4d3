"""What a name adds to a text and what it leaves of it, measured by the encoder's vectors of the grams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.matching.grams import Floats, numbered
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
    rows = hashed([text, *names])
    grams, where = numbered(rows.buckets)
    cells = rows.owners() * len(grams) + where
    counts = np.bincount(cells, minlength=len(rows) * len(grams)).reshape(len(rows), len(grams)).astype(np.float32)
    own = np.flatnonzero(counts[0])
    vectors = encoder.table[grams].astype(np.float32)
    bare, counts = vectors[own], counts[1:]
    held = (counts[:, own] > 0).astype(np.float32)
    whole, common = bare.sum(axis=0) @ encoder.turn, held @ bare @ encoder.turn
    sums, shared = counts @ vectors @ encoder.turn, counts[:, own] @ bare @ encoder.turn
    added, left = sums - shared, whole - common
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
