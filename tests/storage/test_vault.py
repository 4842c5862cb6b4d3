"""The key store of the operating system: used where it is keyring's own, as good as none where it fails."""

from __future__ import annotations

import keyring
import pytest
from keyring.errors import KeyringError

from app.storage.vault import SystemVault


class Store:
    """A key store in memory that keyring could have brought."""

    __module__ = "keyring.backends.fake"
    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.fault: Exception | None = None

    def get_password(self, service: str, name: str) -> str | None:
        """Return what was kept."""
        if self.fault is not None:
            raise self.fault
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, words: str) -> None:
        """Keep it."""
        if self.fault is not None:
            raise self.fault
        self.kept[service, name] = words


class Foreign(Store):
    """One from elsewhere, which may keep its secrets in a plain file."""

    __module__ = "somebody.files"


@pytest.fixture(autouse=True)
def bus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be a session bus, as on a desktop: without one nothing is asked."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")


def test_words_are_kept_and_found(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    assert SystemVault().get("a") is None
    assert SystemVault().put("a", "words")
    assert SystemVault().get("a") == "words"
    assert store.kept == {("Bingan", "a"): "words"}


@pytest.mark.parametrize("fault", [KeyringError("locked"), OSError("gone"), RuntimeError("no bus")])
def test_a_store_that_fails_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    store = Store()
    store.fault = fault
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    assert (SystemVault().put("a", "words"), SystemVault().get("a")) == (False, None)


def test_a_store_from_elsewhere_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Foreign()
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    assert not SystemVault().put("a", "words")
    assert store.kept == {}


def test_without_a_session_bus_no_store_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert (SystemVault().put("a", "words"), SystemVault().get("a")) == (False, None)
    assert not store.kept
