"""What of a record names a person, and how it is hidden where a record leaves the house (周**, 3306**********0027)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

_KEPT_OF_ADDRESS: Final = 6
_HIDING: Final[Mapping[str, Callable[[str], str]]] = {
    **dict.fromkeys(("patient_name", "contact_name"), lambda shown: f"{shown[0]}**"),
    "id_no": lambda shown: _middle(shown, 4, 4),
    **dict.fromkeys(("current_phone", "employer_phone", "contact_phone"), lambda shown: _middle(shown, 3, 4)),
    **dict.fromkeys(("health_card_no", "insurance_card_no"), lambda shown: _middle(shown, 0, 4)),
    **dict.fromkeys(
        ("current_address", "registered_address", "employer_address", "contact_address"),
        lambda shown: shown[:_KEPT_OF_ADDRESS] + "*" * min(6, max(0, len(shown) - _KEPT_OF_ADDRESS)),
    ),
}
_GIVEN_AWAY: Final[Mapping[str, Callable[[str], str]]] = {
    **_HIDING,
    **dict.fromkeys(("patient_name", "contact_name"), lambda shown: f"{shown[0]}*"),
    "id_no": lambda shown: _middle(shown, 6, 4),
    **dict.fromkeys(("current_phone", "employer_phone", "contact_phone"), lambda shown: _middle(shown, 0, 4)),
}
"""What domain.md 6.5 asks of files: 张*, the first six and last four of a number, the last four of a telephone."""
PERSONAL: Final = frozenset(_HIDING)


def masked_in_file(field_id: str, shown: str) -> str:
    """Return a value as a file may hold it that is no official upload; a dash and other fields stay as they are."""
    hide = _GIVEN_AWAY.get(field_id)
    return hide(shown) if hide and shown not in ("", "-") else shown


def masked(field_id: str, shown: str) -> str:
    """Return a value of a field without what names a person; a dash and other fields stay as they are."""
    hide = _HIDING.get(field_id)
    return hide(shown) if hide and shown not in ("", "-") else shown


def _middle(shown: str, first: int, last: int) -> str:
    """Return a number with its middle hidden; a short one is hidden whole."""
    hidden = len(shown) - first - last
    return "*" * len(shown) if hidden <= 0 else shown[:first] + "*" * hidden + shown[-last:]
