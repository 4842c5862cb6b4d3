"""Words are found from left to right, the longest first, whatever others begin alike."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from app.matching.phrases import Phrases

LETTERS = "炎症病肺1"
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=4), max_size=12, unique=True)


def found_plainly(words: Sequence[str], text: str) -> list[tuple[str, int, int]]:
    """Return what a search finds that tries every word at every place."""
    found, place = [], 0
    while place < len(text):
        word = max((word for word in words if text.startswith(word, place)), key=len, default="")
        if word:
            found.append((word, place, place + len(word)))
        place += len(word) or 1
    return found


@given(WORDS, st.text(LETTERS, max_size=14))
def test_words_are_found_as_by_trying_all(words: list[str], text: str) -> None:
    assert list(Phrases(dict.fromkeys(words, "")).find(text)) == found_plainly(words, text)


def test_latin_words_stand_alone() -> None:
    phrases = Phrases({"ca": "癌", "c": "丙", "ca癌": "癌"})
    assert phrases.replace("肺ca") == "肺癌"
    assert phrases.replace("cat") == "cat"
    assert phrases.replace("c肝") == "丙肝"
    assert phrases.replace("ca癌") == "癌"
