"""The key store of the operating system, for heads of the audit: whoever can write files cannot write there as easily.

Windows Credential Manager, macOS Keychain, Secret Service (through keyring). Where there is none, or it stays locked,
nothing is kept and nothing found. It may ask its user to unlock it: call it beside the window, never from its thread.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE: Final = "Bingan"
_OURS: Final = "keyring.backends."
"""Backends that come with keyring; one from elsewhere may keep its secrets in a plain file."""
_FOREIGN: Final = (
    ("keyring.errors", "KeyringError"),
    ("secretstorage", "SecretStorageException"),
    ("jeepney", "DBusErrorResponse"),
    ("win32ctypes.pywin32.pywintypes", "error"),
)
"""What the libraries below keyring raise, as far as they are on this computer."""


class Vault(Protocol):
    """Keeps short texts by name."""

    def get(self, name: str) -> str | None:
        """Return what was kept, None for nothing."""

    def put(self, name: str, words: str) -> bool:
        """Keep words; return whether they were kept."""


class SystemVault:
    """The key store that this computer has, if any."""

    def get(self, name: str) -> str | None:
        """Return what was kept, None for nothing and where there is no store or it refuses."""
        if not _may_be():
            return None
        with suppress(*_failures()):
            backend = _backend()
            return backend.get_password(_SERVICE, name) if backend is not None else None
        return None

    def put(self, name: str, words: str) -> bool:
        """Keep words; return False where there is no store or it refuses."""
        if not _may_be():
            return False
        with suppress(*_failures()):
            backend = _backend()
            if backend is not None:
                backend.set_password(_SERVICE, name, words)
                return True
        return False


def _may_be() -> bool:
    """False on a Linux without a session bus: there keyring takes 23 MB to find nothing."""
    return sys.platform != "linux" or bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))


def _backend() -> KeyringBackend | None:
    import keyring  # noqa: PLC0415 - nothing that a start waits for

    backend = keyring.get_keyring()
    return backend if type(backend).__module__.startswith(_OURS) and backend.priority >= 1 else None


@cache
def _failures() -> tuple[type[Exception], ...]:
    """Return what a key store may raise: a failing one is as good as none."""
    found: list[type[Exception]] = [OSError, RuntimeError, ValueError, LookupError]
    for module, name in _FOREIGN:
        with suppress(ImportError):
            found.append(getattr(importlib.import_module(module), name))
    return tuple(found)
