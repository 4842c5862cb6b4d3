"""Pinyin initials of our own short words, for typing ``tjba`` instead of 提交病案."""

from __future__ import annotations

from functools import cache


@cache
def initials(words: str) -> str:
    """Return the first letters, lower case; letters and digits stay. pypinyin loads on the first call."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  # a tenth of a second that no start should pay

    return "".join(lazy_pinyin(words, style=Style.FIRST_LETTER)).lower()


def found_at(query: str, words: str) -> tuple[int, int] | None:
    """Return the (start, end) of the query in the words, as typed or by initials; None when it is not in them."""
    start = words.lower().find(query.lower())
    if start < 0 and query.isascii() and len(initials(words)) == len(words):
        start = initials(words).find(query.lower())
    return (start, start + len(query)) if start >= 0 else None
