"""How characters are read: every reading of each, the one that names of diseases mean first."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from app.common.paths import data
from app.common.pinyin import tables_read
from app.matching.phrases import Phrases

Readings = Mapping[str, tuple[str, ...]]
"""Characters with their readings (without tones, ``v`` for ü), the first one the most likely."""

MOST: Final = 3
"""Readings of one character that are looked at; what a dictionary lists after them nobody says."""
_HEADER: Final = "readings 1"
_GB2312: Final = tuple(bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))


@cache
def _written() -> tuple[Mapping[str, str], Phrases]:
    """Return our own readings: of single characters, and of words in which a character is read otherwise."""
    with (data("resources") / "matching" / "pinyin.toml").open("rb") as handle:
        own: dict[str, str] = tomllib.load(handle)["readings"]
    return {word: read for word, read in own.items() if len(word) == 1}, Phrases(
        {word: read for word, read in own.items() if len(word) > 1}
    )


def read_words() -> Phrases:
    """Return the words in which a character is not read as usual, each with its syllables parted by blanks."""
    return _written()[1]


def readings_of(signs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the readings of these signs and of all common characters; of signs that are not read, none.

    Takes about half a second, because pypinyin loads its tables: keep the result (:func:`to_bytes`).
    """
    with tables_read():
        found = to_bytes(_looked_up(signs))
    return from_bytes(found)  # what is kept lies apart from pypinyin's own, which goes


def _looked_up(signs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    from pypinyin import Style, pinyin  # noqa: PLC0415 - slow to import, needed once per machine

    own = _written()[0]
    found: dict[str, tuple[str, ...]] = {}
    for sign in dict.fromkeys([*signs, *_common()]):
        if sign.isascii() or not sign.isalpha():
            continue
        listed = pinyin(sign, style=Style.NORMAL, heteronym=True, errors="ignore")
        read = [one for one in (listed[0] if listed else ()) if one.isascii() and one.isalpha()]
        first = [own[sign]] if sign in own else []
        if read or first:
            found[sign] = tuple(dict.fromkeys([*first, *read]))[:MOST]
    return found


def _common() -> list[str]:
    return [pair.decode("gb2312", "ignore") for pair in _GB2312 if pair.decode("gb2312", "ignore")]


def to_bytes(readings: Readings) -> bytes:
    """Return readings for a cache."""
    lines = [f"{sign} {' '.join(read)}" for sign, read in readings.items()]
    return "\n".join([_HEADER, *lines]).encode("utf-8")


def from_bytes(content: bytes) -> dict[str, tuple[str, ...]]:
    """Return the readings of :func:`to_bytes`, {} for anything else."""
    header, _, rest = content.decode("utf-8", "replace").partition("\n")
    if header != _HEADER:
        return {}
    parts = [line.split(" ") for line in rest.split("\n")]
    once: dict[str, str] = {}
    return {sign: tuple([once.setdefault(one, one) for one in read]) for sign, *read in parts}
