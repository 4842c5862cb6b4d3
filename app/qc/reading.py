"""Reading entries of rule files: each value by its kind, each wrong one refused with the entry's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

from app.qc.faults import RuleFault


class Entry:
    """One table of a rule file. Every method returns the value of an entry, or its default when it is absent.

    All raise :class:`RuleFault` for a value of the wrong kind.
    """

    def __init__(self, data: Mapping[str, object], owner: str) -> None:
        self._data = data
        self._owner = owner

    def expect(self, known: frozenset[str], needed: Sequence[str]) -> None:
        """Refuse entries that are unknown, and entries that are needed and missing or empty."""
        unknown = sorted(set(self._data) - known)
        missing = [name for name in needed if not self._data.get(name)]
        if unknown or missing:
            key = "unknown_entry" if unknown else "missing_entry"
            raise RuleFault(key, rule_id=self._owner, args={"names": ", ".join(unknown or missing)})

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        value = self._data.get(name, default)
        return value if isinstance(value, str) else self._refuse(name)

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self._data.get(name, default)
        return value if isinstance(value, bool) else self._refuse(name)

    def number(self, name: str, default: float = 0) -> float:
        """Return a number."""
        value = self._data.get(name, default)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else self._refuse(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self._data.get(name, [])
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            self._refuse(name)
        return tuple(value)

    def table(self, name: str) -> Mapping[str, object]:
        """Return a table."""
        value = self._data.get(name, {})
        return value if isinstance(value, Mapping) else self._refuse(name)

    def tables(self, name: str) -> tuple[Mapping[str, object], ...]:
        """Return a list of tables."""
        value = self._data.get(name, [])
        if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
            self._refuse(name)
        return tuple(value)

    def _refuse(self, name: str) -> NoReturn:
        raise RuleFault("entry_kind", rule_id=self._owner, args={"name": name})
