"""Arrays in a file that is read in one go and checked at the pace of memory; no pickles.

A NumPy archive of 90 MB takes 100 ms: it is gone through in small pieces, with a checksum of every byte.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Mapping
from math import prod
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]

_BEGIN: Final = b"bingan arrays 1\n"
_FIXED: Final = struct.Struct("<16sQQ")
"""The beginning, how long the list of arrays is, the checksum of all that follows."""
_EDGE: Final = 64
"""Arrays begin at multiples of this."""
_BLOCK: Final = 512
"""Words of eight bytes that are added up for the checksum: no more than a page, which may be torn as a whole."""
_KINDS: Final = frozenset("biuf")


def write_arrays(file: IO[bytes], arrays: Mapping[str, Array]) -> None:
    """Write arrays of numbers by name."""
    listed = [(name, array.dtype.str, array.shape) for name, array in arrays.items()]
    head = json.dumps(listed).encode()
    head += b" " * (_padded(_FIXED.size + len(head)) - _FIXED.size - len(head))
    check = zlib.crc32(head)
    for array in arrays.values():
        check = _check(_bytes_of(array), check)
    file.write(_FIXED.pack(_BEGIN, len(head), check) + head)
    for array in arrays.values():
        file.write(_bytes_of(array).data)


def read_arrays(file: IO[bytes]) -> dict[str, Array]:
    """Return the arrays of :func:`write_arrays`, which share one block of memory and cannot be written to.

    Raises ``ValueError`` for a file that is anything else, cut off or altered.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    block = np.empty(size, np.uint8)
    if size < _FIXED.size or file.readinto(block.data) != size:  # type: ignore[attr-defined]  # files and buffers have it
        raise ValueError("no arrays")
    block.flags.writeable = False
    begin, length, wanted = _FIXED.unpack_from(block.data)
    at = _FIXED.size + length
    if begin != _BEGIN or at > size:
        raise ValueError("other arrays")
    head = block[_FIXED.size : at].tobytes()
    check, found = zlib.crc32(head), {}
    for name, kind, shape in json.loads(head):
        part = block[at : at + _padded(np.dtype(kind).itemsize * prod(shape))]
        check = _check(part, check)
        found[name] = _array(part, np.dtype(kind), tuple(shape))
        at += len(part)
    if check != wanted or at != size:
        raise ValueError("altered arrays")
    return found


def _padded(size: int) -> int:
    return -(-size // _EDGE) * _EDGE


def _bytes_of(array: Array) -> NDArray[np.uint8]:
    """The bytes of an array, zeros behind them to the next edge."""
    if array.dtype.kind not in _KINDS:
        raise ValueError("no numbers")
    bare = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    if len(bare) == _padded(len(bare)):
        return bare  # as the largest, of which a copy would take 30 MB
    found = np.zeros(_padded(len(bare)), np.uint8)
    found[: len(bare)] = bare
    return found


def _array(part: NDArray[np.uint8], kind: np.dtype[np.generic], shape: tuple[int, ...]) -> Array:
    if kind.kind not in _KINDS or len(part) % _EDGE:
        raise ValueError("no numbers")
    return part[: kind.itemsize * prod(shape)].view(kind).reshape(shape)


def _check(part: NDArray[np.uint8], before: int) -> int:
    """A checksum of the sums of blocks: whatever is altered, left out or put elsewhere changes it."""
    words = part.view(np.uint64)
    if not len(words):
        return before
    return zlib.crc32(np.add.reduceat(words, np.arange(0, len(words), _BLOCK)).data, before)
