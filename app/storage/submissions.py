"""What was submitted, in which files, and wishes to change it again (domain.md 5.6): written and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa

from app.domain.case import CaseState
from app.storage.desk_tables import submission, submission_case, submission_receipt, unlock_request
from app.storage.tables import batch, batch_source, cases
from app.storage.transaction import Transaction

OPEN: Final = "open"
APPROVED: Final = "approved"
REFUSED: Final = "refused"
_PER_QUERY: Final = 400
_WENT_OUT: Final = frozenset({"list", "upload"})


class Group(NamedTuple):
    """What a case was grouped to when it was submitted."""

    drg: str
    rw: str
    status: str


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """Cases that were submitted at once."""

    id: int
    scheme_id: str
    scheme_title: str
    note: str
    cases: int
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SubmittedCase:
    """A version of a case; ``sha256`` is the hash of its snapshot, ``version`` counts its submissions from 1."""

    submission_id: int
    case_id: int
    version: int
    sha256: str
    record_no: str
    group: Group
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file that a submission went out in, or an answer to it: what kind, which file, how many cases."""

    submission_id: int
    kind: str
    file_name: str
    sha256: str
    cases: int
    note: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UnlockRequest:
    """A wish to change a locked case; the words of insurance office and administrator are (name, time)."""

    id: int
    case_id: int
    version: int
    was: CaseState
    reason: str
    who: str
    at: datetime
    insurance: tuple[str, str]
    admin: tuple[str, str]
    outcome: str
    note: str

    @property
    def is_open(self) -> bool:
        """True while nobody has decided."""
        return self.outcome == OPEN


class SubmissionReads:
    """Reads of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self) -> list[StoredSubmission]:
        """Return every submission, latest first."""
        rows = self._connection.execute(submission.select().order_by(submission.c.id.desc())).mappings()
        return [_submission(row) for row in rows]

    def versions(self, case_id: int) -> list[SubmittedCase]:
        """Return the submitted versions of a case, latest first."""
        query = submission_case.select().where(submission_case.c.case_id == case_id)
        rows = self._connection.execute(query.order_by(submission_case.c.version.desc())).mappings()
        return [_submitted(row) for row in rows]

    def last_versions(self, case_ids: Sequence[int]) -> dict[int, SubmittedCase]:
        """Return the last submitted version of those of some cases that have one."""
        found: dict[int, SubmittedCase] = {}
        query = submission_case.select().order_by(submission_case.c.version)
        for start in range(0, len(case_ids), _PER_QUERY):
            part = query.where(submission_case.c.case_id.in_(case_ids[start : start + _PER_QUERY]))
            found |= {row["case_id"]: _submitted(row) for row in self._connection.execute(part).mappings()}
        return found

    def cases_of(self, submission_id: int) -> list[SubmittedCase]:
        """Return the cases of a submission in the order in which they went."""
        query = submission_case.select().where(submission_case.c.submission_id == submission_id)
        rows = self._connection.execute(query.order_by(submission_case.c.id)).mappings()
        return [_submitted(row) for row in rows]

    def receipts(self, submission_id: int) -> list[Receipt]:
        """Return the files of a submission, oldest first."""
        query = submission_receipt.select().where(submission_receipt.c.submission_id == submission_id)
        rows = self._connection.execute(query.order_by(submission_receipt.c.id)).mappings()
        return [_receipt(row) for row in rows]

    def answers(self) -> dict[int, str]:
        """Return of which kind the last file was that came back for those submissions that have one."""
        query = sa.select(submission_receipt.c.submission_id, submission_receipt.c.kind)
        rows = self._connection.execute(query.order_by(submission_receipt.c.id))
        return {int(number): str(kind) for number, kind in rows if kind not in _WENT_OUT}

    def holds(self, sha256: str) -> bool:
        """Tell whether the bytes of a hash are in the library."""
        query = sa.select(batch_source.c.sha256).where(batch_source.c.sha256 == sha256)
        return self._connection.execute(query).first() is not None

    def snapshot(self, sha256: str) -> bytes:
        """Return the bytes of a snapshot. Raises ``LookupError`` when there is none."""
        query = sa.select(batch_source.c.data).where(batch_source.c.sha256 == sha256)
        data = self._connection.execute(query).scalar()
        if data is None:
            raise LookupError(sha256)
        return bytes(data)

    def unlocks(self, case_id: int) -> list[UnlockRequest]:
        """Return the wishes to change a case, latest first."""
        query = unlock_request.select().where(unlock_request.c.case_id == case_id)
        rows = self._connection.execute(query.order_by(unlock_request.c.id.desc())).mappings()
        return [_unlock(row) for row in rows]

    def open_unlocks(self) -> list[UnlockRequest]:
        """Return the wishes that wait for a word, oldest first."""
        query = unlock_request.select().where(unlock_request.c.outcome == OPEN).order_by(unlock_request.c.id)
        return [_unlock(row) for row in self._connection.execute(query).mappings()]

    def unlock_counts(self) -> dict[str, int]:
        """Return how many wishes there were by outcome, for reports."""
        query = sa.select(unlock_request.c.outcome, sa.func.count()).group_by(unlock_request.c.outcome)
        return {str(outcome): int(count) for outcome, count in self._connection.execute(query)}

    def passed_by_month(self) -> dict[str, int]:
        """Return how many cases wait to be submitted by month of discharge (``2026-11``), latest first."""
        month = sa.func.substr(cases.c.discharge_time, 1, 7).label("month")
        query = sa.select(month, sa.func.count()).where(cases.c.state == CaseState.PASSED.value)
        return {
            str(m): int(count) for m, count in self._connection.execute(query.group_by(month).order_by(month.desc()))
        }

    def passed_by_batch(self) -> list[tuple[int, str, int]]:
        """Return the batches with cases that wait to be submitted: id, file name, cases; latest first."""
        query = (
            sa.select(batch.c.id, batch.c.file_name, sa.func.count())
            .join(cases, cases.c.batch_id == batch.c.id)
            .where(cases.c.state == CaseState.PASSED.value)
            .group_by(batch.c.id, batch.c.file_name)
            .order_by(batch.c.id.desc())
        )
        return [(int(number), str(name), int(count)) for number, name, count in self._connection.execute(query)]


def add_submission(tx: Transaction, note: str, count: int) -> int:
    """Store the head of a submission and return its id."""
    return tx.insert_signed(submission.name, {"scheme_id": "", "scheme_title": "", "note": note, "cases": count})


def name_scheme(tx: Transaction, submission_id: int, scheme_id: str, title: str) -> None:
    """Write by which schemes the cases of a submission were grouped."""
    tx.set_column(submission.name, submission_id, "scheme_id", scheme_id)
    tx.set_column(submission.name, submission_id, "scheme_title", title)


def add_case(
    tx: Transaction, submission_id: int, case_id: int, version: int, record_no: str, group: Group, data: bytes
) -> str:
    """Store a version of a case with its snapshot and return the hash of that."""
    digest = tx.keep(data)
    tx.insert_signed(
        submission_case.name,
        {
            "submission_id": submission_id,
            "case_id": case_id,
            "version": version,
            "sha256": digest,
            "record_no": record_no,
            "drg": group.drg,
            "rw": group.rw,
            "group_status": group.status,
        },
    )
    return digest


def add_receipt(tx: Transaction, submission_id: int, facts: Mapping[str, object]) -> int:
    """Store a receipt (kind, file_name, sha256, cases, note) and return its id."""
    return tx.insert_signed(submission_receipt.name, {"submission_id": submission_id, **facts})


def add_unlock(tx: Transaction, case_id: int, version: int, was: CaseState, reason: str) -> int:
    """Store a wish to change a locked case and return its id."""
    empty = dict.fromkeys(("insurance_name", "insurance_at", "admin_name", "admin_at", "note"), "")
    facts = {"case_id": case_id, "version": version, "was": was.value, "reason": reason, "outcome": OPEN, **empty}
    return tx.insert_signed(unlock_request.name, facts)


def agree(tx: Transaction, request_id: int, role: str, name: str) -> None:
    """Put a name under a wish in a role (insurance, admin)."""
    tx.set_column(unlock_request.name, request_id, f"{role}_name", name)
    tx.set_column(unlock_request.name, request_id, f"{role}_at", tx.at)


def close_unlock(tx: Transaction, request_id: int, outcome: str, note: str) -> None:
    """Write how a wish ended."""
    tx.set_column(unlock_request.name, request_id, "outcome", outcome)
    tx.set_column(unlock_request.name, request_id, "note", note)


def _who(row: sa.RowMapping) -> str:
    return str(row["actor_name"] or row["actor"])


def _submission(row: sa.RowMapping) -> StoredSubmission:
    return StoredSubmission(
        id=row["id"],
        scheme_id=row["scheme_id"],
        scheme_title=row["scheme_title"],
        note=row["note"],
        cases=row["cases"],
        who=_who(row),
        at=datetime.fromisoformat(row["at"]),
    )


def _submitted(row: sa.RowMapping) -> SubmittedCase:
    return SubmittedCase(
        submission_id=row["submission_id"],
        case_id=row["case_id"],
        version=row["version"],
        sha256=row["sha256"],
        record_no=row["record_no"],
        group=Group(row["drg"], row["rw"], row["group_status"]),
        who=_who(row),
        at=datetime.fromisoformat(row["at"]),
    )


def _receipt(row: sa.RowMapping) -> Receipt:
    return Receipt(
        submission_id=row["submission_id"],
        kind=row["kind"],
        file_name=row["file_name"],
        sha256=row["sha256"],
        cases=row["cases"],
        note=row["note"],
        who=_who(row),
        at=datetime.fromisoformat(row["at"]),
    )


def _unlock(row: sa.RowMapping) -> UnlockRequest:
    return UnlockRequest(
        id=row["id"],
        case_id=row["case_id"],
        version=row["version"],
        was=CaseState(row["was"]),
        reason=row["reason"],
        who=_who(row),
        at=datetime.fromisoformat(row["at"]),
        insurance=(row["insurance_name"], row["insurance_at"]),
        admin=(row["admin_name"], row["admin_at"]),
        outcome=row["outcome"],
        note=row["note"],
    )
