"""Where somebody was in the tabular list, to go back and forward through it."""

from __future__ import annotations

from collections.abc import Sequence

from app.services.types import ContextNode


class ContextSteps:
    """The parts of the list that were looked at since the last result was chosen."""

    def __init__(self) -> None:
        self._parts: list[tuple[ContextNode, ...]] = []
        self._at = -1

    def begin(self, nodes: Sequence[ContextNode]) -> None:
        """Start anew with a part."""
        self._parts, self._at = [tuple(nodes)], 0

    def go_to(self, nodes: Sequence[ContextNode]) -> None:
        """Look at another part; what lay ahead is forgotten."""
        self._parts = [*self._parts[: self._at + 1], tuple(nodes)]
        self._at = len(self._parts) - 1

    def can_step(self, by: int) -> bool:
        """True when there is a part that far back (−1) or ahead (1)."""
        return 0 <= self._at + by < len(self._parts)

    def step(self, by: int) -> tuple[ContextNode, ...]:
        """Go that far and return the part."""
        self._at += by
        return self._parts[self._at]
