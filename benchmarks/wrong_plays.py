"""Scenes in which somebody brings a wrong file: what each page says of it."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from app.common.files import write_atomic
from app.ui.login.first_run import FirstRun
from app.ui.login.first_run_steps import AssetStep
from app.ui.main_window import MainWindow
from app.ui.pages.import_batch.page import ImportPage
from app.ui.pages.insurer.page import InsurerPage
from app.ui.pages.memory.page import MemoryPage
from app.ui.pages.physician.page import PhysicianPage
from app.ui.pages.schemes.page import SchemesPage
from app.ui.pages.settings.page import SettingsPage
from app.ui.widgets import Card

_PDF: Final = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
_BACKUP: Final = "library-20261122-080000-manual.db"
_WEATHER: Final = "天气,温度\n晴,12\n".encode()


@cache
def _file(name: str) -> Path:
    """Return a file that is not what its name says; a table of the weather for a .csv."""
    path = Path(tempfile.mkdtemp(prefix="bingan-scene-")) / name
    with write_atomic(path) as out:
        out.write(_WEATHER if path.suffix == ".csv" else _PDF)
    return path


def bring(window: MainWindow) -> None:
    """Hand the page shown a file that is none of its own."""
    match window.page:
        case ImportPage() as page:
            page.read(_file("11月出院.xlsx"))
        case InsurerPage() as page:
            page.read_file(_file("医保返回.csv"))
        case MemoryPage() as page:
            page.read_file(_file("过去的编码.csv"))
        case PhysicianPage() as page:
            page.read_package(_file("问题包.bgreturn"))
        case SchemesPage() as page:
            page.check_scheme(_file("省级方案.xlsx"))
        case SettingsPage() as page:
            _put_backup(window)
            page.backups.read()
        case _:
            pass


def restore(window: MainWindow) -> bool:
    """Choose the backup that is none, once it stands in the list; return whether that has been answered."""
    page = window.page
    if not isinstance(page, SettingsPage) or window.shell.notices.bars.get("problem"):
        return True
    line = page.backups.current
    if line is not None and line.key == _BACKUP:
        page.backups.restore()
    return False


def set_up(window: MainWindow) -> None:
    """Hand the first run a table that is no scheme."""
    card = FirstRun(window, window.shell)
    card.go_to(2)
    if isinstance(card.step, AssetStep):
        card.step.check_scheme(_file("天气.csv"))


def _put_backup(window: MainWindow) -> None:
    folder = window.shell.services.backup.folder
    folder.mkdir(exist_ok=True)
    with write_atomic(folder / _BACKUP) as out:
        out.write(_PDF)


def leave(window: MainWindow) -> None:
    """Take away what was said."""
    window.shell.notices.forget_problem()
    for card in window.findChildren(Card):
        card.close_card()
    match window.page:
        case SchemesPage() as page:
            page.drop()
        case SettingsPage():
            (window.shell.services.backup.folder / _BACKUP).unlink(missing_ok=True)
        case _:
            pass
