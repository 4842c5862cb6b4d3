"""What must be known of the chosen code, under the tabular list: two meanings, retired, the other edition, partner."""

from __future__ import annotations

from collections.abc import Sequence

from app.ui.widgets import Pane, Text, column


class FactsBox(Pane):
    """A few sentences; hidden when there is nothing to say."""

    def __init__(self) -> None:
        super().__init__("alt", "t")
        self._words = Text("", "caption", "secondary", wrap=True)
        self.setLayout(column(self._words, margins=(10, 6, 10, 6)))
        self.setObjectName("code_facts")
        self.setAccessibleName("编码说明")
        self.hide()

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show sentences, one below the other."""
        self._words.setText("\n".join(lines))
        self.setAccessibleDescription("；".join(lines))
        self.setVisible(bool(lines))
