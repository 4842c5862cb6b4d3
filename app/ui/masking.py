"""Names, numbers and telephones hidden on a screen that is shared. Views ask here for what they may show."""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.domain.fields import field
from app.domain.masking import PERSONAL, masked
from app.ui.free_text import hide_people

_NAMES: Final = frozenset({"patient_name", "contact_name"})
_MOST_NAMES: Final = 5_000


class Masking(QObject):
    """The one switch. ``switched(on)`` after it; it is off again at every start."""

    switched = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.is_on = False
        self._names: OrderedDict[str, None] = OrderedDict()

    def switch(self, *, on: bool) -> None:
        """Hide, or show again."""
        if on != self.is_on:
            self.is_on = on
            self.switched.emit(on)

    def name(self, name: str) -> str:
        """Return a name as it may be shown: 周**."""
        self._note(name)
        return masked("patient_name", name) if self.is_on else name

    def value(self, path: str, shown: str) -> str:
        """Return the value of a field as it may be shown; fields that name nobody stay as they are."""
        key = _field(path)
        if key in _NAMES:
            return self.name(shown)
        return masked(key, shown) if self.is_on else shown

    def labelled(self, label: str, shown: str) -> str:
        """Return a value that stands under the name of its field, as it may be shown; else as :meth:`words`."""
        key = _labels().get(label, "")
        return self.value(key, shown) if key else self.words(shown)

    def hides(self, path: str) -> bool:
        """Tell whether a field cannot be read now, and must not be typed into."""
        return self.is_on and _field(path) in PERSONAL

    def words(self, words: str) -> str:
        """Return free text without numbers, telephones, addresses and the names that were shown in this session.

        It is as long as before, so that places marked in it stay where they are.
        """
        return hide_people(words, self._names) if self.is_on and words else words

    def _note(self, name: str) -> None:
        if len(name) > 1:
            self._names[name] = None
            self._names.move_to_end(name)
            if len(self._names) > _MOST_NAMES:
                self._names.popitem(last=False)


def _field(path: str) -> str:
    return path.rpartition(".")[2]


@cache
def _labels() -> dict[str, str]:
    return {field(key).label: key for key in PERSONAL}


@cache
def masking() -> Masking:
    """Return the switch of this program."""
    return Masking()
