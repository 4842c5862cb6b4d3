"""What must be known of the chosen code, under the tabular list: two meanings, retired, other edition, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.services.lookup import CodeFacts
from app.ui.widgets import Pane, Text, column

_LONGEST: Final = 96


class FactsBox(Pane):
    """A few sentences, first what speaks against taking the code at once; hidden when there is nothing to say."""

    def __init__(self) -> None:
        super().__init__("alt", "t")
        self._stop = Text("", "caption", "warn", wrap=True)
        self._words = Text("", "caption", "secondary", wrap=True)
        self.setLayout(column(self._stop, self._words, gap=4, margins=(10, 6, 10, 6)))
        self.setObjectName("code_facts")
        self.setAccessibleName("编码说明")
        self.hide()

    def show_facts(self, facts: CodeFacts, notes: Sequence[str] = ()) -> None:
        """Show what is said of a code, and what colleagues wrote about it."""
        told = (*facts.lines, *notes)
        for part, lines in ((self._stop, facts.stops), (self._words, (*facts.notes, *notes))):
            part.setText("\n".join(map(_short, lines)))
            part.setVisible(bool(lines))
        self.setAccessibleDescription("；".join(told))
        self.setVisible(bool(told))


def _short(line: str) -> str:
    """Return a line of a box that has little height; F1 on the code says the whole."""
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
