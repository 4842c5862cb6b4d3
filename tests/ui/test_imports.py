"""Where modules with widgets are imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_ASK = """
import sys, threading
from pathlib import Path

class Elsewhere:
    found = []

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "pyqtgraph"} or name.startswith("app.ui"):
            if threading.current_thread() is not threading.main_thread():
                self.found.append(name)

sys.meta_path.insert(0, Elsewhere())
from PySide6.QtCore import QEventLoop, QTimer
from app.services.composition import open_services
from app.services.demo import fill
from app.services.demo_cases import invent
from app.ui.app import create_app, load_behind, open_library
from app.ui.page import Place

def until(done):
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.exit(1) if done() else None)
    timer.start(20)
    QTimer.singleShot(60_000, loop.quit)
    assert loop.exec() == 1

home = Path(sys.argv[1])
create_app(["bingan"])
services = open_services(home)
fill(services, invent(6, today=services.session.clock.now().date()))
services.close()
with open_library(home) as window:
    window.show()
    load_behind(window)
    until(lambda: all(page.built for page in window.pages.values()))
    window.go(Place("reports"))
    until(lambda: "app.ui.widgets.charts" in sys.modules and not window.shell.jobs.running)
    window.close()
print(Elsewhere.found)
"""


def test_classes_of_widgets_come_to_be_in_no_other_thread(tmp_path: Path) -> None:
    """PySide looks classes up without the interpreter's lock: one made meanwhile elsewhere can end the program."""
    command, env = [sys.executable, "-c", _ASK, str(tmp_path)], {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
