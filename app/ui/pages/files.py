"""Asking for a file to open or to write, without a nested event loop; the last folder is remembered. Folders tried."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QFileDialog, QWidget

from app.common.files import write_atomic

if TYPE_CHECKING:
    from app.ui.ports import PlaceStore

Take = Callable[[Path], object]
TakeAll = Callable[[list[Path]], object]
TABLES = "表格文件 (*.xlsx *.xls *.csv *.txt *.dbf)"
EVERYTHING = "所有文件 (*)"
_TRIED: Final = "bingan-write-test.tmp"


class _Asked:
    """Remembers the folder and hands the chosen path on."""

    def __init__(self, places: PlaceStore, key: str, take: Take) -> None:
        self._places, self._key, self._take = places, key, take

    def __call__(self, name: str) -> None:
        path = Path(name)
        self._places.put(self._key, str(path.parent))
        self._take(path)


class _AskedSeveral:
    """Remembers the folder and hands the chosen paths on together."""

    def __init__(self, places: PlaceStore, take: TakeAll) -> None:
        self._places, self._take = places, take

    def __call__(self, names: Sequence[str]) -> None:
        paths = [Path(name) for name in names]
        if paths:
            self._places.put("folder.open", str(paths[0].parent))
            self._take(paths)


def ask_open(parent: QWidget, places: PlaceStore, title: str, take: Take, *, filters: str = TABLES) -> QFileDialog:
    """Ask for an existing file; ``take(path)`` is called with it, nothing when the user gives up."""
    return _ask(parent, places, title, take, filters, QFileDialog.FileMode.ExistingFile)


def ask_several(
    parent: QWidget, places: PlaceStore, title: str, take: TakeAll, *, filters: str = TABLES
) -> QFileDialog:
    """Ask for one or more existing files; ``take(paths)`` is called with all of them."""
    dialog = _dialog(parent, places, title, filters, QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(_AskedSeveral(places, take))
    dialog.open()
    return dialog


def ask_save(
    parent: QWidget, places: PlaceStore, title: str, take: Take, *, name: str, filters: str = "Excel 工作簿 (*.xlsx)"
) -> QFileDialog:
    """Ask where to write a file called ``name``; replacing an existing one is confirmed by the dialog itself."""
    return _ask(parent, places, title, take, filters, QFileDialog.FileMode.AnyFile, name)


def room_in(folder: Path) -> int | None:
    """Return the free bytes of a folder after writing a file into it, None when that fails."""
    try:
        tried = folder / _TRIED
        with write_atomic(tried) as out:
            out.write(b"bingan")
        tried.unlink()
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _ask(
    parent: QWidget,
    places: PlaceStore,
    title: str,
    take: Take,
    filters: str,
    mode: QFileDialog.FileMode,
    name: str = "",
) -> QFileDialog:
    dialog = _dialog(parent, places, title, filters, mode)
    if name:
        dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))
        dialog.selectFile(name)
    dialog.fileSelected.connect(_Asked(places, _folder_key(mode), take))
    dialog.open()
    return dialog


def _folder_key(mode: QFileDialog.FileMode) -> str:
    return "folder.save" if mode is QFileDialog.FileMode.AnyFile else "folder.open"


def _dialog(parent: QWidget, places: PlaceStore, title: str, filters: str, mode: QFileDialog.FileMode) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setObjectName("file_dialog")
    dialog.setFileMode(mode)
    saving = mode is QFileDialog.FileMode.AnyFile
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave if saving else QFileDialog.AcceptMode.AcceptOpen)
    if filters:
        dialog.setNameFilters([*filters.split(";;"), EVERYTHING])
    last = places.get(_folder_key(mode))
    if isinstance(last, str) and Path(last).is_dir():
        dialog.setDirectory(last)
    dialog.finished.connect(dialog.deleteLater)
    return dialog
