"""Where things lie: data that ships with the program, and data of the user."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent.parent


def data(folder: str) -> Path:
    """Return a folder of shipped data (``resources`` or ``codebooks``).

    In a checkout it stands beside ``app``; installed from a wheel it lies in ``app/_data``.
    Raises ``FileNotFoundError`` when neither exists.
    """
    for base in (_PACKAGE / "_data", _PACKAGE.parent):
        if (base / folder).is_dir():
            return base / folder
    raise FileNotFoundError(folder)


def home() -> Path:
    """Return the folder of all user data. ``BINGAN_HOME`` moves it; it is made when missing."""
    path = _home()
    path.mkdir(parents=True, exist_ok=True)
    return path


def _home() -> Path:
    moved = os.environ.get("BINGAN_HOME")
    return Path(moved) if moved else Path(platformdirs.user_data_dir("Bingan", appauthor=False))


def config_dir() -> Path:
    """Return the folder of what must not lie beside the library (heads of its audit, their key); it may not exist.

    ``BINGAN_CONFIG`` moves it.
    """
    moved = os.environ.get("BINGAN_CONFIG")
    return Path(moved) if moved else Path(platformdirs.user_config_dir("Bingan", appauthor=False))


def library_path() -> Path:
    """Return the path of the case library (SQLite), whether or not it exists."""
    return home() / "library.db"


def cache_dir() -> Path:
    """Return the folder for files that can be made again (jieba, search indexes)."""
    path = home() / "cache"
    path.mkdir(parents=True, exist_ok=True)
    return path


def existing_cache() -> Path | None:
    """Return :func:`cache_dir` where something made it before, else None: asking makes no folder."""
    path = _home() / "cache"
    return path if path.is_dir() else None
