"""What services hand to pages and commands. Values only; a page never holds a session or an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from app.domain.case import CaseRecord, CaseState
from app.domain.coding import Candidate, CodeKind, Proposal, Reason
from app.domain.field import Group
from app.domain.findings import Finding, QcReport, Severity
from app.domain.grouping import Explanation, GroupInput
from app.drg.tariffs import Differences

RowKey = tuple[Group, int]
"""Group and stored row id: the identity of a row that survives reordering."""


class PriceState(StrEnum):
    """Why an amount is shown or is not."""

    QUOTED = "quoted"
    BY_ITEM = "by_item"
    NO_WEIGHTS = "no_weights"
    WEIGHTS_REFUSED = "weights_refused"
    NO_WEIGHT_FOR_GROUP = "no_weight_for_group"
    NO_RATE = "no_rate"
    NOT_PAID_BY_DRG = "not_paid_by_drg"
    UNGROUPED = "ungrouped"


@dataclass(frozen=True, slots=True)
class Price:
    """Weight and payment of a case, or the reason why there is no amount. Money in fen.

    ``level`` is the warning level 0-3 (domain.md 4.7), ``warning`` its word; ``low`` and ``high`` the thresholds of the
    multiple for this weight; ``regime`` a word, ``regime_key`` what it stands for; ``method`` rate or points.
    ``estimate`` says what is missing for a final amount, ``versions`` which tables belong together; ``refused_for``
    holds what a refused weight table and the scheme do not share. Unless the state is quoted or by item there is no
    amount in it.
    """

    state: PriceState
    weight: Decimal | None = None
    standard_fen: int | None = None
    settled_fen: int | None = None
    cost_fen: int | None = None
    multiple: Decimal | None = None
    regime: str = ""
    formula: str = ""
    invented: bool = False
    why: tuple[Reason, ...] = ()
    own_fen: int | None = None
    fund_fen: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    level: int = 0
    warning: str = ""
    regime_key: str = ""
    method: str = ""
    insurance: str = ""
    hospital_level: str = ""
    settled_formula: str = ""
    estimate: str = ""
    versions: str = ""
    refused_for: Differences | None = None

    @property
    def differences(self) -> tuple[str, ...]:
        """Every difference of a refused weight table as a line."""
        return self.refused_for.lines() if self.refused_for else ()

    @property
    def surplus_fen(self) -> int | None:
        """Settled less cost, None when either is not known. Never shown to who codes or treats."""
        return None if self.settled_fen is None or self.cost_fen is None else self.settled_fen - self.cost_fen


@dataclass(frozen=True, slots=True)
class Grouping:
    """DRG preview of a case as it stands: explanation, sentence for the user, price.

    ``problems`` are validation failures of domain.md 4.1 (then there is no explanation). ``unconfirmed`` counts the
    proposals that took part without being accepted. ``trial`` marks the shipped scheme. ``case`` is what was grouped,
    ``conversions`` the codes of the clinical edition in it with those they were grouped as.
    """

    scheme_id: str
    scheme_title: str
    trial: bool
    explanation: Explanation | None
    sentence: str
    would_change: str
    price: Price
    problems: tuple[str, ...] = ()
    unconfirmed: int = 0
    case: GroupInput | None = None
    conversions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the case page shows, read in one go. Rows of ``record`` carry their stored ids.

    ``noted`` are the paths with an open sticky note that the user may read, '' for one on the whole case.

    ``deadline`` is when the next step is due, None for no more steps; ``held`` says who else is coding the case.
    ``reading`` says why whoever reads may decide about an open case but change no field or code of it.
    """

    case_id: int
    record: CaseRecord
    state: CaseState
    version: int
    locked: str
    proposals: Mapping[RowKey, Proposal]
    accepted: frozenset[RowKey]
    changed: Mapping[str, tuple[str, ...]]
    report: QcReport
    grouping: Grouping
    drafts: Mapping[str, str]
    undo_name: str
    redo_name: str
    saved_at: datetime
    claimed_by: str = ""
    batch_title: str = ""
    deadline: datetime | None = None
    held: str = ""
    noted: frozenset[str] = frozenset()
    reading: str = ""

    @property
    def sealed(self) -> str:
        """Return why no field or code can be changed by whoever reads, '' when they can."""
        return self.locked or self.reading

    def row_key(self, group: Group, index: int) -> RowKey:
        """Return the identity of a row of the record."""
        return group, self.record.rows(group)[index].id

    def proposal(self, group: Group, index: int) -> Proposal | None:
        """Return the open proposal of a row, or where its code came from while no coder has confirmed it."""
        found = self.proposals.get(self.row_key(group, index))
        code = self.record.rows(group)[index].text("code")
        return found if found is not None and code in ("", found.code) else None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of one field: who, when, from, to (as text)."""

    at: datetime
    who: str
    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Outcome of finishing a case: ``blocking`` is the first open error, ``unconfirmed`` the warnings without a reason.

    Without either the case moved on.
    """

    blocking: Finding | None
    errors: int
    state: CaseState
    unconfirmed: tuple[Finding, ...] = ()

    @property
    def is_done(self) -> bool:
        """True when the case moved on."""
        return self.blocking is None and not self.unconfirmed


@dataclass(frozen=True, slots=True)
class ContextNode:
    """One line of the tabular list around a code: depth 0 is the chapter or category."""

    code: str
    name: str
    depth: int
    is_leaf: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Equal texts of a batch as one row of the review: how often, best candidates, band.

    ``text`` is the most frequent of its ``spellings``. ``candidates`` are the first few, best first; ``code``, ``name``
    and ``score`` repeat the first one. ``parts`` are the codes that together say what the text says, () when one does.
    ``departments`` are (name, rows), the most frequent first.
    """

    kind: CodeKind
    text: str
    count: int
    case_ids: tuple[int, ...]
    band: str
    code: str
    name: str
    score: float
    candidates: tuple[Candidate, ...] = ()
    departments: tuple[tuple[str, int], ...] = ()
    spellings: tuple[str, ...] = ()
    parts: tuple[Candidate, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What makes the row: kind and text."""
        return str(self.kind), self.text


@dataclass(frozen=True, slots=True)
class AutoCodeReport:
    """What auto-coding did: rows looked at, accepted (exact and unique), proposed, left for the coder."""

    cases: int = 0
    rows: int = 0
    accepted: int = 0
    proposed: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A stored case that a file wants to change: field by field, with whether a person edited ours."""

    case_id: int
    record_no: str
    path: str
    label: str
    ours: str
    theirs: str
    edited: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of an import before it is written; they add up to the rows read."""

    read: int = 0
    new: int = 0
    same: int = 0
    changed: int = 0
    locked: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class QueueCount:
    """One entry of the left column of the worklist."""

    key: str
    label: str
    count: int
    icon: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class ListTotals:
    """What the worklist shows comes to: cases with errors, with proposals to confirm, overdue; amount at risk in fen.

    The amount is None for who is shown none.
    """

    errors: int = 0
    proposals: int = 0
    overdue: int = 0
    at_risk_fen: int | None = None


@dataclass(frozen=True, slots=True)
class AssetLine:
    """One code book, scheme or price table in a list: title, facts as (label, value), whether it is in use."""

    id: str
    kind: str
    title: str
    active: bool
    builtin: bool
    facts: tuple[tuple[str, str], ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of a check report: how grave, where in the user's file, what; ``caret`` shows the place in a rule."""

    severity: Severity
    place: str
    message: str
    caret: str = ""

    def __str__(self) -> str:
        place = f"{self.place}\uff1a" if self.place else ""
        return f"{place}{self.message}" + (f"\n{self.caret}" if self.caret else "")


@dataclass(frozen=True, slots=True)
class Size:
    """A size of a scheme: what is counted, how many the file has, how many its publisher states (None: not stated)."""

    label: str
    found: int
    published: int | None = None

    @property
    def fits(self) -> bool:
        """False when the publisher states another number."""
        return self.published in (None, self.found)


@dataclass(frozen=True, slots=True)
class AssetReport:
    """What an import did or would not do, or what a stored asset holds. ``refused``: nothing was changed."""

    kind: str
    title: str
    facts: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    refused: bool = False
    asset_id: str = ""
    sizes: tuple[Size, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemeCheck:
    """A scheme file that was checked and not stored. ``digest`` tells whether it is still the same at the import.

    ``valid_from`` is the day in the file as ISO date, '' when it names none. ``report.refused``: it has errors.
    """

    path: Path
    report: AssetReport
    valid_from: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """All assets of a kind, facts in words; ``active`` of a line says that it is what works today."""

    kind: str
    lines: tuple[AssetLine, ...]
