"""Pinyin of our own short words, for typing ``tjba``, ``tijiao`` or ``tjbingan`` instead of 提交病案."""

from __future__ import annotations

from collections.abc import Iterable

from app.common.pinyin import initials, syllables


def spell(words: Iterable[str]) -> None:
    """Work out the pinyin of words ahead, so that the first letter typed does not wait for it. For any thread."""
    for one in words:
        syllables(one)
        initials(one)


def found_at(query: str, words: str) -> tuple[int, int] | None:
    """Return the (start, end) of the query in the words, as typed, by initials or by pinyin, whole, begun or mixed.

    None when it is not in them.
    """
    start = words.lower().find(query.lower())
    if start >= 0 or not query.isascii():
        return (start, start + len(query)) if start >= 0 else None
    letters = query.lower().replace(" ", "")
    firsts = initials(words)
    if not letters.isalnum() or letters[0] not in firsts:
        return None
    start = firsts.find(letters)
    return (start, start + len(letters)) if start >= 0 else _by_syllables(letters, words)


def _by_syllables(letters: str, words: str) -> tuple[int, int] | None:
    spoken = syllables(words)
    for start, syllable in enumerate(spoken):
        if syllable[0] == letters[0]:
            end = _end(letters, spoken, start)
            if end is not None:
                return start, end
    return None


def _end(letters: str, spoken: tuple[str, ...], at: int) -> int | None:
    """Return where the letters end when each syllable from ``at`` on is whole or its first letter, the last begun."""
    if at >= len(spoken):
        return None
    syllable = spoken[at]
    if syllable.startswith(letters):
        return at + 1
    for taken in dict.fromkeys((syllable, syllable[:1])):
        if taken and letters.startswith(taken):
            end = _end(letters[len(taken) :], spoken, at + 1)
            if end is not None:
                return end
    return None
