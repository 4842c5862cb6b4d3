"""Chinese resident identity numbers: check digit, birth date and sex (domain.md 3.1; GB 11643)."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_SHAPE: Final = re.compile(r"\d{15}|\d{17}[\dX]", re.ASCII)


def check_digit(first17: str) -> str:
    """Return the check character for the first 17 digits. Raises ``ValueError`` for anything else."""
    if len(first17) != len(_WEIGHTS) or not (first17.isascii() and first17.isdecimal()):
        raise ValueError("17 digits wanted")
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def is_id_shape(number: str) -> bool:
    """Tell whether the text has the shape of a 15- or 18-digit number (lower-case x accepted)."""
    return bool(_SHAPE.fullmatch(number.upper()))


def has_valid_check(number: str) -> bool:
    """Tell whether the check character fits. True for 15 digits, which have none; False for other shapes."""
    if not is_id_shape(number):
        return False
    return len(number) == 15 or check_digit(number[:17]) == number[17].upper()


def id_birth_date(number: str) -> date | None:
    """Return the birth date inside the number, None for another shape or an impossible date."""
    if not is_id_shape(number):
        return None
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def id_sex(number: str) -> str:
    """Return the D-SEX code inside the number: '1' for odd, '2' for even, '' for another shape."""
    if not is_id_shape(number):
        return ""
    digit = number[16] if len(number) == 18 else number[14]
    return "1" if int(digit) % 2 else "2"


def make_id(area: str, birth: date, sex: int, serial: int) -> str:
    """Return an 18-digit number for an invented person.

    ``area`` has 6 digits, ``sex`` is 1 male or 2 female, ``serial`` 0-99 tells persons of a day apart.
    """
    first17 = f"{area}{birth:%Y%m%d}{serial:02d}{1 if sex == 1 else 2}"
    return first17 + check_digit(first17)
