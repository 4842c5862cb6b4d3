"""How Chinese words are read, out of pypinyin's tables in a twentieth of their memory (they take 57 MB)."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Final, cast

from app.common.files import write_atomic
from app.common.paths import cache_dir, existing_cache
from app.common.sealed import seal, unseal

_WHAT: Final = "syllables 2"
_FILE: Final = "syllables.bin"
_FIRST, _LAST = 0x3400, 0x9FFF
"""Characters that are kept: CJK Unified Ideographs and Extension A. Names use others once in a million."""
_LONGEST: Final = 4
"""Characters of the words in which one is read otherwise; longer ones are proverbs."""
_LARGE: Final = 1000
"""Entries of a table that is one of characters or words."""
_ALONE: Final = threading.Lock()
_log = logging.getLogger(__name__)

_Tables = tuple[dict[str, str], dict[str, str]]


@cache
def syllables(words: str) -> tuple[str, ...]:
    """Return how each character is read, lower case, without tone; what is not read stands for itself."""
    single, special = _tables()
    found: list[str] = []
    while len(found) < len(words):
        at = len(found)
        sizes = range(min(_LONGEST, len(words) - at), 1, -1)
        word = next((part for size in sizes if (part := words[at : at + size]) in special), words[at])
        found.extend(special.get(word, "").split() or [single.get(sign, sign.lower()) for sign in word])
    return tuple(found)


@cache
def initials(words: str) -> str:
    """Return the first letters of how the characters are read; letters, digits and signs stay, lower case."""
    return "".join(syllable[:1] for syllable in syllables(words))


def prepare() -> None:
    """Read pypinyin's tables if no earlier start has: best early, so that what is loaded next fills what they leave."""
    with suppress(OSError):  # a disk that takes no cache: they are read when they are wanted
        if not (cache_dir() / _FILE).exists():
            _tables()


@cache
def _tables() -> _Tables:
    """Return the reading of each character, and words with a character that is read differently in different words.

    Words in which it is read as it is alone have none of their own: they only show where a word begins.
    """
    folder = existing_cache()
    kept = folder / _FILE if folder is not None else None
    try:
        found = unseal(_WHAT, kept.read_bytes()) if kept is not None else None
    except OSError:
        found = None
    if found is not None:
        return cast("_Tables", found)
    made = _made()
    try:
        if kept is not None:
            with write_atomic(kept) as out:
                out.write(made)
    except OSError as error:
        _log.info("readings not cached: %s", type(error).__name__)
    return cast("_Tables", unseal(_WHAT, made))


@contextmanager
def tables_read() -> Iterator[None]:
    """Let a block import and use pypinyin, one thread at a time; its 57 MB are given up at the end of the block."""
    with _ALONE:
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    """Unload pypinyin, its tables emptied first: with the collector paused its modules would keep them for ever."""
    for name in [one for one in sys.modules if one.partition(".")[0] == "pypinyin"]:
        for part in vars(sys.modules.pop(name)).values():
            table = part if isinstance(part, dict) else getattr(part, "_set", None)  # of a PrefixSet
            if isinstance(table, dict | set) and len(table) > _LARGE:
                table.clear()


def _made() -> bytes:
    """Read pypinyin's tables: a second and a half, once on a machine. Sealed: what is kept lies apart from the rest."""
    with tables_read():
        return seal(_WHAT, _parted())


def _parted() -> _Tables:
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # 57 MB that only the first start takes
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT  # noqa: PLC0415  # as above

    single = {chr(point): lazy_pinyin(chr(point))[0] for point in PINYIN_DICT if _FIRST <= point <= _LAST}
    words = {word: lazy_pinyin(word) for word in PHRASES_DICT if len(word) <= _LONGEST}
    alone = {word: [single.get(sign, sign) for sign in word] for word in words}
    other = {word for word, read in words.items() if read != alone[word] and len(read) == len(word)}
    changing = {
        sign for word in other for sign, one, two in zip(word, words[word], alone[word], strict=True) if one != two
    }
    return single, {
        word: " ".join(read) if word in other else "" for word, read in words.items() if changing.intersection(word)
    }
