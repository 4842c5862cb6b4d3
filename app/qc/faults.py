"""What can be wrong with a rule: refused when it is loaded, or unanswerable for one record."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from app.common.errors import UserProblem


class RuleFault(UserProblem):
    """A rule that cannot be loaded, with the place of the fault.

    ``key`` is an entry of area ``qc.fault``; ``source`` the expression (or '' for faults of other entries of
    the rule) and ``at`` the 0-based offset of the first wrong character, so that an editor can mark it.
    """

    def __init__(
        self, key: str, *, source: str = "", at: int = 0, rule_id: str = "", args: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(f"qc.fault.{key}", remedy="qc.fault.remedy", where=None, **(args or {}))
        self.source = source
        self.at = at
        self.rule_id = rule_id

    @property
    def caret(self) -> str:
        """The line of the fault with a caret under its first character, '' when there is no expression."""
        if not self.source:
            return ""
        start = self.source.rfind("\n", 0, self.at) + 1
        line = self.source[start:].split("\n", 1)[0]
        return f"{line}\n{' ' * _width(line[: self.at - start])}^"

    def __str__(self) -> str:
        head = f"{self.rule_id}: " if self.rule_id else ""
        tail = f"\n{self.caret}" if self.source else ""
        return f"{head}{self.message}{tail}"

    def __repr__(self) -> str:
        return f"RuleFault({self.key!r}, rule={self.rule_id!r}, at={self.at})"


class Unanswerable(Exception):
    """A rule cannot be evaluated now: a table it needs is absent. ``key`` is an entry of area ``qc.broken``."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = f"qc.broken.{key}"


def _width(text: str) -> int:
    """Return the columns that a fixed-pitch font gives the text: 2 for wide characters."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
