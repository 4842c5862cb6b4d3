"""The payment card: formula before result, neutral colour; no amount without all tables, and then the reason."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.services.pricing import why_text
from app.services.types import Price, PriceState
from app.ui.pages.wording import yuan
from app.ui.theme import theme
from app.ui.widgets import Chip, Pane, Panel, Text, column, row

_LONGEST = Decimal(2)


class MultipleBar(QWidget):
    """The multiple on a scale from 0 to 2, with a mark at 1.00."""

    def __init__(self) -> None:
        super().__init__()
        self._price = Price(PriceState.NO_WEIGHTS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_price(self, price: Price) -> None:
        """Show another multiple."""
        self._price = price
        self.setAccessibleName(f"倍率 {price.multiple:.2f} {price.regime}" if price.multiple is not None else "")
        self.update()

    def sizeHint(self) -> QSize:
        """Return three lines of height."""
        return QSize(theme().px(180), theme().px(48))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw words, bar and the mark at 1.00."""
        if self._price.multiple is None:
            return
        px, colour = theme().px, theme().colour
        painter = QPainter(self)
        bar = QRect(0, px(20), self.width(), px(8))
        painter.fillRect(bar, colour("line_subtle"))
        share = min(Decimal(1), self._price.multiple / _LONGEST)
        painter.fillRect(bar.adjusted(0, 0, -int(self.width() * (1 - share)), 0), colour("fg_secondary"))
        middle = self.width() // 2
        painter.fillRect(middle, bar.top() - px(3), 1, bar.height() + px(6), colour("fg"))
        painter.setFont(theme().font("caption", bold=True))
        painter.setPen(colour("fg"))
        words = f"{self._price.multiple:.2f} {self._price.regime}"
        width = QFontMetrics(painter.font()).horizontalAdvance(words)
        left = max(0, min(self.width() - width, int(self.width() * share) - width // 2))
        painter.drawText(QRect(left, 0, width + 2, px(18)), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(theme().font("caption"))
        painter.setPen(colour("fg_muted"))
        painter.drawText(QRect(0, px(31), self.width(), px(17)), Qt.AlignmentFlag.AlignHCenter, "1.00")


class PaymentCard(Panel):
    """Formula, bar and plain lines; 结算额 − 总费用 comes last, in text colour, without sign or arrow."""

    def __init__(self) -> None:
        super().__init__("支付测算")
        self._chip = Chip("估算", "neutral", "money")
        self.header.addWidget(self._chip)
        self._formula_note = Text("支付标准（元）= 权重 × 费率 × 系数", "caption", "muted")
        self._formula = Text("", "code", wrap=True)
        self._standard = Text("", "bold")
        band = Pane("alt", "b")
        band.setLayout(column(self._formula_note, self._formula, self._standard, gap=2, margins=(14, 8, 14, 8)))
        self._band = band
        self._bar = MultipleBar()
        self._values: dict[str, Text] = {}
        lines = column(gap=4)
        for key, label in (("cost", "总费用"), ("settled", "医保结算额"), ("rest", "结算额 − 总费用")):
            self._values[key] = Text("", "bold" if key == "rest" else "body")
            kind = "bold" if key == "rest" else "body"
            lines.addLayout(row(Text(label, kind, "fg" if key == "rest" else "secondary"), None, self._values[key]))
        self._amounts = QWidget()
        self._amounts.setLayout(lines)
        self._why = Text("", "body", "secondary", wrap=True)
        self.body.addWidget(band)
        inner = column(self._bar, self._amounts, self._why, None, gap=10, margins=(14, 12, 14, 12))
        self.body.addLayout(inner, 1)

    def show_price(self, price: Price, *, trial: bool) -> None:
        """Show an amount with its numbers, or only the reason why there is none."""
        quoted = price.state is PriceState.QUOTED
        for widget in (self._band, self._bar, self._amounts, self._chip):
            widget.setVisible(quoted)
        self._formula.setText(price.formula)
        self._standard.setText(f"= {yuan(price.standard_fen)}")
        self._bar.show_price(price)
        rest = None
        if price.settled_fen is not None and price.cost_fen is not None:
            rest = price.settled_fen - price.cost_fen
        for key, fen in (("cost", price.cost_fen), ("settled", price.settled_fen), ("rest", rest)):
            self._values[key].setText(yuan(fen))
        words = [why_text(price)]
        if price.weight is not None and not quoted:
            words.insert(0, f"权重 {price.weight:.4f}。")
        if price.invented or trial:
            words.append("分组方案为试用方案，权重为示例，均不可用于结算。")
        if not quoted and not trial:
            words.append("可在“方案”页导入属于该方案的权重与费率。")
        self._why.setText("\n".join(word for word in words if word))
