"""A change tried on a copy: the bar that says so, asks for the documentation and adopts, and the dashed frames."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.services.whatif_values import Trial
from app.ui.actions import ActionTable
from app.ui.pages.drg.notes import finding_line
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Button, Chip, IconLabel, Pane, RuledField, Text, column, row
from app.ui.widgets.painting import severity_icon

_HINT = "例如：11-20 病程记录，血培养大肠埃希菌，诊断脓毒症"
_ADD_HINT = "输入一条诊断或手术编码，Enter 试算"


class DashedFrame(QWidget):
    """A dashed violet frame over a panel that shows a copy; takes no mouse and no room."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over.installEventFilter(self)
        self.hide()

    def set_on(self, on: bool) -> None:
        """Show or hide the frame."""
        self._fit()
        self.setVisible(on)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the panel."""
        if event.type() is QEvent.Type.Resize:
            self._fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour("proposed"), 2, Qt.PenStyle.DashLine))
        radius = theme().tokens.radius["panel"]
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)

    def _fit(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())


class TrialBar(Pane):
    """One line while something is tried. ``documented(text)``: adopt with this; ``coded(text)``: try this code.

    ``given_up``: the line that was asked for is not wanted.
    """

    documented = Signal(str)
    coded = Signal(str)
    given_up = Signal()

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "t b l r")
        self._chip = Chip("试算，未保存", "proposed", "proposed", bold=True)
        self._words = Text("", "bold", "proposed", elide=True)
        self._physician = Chip("需医师确认", "warn", "ph.warning", bold=True)
        self._rule_icon = IconLabel("ph.warning", "warn", 14)
        self._rule = Text("", "caption", "warn", elide=True)
        self._why_not = Text("", "caption", "secondary", elide=True)
        self.adopt = ActionButton(actions, "drg.adopt", kind="primary", small=True, text="采用…")
        self._drop = Button("放弃试算", small=True, keys="Esc")
        self._drop.clicked.connect(self.given_up)
        self.line = _Line()
        self._label = Text("病历依据", "bold")
        self._write = Button("写入并记入审计", kind="primary", small=True, keys="Enter")
        self._write.clicked.connect(self._on_entered)
        self.line.entered.connect(self._on_entered)
        self._asks = self._asked_last = ""
        self._adoptable = False
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        said = row(self._chip, gap=10)
        said.addWidget(self._words, 1)
        said.addWidget(self._physician)
        said.addWidget(self.adopt)
        said.addWidget(self._drop)
        self._told = QWidget()
        told = row(self._rule_icon, gap=6)
        told.addWidget(self._rule, 1)
        told.addWidget(self._why_not, 1)
        self._told.setLayout(told)
        self._ask = QWidget()
        asked = row(self._label, gap=10)
        asked.addWidget(self.line, 1)
        asked.addWidget(self._write)
        self._ask.setLayout(asked)
        self.setLayout(column(said, self._told, self._ask, gap=4, margins=(12, 6, 8, 6)))

    @property
    def is_asking(self) -> bool:
        """True while a line waits for words."""
        return bool(self._asks)

    def show_trial(self, trial: Trial, locked: str) -> None:
        """Say what is tried and where it leads; ``locked`` is why the case cannot be changed, '' when it can."""
        leads = f"{trial.before or '—'} → {trial.after or '—'}" if trial.after != trial.before else "分组不变"
        rise = f"，权重上升 {trial.rise * 100:.0f}%" if trial.rise is not None and trial.needs_physician else ""
        self._words.setText(f"{trial.words}：{leads}{rise}")
        self._physician.setVisible(trial.needs_physician)
        first = trial.findings[0] if trial.findings else None
        for widget in (self._rule, self._rule_icon):
            widget.setVisible(first is not None)
        if first is not None:
            tone = str(first.severity)
            more = f"（另有 {len(trial.findings) - 1} 项）" if len(trial.findings) > 1 else ""
            self._rule_icon.set_icon(severity_icon(first.severity), tone)
            self._rule.set_tone(tone)
            self._rule.setText(finding_line(first).words + more)
        refused = (f"{locked}，只能试算。" if locked else "") or ("" if trial.what.can_be_adopted else _NOT_HERE)
        self._why_not.setText(refused)
        self._why_not.setVisible(bool(refused))
        self._adoptable = not refused
        self._told.setVisible(first is not None or bool(refused))
        self._end()
        self.show()

    def ask_documents(self) -> None:
        """Ask in place where the record documents what is to be adopted."""
        self._begin("documents", "病历依据", _HINT, "写入并记入审计")

    def ask_code(self) -> None:
        """Ask in place for a code to try."""
        if self.isHidden():
            self._adoptable = False
            self._words.setText("试加一条编码，看分组怎样变；病案不改动")
            for widget in (self._physician, self._told):
                widget.hide()
        self._begin("code", "试加编码", _ADD_HINT, "试算")

    def refuse(self, words: str) -> None:
        """Say why the line cannot be taken; what was typed stays."""
        self._rule.set_tone("warn")
        self._rule.setText(words)
        self._rule_icon.set_icon("ph.warning", "warn")
        for widget in (self._told, self._rule, self._rule_icon):
            widget.show()
        self.line.setFocus()

    def end(self) -> None:
        """Take the bar away, with what was typed."""
        self._asked_last = ""
        self._end()
        self.hide()

    def stop_asking(self) -> None:
        """Take the line away; a trial stays."""
        self._end()

    def _begin(self, asks: str, label: str, hint: str, verb: str) -> None:
        if asks != self._asked_last:
            self.line.clear()
        self._asks = self._asked_last = asks
        self.adopt.hide()
        self._label.setText(label)
        self._write.set_text(verb)
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(label)
        self._ask.show()
        self.show()
        self.line.setFocus()

    def _end(self) -> None:
        self.adopt.setVisible(self._adoptable)
        self._asks = ""
        self._ask.hide()

    def _on_entered(self) -> None:
        words = self.line.text().strip()
        if self._asks == "documents":
            self.documented.emit(words)
        elif self._asks == "code":
            self.coded.emit(words)


_NOT_HERE = "这一项只能试算；增加编码须先有医师书写的诊断或手术，请在首页录入。"


class _Line(RuledField):
    """A line of words that Enter sends off instead of going on to the next field."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter sends; while an input method composes it is the method's own."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.entered.emit()
        else:
            super().keyPressEvent(event)
