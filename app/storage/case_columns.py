"""What lists show of every case, column by column in memory: 100,000 cases are filtered and sorted in a few ms."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, pairwise, zip_longest
from typing import Final

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from app.storage.narrow import NONE, Ints, NarrowColumns

__all__ = ["MOMENTS", "NONE", "NUMBERS", "TEXTS", "CaseColumns", "Flags", "Ints", "OwnTexts", "TextColumn"]

Flags = npt.NDArray[np.bool_]

_AT_A_TIME: Final = 500
_PACKED: Final = np.dtypes.StringDType()

TEXTS: Final = (
    "state",
    "claimed_by",
    "dept",
    "record_no",
    "patient_name",
    "principal_text",
    "principal_code",
    "drg",
    "group_status",
)
_OWN: Final = frozenset({"record_no", "patient_name"})
NUMBERS: Final = (
    "batch_id",
    "age_years",
    "age_days",
    "amount_fen",
    "errors",
    "warns",
    "hints",
    "proposals",
    "coded",
    "total",
    "version",
    "checked_version",
)
MOMENTS: Final = ("admit_time", "discharge_time", "updated")
"""Columns of moments, held as seconds since 1970 of the hospital's own clock."""

_SEARCHED: Final = "lower(search || char(31) || initials)"
_PARTS: Final = (
    "id",
    *(f"coalesce({name}, {NONE})" for name in NUMBERS),
    *(f"coalesce(unixepoch({name}), {NONE})" for name in MOMENTS),
    *TEXTS,
    _SEARCHED,
)
_READ: Final = (
    f"SELECT {', '.join(f'json_group_array({part})' for part in _PARTS)} "  # noqa: S608 - made of constants
    "FROM (SELECT * FROM cases WHERE {where} ORDER BY id LIMIT {most})"
)
"""Whole columns at once: 100,000 rows of the driver take twice as long, and hold the window up meanwhile."""
_AT_ONCE: Final = 20_000
"""Cases whose columns are read at once: their texts as JSON take 8 MB."""


class TextColumn:
    """A column of texts, each different one kept once: most columns of a list have few."""

    def __init__(self) -> None:
        self.codes: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        self._known: dict[str, int] = {}
        self._ranks: Ints | None = None

    @property
    def known(self) -> tuple[str, ...]:
        """The texts by their codes."""
        return tuple(self._known)

    def insert(self, at: Ints, values: Sequence[str]) -> None:
        """Put texts before some rows."""
        self.codes = np.insert(self.codes, at, self.encode(values))

    def remove(self, rows: Ints) -> None:
        """Drop some rows."""
        self.codes = np.delete(self.codes, rows)

    def encode(self, values: Sequence[str]) -> npt.NDArray[np.int32]:
        """Return the codes of texts; new ones get the next."""
        known, before = self._known, len(self._known)
        for one in dict.fromkeys(values):
            known.setdefault(one, len(known))
        codes = np.fromiter(map(known.__getitem__, values), np.int32, len(values))
        if len(known) != before:
            self._ranks = None
        return codes

    def places(self, values: Sequence[str]) -> npt.NDArray[np.int32]:
        """Return the codes of texts, -1 for one that the column does not have."""
        return np.fromiter((self._known.get(one, -1) for one in values), np.int32, len(values))

    def ranks(self) -> Ints:
        """Return for every row the place of its text in the order of code points."""
        if self._ranks is None:
            texts = list(self._known)
            order = sorted(range(len(texts)), key=texts.__getitem__)
            self._ranks = np.empty(len(texts), np.int64)
            self._ranks[order] = np.arange(len(texts))
        return self._ranks[self.codes]

    def mapped(self, numbers: Mapping[str, int]) -> Ints:
        """Return for every row the number of its text, 0 for a text without one."""
        return np.fromiter((numbers.get(one, 0) for one in self._known), np.int64, len(self._known))[self.codes]

    def where(self, holds: Callable[[str], bool]) -> Flags:
        """Return which rows have a text for which something holds; it is asked once for each different one."""
        told = np.fromiter((holds(one) for one in self._known), np.bool_, len(self._known))
        return told[self.codes]

    def values(self, rows: Sequence[int] | Ints) -> list[str]:
        """Return the texts of some rows."""
        texts = list(self._known)
        return [texts[code] for code in self.codes[rows].tolist()]

    def counts(self) -> dict[str, int]:
        """Return how often each text occurs, the most frequent first, '' left out."""
        numbers = np.bincount(self.codes, minlength=len(self._known)).tolist()
        found = [(text, number) for text, number in zip(self._known, numbers, strict=True) if number and text]
        return dict(sorted(found, key=lambda one: (-one[1], one[0])))


class OwnTexts:
    """A column in which most texts are those of one case: 16 bytes for a short one, an eighth of what others take."""

    def __init__(self) -> None:
        self._texts: npt.NDArray[np.generic] = np.zeros(0, _PACKED)
        self._ranks: Ints | None = None

    def insert(self, at: Ints, values: Sequence[str]) -> None:
        """Put texts before some rows."""
        self._texts, self._ranks = np.insert(self._texts, at, np.array(values, _PACKED)), None

    def remove(self, rows: Ints) -> None:
        """Drop some rows."""
        self._texts, self._ranks = np.delete(self._texts, rows), None

    def ranks(self) -> Ints:
        """Return for every row the place of its text in the order of code points."""
        if self._ranks is None:
            order = np.argsort(self._texts, kind="stable")
            ordered = self._texts[order]
            self._ranks = np.zeros(len(order), np.int64)
            self._ranks[order[1:]] = np.cumsum(ordered[1:] != ordered[:-1])
        return self._ranks

    def where(self, holds: Callable[[str], bool]) -> Flags:
        """Return which rows have a text for which something holds."""
        return np.fromiter(map(holds, self._texts.tolist()), np.bool_, len(self._texts))

    def values(self, rows: Sequence[int] | Ints) -> list[str]:
        """Return the texts of some rows."""
        found: list[str] = self._texts[rows].tolist()
        return found

    def counts(self) -> dict[str, int]:
        """Return how often each text occurs, the most frequent first, '' left out."""
        found = Counter(one for one in self._texts.tolist() if one)
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


class CaseColumns:
    """The columns, in the order of the ids. ``numbers`` holds moments too, as seconds; ``stamp`` grows with changes."""

    def __init__(self) -> None:
        self.stamp = 0
        self.ids: Ints = np.zeros(0, np.int64)
        self.texts: dict[str, TextColumn | OwnTexts] = {
            name: OwnTexts() if name in _OWN else TextColumn() for name in TEXTS
        }
        self.numbers = NarrowColumns({name: np.zeros(0, np.int64) for name in (*NUMBERS, *MOMENTS)})
        self._search = ""
        """What is searched of all cases, one after the other, each ended by a line's end."""
        self._starts = array("q", [0])
        """Where the text of each case begins there, and the end of all."""

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def read(cls, connection: sa.Connection) -> CaseColumns:
        """Return the columns of every case."""
        columns, last = cls(), NONE
        while columns._insert(_fetch(connection, "id > ?", (last,), _AT_ONCE)):
            last = int(columns.ids[-1])
        return columns

    def update(self, connection: sa.Connection, case_ids: Iterable[int]) -> None:
        """Read some cases anew: those that came, those that changed; those that are gone are dropped."""
        wanted = sorted(case_ids)
        self._remove(self.rows_of(wanted))
        for start in range(0, len(wanted), _AT_A_TIME):
            some = wanted[start : start + _AT_A_TIME]
            self._insert(_fetch(connection, f"id IN ({', '.join('?' * len(some))})", tuple(some)))

    def rows_of(self, case_ids: Sequence[int] | Ints) -> Ints:
        """Return the rows of those of some cases that there are, in their order."""
        wanted = np.asarray(case_ids, np.int64)
        at = np.searchsorted(self.ids, wanted)
        inside = at < len(self.ids)
        found: Ints = at[inside][self.ids[at[inside]] == wanted[inside]]
        return found

    def holding(self, word: str, most: int = 0) -> Flags:
        """Return which cases have a word in name, initials, record number or main diagnosis; ASCII case is ignored.

        With ``most`` the search ends after so many cases, the first in order of entry.
        """
        text, starts = self._search, self._starts
        found = bytearray(len(self.ids))
        wanted, at = word.lower(), -1
        while (at := text.find(wanted, at + 1)) >= 0:
            row = bisect_right(starts, at) - 1
            found[row] = 1
            most -= 1
            if most == 0:
                break
            at = starts[row + 1] - 1
        return np.frombuffer(found, np.bool_)

    def _insert(self, parts: Sequence[str]) -> int:
        """Put read columns, each a JSON array, in their places; return how many cases they are of."""
        new = _numbers(parts[0])
        at = np.searchsorted(self.ids, new)
        self.ids = np.insert(self.ids, at, new)
        read = dict(zip((*NUMBERS, *MOMENTS, *TEXTS), parts[1:-1], strict=True))
        for name in (*NUMBERS, *MOMENTS):
            self.numbers.insert(name, at, _numbers(read[name]))
        for name, column in self.texts.items():
            column.insert(at, json.loads(read[name]))
        words = [f"{one}\n" for one in json.loads(parts[-1])]
        starts = [self._starts[place] for place in at.tolist()]
        kept = pairwise([0, *starts, len(self._search)])
        between = [self._search[start:end] for start, end in kept]
        self._search = "".join(chain.from_iterable(zip_longest(between, words, fillvalue="")))
        self._starts = _starts(np.insert(self._lengths(), at, np.fromiter(map(len, words), np.int64, len(words))))
        return len(new)

    def _lengths(self) -> Ints:
        starts = np.frombuffer(self._starts, np.int64)
        return starts[1:] - starts[:-1]

    def _remove(self, rows: Ints) -> None:
        if not len(rows):
            return
        self.ids = np.delete(self.ids, rows)
        for column in self.texts.values():
            column.remove(rows)
        self.numbers.remove(rows)
        cuts = [0, *(self._starts[row + side] for row in rows.tolist() for side in (0, 1)), len(self._search)]
        self._search = "".join(self._search[start:end] for start, end in zip(cuts[::2], cuts[1::2], strict=True))
        self._starts = _starts(np.delete(self._lengths(), rows))


def _starts(lengths: Ints) -> array[int]:
    """Return where texts of some lengths begin when they stand one after the other, and where the last ends."""
    return array("q", np.concatenate(([0], np.cumsum(lengths))).astype(np.int64).tobytes())


def _fetch(connection: sa.Connection, where: str, values: tuple[int, ...], most: int = -1) -> Sequence[str]:
    row = connection.exec_driver_sql(_READ.format(where=where, most=most), values).one()
    return [str(part) for part in row]


def _numbers(part: str) -> Ints:
    return np.fromstring(part[1:-1], np.int64, sep=",") if len(part) > 2 else np.zeros(0, np.int64)
