"""Regular expressions of rules: harmless ones pass, those that could run away are refused when the rule is loaded."""

from __future__ import annotations

import time

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
        ("a?" * 20 + "a" * 20, "too_slow"),
        ("(a|a)" * 20 + "x", "too_slow"),
        ("^" + "a?" * 24 + "x", "too_slow"),
        (r"a{0,200}a{0,200}a{0,200}x", "too_slow"),
        (r"a*a*b{1,9}", "too_slow"),
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


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("a?" * 15 + "x", "a" * MAX_TEXT), (r"a*[ab]*c", "a" * MAX_TEXT), ("^" + "a?" * 23 + "x", "a" * MAX_TEXT)],
)
def test_the_slowest_patterns_that_pass_take_less_than_a_second(pattern: str, text: str) -> None:
    start = time.process_time()
    assert not finds(compile_safely(pattern), text)
    assert time.process_time() - start < 1


def test_the_worst_case_grows_with_the_text() -> None:
    anchored, free = compile_safely(r"^a{1,3}b?$"), compile_safely(r"a+b*")
    assert (anchored.steps(10), anchored.steps(1000)) == (6, 6)
    assert (free.steps(10), free.steps(300)) == (166, 4_500_000)


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    assert not finds(compile_safely("b"), "a" * MAX_TEXT + "b")
    assert finds(compile_safely("b"), "a" * (MAX_TEXT - 1) + "b")
