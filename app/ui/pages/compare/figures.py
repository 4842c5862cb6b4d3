"""The band of six figures: cases, moved, share with a group, ambiguous, without a group, payment standards."""

from __future__ import annotations

from app.services.compare import Comparison, Tally
from app.ui.pages.wording import yuan
from app.ui.widgets import Pane, Text, column, row

_LABELS = ("病例", "换组", "入组率", "歧义 QY", "0000", "支付标准合计（元）")


class FigureBand(Pane):
    """Six cells of equal width."""

    def __init__(self) -> None:
        super().__init__("surface", "b")
        self._values: list[Text] = []
        self._notes: list[Text] = []
        line = row(gap=0)
        for label in _LABELS:
            cell = Pane("surface", "r" if label != _LABELS[-1] else "")
            value, note = Text("", "figure"), Text("", "caption", "secondary", elide=True)
            cell.setLayout(column(Text(label, "caption", "muted"), value, note, gap=2, margins=(16, 9, 10, 9)))
            self._values.append(value)
            self._notes.append(note)
            line.addWidget(cell, 1)
        self.setLayout(line)

    def show_comparison(self, found: Comparison) -> None:
        """Show the figures of an outcome."""
        old, new, moved = found.old, found.new, len(found.moved)
        skipped = f"另有 {found.skipped:,} 份信息不全" if found.skipped else "两方案共同可算"
        amounts = (old.amount_fen, new.amount_fen)
        shown = None not in amounts
        cells = (
            (f"{found.cases:,}", skipped),
            (f"{moved:,}", f"{moved / found.cases:.1%}"),
            (f"{_rate(old)} → {_rate(new)}", _points(old, new)),
            (f"{old.ambiguous:,} → {new.ambiguous:,}", _change(new.ambiguous - old.ambiguous)),
            (f"{old.ungrouped:,} → {new.ungrouped:,}", _change(new.ungrouped - old.ungrouped)),
            (f"{yuan(amounts[0])} → {yuan(amounts[1])}" if shown else "不显示", found.amount_note),
        )
        for value, note, (words, told) in zip(self._values, self._notes, cells, strict=True):
            value.setText(words)
            note.setText(told)

    def words(self) -> list[str]:
        """Return the figures as shown."""
        return [value.text() for value in self._values]


def _rate(tally: Tally) -> str:
    return "—" if tally.rate is None else f"{tally.rate:.1%}"


def _points(old: Tally, new: Tally) -> str:
    if old.rate is None or new.rate is None:
        return ""
    points = round((new.rate - old.rate) * 100, 1)
    return f"{points:+.1f} 个百分点".replace("-", "−") if points else "不变"


def _change(difference: int) -> str:
    if not difference:
        return "不变"
    return f"增加 {difference:,}" if difference > 0 else f"减少 {-difference:,}"
