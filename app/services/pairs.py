"""Two states of a record side by side, place by place: rows are told apart by their stored id, not by their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.common.texts import text
from app.domain.case import CaseRecord, FieldPath, Row
from app.domain.field import FieldSpec, Group, Section
from app.domain.fields import fields_of
from app.domain.values import display
from app.services.history_words import row_name


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """One place in both states as text, '' where blank; ``path`` is that of the later state, '' when it is gone."""

    section: Section
    label: str
    then: str
    now: str
    path: str

    @property
    def differs(self) -> bool:
        """True when the two states do not say the same."""
        return self.then != self.now


def pairs(then: CaseRecord, now: CaseRecord) -> tuple[Pair, ...]:
    """Return every place that is filled in one of two states, in the order of the field list."""
    found = [pair for spec in fields_of(Group.CASE) if (pair := _pair(spec, then.head, now.head, spec.label, spec.id))]
    for group in Group:
        if group is not Group.CASE:
            found += _of_group(group, then.rows(group), now.rows(group))
    return tuple(found)


def _of_group(group: Group, then: tuple[Row, ...], now: tuple[Row, ...]) -> Iterator[Pair]:
    before = {row.id: row for row in then}
    here = {row.id for row in now}
    rows = [(before.get(row.id), row, at) for at, row in enumerate(now)]
    rows += [(row, Row(), at) for at, row in enumerate(then) if row.id not in here]
    for old, new, at in rows:
        name = row_name(group, at)
        for spec in fields_of(group):
            path = str(FieldPath(group, at, spec.id)) if new.id else ""
            pair = _pair(spec, old or Row(), new, text("history.in_row", row=name, label=spec.label), path)
            if pair:
                yield pair


def _pair(spec: FieldSpec, then: Row, now: Row, label: str, path: str) -> Pair | None:
    old, new = cell_text(spec, then), cell_text(spec, now)
    return Pair(spec.section, label, old, new, path) if old or new else None


def cell_text(spec: FieldSpec, row: Row) -> str:
    """Return what a row says in a field: the value in display form, unread text as it came, a dash, or ''."""
    if spec.id in row.raw:
        return row.raw[spec.id]
    if spec.id in row.dashes:
        return "-"
    value = row.get(spec.id)
    return "" if value is None else display(spec, value)
