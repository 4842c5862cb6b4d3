"""Texts and names as vectors: the mean of learned vectors of their grams, brought to length one."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.hashing import BUCKETS, Rows, hashed

PARTS: Final = 2
"""Encoders fitted apart and put beside each other: two of half the width find more than one of the whole."""
WIDTH: Final = 192
_AT_ONCE: Final = 512
_TEXTS_AT_ONCE: Final = 128
"""Texts whose grams' vectors are looked up at a time: of 512 they take 20 MB."""

Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Encoder:
    """``table`` has a vector per bucket."""

    table: Halves

    @property
    def mark(self) -> str:
        """A fingerprint of the encoder."""
        return f"{zlib.crc32(self.table.data):08x}"

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one unit vector per text."""
        found = np.empty((len(texts), self.table.shape[1]), np.float32)
        for low in range(0, len(texts), _TEXTS_AT_ONCE):
            found[low : low + _TEXTS_AT_ONCE] = self.vectors(hashed(texts[low : low + _TEXTS_AT_ONCE]))
        return found

    def vectors(self, rows: Rows) -> Floats:
        """Return one unit vector per row of hashed grams, a few hundred at most."""
        return unit(means(self.table, rows))[0]

    def summed(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return one unit vector per row of hashed grams, and how long the sum of its grams' vectors is."""
        numbers = np.arange(len(rows))
        vectors = np.empty((len(rows), self.table.shape[1]), np.float32)
        lengths = np.empty(len(rows), np.float32)
        for low in range(0, len(rows), _TEXTS_AT_ONCE):
            part = slice(low, low + _TEXTS_AT_ONCE)
            vectors[part], lengths[part] = unit(means(self.table, rows.of(numbers[part])))
        return vectors, lengths * np.diff(rows.starts).astype(np.float32)


def means(table: Halves | Floats, rows: Rows) -> Floats:
    """Return the mean vector of each row's buckets."""
    summed = np.add.reduceat(table[rows.buckets].astype(np.float32, copy=False), rows.starts[:-1], axis=0)
    found: Floats = (summed / np.diff(rows.starts).astype(np.float32)[:, None]).astype(np.float32, copy=False)
    return found


def unit(vectors: Floats) -> tuple[Floats, Floats]:
    """Return the vectors at length one and their former lengths."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float32)) + np.float32(1e-6)
    return vectors / lengths[:, None], lengths


@dataclass(frozen=True, slots=True)
class Layers:
    """An encoder as it is fitted: ``turn`` is a linear layer behind the vectors of the ``table``."""

    table: Floats | Halves
    turn: Floats

    def encoder(self) -> Encoder:
        """Return the encoder that answers: each vector of the table turned once and for all."""
        table = np.empty(self.table.shape, np.float16)
        for low in range(0, len(table), _AT_ONCE):
            part = slice(low, low + _AT_ONCE)
            table[part] = self.table[part].astype(np.float32, copy=False) @ self.turn
        return Encoder(table)


def untrained(seed: int, width: int = WIDTH) -> Layers:
    """Return layers whose vectors are random and whose linear layer changes nothing."""
    draw = np.random.default_rng(seed)
    table = draw.standard_normal((BUCKETS, width), dtype=np.float32) * np.float32(0.1)
    return Layers(table.astype(np.float16), np.eye(width, dtype=np.float32))


def beside(encoders: Sequence[Encoder]) -> Encoder:
    """Return one encoder whose vectors are those of several, one behind the other."""
    return Encoder(np.concatenate([encoder.table for encoder in encoders], axis=1))
