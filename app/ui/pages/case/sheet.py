"""The sheet: sections of the front page in paper order. Only this scrolls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.dictionaries import dictionary
from app.domain.field import FieldType, Group, Section
from app.domain.fields import field
from app.services.types import CaseView
from app.ui.masking import masking
from app.ui.pages.case.fields import SheetChoice, SheetField, SheetLine, Teller
from app.ui.pages.case.grid_box import GridBox
from app.ui.pages.case.looks import Marks, field_text, look_of
from app.ui.pages.case.paper import COLUMNS, PAPER, Line, Part, Repeat, Slot
from app.ui.pages.case.places import SECTION_TITLES
from app.ui.pages.wording import joined
from app.ui.theme import theme
from app.ui.widgets import FieldBox, FieldLook, ScrollPane, SectionHeader

_HIDDEN = "屏幕共享遮盖中，按 Ctrl+Shift+M 显示后可改"
_FULL_TITLES = {Section.OPERATION: "手术及操作"}
MakeBox = Callable[[Slot], FieldBox]


class FieldLines(QWidget):
    """One line of fields over twelve columns."""

    def __init__(self, line: Line, make: MakeBox, parent: QWidget) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        px = theme().px
        grid.setContentsMargins(px(4), 0, px(12), 0)
        grid.setHorizontalSpacing(px(6))
        at = 0
        for index in range(COLUMNS):
            grid.setColumnStretch(index, 1)
            grid.setColumnMinimumWidth(index, 0)
        for slot in line:
            grid.addWidget(make(slot), 0, at, 1, slot.span)
            at += slot.span
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)


class RepeatLines(QWidget):
    """The lines of a group, one for each stored row and at least one."""

    def __init__(self, repeat: Repeat, make: MakeBox, parent: QWidget) -> None:
        super().__init__(parent)
        self.repeat = repeat
        self.count = 0
        self._make = make
        self._lines: list[FieldLines] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self.show_count(1)

    def show_count(self, count: int) -> bool:
        """Show that many lines; return whether there are other lines now."""
        before, self.count = self.count, count
        while len(self._lines) < count:
            line = FieldLines(self.repeat.line(len(self._lines)), self._make, self)
            self._lines.append(line)
            self._box.addWidget(line)
        for index, line in enumerate(self._lines):
            line.setVisible(index < count)
        return before != count


class SectionBox(QWidget):
    """One section: its band, then its lines and grid."""

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.header = SectionHeader(_FULL_TITLES.get(section, SECTION_TITLES[section]))
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.box.addWidget(self.header)


class Sheet(ScrollPane):
    """All sections but the fees, which have their own strip.

    ``committed(path, text)``: a field got a new text. ``typing(path, text)``: half-typed text, for drafts.
    ``refused()``: somebody typed into a locked field. ``section_changed(section)``: another section is at the top.
    """

    committed = Signal(str, str)
    typing = Signal(str, str)
    refused = Signal()
    section_changed = Signal(object)

    def __init__(self, grids: Mapping[Group, GridBox], tell: Teller) -> None:
        super().__init__("sheet")
        self.boxes: dict[str, FieldBox] = {}
        self.sections: dict[Section, SectionBox] = {}
        self._grids, self._tell = grids, tell
        self._repeats: list[RepeatLines] = []
        self._units: dict[str, str] = {}
        self._spot: tuple[Section, int] = (Section.PATIENT, 0)
        self._aimed: tuple[Section, int] | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self._keep_spot)

    def fill(self) -> Iterator[None]:
        """Make the sections, one a step. What holds the sheet is best made before: moving many fields takes long."""
        for section, found in PAPER.items():
            self._add(section, found)
            yield
        self.box.addSpacing(theme().px(16))
        self.box.addStretch(1)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.inner.installEventFilter(self)
        _application().focusChanged.connect(self._on_focus)

    def _add(self, section: Section, found: tuple[Part, ...]) -> None:
        box = SectionBox(section)
        self.sections[section] = box
        self.box.addWidget(box)  # before it is filled: what is moved is moved with everything it holds
        lines = QVBoxLayout()
        for part in found:
            if isinstance(part, Group):
                box.box.addLayout(_padded(lines))
                box.box.addWidget(self._grids[part])
                lines = QVBoxLayout()
            elif isinstance(part, Repeat):
                repeat = RepeatLines(part, self._make, box)
                self._repeats.append(repeat)
                lines.addWidget(repeat)
            else:
                lines.addWidget(FieldLines(part, self._make, box))
        box.box.addLayout(_padded(lines))

    def _make(self, slot: Slot) -> FieldBox:
        spec = field(slot.path)
        widget: SheetField
        if spec.dictionary and spec.type is not FieldType.LIST:
            widget = SheetChoice(slot.path, self._tell, dictionary(spec.dictionary))
        else:
            widget = SheetLine(slot.path, self._tell)
        widget.changed_to.connect(self.committed)
        widget.typing.connect(self.typing)
        widget.refused.connect(self.refused)
        box = FieldBox(slot.label or spec.label, widget)
        widget.setAccessibleName(spec.label)
        if not box.label.strip():
            self._units[slot.path] = spec.unit
        self.boxes[slot.path] = box
        return box

    def show_view(self, view: CaseView, marks: Marks, before: Mapping[str, str]) -> bool:
        """Show every field with its state; return whether lines came or went, so that Tab has to be laid anew.

        ``before`` are old values to be shown struck out, by path.
        """
        counts = [repeat.show_count(max(1, len(view.record.rows(repeat.repeat.group)))) for repeat in self._repeats]
        for path, box in self.boxes.items():
            look = replace(look_of(view, path, marks), hint=self._units.get(path, ""), was=before.get(path))
            changed = look.changed != box.field.look.changed
            box.field.show_value(masking().value(path, field_text(view.record, path)), _hidden(look, path))
            if changed:
                box.update()
        self._show_notes(view)
        return any(counts)

    def _show_notes(self, view: CaseView) -> None:
        found = [row for row in view.record.rows(Group.DX) if row.text("source_text") or row.text("code")]
        self.sections[Section.DIAGNOSIS].header.set_note(f"出院诊断 {len(found)} 项")
        self.sections[Section.OPERATION].header.set_note(f"{len(view.record.rows(Group.OP))} 项")
        waiting = f"F4 检索 · Ctrl+Shift+A 采用提议（{len(view.proposals)}）" if view.proposals else "F4 检索"
        self.sections[Section.DIAGNOSIS].header.set_right("" if view.sealed else waiting)
        self.sections[Section.OPERATION].header.set_right("先治疗后诊断 · 主要手术对应主要诊断")
        self.sections[Section.STAY].header.set_right("按纸质首页顺序 · Tab 下一项")

    def tab_order(self) -> Iterator[QWidget]:
        """Yield fields and grids in paper order."""
        for found in PAPER.values():
            for part in found:
                if isinstance(part, Group):
                    yield self._grids[part].grid
                count = next((lines.count for lines in self._repeats if lines.repeat is part), 1)
                yield from (self.boxes[slot.path].field for slot in _slots(part, count))

    def first_field(self, section: Section) -> QWidget | None:
        """Return the first field of a section that can be typed into."""
        slots = [slot for part in PAPER[section] for slot in _slots(part)]
        fields = [self.boxes[slot.path].field for slot in slots]
        return next((widget for widget in fields if widget.look.editable), fields[0] if fields else None)

    def go_to(self, section: Section) -> None:
        """Scroll a section to the top."""
        if section in self.sections:
            self._lay_out_now()
            self._scroll_to(self.sections[section].y())
            self._aimed = (section, self.verticalScrollBar().value())
            self.section_changed.emit(section)

    def reveal(self, widget: QWidget, part: QRect | None = None) -> None:
        """Scroll so that a widget, or a part of it, stands at one third of the height."""
        self._lay_out_now()
        self._scroll_to(self._top_of(widget, part) - self.viewport().height() // 3)

    def ensure(self, widget: QWidget, part: QRect | None = None) -> None:
        """Scroll as little as needed to show a widget, or a part of it."""
        self._lay_out_now()
        box, value, view = part or widget.rect(), self.verticalScrollBar().value(), self.viewport().height()
        top, room = self._top_of(widget, part), theme().px(8)
        if top - room < value:
            self._scroll_to(top - room)
        elif top + box.height() + room > value + view:
            self._scroll_to(top + box.height() + room - view)

    def scroll_to(self, value: int) -> None:
        """Scroll to where the sheet stood before."""
        self._lay_out_now()
        self._scroll_to(value)

    def _scroll_to(self, value: int) -> None:
        self._aimed = None
        self.verticalScrollBar().setValue(value)
        self._note_spot()

    def _lay_out_now(self) -> None:
        """Give every part its place at once: Qt would do so level by level in the event loop."""
        for widget in (*self._grids.values(), *self._repeats):
            parent = widget.parentWidget()
            while parent is not None and parent is not self.viewport():
                layout = parent.layout()
                if layout is not None:
                    layout.activate()
                parent = parent.parentWidget()
        QCoreApplication.sendEvent(self.inner, QEvent(QEvent.Type.LayoutRequest))

    def _top_of(self, widget: QWidget, part: QRect | None) -> int:
        return widget.mapTo(self.inner, (part or widget.rect()).topLeft()).y()

    def current_section(self) -> Section:
        """Return the section at the top edge, or the one gone to that could not be scrolled up to it."""
        value = self.verticalScrollBar().value()
        if self._aimed and self._aimed[1] == value:
            return self._aimed[0]
        current = Section.PATIENT
        for section, box in self.sections.items():
            if box.y() <= value + theme().px(40):
                current = section
        return current

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is at the top where it is."""
        super().resizeEvent(event)
        self._settle.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The paper grows and shrinks with its grids: keep what is at the top where it is."""
        if watched is self.inner and event.type() is QEvent.Type.LayoutRequest:
            self._settle.start()
        return super().eventFilter(watched, event)

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        """A field that gets the focus is shown; grids show their cell themselves."""
        if isinstance(now, SheetField) and self.isAncestorOf(now):
            self.ensure(now)

    def _on_scrolled(self) -> None:
        if not self._settle.isActive():
            self._note_spot()

    def _note_spot(self) -> None:
        section = self.current_section()
        self._spot = (section, self.verticalScrollBar().value() - self.sections[section].y())
        self.section_changed.emit(section)

    def _keep_spot(self) -> None:
        section, beyond = self._spot
        if section not in self.sections:  # laid out already, but not filled yet
            return
        self.verticalScrollBar().setValue(self.sections[section].y() + beyond)
        self.section_changed.emit(self.current_section())


def _hidden(look: FieldLook, path: str) -> FieldLook:
    """Return the state of a field, locked while it cannot be read."""
    if not masking().hides(path):
        return look
    return replace(look, locked=True, why=joined(_HIDDEN, look.why, sign="；"), was=None)


def _slots(part: Part, count: int = 1) -> Iterator[Slot]:
    """Yield the slots of a part of the paper: of a line, or of ``count`` lines of a group; a grid has none."""
    if isinstance(part, Repeat):
        for index in range(count):
            yield from part.line(index)
    elif not isinstance(part, Group):
        yield from part


def _application() -> QApplication:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("no application")
    return app


def _padded(lines: QVBoxLayout) -> QVBoxLayout:
    px = theme().px
    lines.setSpacing(0)
    lines.setContentsMargins(0, px(2) if lines.count() else 0, 0, px(6) if lines.count() else 0)
    return lines
