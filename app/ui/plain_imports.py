"""Imports are Python's own again once this module is imported.

Qt for Python puts an import of its own in the place of Python's: it reads the source of every module that comes
after it, in case one asks for ``__feature__``. The program asks for none, and 800 sources are a sixth of a second of
processor time and 24 MB.
"""

from __future__ import annotations

import builtins

from PySide6 import QtCore

__all__ = ["QtCore"]

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
