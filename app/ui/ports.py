"""What the window needs from outside, as protocols: a place to remember things, and who is working."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

JsonValue = str | int | float | bool | list["JsonValue"] | dict[str, "JsonValue"] | None
"""What a :class:`PlaceStore` keeps."""


class PlaceStore(Protocol):
    """Remembers small things per user across restarts: window geometry, last place, splitter sizes, filters."""

    def get(self, key: str) -> JsonValue: ...

    def put(self, key: str, value: JsonValue) -> None: ...


class MemoryPlaces:
    """Remembers until the program ends; where no library is open, and in tests."""

    def __init__(self) -> None:
        self._kept: dict[str, JsonValue] = {}

    def get(self, key: str) -> JsonValue:
        """Return what was kept, None when nothing was."""
        return self._kept.get(key)

    def put(self, key: str, value: JsonValue) -> None:
        """Keep a value."""
        self._kept[key] = value


DESK = "coder qc insurance admin"
"""Roles of the record room and the insurance office."""
EVERYONE = f"{DESK} physician head"
"""All roles."""


@dataclass(frozen=True, slots=True)
class UserCard:
    """Who is working: name, title shown behind it, role keys (empty set: every role), whether she signed in."""

    name: str
    title: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    is_person: bool = False

    def may(self, roles: str) -> bool:
        """True when an action that needs one of ``roles`` (between blanks, '' for none) is allowed."""
        return not roles or not self.roles or not self.roles.isdisjoint(roles.split())

    def sees(self, roles: str) -> bool:
        """True when a page that needs one of ``roles`` is shown; one that names none is the record room's."""
        return self.may(roles or DESK)
