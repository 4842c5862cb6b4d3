"""When the next step of a case is due, and who else is at work on it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from app.common.texts import text
from app.domain.case import CaseState
from app.services.priority import Weights, deadline_of
from app.storage.actor import Actor
from app.storage.load import StoredCase
from app.storage.reads import Reader

_PRIORITY: Final = "worklist.priority"


def deadline_of_case(reader: Reader, stored: StoredCase) -> datetime | None:
    """Return the end of the time the hospital gives the next step, None where nothing is due."""
    discharge = stored.record.value("discharge_time")
    if not isinstance(discharge, datetime):
        return None
    return deadline_of(stored.state, discharge, Weights.of(reader.setting(_PRIORITY)))


def holder_of(reader: Reader, stored: StoredCase, actor: Actor) -> str:
    """Return who is coding the case and since when, '' when nobody or the person himself is."""
    if stored.state is not CaseState.CODING or stored.claimed_by in ("", actor.id):
        return ""
    since, by = reader.claimed_since(stored.case_id) or (stored.updated, stored.claimed_by)
    names = {one.actor.id: one.name for one in reader.people.everybody()}
    return text("cases.held_note", who=names.get(stored.claimed_by, by), since=f"{since:%m-%d %H:%M}")
