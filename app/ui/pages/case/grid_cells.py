"""The cells of a grid row, of the blank line, and of the candidates under an uncoded row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made
from datetime import datetime
from typing import Final

from app.domain.case import Row
from app.domain.coding import Candidate, Proposal
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.fields import field
from app.domain.findings import Severity
from app.domain.grouping import SecondaryNote
from app.domain.values import display
from app.services.types import CaseView
from app.ui.masking import masking
from app.ui.pages.case.grid_columns import COLUMNS
from app.ui.pages.case.looks import Marks
from app.ui.pages.wording import joined
from app.ui.widgets import Cell
from app.ui.widgets.painting import severity_icon, severity_word


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What the cells of one row are made from; ``marks`` and ``changed`` are those of the row, by field.

    ``was`` are old values to be shown by field, ``noted`` the fields with a sticky note.
    """

    view: CaseView
    group: Group
    index: int
    row: Row
    proposal: Proposal | None
    marks: Mapping[str, tuple[Severity, str]]
    changed: bool
    offered: int = 0
    was: Mapping[str, str] = made(default_factory=dict)
    noted: frozenset[str] = frozenset()

    @property
    def is_confirmed(self) -> bool:
        """True when a person accepted the code of the row."""
        return self.view.row_key(self.group, self.index) in self.view.accepted

    @property
    def worst(self) -> Severity | None:
        """The worst finding on any field of the row."""
        return min((mark[0] for mark in self.marks.values()), key=list(Severity).index, default=None)

    def severity(self, key: str) -> Severity | None:
        """Return the worst finding on a field of the row."""
        mark = self.marks.get(key)
        return mark[0] if mark else None


class GridFacts:
    """Sorts findings and changes of a view by row, once for a whole grid."""

    def __init__(self, view: CaseView, group: Group, marks: Marks, before: Mapping[str, str]) -> None:
        self._view, self._group = view, group
        self._was: dict[int, dict[str, str]] = {}
        self._noted: dict[int, set[str]] = {}
        self._marks: dict[int, dict[str, tuple[Severity, str]]] = {}
        self._changed: set[int] = set()
        prefix = f"{group}["
        for path, mark in marks.items():
            if path.startswith(prefix):
                index, key = _split(path)
                self._marks.setdefault(index, {})[key] = mark
        for path in view.changed:
            if path.startswith(prefix):
                self._changed.add(_split(path)[0])
        for path, said in before.items():
            if path.startswith(prefix) and said:
                index, key = _split(path)
                self._was.setdefault(index, {})[key] = said
        for path in view.noted:
            if path.startswith(prefix):
                index, key = _split(path)
                self._noted.setdefault(index, set()).add(key)

    def row(self, index: int, offered: int = 0) -> RowFacts:
        """Return the facts of a record row."""
        view, group = self._view, self._group
        row = view.record.rows(group)[index]
        proposal = view.proposal(group, index)
        was, noted = self._was.get(index, {}), frozenset(self._noted.get(index, ()))
        marks, changed = self._marks.get(index, {}), index in self._changed
        return RowFacts(view, group, index, row, proposal, marks, changed, offered, was, noted)


def _split(path: str) -> tuple[int, str]:
    """Return index and field of a path like ``dx[3].code``, faster than the parser: it runs for every finding."""
    head, _, key = path.partition("].")
    return int(head.partition("[")[2]), key


def row_cells(facts: RowFacts) -> list[Cell]:
    """Return the cells of a record row."""
    cells = [_cell(facts, column.key) for column in COLUMNS[facts.group]]
    if not (facts.was or facts.noted):
        return cells
    keys = [column.key for column in COLUMNS[facts.group]]
    return [
        replace(cell, was=_was(facts, key), noted=key in facts.noted) for key, cell in zip(keys, cells, strict=True)
    ]


def _was(facts: RowFacts, key: str) -> str:
    """Return the old value behind a cell; an old code stands with its name, where there is room for it."""
    if key == "name":
        return joined(facts.was.get("code", ""), facts.was.get("name", ""), sign=" ")
    return "" if key == "code" else facts.was.get(key, "")


def blank_cells(group: Group, *, alone: bool) -> list[Cell]:
    """Return the cells of the blank line at the end."""
    hint = "输入编码、名称或首字母" if alone else ""
    return [Cell(hint, "fg_muted", small=True) if column.key == "name" else Cell() for column in COLUMNS[group]]


def candidate_cells(group: Group, number: int, candidate: Candidate, effect: str, reason: str) -> list[Cell]:
    """Return the cells of an inline candidate: number, code, name, why, what it does to the group."""
    ground = "proposed_bg"
    filled = {
        "source_text": Cell(str(number), cap=True, right=True, ground=ground),
        "code": Cell(candidate.code, code=True, proposed=True, ground=ground),
        "name": Cell(candidate.name, bold=number == 1, note=reason, ground=ground),
        "status": Cell(effect, "fg_muted", small=True, ground=ground),
    }
    return [filled.get(column.key, Cell(ground=ground)) for column in COLUMNS[group]]


def _cell(facts: RowFacts, key: str) -> Cell:
    maker = _MAKERS.get(key)
    if maker:
        return maker(facts)
    return Cell(_value_text(facts.row, facts.group, key), severity=facts.severity(key))


def _number_cell(facts: RowFacts) -> Cell:
    first = facts.index == 0
    return Cell("主" if first else str(facts.index + 1), bold=first, centre=True, changed=facts.changed)


def _text_cell(facts: RowFacts) -> Cell:
    return Cell(masking().words(" ".join(facts.row.text("source_text").split())), "fg_secondary")


def _code_cell(facts: RowFacts) -> Cell:
    if facts.proposal:
        return Cell(facts.proposal.code, code=True, proposed=True)
    dash = "-" if "code" in facts.row.dashes else ""
    shown = facts.row.text("code") or facts.row.raw.get("code", dash)
    # A missing code is what is being worked on: the state says so, the cell need not shout.
    return Cell(shown, code=True, severity=facts.severity("code") if shown else None)


def _name_cell(facts: RowFacts) -> Cell:
    if facts.proposal:
        return Cell(facts.proposal.name, proposed=True)
    if facts.row.text("code"):
        return Cell(facts.row.text("name"), bold=facts.index == 0, severity=facts.severity("name"))
    hint = f"Ctrl+1–{facts.offered} 采用，或直接输入检索" if facts.offered else ""
    return Cell(hint, "fg_muted", small=True)


def _cc_cell(facts: RowFacts) -> Cell:
    note = secondary_note(facts.view, facts.index)
    if note is None or not note.level:
        return Cell("—", "fg_muted")
    word = note.level.upper()
    if note.excluded_by:
        return Cell(f"{word} 已排除", "fg_secondary")
    return Cell(word, bold=note.level == "mcc")


def _status_cell(facts: RowFacts) -> Cell:
    worst = facts.worst
    if facts.proposal:
        return Cell(f"提议 {facts.proposal.score:.0%}", "proposed", "proposed")
    if facts.offered:
        return Cell(f"候选 {facts.offered}", "proposed", "proposed")
    if worst:
        return Cell(severity_word(worst), str(worst), severity_icon(worst))
    if facts.is_confirmed:
        return Cell("已确认", "fg_secondary", "passed")
    return Cell("已编码", "fg_secondary") if facts.row.text("code") else Cell("待编码", "fg_muted")


_MAKERS: Final[Mapping[str, Callable[[RowFacts], Cell]]] = {
    "seq": _number_cell,
    "source_text": _text_cell,
    "code": _code_cell,
    "name": _name_cell,
    "cc": _cc_cell,
    "status": _status_cell,
}


def _value_text(row: Row, group: Group, key: str) -> str:
    """Return a value as a grid shows it: labels without codes, dates with their time."""
    if key in row.raw:
        return row.raw[key]
    if key in row.dashes:
        return "-"
    value = row.get(key)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    spec = field(f"{group}[].{key}")
    if spec.dictionary:
        return dictionary(spec.dictionary).label(str(value)) or str(value)
    return display(spec, value)


def secondary_note(view: CaseView, index: int) -> SecondaryNote | None:
    """Return how a secondary diagnosis counted, None for the principal one or an uncoded row."""
    explanation = view.grouping.explanation
    rows = view.record.rows(Group.DX)
    if explanation is None or index == 0 or index >= len(rows):
        return None
    proposal = view.proposal(Group.DX, index)
    code = rows[index].text("code") or (proposal.code if proposal else "")
    return next((note for note in explanation.secondaries if note.code == code), None) if code else None
