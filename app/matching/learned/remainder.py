"""What a name adds to a text and what it leaves of it, measured by the encoder's vectors of the grams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
    flat: Floats = np.bincount(cells, minlength=len(rows) * len(grams)).astype(np.float32)
    of_text, counts = np.split(flat.reshape(len(rows), len(grams)), [1])
    own = np.flatnonzero(of_text)
    vectors: Floats = encoder.table[grams].astype(np.float32)
    bare = vectors[own]
    held = (counts[:, own] > 0).astype(np.float32)
    whole, common = _turned(bare.sum(axis=0), encoder), _turned(held @ bare, encoder)
    sums = _turned(counts @ vectors, encoder)
    added, left = sums - _turned(counts[:, own] @ bare, encoder), whole - common
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


def _turned(vectors: NDArray[np.floating], encoder: Encoder) -> Floats:
    return np.asarray(vectors @ encoder.turn, np.float32)


def _length(vectors: Floats) -> Floats:
    found: Floats = np.sqrt(np.einsum("...j,...j->...", vectors, vectors))
    return found


def _alike(one: Floats, other: Floats) -> Floats:
    found: Floats = np.einsum("ij,ij->i", one, other) / (_length(one) * _length(other) + _LITTLE)
    return found
