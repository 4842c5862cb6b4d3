"""What the services of the rule layers hand out: values only, for pages and commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from app.domain.findings import Finding, Severity
from app.qc.layers import Layer, RuleStatus
from app.qc.rule import Rule


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule in the list of the rule manager, as it stands today for the whole hospital.

    ``version`` is the base's version or the number of the hospital's own version; ``why_off`` says why it does not run
    (also what is broken); ``hits_month`` cases with an open finding among those discharged in the last 30 days;
    ``false_alarms`` of ``judged`` cases were called a false alarm. ``departments`` have a word of their own,
    ``changed`` is True when the hospital changed a rule of the base. ``has_draft``: a draft waits beside it.
    """

    id: str
    layer: Layer
    category: str
    severity: Severity
    message: str
    status: RuleStatus
    version: str
    valid_from: date | None
    valid_to: date | None
    why_off: str
    hits_month: int
    false_alarms: int
    judged: int = 0
    departments: tuple[str, ...] = ()
    changed: bool = False
    has_draft: bool = False


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A stored version of a hospital rule. ``version`` counts from 1; a draft has the number it will get.

    ``status`` is ON, OFF or DRAFT as stored. ``origin`` is '' or the fingerprint of the pack that brought it.
    """

    id: int
    rule: Rule
    version: int
    status: RuleStatus
    valid_from: date | None
    valid_to: date | None
    note: str
    who: str
    at: datetime
    origin: str = ""


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """One word of the hospital on a rule, parameter or list, as stored; ``in_force`` says whether it holds today.

    ``kind`` is switch, severity, parameter, list or unless; ``department`` '' for all.
    """

    id: int
    kind: str
    target: str
    department: str
    value: object
    reason: str
    valid_from: date | None
    valid_to: date | None
    who: str
    at: datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class RuleDetail:
    """A rule as the editor shows it. ``rule`` is what is in force (or the draft when nothing is), ``draft`` waits.

    ``parameters`` are the rule's own thresholds as they hold hospital-wide; ``used`` the hospital parameters and lists
    that its expression names.
    """

    line: RuleLine
    rule: Rule
    draft: Rule | None
    overrides: tuple[OverrideLine, ...]
    parameters: Mapping[str, float] = field(default_factory=dict)
    used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """A parameter: of the hospital (``split_days``) or of a rule (``LJ-037.days``), shipped value and value in force.

    ``departments`` have values of their own.
    """

    name: str
    label: str
    unit: str
    shipped: float
    value: float
    departments: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListLine:
    """A lookup list: ``kind`` codes or texts, shipped and present entries, the rules that use it."""

    name: str
    title: str
    kind: str
    shipped: tuple[str, ...]
    items: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """True when the hospital's entries differ from the shipped ones."""
        return self.items != self.shipped


@dataclass(frozen=True, slots=True)
class RuleStep:
    """One change of the rules in words, latest first; ``can_undo`` while it is in effect and may be taken back."""

    op_id: int
    at: datetime
    who: str
    what: str
    reason: str
    can_undo: bool


@dataclass(frozen=True, slots=True)
class TrialScope:
    """The stored cases a rule is tried on: discharged from ``first`` to ``last`` (None: no bound), of some departments.

    Without bounds cases still in hospital take part.
    """

    first: date | None = None
    last: date | None = None
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the rule read in a sample: path, label of the field, value as text."""

    path: str
    label: str
    value: str

    def __repr__(self) -> str:
        return f"Fact({self.path}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class Sample:
    """A case in which the rule fires. ``is_new``: the version in force is silent there; ``judged`` None: by nobody."""

    case_id: int
    record_no: str
    dept: str
    discharged: date | None
    finding: Finding
    facts: tuple[Fact, ...]
    is_new: bool
    judged: bool | None

    def __repr__(self) -> str:
        return f"Sample({self.case_id}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would do to stored cases; nothing was written.

    ``hits``, ``new`` and ``gone`` are case ids: fired on, fired on and silent in force, silent and fired on in force.
    ``by_department`` is (code, name, hits, cases looked at), most hits first. ``broken`` could not be evaluated (with
    the first reason in ``why_broken``), ``not_applicable`` said nothing. ``judged`` of the hits were judged,
    ``false_alarms`` of them as false.
    """

    rule_id: str
    cases: int
    hits: tuple[int, ...]
    new: tuple[int, ...]
    gone: tuple[int, ...]
    by_department: tuple[tuple[str, str, int, int], ...]
    samples: tuple[Sample, ...]
    broken: int
    why_broken: str
    not_applicable: int
    judged: int
    false_alarms: int
    seconds: float
    compared: bool = False

    @property
    def false_share(self) -> float | None:
        """The share of false alarms among the judged hits, None when none was judged."""
        return self.false_alarms / self.judged if self.judged else None


class Novelty(StrEnum):
    """What a rule of a pack is to the library: new, the same, another version by the same signer, another rule's id."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class PackedRule:
    """A rule of a pack beside what the library has. ``taken_as`` is the id it would get: another one in a conflict.

    ``fault`` says why it cannot be put in force here, '' when it can; as a draft it can be taken all the same.
    """

    rule: Rule
    novelty: Novelty
    taken_as: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class PackPreview:
    """A signed pack that was read and is whole. ``fingerprint`` of the signer's key; ``trusted``: known and trusted.

    ``lists``, ``parameters`` and follow-up ``questions`` are those that differ from the library's, name to new value.
    """

    path: Path
    title: str
    made_by: str
    made_at: datetime
    base_version: str
    fingerprint: str
    signer: str
    trusted: bool
    rules: tuple[PackedRule, ...]
    lists: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, float]
    questions: Mapping[str, Mapping[str, object]]
    digest: str

    @property
    def usable(self) -> tuple[PackedRule, ...]:
        """The rules that taking the pack would write."""
        return tuple(one for one in self.rules if one.novelty is not Novelty.SAME)


@dataclass(frozen=True, slots=True)
class SuppressionLine:
    """A finding that somebody suppressed. ``holds``: its facts are still those; ``lifted``: who ended it."""

    id: int
    case_id: int
    rule_id: str
    path: str
    reason: str
    who: str
    at: datetime
    holds: bool
    lifted: str = ""


class ExceptionReason(StrEnum):
    """Classes of domain.md 5.5; labels are texts ``exceptions.reason.<value>``."""

    CRITICAL = "critical"
    MATERIAL = "material"
    TECHNIQUE = "technique"
    COMPLICATION = "complication"
    OTHER = "other"


class SignRole(StrEnum):
    """Who signs an exception: the head of the department and the head of the insurance office, in any order."""

    HEAD = "head"
    INSURANCE = "insurance"


class ExceptionState(StrEnum):
    """Where a request stands. EXPIRED: it was approved and its last day is over."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed in which role, and when."""

    role: SignRole
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """A request to except a case from a blocking rule (domain.md 5.5). Money in fen, ``ratio`` cost ÷ standard."""

    id: int
    case_id: int
    rule_id: str
    amount_fen: int | None
    ratio: Decimal | None
    reason_class: ExceptionReason
    reason: str
    evidence: tuple[str, ...]
    requester: str
    requested_at: datetime
    signatures: tuple[Signature, ...]
    state: ExceptionState
    valid_to: date | None
    note: str = ""
