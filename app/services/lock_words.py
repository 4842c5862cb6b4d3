"""Why a case cannot be changed: since when it is locked, as which version, and what unlocks it."""

from __future__ import annotations

from app.common.texts import text
from app.domain.case import CaseState
from app.storage.load import StoredCase
from app.storage.reads import Reader


def lock_words(reader: Reader, stored: StoredCase) -> str:
    """Return the sentence of the strip for a case in a locked state."""
    versions = reader.submissions.versions(stored.case_id)
    plain = text("cases.locked_note", state=text(f"cases.state.{stored.state}"))
    if not versions:
        return plain
    version, at = versions[0].version, f"{versions[0].at:%Y-%m-%d %H:%M}"
    if stored.state is CaseState.SUBMITTED:
        return text("submission.locked", at=at, version=version)
    if stored.state is CaseState.ARCHIVED:
        return text("submission.locked_archived", version=version)
    wish = next((one for one in reader.submissions.unlocks(stored.case_id) if one.is_open), None)
    if wish is None:
        return plain
    key = "locked_waiting_admin" if wish.was is CaseState.ARCHIVED else "locked_waiting"
    return text(f"submission.{key}", version=version, reason=wish.reason)
