"""Asking for a file to open or to write, without a nested event loop; the last folder is remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.ui.ports import PlaceStore

Take = Callable[[Path], object]
TABLES = "表格文件 (*.xlsx *.xls *.csv *.txt *.dbf)"
EVERYTHING = "所有文件 (*)"


class _Asked:
    """Remembers the folder and hands the chosen path on."""

    def __init__(self, places: PlaceStore, key: str, take: Take) -> None:
        self._places, self._key, self._take = places, key, take

    def __call__(self, name: str) -> None:
        path = Path(name)
        self._places.put(self._key, str(path.parent))
        self._take(path)


def ask_open(parent: QWidget, places: PlaceStore, title: str, take: Take, *, filters: str = TABLES) -> QFileDialog:
    """Ask for an existing file; ``take(path)`` is called with it, nothing when the user gives up."""
    return _ask(parent, places, title, take, filters, QFileDialog.FileMode.ExistingFile)


def ask_folder(parent: QWidget, places: PlaceStore, title: str, take: Take) -> QFileDialog:
    """Ask for an existing folder."""
    return _ask(parent, places, title, take, "", QFileDialog.FileMode.Directory)


def ask_save(
    parent: QWidget, places: PlaceStore, title: str, take: Take, *, name: str, filters: str = "Excel 工作簿 (*.xlsx)"
) -> QFileDialog:
    """Ask where to write a file called ``name``; replacing an existing one is confirmed by the dialog itself."""
    return _ask(parent, places, title, take, filters, QFileDialog.FileMode.AnyFile, name)


def _ask(
    parent: QWidget,
    places: PlaceStore,
    title: str,
    take: Take,
    filters: str,
    mode: QFileDialog.FileMode,
    name: str = "",
) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setObjectName("file_dialog")
    dialog.setFileMode(mode)
    saving = mode is QFileDialog.FileMode.AnyFile
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if saving else QFileDialog.AcceptMode.AcceptOpen)
    if filters:
        dialog.setNameFilters([*filters.split(";;"), EVERYTHING])
    key = "folder.save" if saving else "folder.open"
    last = places.get(key)
    if isinstance(last, str) and Path(last).is_dir():
        dialog.setDirectory(last)
    if name:
        dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))
        dialog.selectFile(name)
    dialog.fileSelected.connect(_Asked(places, key, take))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
