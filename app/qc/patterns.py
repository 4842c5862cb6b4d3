"""Regular expressions that cannot run away: checked when a rule is loaded, run on short texts only."""

from __future__ import annotations

import re
from typing import Final

MAX_PATTERN: Final = 200
MAX_TEXT: Final = 300
"""Characters of a text that are looked at; front-page fields are at most 200 long."""
_MAX_OPEN_REPEATS: Final = 2
_PIECE: Final = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?:)?)|(?P<close>\))"
    r"|(?P<repeat>[*+?]|\{\d*,?\d*\})(?P<lazy>[?+])?|(?P<or>\|)|(?P<other>.)",
    re.DOTALL,
)


def compile_safely(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern (``\\d`` is 0-9). Raises ``ValueError`` for one that is wrong or could run away.

    Refused: look-around, back references, a repeated group that itself repeats or holds alternatives, and more than
    two open-ended repeats, because their time grows beyond the square of the text's length.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError("length")
    _check_shape(pattern)
    try:
        return re.compile(pattern, re.ASCII)
    except (re.error, OverflowError) as fault:
        raise ValueError("syntax") from fault


def finds(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether the pattern is found in the first 300 characters."""
    return pattern.search(text[:MAX_TEXT]) is not None


def _check_shape(pattern: str) -> None:
    groups: list[bool] = [False]  # per open group: does it repeat or choose inside?
    closed = False  # the piece before was a group that repeats or chooses inside
    open_repeats = 0
    for match in _PIECE.finditer(pattern):
        kind = match.lastgroup if match.lastgroup != "lazy" else "repeat"
        if kind == "escape" and match[0][1] in "123456789":
            raise ValueError("back_reference")
        if kind == "open":
            if pattern[match.end() : match.end() + 1] == "?":
                raise ValueError("look_around")
            groups.append(False)
        elif kind == "repeat":
            most = _most(match["repeat"])
            open_repeats += most > MAX_TEXT
            if closed and most > 1:
                raise ValueError("nested_repeat")
            groups[-1] = groups[-1] or most > 1
        elif kind == "or":
            groups[-1] = groups[-1] or len(groups) > 1
        closed = False
        if kind == "close" and len(groups) > 1:
            closed = groups.pop()
            groups[-1] = groups[-1] or closed
    if open_repeats > _MAX_OPEN_REPEATS:
        raise ValueError("too_many_repeats")


def _most(repeat: str) -> int:
    """Return the largest number of repetitions; open-ended ones count beyond any text."""
    if repeat == "?":
        return 1
    numbers = repeat.strip("{}").split(",")
    if repeat in "*+" or not numbers[-1]:
        return MAX_TEXT + 1
    return int(numbers[-1])
