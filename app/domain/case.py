"""The case record as a value: scalar fields plus repeating groups, addressed by the paths of domain.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.field import Group

Value = str | int | Decimal | date | datetime | tuple[str, ...] | None
"""A stored value; money is an ``int`` in fen, a LIST a tuple of strings. ``datetime`` has no zone."""

_PATH: Final = re.compile(r"^(?P<group>[a-z_]+)\[(?P<index>\d+)\](?:\.(?P<field>\w+))?$")


class CaseState(StrEnum):
    """States of domain.md 5.2."""

    INPATIENT = "inpatient"
    TO_CODE = "to_code"
    CODING = "coding"
    RETURNED = "returned"
    TO_QC = "to_qc"
    QC = "qc"
    PASSED = "passed"
    APPROVAL = "approval"
    SUBMITTED = "submitted"
    UNLOCK_REQUESTED = "unlock_requested"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CaseKey:
    """Identifies a stay; never holds None (domain.md 2.1.8)."""

    org_code: str
    record_no: str
    admission_count: int

    def __repr__(self) -> str:
        return "CaseKey(‹redacted›)"


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A parsed path: ``sex`` or ``dx[0].code``. ``nb_weight[0]`` means its field ``weight``."""

    group: Group
    index: int
    field: str

    @classmethod
    def parse(cls, path: str) -> FieldPath:
        """Parse a path of domain.md. Raises ``ValueError`` for an unknown group."""
        found = _PATH.match(path)
        if not found:
            return cls(Group.CASE, 0, path)
        return cls(Group(found["group"]), int(found["index"]), found["field"] or "weight")

    def __str__(self) -> str:
        return self.field if self.group is Group.CASE else f"{self.group}[{self.index}].{self.field}"


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """Values of one table row. ``repr`` shows no value: records are confidential.

    ``raw`` keeps the text of a value that could not be read (the value is then None); ``dashes`` names the
    fields where the form says "nothing to enter". ``id`` is the stored row's identity, 0 when not stored.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)
    dashes: frozenset[str] = frozenset()
    id: int = 0

    def get(self, name: str) -> Value:
        """Return the value, None when blank."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """Return the value as a string, '' when blank."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def is_blank(self) -> bool:
        """True when the row holds neither a value nor unread text."""
        return not self.raw and all(value is None or value == "" for value in self.values.values())

    def with_value(self, name: str, value: Value) -> Row:
        """Return a copy with one value set; its raw text and dash are dropped."""
        return replace(
            self,
            values={**self.values, name: value},
            raw={key: old for key, old in self.raw.items() if key != name},
            dashes=self.dashes - {name},
        )

    def __repr__(self) -> str:
        return f"Row(id={self.id}, fields={len(self.values)}, ‹redacted›)"


@dataclass(frozen=True, slots=True, repr=False)
class CaseRecord:
    """One stay: ``head`` holds every field of group CASE, ``groups`` the repeating rows in order.

    ``columns`` are the field paths (``sex``, ``dx[].code``) that the source file had, or None when every
    field can be filled (a case typed in the program).
    """

    head: Row
    groups: Mapping[Group, tuple[Row, ...]] = field(default_factory=dict)
    columns: frozenset[str] | None = None

    def rows(self, group: Group) -> tuple[Row, ...]:
        """Return the rows of a group, an empty tuple when there are none."""
        return self.groups.get(group, ())

    def value(self, path: str) -> Value:
        """Return the value at a path of domain.md, None when blank or when the row does not exist."""
        if "[" not in path:
            return self.head.get(path)
        at = FieldPath.parse(path)
        rows = self.rows(at.group)
        return rows[at.index].get(at.field) if at.index < len(rows) else None

    def text(self, path: str) -> str:
        """Return :meth:`value` as a string, '' when blank."""
        value = self.value(path)
        return "" if value is None else str(value)

    def with_value(self, path: str, value: Value) -> CaseRecord:
        """Return a copy with the value at ``path`` set. Raises ``IndexError`` for a row that does not exist."""
        at = FieldPath.parse(path)
        if at.group is Group.CASE:
            return replace(self, head=self.head.with_value(at.field, value))
        rows = list(self.rows(at.group))
        rows[at.index] = rows[at.index].with_value(at.field, value)
        return self.with_rows(at.group, tuple(rows))

    def with_rows(self, group: Group, rows: tuple[Row, ...]) -> CaseRecord:
        """Return a copy with the rows of a group replaced."""
        return replace(self, groups={**self.groups, group: rows})

    def each_row(self) -> Iterator[tuple[Group, int, Row]]:
        """Yield every row: the head as (CASE, 0, row), then the groups in order."""
        yield Group.CASE, 0, self.head
        for group, rows in self.groups.items():
            for index, row in enumerate(rows):
                yield group, index, row

    @property
    def key(self) -> CaseKey:
        """The identity of the stay; blanks become '' and 0."""
        count = self.value("admission_count")
        return CaseKey(self.text("org_code"), self.text("record_no"), count if isinstance(count, int) else 0)

    def __repr__(self) -> str:
        return f"CaseRecord(‹redacted›, rows={sum(len(rows) for rows in self.groups.values())})"
