"""The hospital's memory: which code a person gave to which text. Values shared by storage, services and pages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from app.domain.coding import CodeKind

JOIN: Final = "##"
"""Stands between the codes of a text that has several."""
_LEFT_OUT: Final = re.compile(r"[^\w+\-./%?]+")


@dataclass(frozen=True, slots=True)
class PastLine:
    """One line of a file of past codings: text, codes, how often, when last (ISO date, '' unknown), who last."""

    kind: CodeKind
    text: str
    codes: tuple[str, ...]
    times: int = 1
    last: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Codes that a person gave to a physician's text on a case; ``at`` is the time as ISO text, ``by`` a name."""

    kind: CodeKind
    text: str
    codes: tuple[str, ...]
    by: str
    at: str


def text_key(text: str) -> str:
    """Return what makes two texts the same for the memory: half width, lower case, no blanks or punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _LEFT_OUT.sub("", folded) or folded.strip()
