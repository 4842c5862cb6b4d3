"""The sheet: sections of the front page in paper order, made from the field list. Only this scrolls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.case import CaseRecord, FieldPath
from app.domain.dictionaries import dictionary
from app.domain.field import FieldSpec, FieldType, Group, Section
from app.domain.fields import FIELDS, field, fields_of
from app.domain.findings import Severity
from app.domain.values import display
from app.services.types import CaseView
from app.ui.pages.case.places import SECTION_TITLES, section_of
from app.ui.theme import theme
from app.ui.widgets import DictionaryField, FieldBox, FieldLook, RuledField, ScrollPane, SectionHeader

_COLUMNS = 12
_ROWS = {Section.DIAGNOSIS: ((Group.EXT, 1), (Group.PATH, 1)), Section.PATIENT: ((Group.NB_WEIGHT, 1),)}
"""Repeating groups shown as lines of a section, with the rows that are always there."""
_GRIDS = (Group.DX, Group.OP)
_BEFORE_DX = ("outp_dx_name", "outp_dx_code", "admit_dx_name", "admit_dx_code")
_AFTER_DX = ("allergy_flag", "allergy_drugs", "abo", "rh", "autopsy")
_SPANS = {"outp_dx_name": 4, "outp_dx_code": 2, "admit_dx_name": 4, "admit_dx_code": 2}
_SHORT = {"outp_dx_code": "编码", "admit_dx_code": "编码"}
_FEES = Section.FEE


def _place(spec: FieldSpec) -> Section:
    """Return the section that prints a field: paper puts the admission diagnoses above, rare findings further down."""
    if spec.id in _BEFORE_DX:
        return Section.DIAGNOSIS
    if spec.section is Section.DIAGNOSIS and spec.id not in _AFTER_DX:
        return Section.OTHER_CARE
    return spec.section


def _shown(section: Section) -> Iterator[FieldSpec]:
    return (spec for spec in FIELDS if spec.group is Group.CASE and _place(spec) is section)


class SectionBox(QWidget):
    """One section: its band, lines of fields above and below an optional grid."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        self.header = SectionHeader(SECTION_TITLES[section])
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.box.addWidget(self.header)


class FieldLines(QWidget):
    """Fields in lines of twelve columns."""

    def __init__(self, specs: list[tuple[str, FieldSpec]], make: SheetFields) -> None:
        super().__init__()
        grid = QGridLayout(self)
        px = theme().px
        grid.setContentsMargins(px(12), px(2), px(12), px(6))
        grid.setHorizontalSpacing(px(14))
        grid.setVerticalSpacing(0)
        for index in range(_COLUMNS):
            grid.setColumnStretch(index, 1)
            grid.setColumnMinimumWidth(index, 0)
        line, at = 0, 0
        for path, spec in specs:
            span = _SPANS.get(spec.id) or min(_COLUMNS, max(spec.span, make.least_span(spec)))
            if at + span > _COLUMNS:
                line, at = line + 1, 0
            grid.addWidget(make.box(path, spec), line, at, 1, span)
            at += span
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)


class SheetFields:
    """Makes and keeps the field widgets of the sheet by path."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.boxes: dict[str, FieldBox] = {}

    def least_span(self, spec: FieldSpec) -> int:
        """Return the columns that the label needs with some room for the value."""
        return max(2, -(-(len(spec.label) * 13 + 70) // 66))

    def box(self, path: str, spec: FieldSpec) -> FieldBox:
        """Return the labelled field of a path."""
        widget: RuledField
        if spec.dictionary and spec.type is not FieldType.LIST:
            entries = dictionary(spec.dictionary)
            widget = DictionaryField(entries)
        else:
            widget = RuledField()
        widget.setObjectName(path)
        widget.committed.connect(self._on_committed)
        widget.textEdited.connect(self._on_edited)
        box = FieldBox(_SHORT.get(spec.id, spec.label), widget)
        widget.setAccessibleName(spec.label)
        self.boxes[path] = box
        return box

    def _on_committed(self, text: str) -> None:
        sender = self._sheet.sender()
        widget = sender if isinstance(sender, RuledField) else None
        for path, box in self.boxes.items():
            if box.field is widget:
                self._sheet.committed.emit(path, text)
                return

    def _on_edited(self, text: str) -> None:
        for path, box in self.boxes.items():
            if box.field.hasFocus():
                self._sheet.edited.emit(path, text)
                return


class Sheet(ScrollPane):
    """All sections but the fees, which have their own strip.

    ``committed(path, text)``: a field got a new text. ``edited(path, text)``: half-typed text, for drafts.
    ``section_changed(section)``: another section is at the top.
    """

    committed = Signal(str, str)
    edited = Signal(str, str)
    section_changed = Signal(object)

    def __init__(self, grids: Mapping[Group, QWidget]) -> None:
        super().__init__("sheet")
        self.fields = SheetFields(self)
        self.sections: dict[Section, SectionBox] = {}
        self._grids = grids
        for section in Section:
            if section not in (_FEES, Section.SETTLEMENT):
                self._add(section)
        self.box.addStretch(1)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self._tell_section)
        self.verticalScrollBar().valueChanged.connect(self._settle.start)

    def _add(self, section: Section) -> None:
        box = SectionBox(section)
        self.sections[section] = box
        late = _AFTER_DX if section is Section.DIAGNOSIS else ()
        early = [(spec.path, spec) for spec in _shown(section) if spec.id not in late]
        if section is Section.DIAGNOSIS:
            early = [(name, field(name)) for name in _BEFORE_DX]
        if early:
            box.box.addWidget(FieldLines(early, self.fields))
        for group, where in ((Group.DX, Section.DIAGNOSIS), (Group.OP, Section.OPERATION)):
            if where is section:
                box.box.addWidget(self._grids[group])
        below = [
            (f"{group}[{index}].{spec.id}", spec)
            for group, count in _ROWS.get(section, ())
            for index in range(count)
            for spec in fields_of(group)
        ]
        below += [(name, field(name)) for name in late]
        if below:
            box.box.addWidget(FieldLines(below, self.fields))
        self.box.addWidget(box)

    def show_view(self, view: CaseView) -> None:
        """Show every field with its state."""
        marks = marks_of(view)
        for path, box in self.fields.boxes.items():
            box.field.show_value(field_text(view.record, path), look_of(view, path, marks))
            box.update()
        dx = sum(1 for row in view.record.rows(Group.DX) if row.text("source_text") or row.text("code"))
        self.sections[Section.DIAGNOSIS].header.set_note(f"出院诊断 {dx} 项")
        self.sections[Section.OPERATION].header.set_note(f"{len(view.record.rows(Group.OP))} 项")

    def go_to(self, section: Section) -> None:
        """Scroll a section to the top."""
        if section in self.sections:
            self.verticalScrollBar().setValue(self.sections[section].y())

    def reveal(self, widget: QWidget) -> None:
        """Scroll so that a widget stands at one third of the height."""
        top = widget.mapTo(self.inner, widget.rect().topLeft()).y()
        self.verticalScrollBar().setValue(top - self.viewport().height() // 3)

    def current_section(self) -> Section:
        """Return the section whose band is at or above the top edge."""
        top = self.verticalScrollBar().value() + theme().px(40)
        current = Section.PATIENT
        for section, box in self.sections.items():
            if box.y() <= top:
                current = section
        return current

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the section in the index right after a resize."""
        super().resizeEvent(event)
        self._settle.start()

    def _tell_section(self) -> None:
        self.section_changed.emit(self.current_section())


def marks_of(view: CaseView) -> dict[str, tuple[Severity, str]]:
    """Return for each flagged path the worst severity and the messages."""
    order = list(Severity)
    marks: dict[str, tuple[Severity, str]] = {}
    for finding in view.report.findings:
        for path in finding.paths:
            key = str(FieldPath.parse(path))
            old = marks.get(key)
            said = f"{finding.rule_id} {finding.message}"
            worst = finding.severity if not old else min(old[0], finding.severity, key=order.index)
            marks[key] = (worst, f"{old[1]}；{said}" if old else said)
    return marks


def field_text(record: CaseRecord, path: str) -> str:
    """Return what the sheet shows for a path: the value in display form, unread text, or a dash."""
    at = FieldPath.parse(path)
    spec = field(path)
    rows = (record.head,) if at.group is Group.CASE else record.rows(at.group)
    if at.index >= len(rows):
        return ""
    row = rows[at.index]
    if at.field in row.raw:
        return row.raw[at.field]
    if at.field in row.dashes:
        return "-"
    value = row.get(at.field)
    return "" if value is None else display(spec, value)


def look_of(view: CaseView, path: str, marks: Mapping[str, tuple[Severity, str]]) -> FieldLook:
    """Return the state of a field."""
    severity, why = marks.get(path, (None, ""))
    spec = field(path)
    history = view.changed.get(path, ())
    return FieldLook(
        changed=bool(history),
        severity=severity,
        computed=spec.computed and severity is None,
        locked=bool(view.locked),
        not_applicable=_does_not_apply(view.record, path),
        code=spec.type in (FieldType.DX_CODE, FieldType.PX_CODE, FieldType.MORPHOLOGY_CODE) or spec.id == "record_no",
        why="；".join(part for part in (why, *history, view.locked) if part),
    )


def _does_not_apply(record: CaseRecord, path: str) -> bool:
    """Only what domain.md ties to another answer: an autopsy after death, coma after a head injury is left open."""
    return path == "autopsy" and record.text("discharge_way") not in ("", "5") and not record.text("autopsy")


def counts_by_section(view: CaseView) -> dict[Section, dict[Severity, int]]:
    """Return open findings per section and severity."""
    counts: dict[Section, dict[Severity, int]] = {}
    for finding in view.report.findings:
        if finding.paths:
            part = counts.setdefault(section_of(finding.paths[0]), {})
            part[finding.severity] = part.get(finding.severity, 0) + 1
    return counts
