"""Which band of the review a text falls into: the matcher's own judgement, or the limits that the hospital set."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Final

from app.common.errors import UserProblem
from app.common.paths import data
from app.domain.coding import Band, Candidate, MatchResult
from app.matching.confidence import CONFIRM
from app.services.session import Session

PREFIX: Final = "bands."
KEYS: Final = ("accept", "confirm")
"""The limits that can be set, as they are named in settings and texts."""
_LEAST: Final = Decimal("0.50")
_MOST: Final = Decimal("0.99")
_HELD: Final = ("reason.conflict.past", "reason.conflict.suspected", "reason.part")


@dataclass(frozen=True, slots=True)
class Measured:
    """How many texts of a band were looked at, and for how many the first answer was right."""

    texts: int
    right: int

    @property
    def share(self) -> float:
        """The share of right first answers, 0-1."""
        return self.right / self.texts if self.texts else 0.0


@cache
def shipped() -> Mapping[Band, Measured]:
    """Return what was measured of the program as it ships, with ``benchmarks.everyday``: right is the category."""
    with (data("resources") / "matching" / "measured.toml").open("rb") as handle:
        found = tomllib.load(handle)
    return {band: Measured(found[band]["texts"], found[band]["right"]) for band in Band}


@dataclass(frozen=True, slots=True)
class Limits:
    """From which confidence (0-1) a first candidate may be accepted and may be confirmed.

    Without ``accept`` the matcher decides: an exact and unique answer, or the calibration of the hospital's model.
    """

    accept: float | None = None
    confirm: float = CONFIRM

    def banded(self, result: MatchResult) -> MatchResult:
        """Return the result in its band under these limits; what is no present illness, or several, stays below."""
        return replace(result, band=self._band(result))

    def _band(self, result: MatchResult) -> Band:
        best = result.best
        if best is None or best.score < self.confirm:
            return Band.SEARCH
        if result.band is Band.SEARCH and (best.score >= CONFIRM or _is_held(best)):
            return Band.SEARCH
        if self.accept is None:
            return Band.ACCEPT if result.band is Band.ACCEPT else Band.CONFIRM
        return Band.ACCEPT if best.score >= self.accept and not best.conflicts else Band.CONFIRM


def _is_held(best: Candidate) -> bool:
    """True for a text about no present illness, or about several: no confidence in one code settles it."""
    return any(told.key in _HELD for told in (*best.conflicts, *best.reasons))


def read_limits(session: Session) -> Limits:
    """Return the limits in force."""
    with session.db.read() as reader:
        stored = reader.settings(PREFIX)
    known = {key: Decimal(str(value)) for key in KEYS if (value := stored.get(f"{PREFIX}{key}"))}
    accept, confirm = known.get("accept"), known.get("confirm")
    return Limits(None if accept is None else float(accept), CONFIRM if confirm is None else float(confirm))


def parsed_limit(limits: Limits, key: str, typed: str) -> str:
    """Return a typed limit as it is stored, '' for the default. ``85``, ``85%`` and ``0.85`` are the same.

    Raises :class:`UserProblem` for what is no confidence, and when acceptance would ask less than confirmation.
    """
    plain = unicodedata.normalize("NFKC", typed).strip()
    if not plain:
        value = None
    else:
        found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,4})?) ?(%?)", plain)
        value = Decimal(found[1]) if found else Decimal(0)
        if found and (found[2] or value > 1):
            value /= 100
        if not _LEAST <= value <= _MOST:
            raise UserProblem("review.limit", remedy="review.remedy.limit", typed=typed.strip())
    number = None if value is None else float(value)
    if key == "accept":
        changed = replace(limits, accept=number)
    else:
        changed = replace(limits, confirm=CONFIRM if number is None else number)
    if changed.accept is not None and changed.accept <= changed.confirm:
        raise UserProblem("review.limit_order", remedy="review.remedy.limit_order")
    return "" if value is None else str(value.normalize())
