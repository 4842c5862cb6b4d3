"""Changes of the audit as place, old and new, for whoever may read them.

A private note is for its author alone, and what identifies a patient is hidden from who works on no cases.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from app.common.texts import text
from app.domain.case import Row
from app.domain.field import Group
from app.domain.masking import masked
from app.services.audit_types import AuditChange
from app.services.case_view import change_text
from app.services.replayed_case import proposal_in, row_of
from app.storage.audit import Operation
from app.storage.cells import decode
from app.storage.rows import CLAIMED_BY, CODE_STATUS, EVENT, POSITION, PROPOSAL, ROW, Change
from app.storage.tables import WORKFLOW_COLUMNS, spec_of

_GROUPS: Final = frozenset(str(group) for group in Group)
_LONGEST: Final = 200
_NOTE: Final = "case_note"
_NOTE_WORDS: Final = "words"
_SECRET: Final = frozenset({"words", "patient", "patient_name", "name"})
"""Details of an event that may name a patient."""
_JSON: Final = ("[", "{")
"""How a column begins that holds several values."""
_WORD: Final = re.compile(r"[a-z_]{2,20}")
"""A word of the program's own, as columns hold it."""
_RULES: Final = ("rule", "rule_id")
_NEVER: Final = frozenset({"actor", "actor_name", "at", "source", "uid"})
"""Columns of a whole row that say nothing beyond the operation itself."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the id, and whether patients may be named to her; ``people`` are the names of people by id."""

    actor: str
    sees_names: bool
    people: Mapping[str, str]


def worded(operation: Operation, change: Change, reader: Reader) -> AuditChange:
    """Return a change in words, with the rule that it names."""
    if change.entity == EVENT:
        return AuditChange(_event_name(change.field), "", _details(change, reader), _rule(change))
    if change.entity in _GROUPS:
        return _in_case(Group(change.entity), change, reader)
    return _in_table(operation, change, reader)


def patient_name(name: str, reader: Reader) -> str:
    """Return a patient's name as the reader may see it."""
    return name if reader.sees_names else masked("patient_name", name)


def _event_name(field: str) -> str:
    return _or(f"audit.event.{field}", field)


def _details(change: Change, reader: Reader) -> str:
    facts = change.after if isinstance(change.after, Mapping) else {}
    shown = []
    for key, value in facts.items():
        if key in _RULES or value in ("", None, [], {}):
            continue
        said = _plain(value)
        if key in _SECRET and not reader.sees_names:
            said = text("audit.hidden")
        shown.append(text("audit.pair", name=_or(f"audit.detail.{key}", key), value=said))
    return _short(text("audit.join").join(shown))


def _rule(change: Change) -> str:
    for side in (change.after, change.before):
        if isinstance(side, Mapping):
            found = next((str(side[key]) for key in _RULES if side.get(key)), "")
            if found:
                return found
    return ""


def _in_case(group: Group, change: Change, reader: Reader) -> AuditChange:
    if change.field == ROW:
        old, new = (_row(group, side, reader) for side in (change.before, change.after))
        return AuditChange(text("audit.row_of", group=_or(f"audit.group.{group}", str(group))), old, new)
    if change.field == PROPOSAL:
        old, new = (_proposal(side) for side in (change.before, change.after))
        return AuditChange(_place(group, text("audit.proposal"), change), old, new)
    if change.field in (POSITION, CODE_STATUS) or (group is Group.CASE and change.field in WORKFLOW_COLUMNS):
        old, new = (_workflow(change.field, side, reader) for side in (change.before, change.after))
        return AuditChange(_place(group, text(f"audit.column.{change.field}"), change), old, new)
    spec = spec_of(group, change.field)
    old, new = (change_text(spec, decode(spec, side)) for side in (change.before, change.after))
    if not reader.sees_names:
        old, new = (masked(change.field, said) for said in (old, new))
    return AuditChange(_place(group, spec.label, change), _short(old), _short(new))


def _place(group: Group, label: str, change: Change) -> str:
    """Return the field, behind its group and the number of its row in the library where it is of a row."""
    if group is Group.CASE:
        return label
    return text("audit.in_row", group=_or(f"audit.group.{group}", str(group)), row=change.row_id, label=label)


def _row(group: Group, side: object, reader: Reader) -> str:
    if not isinstance(side, Mapping):
        return text("audit.none")
    if group is Group.CASE:
        return text("audit.whole_case")
    return _short(text("audit.join").join(_values(group, row_of(group, side), reader))) or text("history.blank_row")


def _values(group: Group, row: Row, reader: Reader) -> list[str]:
    shown = []
    for field in row.values:
        said = row.text(field)
        if said:
            label = spec_of(group, field).label
            value = said if reader.sees_names else masked(field, said)
            shown.append(text("audit.pair", name=label, value=value))
    return shown


def _proposal(side: object) -> str:
    proposal = proposal_in(side)
    return text("audit.none") if proposal is None else f"{proposal.code} {proposal.name}"


def _workflow(column: str, side: object, reader: Reader) -> str:
    if side in (None, ""):
        return text("audit.none")
    if column == CLAIMED_BY:
        return reader.people.get(str(side), str(side))
    if column == POSITION and isinstance(side, int):
        return str(side + 1)
    return _or(f"cases.state.{side}", _plain(side)) if column == "state" else _plain(side)


def _in_table(operation: Operation, change: Change, reader: Reader) -> AuditChange:
    table = _or(f"audit.table.{change.entity}", change.entity)
    hides = change.entity == _NOTE and operation.actor != reader.actor
    if change.field != ROW:
        old, new = (_cell(change.field, side, hides) for side in (change.before, change.after))
        place = text("audit.in_table", table=table, column=_column(change.field))
        return AuditChange(place, old, new, _rule(change))
    old, new = (_whole(side, hides) for side in (change.before, change.after))
    return AuditChange(table, old, new, _rule(change))


def _cell(column: str, side: object, hides: bool) -> str:
    if side in (None, ""):
        return text("audit.none")
    return text("audit.private") if hides and column == _NOTE_WORDS else _short(_plain(side))


def _whole(side: object, hides: bool) -> str:
    if not isinstance(side, Mapping):
        return text("audit.none")
    shown = [
        text("audit.pair", name=_column(name), value=_cell(name, value, hides))
        for name, value in side.items()
        if name not in _NEVER and value not in (None, "")
    ]
    return _short(text("audit.join").join(shown))


def _column(name: str) -> str:
    return _or(f"audit.column.{name}", name)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return text("audit.yes" if value else "audit.no")
    if isinstance(value, Mapping):
        shown = {_column(str(key)): _plain(one) for key, one in value.items() if one not in ("", None, [], {})}
        return text("audit.join").join(text("audit.pair", name=name, value=said) for name, said in shown.items())
    if isinstance(value, list):
        return text("audit.list").join(_plain(one) for one in value)
    said = str(value)
    if said.startswith(_JSON):
        with suppress(ValueError, RecursionError):
            return _plain(json.loads(said))
    return _or(f"audit.value.{said}", said) if _WORD.fullmatch(said) else said


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _or(key: str, fallback: str) -> str:
    """Return a text, the name of the thing itself where the audit knows more names than the texts do."""
    try:
        return text(key)
    except KeyError:
        return fallback
