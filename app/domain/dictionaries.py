"""Value sets of the form (domain.md 2.10), read from ``resources/dictionaries``.

A stored value is always the code. Input may be code, label, alias, or one of the spellings real files use.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final, NotRequired, TypedDict

from app.common.paths import data
from app.common.pinyin import initials
from app.common.toml_files import read_toml

_SPACES: Final = re.compile(r"\s+")
_AFTER_CODE: Final = ".-:、_"
_LONGEST_CODE: Final = 16
_CUT_SEPARATORS: Final = "/-|\\,.、"
MARITAL_CODES_CHANGED: Final = date(2019, 9, 16)
"""First discharge date with 3 丧偶, 4 离婚; before it the upload used 3 离婚, 4 丧偶 (domain.md 2.10)."""


def _fold(text: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).casefold()


@dataclass(frozen=True, slots=True)
class Entry:
    """One value. ``unverified`` says what of it could not be checked against a source, '' when checked.

    Inactive values are understood on input and shown, but not offered.
    """

    code: str
    label: str
    aliases: tuple[str, ...] = ()
    active: bool = True
    edition: str = ""
    unverified: str = ""


class Dictionary:
    """A value set with its look-ups. ``prefix`` is a letter that some interfaces write before the code."""

    def __init__(self, id: str, title: str, entries: tuple[Entry, ...], *, prefix: str = "") -> None:
        self.id = id
        self.title = title
        self.entries = entries
        self._prefix = prefix.casefold()
        self._labels = {entry.code: entry.label for entry in entries}
        self._names = _names(entries)
        self._variants = _variants(entries)

    def __contains__(self, code: object) -> bool:
        return code in self._labels

    def __len__(self) -> int:
        return len(self.entries)

    def label(self, code: str) -> str:
        """Return the label of a code, '' for an unknown one."""
        return self._labels.get(code, "")

    def find(self, text: str) -> str | None:
        """Return the code for a code, label or alias, None when there is none or more than one.

        Also understood: full width, lost or added leading zeros, codes without dots, the interface prefix, and
        code and label together (``1 男``, ``1.男``).
        """
        key = _fold(text)
        if not key:
            return None
        found = self._find_key(key)
        if found is None and self._prefix and key.startswith(self._prefix):
            found = self._find_key(key.removeprefix(self._prefix))
        return self._find_both(key) if found is None else found

    def _find_both(self, key: str) -> str | None:
        for at in range(1, min(len(key), _LONGEST_CODE + 1)):
            code, label = self._names.get(key[:at]), key[at:].lstrip(_AFTER_CODE)
            if code is not None and not label.replace(".", "").isdigit() and self._names.get(label) == code:
                return code
        return None

    def _find_key(self, key: str) -> str | None:
        return self._names.get(key) or self._variants.get(key.lstrip("0") or "0") or self._variants.get(key)

    def find_start(self, text: str) -> str | None:
        """Return the code of the longest label or alias that ``text`` begins with, None without one."""
        key = _fold(text)
        fits = [name for name in self._names if key.startswith(name)]
        return self._names[max(fits, key=len)] if fits else None

    def search(self, text: str) -> list[tuple[str, str]]:
        """Return (code, label) of active values whose code, label, alias or pinyin initials hold ``text``.

        Best first: the code itself, code beginning so, label beginning so, then any other place.
        """
        query = _fold(text)
        hits = [
            (rank, order, entry)
            for order, (entry, letters) in enumerate(zip(self.entries, self._initials, strict=True))
            if entry.active and (rank := _rank(query, entry, letters)) is not None
        ]
        return [(entry.code, entry.label) for _, _, entry in sorted(hits, key=lambda hit: hit[:2])]

    @cached_property
    def _initials(self) -> tuple[str, ...]:
        return tuple(initials(entry.label) for entry in self.entries)


def _names(entries: tuple[Entry, ...]) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for entry in entries:
        for name in (entry.code, entry.label, *entry.aliases):
            names.setdefault(_fold(name), entry.code)
    return names


def _variants(entries: tuple[Entry, ...]) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for entry in entries:
        for name in (entry.code, *entry.aliases):
            if not name[:1].isdigit():
                continue
            for variant in (name.lstrip("0") or "0", name.replace(".", ""), name.replace(".", "").lstrip("0") or "0"):
                found.setdefault(variant, set()).add(entry.code)
    return {variant: next(iter(codes)) for variant, codes in found.items() if len(codes) == 1}


def _rank(query: str, entry: Entry, letters: str) -> int | None:
    code, label = entry.code.casefold(), _fold(entry.label)
    tests = (
        code == query,
        code.startswith(query),
        label.startswith(query),
        letters.startswith(query),
        query in label,
        any(query in _fold(alias) for alias in entry.aliases),
        query in letters,
    )
    return next((rank for rank, hit in enumerate(tests) if hit), None)


class _Library(Mapping[str, Dictionary]):
    """All dictionaries by identifier; the files are read on first use."""

    @cached_property
    def _all(self) -> dict[str, Dictionary]:
        found: dict[str, Dictionary] = {}
        for path in sorted((data("resources") / "dictionaries").glob("*.toml")):
            found |= {id: _dictionary(id, table) for id, table in read_toml(path).items()}
        return found

    def __getitem__(self, id: str) -> Dictionary:
        return self._all[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class _Item(TypedDict):
    code: str
    label: str
    aliases: NotRequired[list[str]]
    active: NotRequired[bool]
    edition: NotRequired[str]
    unverified: NotRequired[str]


class _Table(TypedDict):
    title: str
    edition: str
    prefix: NotRequired[str]
    unverified: NotRequired[str]
    entries: list[_Item]


def _dictionary(id: str, table: _Table) -> Dictionary:
    entries = tuple(
        Entry(
            code=row["code"],
            label=row["label"],
            aliases=tuple(row.get("aliases", ())),
            active=row.get("active", True),
            edition=row.get("edition", table["edition"]),
            unverified=row.get("unverified", table.get("unverified", "")),
        )
        for row in table["entries"]
    )
    return Dictionary(id, table["title"], entries, prefix=table.get("prefix", ""))


DICTIONARIES: Final[Mapping[str, Dictionary]] = _Library()
"""Every dictionary by identifier (``D-SEX``)."""


def dictionary(id: str) -> Dictionary:
    """Return a dictionary. Raises ``KeyError`` for an unknown identifier."""
    return DICTIONARIES[id]


def marital_status(code: str, discharge: date | None) -> str:
    """Return the present D-MARRY code for an uploaded one: 3 and 4 were the other way round before 2019-09-16."""
    if discharge is not None and discharge < MARITAL_CODES_CHANGED:
        return {"3": "4", "4": "3"}.get(code, code)
    return code


@lru_cache(maxsize=256)
def incision_and_healing(text: str) -> tuple[str | None, str | None]:
    """Return the D-CUT and D-HEAL codes of a joint entry (``Ⅰ/甲``, ``I甲``, ``1/1``, ``11``).

    One that holds only one of them gives None for the other; (None, None) when it cannot be read.
    """
    cut, heal = dictionary("D-CUT"), dictionary("D-HEAL")
    key = _fold(text)
    for at in range(len(key) - 1, 0, -1):
        first, second = cut.find(key[:at].rstrip(_CUT_SEPARATORS)), heal.find(key[at:].lstrip(_CUT_SEPARATORS))
        if first is not None and second is not None:
            return first, second
    only = cut.find(key)
    return only, heal.find(key) if only is None else None
