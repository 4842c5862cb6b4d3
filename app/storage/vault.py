"""The key store of the operating system, for heads of the audit: whoever can write files cannot write there as easily.

Windows Credential Manager, macOS Keychain, Secret Service (through keyring). Where there is none, or it stays locked,
nothing is kept and nothing found. It may ask its user to unlock it: call it beside the window, never from its thread.
"""

from __future__ import annotations

from typing import Final, Protocol

_SERVICE: Final = "Bingan"
_OURS: Final = "keyring.backends."
"""Backends that come with keyring; one from elsewhere may keep its secrets in a plain file."""


class Vault(Protocol):
    """Keeps short texts by name."""

    def get(self, name: str) -> str | None:
        """Return what was kept, None for nothing."""

    def put(self, name: str, words: str) -> bool:
        """Keep words; return whether they were kept."""


class SystemVault:
    """The key store that this computer has, if any."""

    def get(self, name: str) -> str | None:
        """Return what was kept, None for nothing and where there is no store."""
        if not self._is_there():
            return None
        import keyring  # noqa: PLC0415 - nothing that a start waits for

        try:
            return keyring.get_password(_SERVICE, name)
        except Exception:
            return None

    def put(self, name: str, words: str) -> bool:
        """Keep words; return False where there is no store or it refuses."""
        if not self._is_there():
            return False
        import keyring  # noqa: PLC0415 - as above

        try:
            keyring.set_password(_SERVICE, name, words)
        except Exception:
            return False
        return True

    @staticmethod
    def _is_there() -> bool:
        import keyring  # noqa: PLC0415 - as above

        try:
            backend = keyring.get_keyring()
            return type(backend).__module__.startswith(_OURS) and backend.priority >= 1
        except Exception:
            return False
