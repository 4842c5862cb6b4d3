"""Changes of the audit as sentences: which place, from what, to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.common.texts import text
from app.domain.case import Row
from app.domain.field import Group
from app.services.case_view import change_text
from app.services.replayed_case import ReplayedCase, proposal_in, row_of
from app.storage.cells import decode
from app.storage.rows import CASE, CODE_STATUS, EVENT, POSITION, PROPOSAL, ROW, Change
from app.storage.tables import WORKFLOW_COLUMNS, spec_of

_NAMED_MAIN: Final = (Group.DX, Group.OP)
_EVENTS: Final = (
    "appeal",
    "question",
    "question_again",
    "asked",
    "asked_no_more",
    "returned",
    "return_withdrawn",
    "return_answered",
    "return_taken",
    "return_kept",
    "return_escalated",
    "noted",
    "note_changed",
    "note_done",
    "note_open",
    "note_gone",
    "follow_up",
    "follow_up_done",
    "rule_judged",
    "document",
    "document_gone",
    "printed",
    "appeal_opened",
    "appeal_changed",
    "appeal_answered",
    "appeal_closed",
)
"""Events of a case that its history tells, each with a text ``history.event``."""


@dataclass(frozen=True, slots=True)
class Told:
    """A change in words and the cell it was made in: row 0 for the case itself, field '' for a whole row.

    ``group`` is None for what happened beside the record.
    """

    words: str
    group: Group | None = None
    row_id: int = 0
    field: str = ""

    def __repr__(self) -> str:
        return f"Told({self.group}, {self.row_id}, {self.field!r})"


def told(case: ReplayedCase, changes: Sequence[Change], people: Mapping[str, str]) -> Iterator[Told]:
    """Apply the changes of one operation to the case and yield what each of them did, in words.

    The arrival of a whole case is one sentence, not one for each field. ``people`` are names by id.
    """
    whole = next((change for change in changes if (change.entity, change.field) == (CASE, ROW)), None)
    coded = {(change.entity, change.row_id) for change in changes if change.field == "code"}
    for change in changes:
        if whole is None and not (change.field == PROPOSAL and (change.entity, change.row_id) in coded):
            sentence = _sentence(case, change, people)
            if sentence:
                yield _placed(sentence, change)
        case.apply(change)
    if whole is not None:
        counts = {str(group): len(case.rows.get(group, ())) for group in _NAMED_MAIN}
        yield Told(text("history.came", **counts) if whole.after is not None else text("history.went"))


def _placed(sentence: str, change: Change) -> Told:
    if change.entity == EVENT or change.field in WORKFLOW_COLUMNS:
        return Told(sentence)
    field = "code" if change.field in (POSITION, PROPOSAL) else change.field
    return Told(sentence, Group(change.entity), change.row_id, field)


def _sentence(case: ReplayedCase, change: Change, people: Mapping[str, str]) -> str:
    """Return what a change does to the case as it stands before it, '' for what a reader has no use for."""
    if change.entity == EVENT:
        return _event(change)
    if change.entity == CASE:
        return _workflow(change, people) if change.field in WORKFLOW_COLUMNS else _cell(_label(change), change)
    return "" if change.field == CODE_STATUS else _in_row(case, Group(change.entity), change)


def _event(change: Change) -> str:
    details = change.after if isinstance(change.after, Mapping) else {}
    return text(f"history.event.{change.field}", **details) if change.field in _EVENTS else ""


def _in_row(case: ReplayedCase, group: Group, change: Change) -> str:
    if change.field == ROW:
        return _row(case, group, change)
    name = row_name(group, case.index(group, change.row_id))
    if change.field == POSITION:
        return text("history.moved", row=name, number=int(str(change.after)) + 1)
    if change.field == PROPOSAL:
        return _proposal(name, change)
    return _cell(text("history.in_row", row=name, label=_label(change)), change)


def _label(change: Change) -> str:
    return spec_of(Group(change.entity), change.field).label


def _cell(place: str, change: Change) -> str:
    spec = spec_of(Group(change.entity), change.field)
    before, after = (change_text(spec, decode(spec, cell)) for cell in (change.before, change.after))
    return text("history.cell", place=place, before=before, after=after)


def _workflow(change: Change, people: Mapping[str, str]) -> str:
    if change.field not in ("state", "claimed_by"):
        return ""
    before, after = (_workflow_word(change.field, cell, people) for cell in (change.before, change.after))
    return text("history.cell", place=text(f"history.{change.field}"), before=before, after=after)


def _workflow_word(column: str, cell: object, people: Mapping[str, str]) -> str:
    if not cell:
        return text("cases.blank")
    return text(f"cases.state.{cell}") if column == "state" else people.get(str(cell), str(cell))


def _row(case: ReplayedCase, group: Group, change: Change) -> str:
    if isinstance(change.after, Mapping):
        at = change.after.get(POSITION)
        name = row_name(group, at if isinstance(at, int) else len(case.rows.get(group, ())))
        return text("history.inserted", row=name, words=_words(group, row_of(group, change.after)))
    at = case.index(group, change.row_id)
    return text("history.deleted", row=row_name(group, at), words=_words(group, case.rows[group][at]))


def _words(group: Group, row: Row) -> str:
    """Return code and name of a row, else its first values."""
    shown = [row.text("code"), row.text("name") or row.text("source_text")] if group in _NAMED_MAIN else []
    shown = shown or [str(value) for value in row.values.values() if value is not None][:2]
    return text("history.join").join(filter(None, shown)) or text("history.blank_row")


def _proposal(name: str, change: Change) -> str:
    proposal = proposal_in(change.after)
    if proposal is not None:
        return text("history.proposed", row=name, words=f"{proposal.code} {proposal.name}")
    was = proposal_in(change.before)
    return text("history.unproposed", row=name, words=f"{was.code} {was.name}") if was else ""


def row_name(group: Group, index: int) -> str:
    """Return what a row is called: the main diagnosis and operation by name, the rest by number from 1."""
    if index == 0 and group in _NAMED_MAIN:
        return text(f"history.row.{group}_main")
    return text(f"history.row.{group}", number=index + 1)
