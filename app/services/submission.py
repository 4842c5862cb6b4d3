"""Submission: the gate, the frozen snapshots, the register of what went where (domain.md 5.6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of, write_atomic
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.services.checking import CheckingService
from app.services.export_note import note_export
from app.services.moves import steps_to, take_steps
from app.services.permits import DESK, needs
from app.services.session import Session
from app.services.snapshots import SnapshotChange, differences, snapshot_of
from app.services.submission_gate import look, passed_ids
from app.services.submission_types import GateLine, GateReport, ReceiptKind, Scope, Waiting
from app.services.worklist import WorklistService
from app.storage import submissions
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.submissions import Receipt, StoredSubmission, SubmittedCase
from app.storage.transaction import Transaction

_STEP: Final = 20
_BLOCK: Final = 1 << 20
LONGEST_NOTE: Final = 500
MOST_BYTES: Final = 20 * 1024 * 1024
"""Up to this size a file of the insurer is kept in the library."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was submitted: the number in the register and the cases."""

    submission_id: int
    cases: int
    changes: Changes


class SubmissionService:
    """Every version of a case that was submitted stays, with the hash of what it was."""

    def __init__(self, session: Session, checking: CheckingService, worklist: WorklistService) -> None:
        self._session = session
        self._checking = checking
        self._worklist = worklist

    @needs(*DESK)
    def waiting(self) -> Waiting:
        """Return how many passed cases wait, by month of discharge and by batch."""
        with self._session.db.read() as reader:
            months, batches = reader.submissions.passed_by_month(), reader.submissions.passed_by_batch()
        return Waiting(tuple(months.items()), tuple(batches), sum(months.values()))

    @needs(*DESK)
    def gate(self, scope: Scope, progress: Progress | None = None) -> GateReport:
        """Check every passed case of a scope; nothing but summaries is written. For a job.

        Rules and grouping run anew where the stored result is not of this version of the case, of the rules and tables
        in force, or depends on another stay or the day.
        """
        case_ids = passed_ids(self._session, self._worklist, scope)
        return look(self._session, self._checking, scope, case_ids, progress or NoProgress())

    @needs("coder", "insurance")
    def submit(self, report: GateReport, note: str, progress: Progress | None = None) -> Submitted:
        """Freeze a snapshot of every ready case and lock it, as one operation; cancelled before its end, none of it.

        Raises :class:`UserProblem` without a case or a note, and when a case was changed since the gate.
        """
        if not report.ready:
            raise UserProblem("submission.nothing", remedy="submission.remedy.nothing")
        if not note.strip() or len(note) > LONGEST_NOTE:
            raise UserProblem("submission.no_note", remedy="submission.remedy.no_note", most=LONGEST_NOTE)
        steps = steps_to(self._session, CaseState.PASSED, CaseState.SUBMITTED)
        progress = progress or NoProgress()
        schemes: dict[str, str] = {}
        with self._session.db.operation(Op.SUBMIT, by=self._session.actor, note=note.strip()) as tx:
            number = submissions.add_submission(tx, note.strip(), len(report.ready))
            stored = tx.load_cases(line.case_id for line in report.ready)
            for position, (line, case) in enumerate(zip(report.ready, stored, strict=True)):
                if position % _STEP == 0:
                    progress.step(position, len(report.ready))
                scheme_id, title = self._freeze(tx, number, line, case)
                schemes[scheme_id] = title
                take_steps(tx, line.case_id, steps)
            submissions.name_scheme(tx, number, " ".join(schemes), text("states.and").join(schemes.values()))
        return Submitted(number, len(report.ready), tx.changes)

    def _freeze(self, tx: Transaction, number: int, line: GateLine, stored: StoredCase) -> tuple[str, str]:
        """Store a version of a case with its snapshot and return the scheme that it was grouped by."""
        if stored.version != line.version or stored.state is not CaseState.PASSED:
            raise UserProblem("submission.changed", remedy="submission.remedy.changed", number=line.record_no)
        scheme, version = self._session.engines.scheme_for(stored.record), line.versions + 1
        data = snapshot_of(stored, version, line.group, scheme)
        submissions.add_case(tx, number, line.case_id, version, line.record_no, line.group, data)
        return scheme.id, scheme.title

    @needs(*DESK)
    def register(self) -> tuple[StoredSubmission, ...]:
        """Return everything that was submitted, latest first."""
        with self._session.db.read() as reader:
            return tuple(reader.submissions.all())

    @needs(*DESK)
    def cases_of(self, submission_id: int) -> tuple[SubmittedCase, ...]:
        """Return the cases of a submission in the order in which they went."""
        with self._session.db.read() as reader:
            return tuple(reader.submissions.cases_of(submission_id))

    @needs(*DESK)
    def versions(self, case_id: int) -> tuple[SubmittedCase, ...]:
        """Return the submitted versions of a case, latest first."""
        with self._session.db.read() as reader:
            return tuple(reader.submissions.versions(case_id))

    @needs(*DESK)
    def snapshot(self, sha256: str) -> bytes:
        """Return the bytes that were submitted under a hash. Raises :class:`UserProblem` when there are none."""
        try:
            with self._session.db.read() as reader:
                return reader.submissions.snapshot(sha256)
        except LookupError as error:
            raise UserProblem("submission.no_snapshot", remedy="submission.remedy.no_snapshot") from error

    @needs(*DESK)
    def changes_between(self, old: SubmittedCase, new: SubmittedCase) -> tuple[SnapshotChange, ...]:
        """Return what differs between two versions of a case."""
        return differences(self.snapshot(old.sha256), self.snapshot(new.sha256))

    @needs("coder", "insurance")
    def attach_receipt(
        self,
        submission_id: int,
        kind: ReceiptKind,
        file: Path,
        cases: int,
        note: str = "",
        progress: Progress | None = None,
    ) -> Changes:
        """Note in the register in which file a submission went out, or what came back for it.

        What came back is kept in the library as it is. Raises :class:`UserProblem` for a file that cannot be read or is
        too large to be kept, and an unknown submission, :class:`Cancelled` before anything was written.
        """
        if all(one.id != submission_id for one in self.register()):
            raise UserProblem("submission.unknown", remedy="submission.remedy.unknown")
        digest, data = _read(file, kind, progress or NoProgress())
        facts = {"kind": kind.value, "file_name": file.name, "sha256": digest, "cases": cases, "note": note.strip()}
        with self._session.db.operation(Op.ATTACH_RECEIPT, by=self._session.actor, note=file.name) as tx:
            if data is not None:
                tx.keep(data)
            submissions.add_receipt(tx, submission_id, facts)
        return tx.changes

    @needs(*DESK)
    def answers(self) -> dict[int, ReceiptKind]:
        """Return how the insurer received those submissions of which something came back, by number."""
        with self._session.db.read() as reader:
            return {number: ReceiptKind(kind) for number, kind in reader.submissions.answers().items()}

    @needs(*DESK)
    def compare_receipt(self, submission_id: int, file: Path) -> Receipt | None:
        """Return the file of a submission that another file equals byte by byte, None when it equals none.

        Raises :class:`UserProblem` for a file that cannot be read.
        """
        digest, _ = _read(file, ReceiptKind.UPLOAD, NoProgress())
        return next((one for one in self.receipts(submission_id) if one.sha256 == digest), None)

    @needs(*DESK)
    def save_receipt(self, receipt: Receipt, path: Path) -> Path:
        """Write what came back as it is kept in the library, and note it.

        Raises :class:`UserProblem` when it is not kept and when it cannot be written; an older file stays then.
        """
        with self._session.db.read() as reader:
            if not reader.submissions.holds(receipt.sha256):
                raise UserProblem("submission.not_kept", remedy="submission.remedy.not_kept", name=receipt.file_name)
            data = reader.submissions.snapshot(receipt.sha256)
        try:
            with write_atomic(path) as out:
                out.write(data)
        except OSError as fault:
            where = Where(path.name)
            raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
        note_export(self._session, path, receipt.cases)
        return path

    @needs(*DESK)
    def receipts(self, submission_id: int) -> tuple[Receipt, ...]:
        """Return the files of a submission, oldest first."""
        with self._session.db.read() as reader:
            return tuple(reader.submissions.receipts(submission_id))


def _read(file: Path, kind: ReceiptKind, progress: Progress) -> tuple[str, bytes | None]:
    """Return the hash of a file, and its content where that is kept."""
    try:
        if not kind.came_back:
            return sha256_of(file), None
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise UserProblem("submission.too_large", remedy="submission.remedy.too_large", name=file.name)
        data = b"".join(_blocks(file, size, progress))
    except OSError as fault:
        raise UserProblem("submission.no_file", remedy="submission.remedy.no_file", name=file.name) from fault
    return hashlib.sha256(data).hexdigest(), data


def _blocks(file: Path, size: int, progress: Progress) -> Iterator[bytes]:
    with file.open("rb") as handle:
        while block := handle.read(_BLOCK):
            yield block
            progress.step(handle.tell(), size, file.name)
