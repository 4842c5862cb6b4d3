"""The process that :mod:`benchmarks.faults_window` kills: the program's own window, typed into or come back to."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.ui.app import create_app, run_window
from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.shell.whereabouts import PLACE

_LOOK_MS: Final = 10
EDITOR: Final = "code_editor"
"""Name of the line in which a code is searched."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A field of a case and what is half typed in it."""

    case_id: int
    path: str
    typed: str

    @property
    def line(self) -> str:
        """Name of the widget that is typed into."""
        return EDITOR if self.path.endswith(".code") else self.path

    def is_focused(self, text: str | None) -> bool:
        """Tell whether the cursor stands in the field, with a text (None: any) in it."""
        focus = QApplication.focusWidget()
        named = isinstance(focus, QLineEdit) and focus.objectName() == self.line
        return named and (text is None or focus.text() == text)


class Typist:
    """Opens the case at the field, types, and says so; then says after how many seconds text and place were stored."""

    def __init__(self, spot: Spot) -> None:
        self._spot, self._is_sent, self._is_typed, self._is_kept = spot, False, False, False
        self._typed_at = 0.0

    def look(self) -> None:
        """Do what can be done now."""
        window = _window()
        if window is None or not window.shell.services.is_ready:
            return
        if self._is_typed:
            self._look_for_draft(window)
            return
        if not self._is_sent:
            self._is_sent = True
            window.go(Place("case", {"case": self._spot.case_id, "field": self._spot.path}))
        elif self._spot.line == EDITOR and not self._spot.is_focused(None):
            window.shell.actions.trigger("case.search")
        elif "[" in self._spot.path and not self._spot.is_focused(None):
            QTest.keyClicks(QApplication.focusWidget(), self._spot.typed[0])  # typing opens the cell
        elif self._spot.is_focused(None):
            self._is_typed = True
            focus = QApplication.focusWidget()
            if isinstance(focus, QLineEdit):
                focus.selectAll()
                QTest.keyClicks(focus, self._spot.typed)
            self._typed_at = time.monotonic()
            print("typed", flush=True)

    def _look_for_draft(self, window: MainWindow) -> None:
        if self._is_kept:
            return
        session, page = window.shell.services.session, window.page
        mark = session.actor.mark
        with session.db.read() as reader:
            drafts = reader.drafts(self._spot.case_id, mark)
            place = reader.place(f"ui.{mark}.{PLACE}" if mark else f"ui.{PLACE}")
        here = page.place() if page is not None else Place("")
        is_here = place == json.loads(json.dumps({"page": here.page, "args": dict(here.args)}))
        self._is_kept = is_here and any(self._spot.typed in text for text in drafts.values())
        if self._is_kept:
            print(f"kept {time.monotonic() - self._typed_at:.2f}", flush=True)


def _look_back(spot: Spot) -> None:
    if spot.is_focused(spot.typed):
        print(f"back {time.process_time():.2f}", flush=True)


def _window() -> MainWindow | None:
    return next((one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow)), None)


def main(argv: list[str]) -> int:
    """Run the window of a home: HOME type|back CASE FIELD TEXT."""
    home, what, case_id, path, typed = argv
    spot = Spot(int(case_id), path, typed)
    create_app(["bingan"])
    look: Callable[[], None] = Typist(spot).look if what == "type" else lambda: _look_back(spot)
    timer = QTimer()
    timer.setInterval(_LOOK_MS)
    timer.timeout.connect(look)
    timer.start()
    return run_window(Path(home))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
