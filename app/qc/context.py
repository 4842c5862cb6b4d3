"""What rules may look at besides the record itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from app.domain.case import CaseRecord, CaseState, Row
from app.domain.coding import CodeKind


class Entry(Protocol):
    """What a rule reads of a code's entry."""

    @property
    def kind(self) -> CodeKind: ...


class Book(Protocol):
    """What rules need of the active code book; :class:`app.codebook.codebook.Codebook` is one."""

    @property
    def edition(self) -> str: ...

    def get(self, code: str) -> Entry | None: ...


@dataclass(frozen=True, slots=True, repr=False)
class Sibling:
    """Another stay that rules compare with (LJ-039, LJ-040); make it with :meth:`of`."""

    row: Row

    @classmethod
    def of(cls, other: CaseRecord, record: CaseRecord) -> Sibling:
        """Return ``other`` as seen from ``record``; a patient is the same by record number or document number."""
        same_record = bool(other.text("record_no")) and other.text("record_no") == record.text("record_no")
        same_document = bool(other.text("id_no")) and other.text("id_no") == record.text("id_no")
        values = {
            "same_stay": same_record and other.key == record.key,
            "same_record": same_record,
            "same_patient": same_record or same_document,
            "other_admit_time": other.value("admit_time"),
            "other_discharge_time": other.value("discharge_time"),
        }
        return cls(Row(values))

    def __repr__(self) -> str:
        return "Sibling(‹redacted›)"


@dataclass(frozen=True, slots=True, kw_only=True)
class QcContext:
    """The world around one check. ``codebook`` None: rules that look codes up cannot be evaluated.

    ``parameters`` overrides hospital parameters of ``resources/rules/parameters.toml`` by name; ``profile`` is
    ``front`` (front page) or ``settlement``; ``siblings`` are other stays of the same patient in the store.
    """

    today: date
    codebook: Book | None = None
    state: CaseState = CaseState.CODING
    parameters: Mapping[str, float] = field(default_factory=dict)
    siblings: tuple[Sibling, ...] = ()
    profile: str = "front"
