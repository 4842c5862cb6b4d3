"""What matching works out once about names and past texts, kept by name so that the next start finds it done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from app import __version__
from app.common.paths import data
from app.matching.shelf_file import read_arrays, write_arrays

_END: Final = "\x00"
Item = TypeVar("Item", bound=np.generic)


class Shelf:
    """Arrays and lists of texts by name. What is not there is worked out, put there and returned.

    A name carries the mark of all that it depends on (:meth:`at`), so that nothing outdated is ever found.
    """

    def __init__(self) -> None:
        self._kept: dict[str, NDArray[np.generic]] = {}
        self._used: set[str] = set()
        self._mark = ""
        self._missed: list[str] = []

    def at(self, mark: str) -> Shelf:
        """Return the part of this shelf that depends on what ``mark`` is the fingerprint of."""
        part = Shelf()
        part._kept, part._used, part._missed = self._kept, self._used, self._missed
        part._mark = f"{self._mark}{mark}/"
        return part

    @property
    def is_complete(self) -> bool:
        """True while everything asked for was there already."""
        return not self._missed

    def array(self, name: str, make: Callable[[], NDArray[Item]]) -> NDArray[Item]:
        """Return the array of this name, made if need be."""
        key = self._mark + name
        self._used.add(key)
        if key not in self._kept:
            self._missed.append(key)
            self._kept[key] = make()
        found: NDArray[Item] = self._kept[key]  # type: ignore[assignment]  # what this very name was made as
        return found

    def texts(self, name: str, make: Callable[[], Sequence[str]]) -> list[str]:
        """Return the texts of this name, made if need be. They must not hold NUL characters."""
        joined = self.array(name, lambda: _packed(make()))
        whole = joined.tobytes().decode("utf-8", "surrogatepass")
        return whole.split(_END)[:-1]

    def write(self, file: IO[bytes]) -> None:
        """Write what was asked for since this shelf was made."""
        write_arrays(file, {key: self._kept[key] for key in sorted(self._used)})

    @classmethod
    def read(cls, file: IO[bytes]) -> Shelf:
        """Return the shelf of :meth:`write`, an empty one when the file is damaged (its checksum tells)."""
        shelf = cls()
        with suppress(OSError, ValueError, TypeError):
            shelf._kept = read_arrays(file)
        return shelf


@cache
def _program() -> bytes:
    """The fingerprint of the code and the data of matching; of the version where the code is not at hand."""
    digest = hashlib.sha256(__version__.encode())
    code = Path(__file__).parent
    for file in (*sorted(code.rglob("*.py")), *sorted((data("resources") / "matching").glob("*.toml"))):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.digest()


def program_mark(names: Iterable[str]) -> str:
    """Return the fingerprint of names together with the program that prepares them and its tables."""
    digest = hashlib.sha256(_program())
    digest.update("\n".join(names).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:24]


def _packed(texts: Sequence[str]) -> NDArray[np.uint8]:
    joined = "".join(f"{text}{_END}" for text in texts)
    return np.frombuffer(joined.encode("utf-8", "surrogatepass"), np.uint8)
