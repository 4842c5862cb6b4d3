"""What is imported after Qt is imported as Python does."""

import subprocess
import sys

_SCRIPT = """
import linecache
import app.ui
import PySide6.QtCore
import app.services.worklist
print(any(name.endswith("worklist.py") for name in linecache.cache))
"""


def test_the_source_of_what_is_imported_is_not_read() -> None:
    """Qt reads it otherwise, which takes time and memory at every start."""
    answer = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True, timeout=60)

    assert answer.stdout.strip() == "False"
