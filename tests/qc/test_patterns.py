"""Regular expressions of rules: harmless ones pass, those that could run away are refused when the rule is loaded."""

from __future__ import annotations

import pytest

from app.qc.patterns import MAX_PATTERN, MAX_TEXT, compile_safely, finds


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"^\d{6}$", "310000", True),
        (r"^\d{6}$", "31000", False),
        (r"^\d$", "３", False),
        (r"^(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?$", "0571-87000000-12", True),
        (r"^M\d{4,5}/[012369]$", "M8140/3", True),
        (r"^(?:ab|cd)x?$", "cdx", True),
        (r"[^]a]+[(]", "x(", True),
        (r"a+b*", "caab", True),
        (r"a+?b", "aab", True),
        (r"(ab){3}", "ababab", True),
        (r"^$", "", True),
    ],
)
def test_finds(pattern: str, text: str, found: bool) -> None:
    assert finds(compile_safely(pattern), text) is found


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(a+)+$", "nested_repeat"),
        (r"(a*)*", "nested_repeat"),
        (r"((a{2,5}))+", "nested_repeat"),
        (r"(a|a)*", "nested_repeat"),
        (r"(?:a|b){2,}", "nested_repeat"),
        (r"(a{1,9}b){3}", "nested_repeat"),
        (r"a*b*c*", "too_many_repeats"),
        (r"a+b+c{2,}", "too_many_repeats"),
        (r"(?=a)", "look_around"),
        (r"(?<!a)b", "look_around"),
        (r"(?P<n>a)", "look_around"),
        (r"(a)\1", "back_reference"),
        (r"(a", "syntax"),
        (r"a)", "syntax"),
        (r"[a", "syntax"),
        (r"a{99999999999}", "syntax"),
        ("a" * (MAX_PATTERN + 1), "length"),
    ],
)
def test_refuses(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}$"):
        compile_safely(pattern)


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    assert not finds(compile_safely("b"), "a" * MAX_TEXT + "b")
    assert finds(compile_safely("b"), "a" * (MAX_TEXT - 1) + "b")
