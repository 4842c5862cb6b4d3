"""Opening folders and files of the user in the programs of his system."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


class OpenFolder:
    """Opens a folder (or file) in the system's own program when called."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> None:
        """Open it."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path)))
