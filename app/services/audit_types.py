"""What the audit page shows: a line, an operation whole, what is searched, and how the chain stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.storage.audit import AuditCheck


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What is searched, as typed: '' and None ask for nothing. ``kind`` is a key of :func:`kinds`."""

    kind: str = ""
    record_no: str = ""
    who: str = ""
    field: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class AuditRow:
    """An operation as a line: ``old`` → ``new`` of its first change (of the one searched for), ``more`` others.

    ``case_id`` 0 for none or several; ``rule`` is a rule number, else the reason that was given.
    """

    op_id: int
    at: datetime
    who: str
    what: str
    case_id: int
    record_no: str
    patient: str
    place: str
    old: str
    new: str
    more: int
    rule: str


@dataclass(frozen=True, slots=True, repr=False)
class AuditChange:
    """One change of an operation in words."""

    place: str
    old: str
    new: str
    rule: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class AuditDetail:
    """An operation whole: facts as label and value, its first changes, how many there are in all, its hash."""

    op_id: int
    facts: tuple[tuple[str, str], ...]
    changes: tuple[AuditChange, ...]
    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """How the chain stands: the check, the verdict first and then what it rests on, as sentences."""

    check: AuditCheck
    words: tuple[str, ...]
    is_intact: bool
