"""What rules may look at besides the record itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeAlias

from app.codebook.codes import category3
from app.domain.case import CaseKey, CaseRecord, CaseState, Row
from app.domain.coding import CodeKind


class Entry(Protocol):
    """What a rule reads of a code's entry. ``op_kind`` is the table's word for the kind of an operation, '' without."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def synonyms(self) -> tuple[str, ...]: ...

    @property
    def kind(self) -> CodeKind: ...

    @property
    def level(self) -> str: ...

    @property
    def op_kind(self) -> str: ...


class Book(Protocol):
    """What rules need of the active code book; :class:`app.codebook.codebook.Codebook` is one."""

    @property
    def edition(self) -> str: ...

    def get(self, code: str) -> Entry | None: ...

    def by_prefix(self, prefix: str, kind: CodeKind) -> Sequence[Entry]: ...

    def daggers(self, star: str) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True, repr=False)
class Sibling:
    """Another stay that rules compare with (LJ-039, LJ-040, DG-009 to DG-011); make it with :meth:`of`."""

    row: Row

    @classmethod
    def of(cls, other: CaseRecord, record: CaseRecord) -> Sibling:
        """Return ``other`` as seen from ``record``; a patient is the same by record number or document number.

        A newborn often has the document number of the mother, twins both have it: who was born on another day or has
        another name is somebody else.
        """
        same_record = bool(other.text("record_no")) and other.text("record_no") == record.text("record_no")
        same_document = bool(other.text("id_no")) and other.text("id_no") == record.text("id_no")
        is_other = any(_differs(other, record, name) for name in ("birth_date", "patient_name"))
        values = {
            "same_stay": same_record and other.key == record.key,
            "same_record": same_record,
            "same_patient": same_record or (same_document and not is_other),
            "same_org": other.text("org_code") == record.text("org_code"),
            "other_admit_time": other.value("admit_time"),
            "other_discharge_time": other.value("discharge_time"),
            "other_discharge_way": other.value("discharge_way"),
            "other_readmit31_plan": other.value("readmit31_plan"),
            "other_main": category3(other.text("dx[0].code")) or None,
        }
        return cls(Row(values))

    def __repr__(self) -> str:
        return "Sibling(‹redacted›)"


def _differs(other: CaseRecord, record: CaseRecord, name: str) -> bool:
    """Tell whether a field is known of both stays and is not the same."""
    one, two = other.text(name), record.text(name)
    return bool(one and two) and one != two


class GroupState(StrEnum):
    """What became of a case in the grouper: refused before it (domain.md 4.1), grouped, QY, or 0000."""

    INVALID = "invalid"
    GROUPED = "grouped"
    AMBIGUOUS = "ambiguous"
    UNGROUPED = "ungrouped"


def _nothing(_code: str) -> None:
    return None


def _unsure(_text: str) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GroupingFacts:
    """What rules of DRG合规 read of a case's group and price. None: not known, and rules about it do not apply.

    ``reason`` says in words why a case was refused. ``rw`` is the weight; ``pay_standard`` fen; ``multiple`` cost ÷
    reference with its thresholds; ``warning_level`` 0-3 as the hospital's payment rules set it (domain.md 4.7);
    ``regime`` how the case is settled (:class:`app.drg.quotes.Regime`), '' when it is not priced; ``excluded`` tells
    whether the region leaves stays of this length out. ``los_mean`` is the mean stay of the group in days.

    The rest costs further groupings and is asked for only where a rule needs it. ``carrier`` returns the one secondary
    diagnosis without which the group would be a lighter one, '' when there is none or more than one.
    ``rw_as_main`` returns the weight with a diagnosis of the case as the main one. ``knows`` tells whether the edition
    of the grouper has a code.
    """

    status: GroupState
    reason: str = ""
    drg: str = ""
    rw: Decimal | None = None
    pay_standard: int | None = None
    multiple: Decimal | None = None
    low_threshold: Decimal | None = None
    high_threshold: Decimal | None = None
    warning_level: int | None = None
    regime: str = ""
    excluded: bool | None = None
    los_mean: Decimal | None = None
    carrier: Callable[[], str] = str
    rw_as_main: Callable[[str], Decimal | None] = _nothing
    knows: Callable[[str], bool | None] = _nothing

    def __repr__(self) -> str:
        return f"GroupingFacts({self.status}, ‹redacted›)"


GroupingSource: TypeAlias = Callable[[], GroupingFacts | None]
"""Gives the facts of the case as it stands; asked at most once for each check, by the first rule that reads them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Figures of the hospital's own discharged cases of the last 12 months.

    ``day_cost``: 1st and 99th percentile of cost per day in fen by department. ``drg_cases``: up to two stays by group;
    empty when there are too few stays to call a group rare. ``dept_los``: mean stay in days by department and group.
    """

    day_cost: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    drg_cases: Mapping[str, frozenset[CaseKey]] = field(default_factory=dict)
    dept_los: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OutsideFacts:
    """What rules read from outside the record. None: not there, and rules about it do not apply.

    ``statistics`` are those of the library; an empty mapping in it says that there are too few cases. ``charges`` are
    the names of the items charged. ``listed_dx`` are the diagnosis codes of a settlement list that was filled in
    apart from the front page. ``first_main`` and ``first_rw`` are main diagnosis and weight of the first grouping.
    ``matched`` returns the code that a physician's text surely has, '' when it is not sure.
    """

    statistics: Statistics | None = None
    charges: tuple[str, ...] | None = None
    listed_dx: tuple[str, ...] | None = None
    first_main: str = ""
    first_rw: Decimal | None = None
    matched: Callable[[str], str] = _unsure

    def __repr__(self) -> str:
        return "OutsideFacts(‹redacted›)"


@dataclass(frozen=True, slots=True, kw_only=True)
class QcContext:
    """The world around one check. ``codebook`` None: rules that look codes up cannot be evaluated.

    ``parameters`` overrides hospital parameters of ``resources/rules/parameters.toml`` by name; ``profile`` is
    ``front`` (front page), ``settlement``, or ``both`` for a case that has both documents; ``siblings`` are other
    stays of the same patient. ``conversion`` has the codes that only the edition beside the active book has.
    ``grouping`` and ``outside`` None: rules about them do not apply.
    """

    today: date
    codebook: Book | None = None
    state: CaseState = CaseState.CODING
    parameters: Mapping[str, float] = field(default_factory=dict)
    siblings: tuple[Sibling, ...] = ()
    conversion: Mapping[str, str] = field(default_factory=dict)
    profile: str = "front"
    grouping: GroupingSource | None = None
    outside: OutsideFacts | None = None
