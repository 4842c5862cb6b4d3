"""The payment card: formula before result, neutral colour; no amount without all tables, and then the reason."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.services.pricing import why_text
from app.services.types import Price, PriceState
from app.ui.page import Page, Place
from app.ui.pages.drg.multiple_bar import MultipleBar
from app.ui.pages.wording import joined, yuan
from app.ui.theme import theme
from app.ui.widgets import Button, Chip, Pane, Panel, Rule, ScrollPane, Text, column, row

SHOWN_DIFFERENCES: Final = 5
_LINES: Final = (
    ("cost", "总费用"),
    ("settled", "医保结算额"),
    ("own", "个人负担"),
    ("fund", "基金支付"),
    ("rest", "结算额 − 总费用"),
)
_NOTES: Final = {
    "rate": "支付标准（元）= 权重 × 费率 × 系数",
    "points": "支付标准（元）= 点数 × 点值 × 系数",
}
_MISSING: Final = {
    PriceState.NO_WEIGHTS: "weights",
    PriceState.WEIGHTS_REFUSED: "weights",
    PriceState.NO_WEIGHT_FOR_GROUP: "weights",
    PriceState.NO_RATE: "rates",
}
"""The section of the page 方案 where the missing table is imported."""
_LINK_PAD: Final = -6
"""A link begins with the words, not with the room around them."""
_HAS_AMOUNT: Final = (PriceState.QUOTED, PriceState.BY_ITEM)


class _Formula(QWidget):
    """Formula and result on one line where there is room, else the result below."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = Text("", "code")
        self._result = Text("", "bold")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme().px(4))
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(2, 1)
        self._grid.setSizeConstraint(QGridLayout.SizeConstraint.SetNoConstraint)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._grid.addWidget(self._numbers, 0, 0)
        self._grid.addWidget(self._result, 0, 1)
        self.setLayout(self._grid)

    def sizeHint(self) -> QSize:
        """Return the height of one line, or of two where the result stands below."""
        return QSize(0, self._grid.sizeHint().height())

    def show_formula(self, numbers: str, result: str) -> None:
        """Show another formula."""
        self._numbers.setText(numbers)
        self._result.setText(f"= {result}")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the result where it has room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        needed = self._numbers.sizeHint().width() + self._result.sizeHint().width() + theme().px(4)
        below = needed > self.width()
        self._grid.addWidget(self._result, int(below), int(not below))
        self.updateGeometry()


class PaymentCard(Panel):
    """Formula, bar and plain lines; 结算额 − 总费用 comes last, in text colour, without sign or arrow."""

    def __init__(self) -> None:
        super().__init__("支付测算")
        self._price = Price(PriceState.NO_WEIGHTS)
        self._chip = Chip("估算", "neutral", "money")
        self._who = Text("", "caption", "secondary")
        self.header.insertWidget(1, self._chip)
        self.header.addWidget(self._who)
        self._formula_note = Text("", "body")
        self._formula = _Formula()
        self._band = Pane("alt", "b")
        self._band.setLayout(column(self._formula_note, self._formula, gap=0, margins=(14, 5, 14, 5)))
        self._bar = MultipleBar()
        self._amounts = self._make_amounts()
        self._why = Text("", "body", "secondary", wrap=True)
        self._differences = Text("", "caption", "secondary", wrap=True)
        self._closing = Text("", "caption", "muted", wrap=True)
        parts = (self._bar, self._amounts, self._why, self._differences, self._closing, self._make_buttons())
        scroll = ScrollPane("none")
        scroll.box.addWidget(self._band)
        scroll.box.addLayout(column(*parts, None, gap=5, margins=(14, 5, 14, 6)), 1)
        self.body.addWidget(scroll, 1)

    def _make_amounts(self) -> QWidget:
        self._values: dict[str, Text] = {}
        self._how = Text("", "caption", "muted", wrap=True)
        lines = column(gap=0)
        for key, label in _LINES:
            is_last = key == "rest"
            self._values[key] = Text("", "bold" if is_last else "body")
            if is_last:
                lines.addWidget(Rule())
            words = Text(label, "bold" if is_last else "body", "fg" if is_last else "secondary")
            lines.addLayout(row(words, None, self._values[key]))
            if key == "settled":
                lines.addWidget(self._how)
        whole = QWidget()
        whole.setLayout(lines)
        return whole

    def _make_buttons(self) -> QWidget:
        self.import_button = Button("导入…", small=True, icon="import")
        self.copy_button = Button("复制差异", small=True)
        self.rules_button = Button("支付参数…", kind="link", small=True)
        self.import_button.clicked.connect(self._on_import)
        self.copy_button.clicked.connect(self._on_copy)
        self.rules_button.clicked.connect(self._on_rules)
        self._line = row(self.import_button, self.copy_button, self.rules_button, None, gap=8)
        whole = QWidget()
        whole.setLayout(self._line)
        return whole

    def show_price(self, price: Price, *, trial: bool) -> None:
        """Show an amount with its numbers, or only the reason why there is none."""
        self._price = price
        quoted, told = price.state is PriceState.QUOTED, price.state in _HAS_AMOUNT
        for widget in (self._band, self._bar):
            widget.setVisible(quoted)
        self._bar.setVisible(quoted and price.multiple is not None)
        self._amounts.setVisible(told)
        self._chip.setVisible(told and bool(price.estimate))
        self._who.setText(joined(price.insurance, price.hospital_level) if told else "")
        self._formula_note.setText(_NOTES.get(price.method, ""))
        self._formula.show_formula(price.formula, yuan(price.standard_fen))
        self._bar.show_price(price)
        self._show_amounts(price)
        self._show_reason(price, trial=trial)
        closing = [price.versions, price.estimate] if told else []
        self._closing.setText("".join(closing))
        self._closing.setVisible(bool(self._closing.text()))

    def _show_amounts(self, price: Price) -> None:
        amounts = (price.cost_fen, price.settled_fen, price.own_fen, price.fund_fen, price.surplus_fen)
        for (key, _), fen in zip(_LINES, amounts, strict=True):
            self._values[key].setText(yuan(fen))
        self._how.setText(price.settled_formula)
        self._how.setVisible(bool(price.settled_formula))

    def _show_reason(self, price: Price, *, trial: bool) -> None:
        told = price.state in _HAS_AMOUNT
        words = [why_text(price)]
        if price.weight is not None and not told:
            words.insert(0, f"权重 {price.weight:.4f}。")
        if price.invented or trial:
            words.append("分组方案为试用方案，权重为示例，均不可用于结算。")
        self._why.setText("\n".join(word for word in words if word))
        self._why.setVisible(bool(self._why.text()))
        found = price.differences
        lines = list(found[:SHOWN_DIFFERENCES])
        if len(found) > len(lines):
            lines.append(f"…… 共 {len(found):,} 处不同")
        self._differences.setText("\n".join(lines))
        self._differences.setVisible(bool(lines))
        self.copy_button.setVisible(bool(found))
        offers_import = not told and (trial or price.state in _MISSING)
        self.import_button.setVisible(offers_import)
        self._line.setContentsMargins(0 if offers_import else theme().px(_LINK_PAD), 0, 0, 0)

    def _on_import(self) -> None:
        section = "scheme" if self._price.invented else _MISSING.get(self._price.state, "scheme")
        self._go(Place("schemes", {"section": section}))

    def _on_rules(self) -> None:
        self._go(Place("pay_rules"))

    def _on_copy(self) -> None:
        words = [why_text(self._price), *self._price.differences]
        QGuiApplication.clipboard().setText("\n".join(words))

    def _go(self, place: Place) -> None:
        """Ask the page around the card; it has the way to other pages."""
        widget: QWidget | None = self
        while widget is not None and not isinstance(widget, Page):
            widget = widget.parentWidget()
        if isinstance(widget, Page):
            widget.shell.go(place)
