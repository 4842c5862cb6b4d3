"""Boosted trees as arrays, walked in numpy: no LightGBM at run time."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats

Whole = NDArray[np.int32]
_ARRAYS: Final = ("roots", "column", "limit", "left", "right", "value")


@dataclass(frozen=True, slots=True)
class Forest:
    """Nodes of all trees one after another: a row goes ``left`` where its ``column`` is at most ``limit``.

    A leaf leads to itself and carries the ``value`` that is added up. ``depth`` is the longest way from one of the
    ``roots`` to a leaf.
    """

    roots: Whole
    column: Whole
    limit: NDArray[np.float64]
    left: Whole
    right: Whole
    value: NDArray[np.float64]
    depth: int

    def raw(self, rows: Floats) -> Floats:
        """Return the sum of the leaves that each row comes to."""
        at = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        lines = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            at = np.where(rows[lines, self.column[at]] <= self.limit[at], self.left[at], self.right[at])
        summed: Floats = self.value[at].sum(axis=1).astype(np.float32)
        return summed


def to_bytes(forest: Forest, mark: str) -> bytes:
    """Return a forest as npz with the mark of what it was fitted for."""
    out = io.BytesIO()
    arrays = {name: getattr(forest, name) for name in _ARRAYS}
    np.savez_compressed(out, **arrays, depth=np.array(forest.depth), mark=np.frombuffer(mark.encode(), np.uint8))
    return out.getvalue()


def from_bytes(content: bytes, mark: str) -> Forest | None:
    """Return the forest of some bytes; None when they are damaged or fitted for something else."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            if arrays["mark"].tobytes().decode() != mark:
                return None
            roots, column, limit, left, right, value, depth = (arrays[name] for name in (*_ARRAYS, "depth"))
            return Forest(roots, column, limit, left, right, value, int(depth))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
