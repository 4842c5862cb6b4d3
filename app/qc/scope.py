"""One record during one check: what compiled expressions read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeVar

from app.domain.case import CaseRecord, Row
from app.domain.field import Group
from app.qc.context import QcContext
from app.qc.faults import Unanswerable

MAX_LOOPS: Final = 8
"""Row loops inside each other that an expression may have."""
MAX_STEPS: Final = 50_000_000
"""What one rule may take for one record, in steps of a regular expression: about a quarter of a second."""
STEPS_PER_ROW: Final = 200
_NO_ROW: Final = Row()
NO_DEFAULTS: Final[Mapping[str, Decimal]] = MappingProxyType({})
_T = TypeVar("_T")


class Scope:
    """The record, the context, and the rows that loops have bound (``rows[slot]``, their index in ``at[slot]``).

    ``missing`` holds the paths that the source file lacks and nobody has filled; ``path#`` for a path that the
    file lacks, filled or not. ``words`` are bound elements of LIST fields, ``defaults`` hospital parameters, ``kept``
    what :meth:`keep` has made, ``left`` the steps that the rule at hand may still take.
    """

    __slots__ = (
        "_codes",
        "_joined",
        "at",
        "context",
        "dashes",
        "defaults",
        "groups",
        "head",
        "kept",
        "left",
        "missing",
        "raw",
        "record",
        "rows",
        "words",
    )

    def __init__(
        self,
        record: CaseRecord,
        context: QcContext,
        missing: frozenset[str] = frozenset(),
        defaults: Mapping[str, Decimal] = NO_DEFAULTS,
    ) -> None:
        self.record = record
        self.context = context
        self.missing = missing
        self.defaults = defaults
        self.head = record.head.values
        self.raw = record.head.raw
        self.dashes = record.head.dashes
        self.groups = record.groups
        self.rows = [_NO_ROW] * MAX_LOOPS
        self.at = [0] * MAX_LOOPS
        self.words = [""] * MAX_LOOPS
        self.left = MAX_STEPS
        self._codes: dict[Group, tuple[str, ...]] = {}
        self._joined: dict[tuple[Group, str], str] = {}
        self.kept: dict[object, object] = {}

    def walk(self, rows: int) -> None:
        """Count rows that a loop looks at. Raises :class:`Unanswerable` when a rule takes too long."""
        self.left -= rows * STEPS_PER_ROW
        if self.left < 0:
            raise Unanswerable("too_long")

    def spend(self, steps: int) -> None:
        """Count work. Raises :class:`Unanswerable` when a rule takes too long: it is broken, the program never slow."""
        self.left -= steps
        if self.left < 0:
            raise Unanswerable("too_long")

    def keep(self, key: object, make: Callable[[Scope], _T]) -> _T:
        """Return a value that is made once per record."""
        if key not in self.kept:
            self.kept[key] = make(self)
        return self.kept[key]  # type: ignore[return-value]  # the key belongs to one maker

    def apart(self, read: Callable[[Scope], _T]) -> _T:
        """Return what ``read`` yields with loops of its own, so that it may be asked for inside other loops."""
        rows, at = self.rows, self.at
        self.rows, self.at = [_NO_ROW] * MAX_LOOPS, [0] * MAX_LOOPS
        try:
            return read(self)
        finally:
            self.rows, self.at = rows, at

    def codes(self, group: Group) -> tuple[str, ...]:
        """Return the codes of a group's rows in order, '' where a row has none; made once."""
        found = self._codes.get(group)
        if found is None:
            rows = self.groups.get(group, ())
            found = self._codes[group] = tuple([str(row.values.get("code") or "") for row in rows])
        return found

    def written(self, group: Group) -> tuple[str, ...]:
        """Return :meth:`codes` with the texts that import could not read as codes."""
        rows = self.groups.get(group, ())
        if not any(row.raw for row in rows):
            return self.codes(group)
        return tuple(code or row.raw.get("code", "") for code, row in zip(self.codes(group), rows, strict=True))

    def joined(self, group: Group, name: str) -> str:
        """Return the texts of a field in a group's rows, unread ones too, one a line; made once."""
        found = self._joined.get((group, name))
        if found is None:
            rows = self.groups.get(group, ())
            texts = [str(row.values.get(name) or "") or row.raw.get(name, "") for row in rows]
            found = self._joined[group, name] = "\n".join(texts)
        return found

    def __repr__(self) -> str:
        return "Scope(‹redacted›)"
