"""What the hand-over page shows: kinds of files, what is meant, who may go and who may not, what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from app.common.texts import text
from app.exchange.settlement_names import InterfaceName
from app.exchange.upload_template import Template
from app.storage.handover import StoredHandover

__all__ = [
    "Edition",
    "HandoverCase",
    "HandoverKind",
    "HandoverRefusal",
    "HandoverReport",
    "HandoverScope",
    "InterfaceName",
    "StoredHandover",
    "Template",
    "Verified",
    "Wanted",
]


class HandoverKind(StrEnum):
    """The files that can be written (domain.md 6.5): the batch, uploads, settlement lists; FORM is one of these."""

    BATCH = "batch"
    L2 = "l2"
    L3 = "l3"
    LIST_XLSX = "list_xlsx"
    LIST_JSON = "list_json"
    FORM = "list_form"

    @property
    def label(self) -> str:
        """The name on the page."""
        return text(f"handover.kind.{self.value}")

    @property
    def is_list(self) -> bool:
        """True for the settlement list, which has codes of the insurance edition."""
        return self in (HandoverKind.LIST_XLSX, HandoverKind.LIST_JSON, HandoverKind.FORM)

    @property
    def is_official(self) -> bool:
        """True for what an authority takes: it cannot be masked."""
        return self is not HandoverKind.BATCH

    @property
    def suffix(self) -> str:
        """The ending of the file, '' where the batch or the template says which."""
        endings = {HandoverKind.L2: ".csv", HandoverKind.LIST_XLSX: ".xlsx", HandoverKind.LIST_JSON: ".json"}
        return endings.get(self, "")


class Edition(StrEnum):
    """Of which edition the codes are that the hospital stores."""

    INSURANCE = "insurance"
    CLINICAL = "clinical"


@dataclass(frozen=True, slots=True)
class HandoverScope:
    """Which cases are meant: of a month of discharge (``2026-11``), a batch, a submission, or a list of ids."""

    month: str = ""
    batch_id: int = 0
    submission_id: int = 0
    case_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written: kind, cases, for L3 the template; ``masked`` for a batch that is no upload."""

    kind: HandoverKind
    scope: HandoverScope
    template: Template | None = None
    masked: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class HandoverRefusal:
    """A case that is not written: the reason in words, and the field at which it is mended ('' for none)."""

    case_id: int
    record_no: str
    name: str
    dept: str
    words: str
    path: str = ""

    def __repr__(self) -> str:
        return f"HandoverRefusal({self.case_id}, {self.path})"


@dataclass(frozen=True, slots=True, repr=False)
class HandoverCase:
    """A case that goes, as it stood when it was looked at; ``codes`` counts its diagnosis and operation codes."""

    case_id: int
    version: int
    record_no: str
    name: str
    dept: str
    codes: int

    def __repr__(self) -> str:
        return f"HandoverCase({self.case_id}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class HandoverReport:
    """What the check says. ``notes`` hold for the whole file; ``title`` names the cases that were meant."""

    wanted: Wanted
    title: str
    ready: tuple[HandoverCase, ...]
    refused: tuple[HandoverRefusal, ...]
    notes: tuple[str, ...] = ()

    @property
    def codes(self) -> int:
        """Codes of the cases that go."""
        return sum(one.codes for one in self.ready)


class Judgement(StrEnum):
    """What a file is against the register."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict over a file, in words, with the entry it was compared with."""

    judgement: Judgement
    words: str
    path: Path
    entry: StoredHandover | None
    at: datetime
