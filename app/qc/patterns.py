"""Regular expressions that cannot run away: their longest time is worked out when a rule is loaded.

They are run on short texts only, and one whose worst case takes more than about a tenth of a second is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import factorial
from typing import Final

MAX_PATTERN: Final = 200
MAX_TEXT: Final = 300
"""Characters of a text that are looked at; front-page fields are at most 200 long."""
MAX_STEPS: Final = 10_000_000
"""Steps of the worst case on a text of that length; measured at 4 to 10 ns each."""
_MAX_OPEN_REPEATS: Final = 2
_PIECE: Final = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?:)?)|(?P<close>\))"
    r"|(?P<repeat>[*+?]|\{\d*,?\d*\})(?P<lazy>[?+])?|(?P<or>\|)|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class SafePattern:
    """A compiled pattern with its worst case: ``choices`` × length ^ ``degree`` ÷ ``degree``! steps."""

    compiled: re.Pattern[str]
    choices: int
    degree: int

    def steps(self, length: int) -> int:
        """Return the steps that a text of that length can take at most."""
        return int(self.choices * min(length, MAX_TEXT) ** self.degree) // factorial(self.degree)


def compile_safely(pattern: str) -> SafePattern:
    """Return the compiled pattern (``\\d`` is 0-9). Raises ``ValueError`` for one that is wrong or could run away.

    Refused: look-around, back references, a repeated group that itself repeats or holds alternatives, more than two
    open-ended repeats, and so many optional parts or alternatives that a text of 300 characters takes too long.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError("length")
    choices, degree = _check_shape(pattern)
    try:
        found = SafePattern(re.compile(pattern, re.ASCII), choices, degree)
    except (re.error, OverflowError) as fault:
        raise ValueError("syntax") from fault
    if found.steps(MAX_TEXT) > MAX_STEPS:
        raise ValueError("too_slow")
    return found


def finds(pattern: SafePattern, text: str) -> bool:
    """Tell whether the pattern is found in the first 300 characters."""
    return pattern.compiled.search(text[:MAX_TEXT]) is not None


@dataclass(slots=True)
class _Group:
    """An open group: does it repeat or choose inside, and how many alternatives does it have?"""

    varied: bool = False
    alternatives: int = 1


def _check_shape(pattern: str) -> tuple[int, int]:
    """Return choices and degree of the worst case. Raises ``ValueError`` for what is never allowed."""
    groups = [_Group()]
    closed = False  # the piece before was a group that repeats or chooses inside
    open_repeats, choices = 0, 1
    for match in _PIECE.finditer(pattern):
        kind = match.lastgroup if match.lastgroup != "lazy" else "repeat"
        if kind == "escape" and match[0][1] in "123456789":
            raise ValueError("back_reference")
        if kind == "open":
            if pattern[match.end() : match.end() + 1] == "?":
                raise ValueError("look_around")
            groups.append(_Group())
        elif kind == "repeat":
            least, most = _bounds(match["repeat"])
            if closed and most > 1:
                raise ValueError("nested_repeat")
            open_repeats += most > MAX_TEXT
            choices *= 1 if most > MAX_TEXT else 1 + max(0, most - least)
            groups[-1].varied = groups[-1].varied or most > 1
        elif kind == "or":
            groups[-1].alternatives += 1
        closed = False
        if kind == "close" and len(groups) > 1:
            group = groups.pop()
            choices *= group.alternatives
            closed = group.varied or group.alternatives > 1
            groups[-1].varied = groups[-1].varied or closed
    if open_repeats > _MAX_OPEN_REPEATS:
        raise ValueError("too_many_repeats")
    anchored = pattern.startswith("^") and groups[0].alternatives == 1
    return choices * groups[0].alternatives, open_repeats + (not anchored)


def _bounds(repeat: str) -> tuple[int, int]:
    """Return the smallest and largest number of repetitions; open-ended ones count beyond any text."""
    if repeat in "*+?":
        return (1 if repeat == "+" else 0), (1 if repeat == "?" else MAX_TEXT + 1)
    least, comma, most = repeat.strip("{}").partition(",")
    low = int(least or 0)
    return low, (int(most) if most else MAX_TEXT + 1) if comma else low
