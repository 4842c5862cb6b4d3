"""When training begins by itself: the hospital's setting, and whether it is time."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta
from typing import Final

from app.common.errors import UserProblem

ENOUGH_NEW: Final = 200
"""Codings since the last training from which one that was missed is caught up."""
PUNCTUAL: Final = timedelta(minutes=15)
"""How long after the set time a training still counts as being on time."""
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})")


def parse_time(given: str) -> time | None:
    """Return the time of ``02:30``, None for an empty text. Raises :class:`UserProblem` for anything else."""
    written = unicodedata.normalize("NFKC", given).strip()
    if not written:
        return None
    found = _TIME.fullmatch(written)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise UserProblem("retraining.bad_time", remedy="retraining.remedy.time", given=given)
    return time(int(found[1]), int(found[2]))


def wanted(now: datetime, at: time, begun: datetime | None) -> int | None:
    """Return how many new codings are worth a training now; None when it is not time.

    A training begins once for each set time, and ``begun`` says when the last one did. When the time has just come,
    one new coding is enough; when it was missed, because the program was closed, :data:`ENOUGH_NEW` are.
    """
    slot = datetime.combine(now.date(), at)
    if slot > now:
        slot -= timedelta(days=1)
    if begun is not None and begun >= slot:
        return None
    return 1 if now - slot <= PUNCTUAL else ENOUGH_NEW
