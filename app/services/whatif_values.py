"""What the what-if answers with: values for the page, rows named by their stored ids."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain.field import Group
from app.domain.findings import Finding
from app.domain.grouping import GroupResult, SecondaryNote
from app.services.types import Grouping


class Change(StrEnum):
    """What is tried: a row left out, all secondary diagnoses left out, a row put first, a code added."""

    REMOVE = "remove"
    REMOVE_ALL = "remove_all"
    FIRST = "first"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One change of one case: of the row ``row_id`` of ``group``, or of ``code`` when it is added."""

    change: Change
    group: Group
    row_id: int = 0
    code: str = ""

    @property
    def can_be_adopted(self) -> bool:
        """True for the changes of one row; what is added or left out wholesale is written on the case page."""
        return self.change in (Change.REMOVE, Change.FIRST)


@dataclass(frozen=True, slots=True)
class Effect:
    """The group a change leads to. ``changed``: it is another one than now."""

    result: GroupResult
    name: str
    changed: bool


@dataclass(frozen=True, slots=True)
class SecondaryLine:
    """A secondary diagnosis in page order: how it counted and the group without it ('' when unchanged).

    ``index`` is its row on the page; ``proposed`` tells that its code is not confirmed yet.
    """

    index: int
    code: str
    name: str
    note: SecondaryNote
    without: str
    proposed: bool
    what: WhatIf


@dataclass(frozen=True, slots=True)
class Carrying:
    """What the secondary diagnoses carry together: ``codes`` which alone decide, the group without all of them."""

    codes: tuple[str, ...]
    without_all: Effect | None
    sentence: str


@dataclass(frozen=True, slots=True)
class GroupYear:
    """The hospital's own stays of a group in the last 12 months: mean days and mean cost in fen, None for too few."""

    drg: str
    cases: int
    days: float | None
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class PrincipalLine:
    """A secondary diagnosis as the principal one: its group, and the rule findings that only then appear."""

    index: int
    code: str
    name: str
    effect: Effect
    findings: tuple[Finding, ...]
    proposed: bool
    what: WhatIf


@dataclass(frozen=True, slots=True)
class OperationLine:
    """A procedure left out or put first, and the group that gives."""

    index: int
    code: str
    name: str
    effect: Effect
    proposed: bool
    what: WhatIf


@dataclass(frozen=True, slots=True)
class NeighbourLine:
    """A group next to the one reached: what it would need, and how that is now."""

    code: str
    name: str
    wanted: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """A case with one change, of which nothing is stored. ``words`` name the change.

    ``findings`` are those that were not there before. ``rise`` is the share by which a new principal diagnosis raises
    the weight (0.2 is 20 %), None otherwise; from :data:`NEEDS_PHYSICIAN` on a physician has to confirm it.
    """

    what: WhatIf
    words: str
    grouping: Grouping
    before: str
    findings: tuple[Finding, ...]
    rise: Decimal | None = None

    @property
    def after(self) -> str:
        """The group of the copy, '' when its data do not allow one."""
        explanation = self.grouping.explanation
        return explanation.result.drg if explanation else ""

    @property
    def needs_physician(self) -> bool:
        """True when the weight rises by a fifth or more (domain.md 4.9, rule DG-016)."""
        return self.rise is not None and self.rise >= NEEDS_PHYSICIAN


NEEDS_PHYSICIAN = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Member:
    """A code of a list with its name and its place in the scheme's file."""

    code: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class RuleList:
    """A list that a rule names: ``of_case`` are its members among the codes of the case, ``first`` some of all."""

    name: str
    count: int
    of_case: tuple[Member, ...]
    first: tuple[Member, ...]
