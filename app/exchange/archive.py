"""Zip archives that are not trusted: bytes are counted while they are unpacked, names are never paths."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import SEEK_END
from lzma import LZMAError
from pathlib import Path
from struct import error as StructError
from typing import IO, Final

from app.common.errors import UserProblem, Where
from app.exchange.limits import Limits, broken, broken_as_problem

ZIP_FAULTS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    StructError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    OSError,
)
_CHUNK: Final = 1 << 16
_ENCRYPTED: Final = 0x1


class Archive:
    """Reads entries of a zip file by name within :class:`Limits`. Use as a context manager.

    Every fault of the archive becomes a :class:`UserProblem` that names the file.
    """

    def __init__(self, file: Path | IO[bytes], where: Where, limits: Limits) -> None:
        self.where = where
        self._limits = limits
        self._unpacked = 0
        with broken_as_problem(self.where, "zip", ZIP_FAULTS):
            self._size = file.stat().st_size if isinstance(file, Path) else file.seek(0, SEEK_END)
            self._zip = zipfile.ZipFile(file)
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        count = len(self._zip.infolist())
        if count > limits.entries:
            self._zip.close()
            raise UserProblem(
                "import.too_many_entries",
                remedy="import.remedy.untrusted",
                where=self.where,
                count=count,
                limit=limits.entries,
            )

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The entry names as the archive spells them, in its order."""
        return tuple(self._entries)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the unpacked bytes of an entry in pieces.

        Raises :class:`UserProblem` for a missing, damaged or encrypted entry and when a limit is passed.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise broken(self.where, "zip")
        if entry.flag_bits & _ENCRYPTED:
            raise UserProblem("import.encrypted", remedy="import.remedy.remove_password", where=self.where)
        packed = min(entry.compress_size, self._size)
        unpacked = 0
        with broken_as_problem(self.where, "zip", ZIP_FAULTS), self._zip.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                unpacked += len(chunk)
                self._unpacked += len(chunk)
                self._check(unpacked, packed)
                yield chunk

    def read(self, name: str) -> bytes:
        """Return the unpacked bytes of an entry. Raises as :meth:`chunks`."""
        return b"".join(self.chunks(name))

    def stated_size(self, name: str) -> int:
        """Return the size that the directory states for the unpacked entry, 0 when it does not exist."""
        entry = self._entries.get(name)
        return entry.file_size if entry else 0

    def _check(self, unpacked: int, packed: int) -> None:
        limits = self._limits
        if unpacked > limits.ratio_free_bytes and unpacked > limits.ratio * max(packed, 1):
            raise UserProblem(
                "import.too_dense", remedy="import.remedy.untrusted", where=self.where, limit=limits.ratio
            )
        if self._unpacked > limits.unpacked_bytes:
            raise UserProblem(
                "import.too_big",
                remedy="import.remedy.split_file",
                where=self.where,
                limit=limits.unpacked_bytes // 1_000_000,
            )
