"""Texts as other hands would write them, and rubbish: strategies for the properties of matchers."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from app.common.paths import data
from app.domain.coding import Band, CodeKind
from app.matching.first import FirstMatcher

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
BLANKS = " \t\u3000\r\n\u00a0"
ENDS = ("", "\u3002", ".", "\uff0c", "\uff1b", ";")
SIGNS = str.maketrans("()\uff08\uff09,\uff0c;\uff1b:\uff1a", "\uff08\uff09()\uff0c,\uff1b;\uff1a:")
MOST = 10_000
"""Characters of the longest text that is tried."""

# Each example asks a matcher over the bundled books, which the session builds once.
asked = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def rewritten(draw: st.DrawFn, text: str) -> str:
    """Return a text as another hand would write it: case, width, brackets and commas, blanks around, a full stop."""
    case = draw(st.sampled_from((str.upper, str.lower, str.swapcase, str)))
    other = case(text)
    if draw(st.booleans()):
        other = other.translate(SIGNS)
    if draw(st.booleans()):
        other = other.translate(FULL_WIDTH)
    around = st.text(BLANKS, max_size=3)
    return draw(around) + other + draw(st.sampled_from(ENDS)) + draw(around)


@cache
def _names() -> frozenset[tuple[str, str]]:
    """The pairs of characters in names of the bundled books: hypothesis tries words that it finds in our own code."""
    files = (data("codebooks") / "builtin").glob("*.csv")
    return frozenset(pair for file in files for pair in pairwise(file.read_text(encoding="utf-8-sig")))


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
EMOJI = st.characters(min_codepoint=0x1F300, max_codepoint=0x1F64F)
RUBBISH = st.one_of(
    st.text(HAN, min_size=4, max_size=40).filter(lambda text: not any(map(_names().__contains__, pairwise(text)))),
    st.text("bcdfghjkqwxyz", min_size=6, max_size=40),
    st.text("0123456789", min_size=1, max_size=40),
    st.text(EMOJI, min_size=1, max_size=40),
    st.text("\uff0c\u3002\uff01\uff1f,.!?()[]{}+-*/ \n", max_size=40),
    st.builds(
        lambda piece, times: (piece * times)[:MOST],
        st.text(st.one_of(EMOJI, st.sampled_from("0123456789zqj")), min_size=20, max_size=200),
        st.integers(1, 500),
    ),
)


def first(matcher: FirstMatcher, text: str, kind: CodeKind) -> tuple[str, str, Band]:
    """Return code and name of the first answer and what may be done with it."""
    found = matcher.match(text, kind)
    return (found.best.code, found.best.name, found.band) if found.best else ("", "", found.band)
