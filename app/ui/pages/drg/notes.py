"""Words under a table about the chosen row: one bold line, then lines with a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.findings import Finding
from app.ui.theme import theme
from app.ui.widgets import IconLabel, Pane, ScrollPane, Text, column, row
from app.ui.widgets.painting import severity_icon


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A line; ``icon`` stands before it in the tone of the words."""

    words: str
    icon: str = ""
    tone: str = "secondary"


def finding_line(finding: Finding) -> NoteLine:
    """Return a rule finding with its remedy."""
    return NoteLine(
        f"{finding.rule_id} {finding.message}{finding.remedy}", severity_icon(finding.severity), str(finding.severity)
    )


class Notes(Pane):
    """The words. They scroll inside when there are more than fit."""

    def __init__(self) -> None:
        super().__init__("surface", "t")
        self._title = Text("", "bold", wrap=True)
        self._pane = ScrollPane(margins=(14, 8, 14, 10), gap=4)
        self._pane.box.addWidget(self._title)
        self._lines: list[Pane] = []
        self._said = ""
        self.setLayout(column(self._pane))

    def tell(self, title: str, lines: Sequence[NoteLine] = ()) -> None:
        """Show other words."""
        self._said = "\n".join(filter(None, (title, *(line.words for line in lines))))
        self._title.setText(title)
        self._title.setVisible(bool(title))
        for line in self._lines:
            self._pane.box.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = [_line(line) for line in lines]
        for widget in self._lines:
            self._pane.box.addWidget(widget)
            widget.show()  # a layout leaves out what was never shown, and the height is asked for now
        self.setVisible(bool(title or lines))
        self.fit()

    def text(self) -> str:
        """Return the words as they stand."""
        return self._said

    def move_on(self, steps: int) -> None:
        """Scroll the words by some lines, for the keyboard."""
        bar = self._pane.verticalScrollBar()
        bar.setValue(bar.value() + steps * theme().px(23))

    def fit(self, room: int = 0) -> None:
        """Take the height that the words need at this width, at most ``room`` px when given."""
        width = max(theme().px(200), self.width())
        wanted = self._pane.box.heightForWidth(width) + 2
        self.setFixedHeight(min(wanted, room or theme().px(170)))


def _line(line: NoteLine) -> Pane:
    pane = Pane("none")
    box = row(gap=6)
    if line.icon:
        role = line.tone if line.tone not in ("secondary", "muted") else f"fg_{line.tone}"
        box.addWidget(IconLabel(line.icon, role, 14))
    box.addWidget(Text(line.words, "body", line.tone, wrap=True), 1)
    pane.setLayout(box)
    return pane
