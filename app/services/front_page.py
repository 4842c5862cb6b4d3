"""Giving the front page away on paper or as PDF: written whole or not at all, and noted in the case's history."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.texts import text
from app.domain.case import CaseRecord
from app.services.permits import DESK, needs
from app.services.session import Session
from app.storage.ops import Op


class FrontPageService:
    """The pages themselves are laid out by the window, which knows fonts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def save(self, case_id: int, path: Path, content: bytes, *, masked: bool) -> Path:
        """Write a front page that was laid out as PDF, and note it in the audit.

        Raises :class:`UserProblem` when it cannot be written; an older file stays then.
        """
        try:
            with write_atomic(path) as out:
                out.write(content)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("appeal.cannot_write", remedy="appeal.remedy.cannot_write", where=where) from fault
        self._note(case_id, path.name, hashlib.sha256(content).hexdigest(), masked=masked)
        return path

    @needs(*DESK)
    def note_printed(self, case_id: int, *, masked: bool) -> None:
        """Note in the audit that a front page went to a printer."""
        self._note(case_id, text("appeal.printed"), "", masked=masked)

    @needs(*DESK)
    def file_name(self, record: CaseRecord) -> str:
        """Return a suggested name; signs that a file system refuses are left out of the record number."""
        number = "".join(sign for sign in record.text("record_no") if sign.isalnum() or sign in "-_")
        return text("front_page.file_name", record_no=number or text("appeal.no_record_no"))

    def _note(self, case_id: int, file: str, sha256: str, *, masked: bool) -> None:
        if self._session.db.read_only:
            return
        with self._session.db.operation(Op.PRINT_CASE, by=self._session.actor) as tx:
            tx.record_event("printed", {"file": file, "sha256": sha256, "masked": masked}, case_id)
