"""LightGBM's library asked directly: fitted trees answer without its Python package, whose import takes 0.3 s."""

from __future__ import annotations

import ctypes
import weakref
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from app.matching.grams import Floats

_FILES: Final = ("lib_lightgbm.so", "lib_lightgbm.dll", "lib_lightgbm.dylib")
_FOLDERS: Final = ("lib", "bin", ".")
_FLOAT32: Final = 0
_RAW: Final = 1
_ROW_MAJOR: Final = 1
_ONE_THREAD: Final = b"num_threads=1"


class Booster:
    """Trees as LightGBM writes them, held by its library."""

    def __init__(self, written: str) -> None:
        """Read trees. Raises ``ValueError`` for what the library cannot read."""
        library = _library()
        self._handle = ctypes.c_void_p()
        rounds = ctypes.c_int()
        failed = library.LGBM_BoosterLoadModelFromString(
            ctypes.c_char_p(written.encode()), ctypes.byref(rounds), ctypes.byref(self._handle)
        )
        if failed:
            raise ValueError("trees cannot be read")
        weakref.finalize(self, library.LGBM_BoosterFree, self._handle)

    def raw(self, rows: Floats, first: int = 0, count: int = -1) -> Floats:
        """Return the summed leaves of each row, of ``count`` trees from the ``first`` on (-1: of all the rest).

        Raises ``ValueError`` for rows of another width than the trees were fitted to.
        """
        rows = np.ascontiguousarray(rows, np.float32)
        found = np.zeros(len(rows), np.float64)
        length = ctypes.c_int64()
        failed = len(rows) and _library().LGBM_BoosterPredictForMat(
            self._handle,
            rows.ctypes.data_as(ctypes.c_void_p),
            ctypes.c_int(_FLOAT32),
            ctypes.c_int32(rows.shape[0]),
            ctypes.c_int32(rows.shape[1]),
            ctypes.c_int(_ROW_MAJOR),
            ctypes.c_int(_RAW),
            ctypes.c_int(first),
            ctypes.c_int(count),
            ctypes.c_char_p(_ONE_THREAD),
            ctypes.byref(length),
            found.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
        )
        if failed:
            raise ValueError("trees of another width")
        return found.astype(np.float32)


@cache
def _library() -> ctypes.CDLL:
    """The library that lies in LightGBM's package."""
    spec = find_spec("lightgbm")
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    files = [place / folder / name for place in places for folder in _FOLDERS for name in _FILES]
    found = next((file for file in files if file.is_file()), None)
    if found is None:
        raise OSError("LightGBM's library is missing")
    return ctypes.CDLL(str(found))
