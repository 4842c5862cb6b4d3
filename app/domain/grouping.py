"""Input and outcome of DRG grouping. How a scheme groups is in :mod:`app.drg`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.common.texts import text


class GroupStatus(StrEnum):
    """What `bingan group` prints (reference/cases/README.md)."""

    GROUPED = "分组成功"
    AMBIGUOUS = "歧义病案"
    UNGROUPED = "无法入组"


@dataclass(frozen=True, slots=True)
class GroupInput:
    """What a grouper reads. Codes as given, main first; numbers None when missing. ``sex`` is male, female or ''."""

    dx: tuple[str, ...]
    px: tuple[str, ...]
    sex: str = ""
    age_years: int | None = None
    age_days: int | None = None
    weight_g: float | None = None
    los_days: int | None = None
    discharge: int | None = None
    dept: str = ""
    icu_hours: float | None = None

    def __repr__(self) -> str:
        return f"GroupInput(‹redacted›, dx={len(self.dx)}, px={len(self.px)})"


@dataclass(frozen=True, slots=True)
class GroupResult:
    """mdc, adrg and drg codes with the status; 0000 / 00 / the scheme's code when ungrouped."""

    mdc: str
    adrg: str
    drg: str
    status: GroupStatus


class StepOutcome(StrEnum):
    """Marks of the path: rule held, was tested and did not hold, was not tested."""

    HIT = "hit"
    MISS = "miss"
    NOT_TESTED = "not_tested"


Args = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What decided. ``key`` names a text below ``drg.fact`` and, in the sentence, below ``drg.because``."""

    key: str
    args: Args = ()

    def __str__(self) -> str:
        return text(f"drg.fact.{self.key}", **dict(self.args))


@dataclass(frozen=True, slots=True)
class Step:
    """One rule on the path. ``level`` is mdc, adrg or drg; ``rule`` its text; ``source`` file or sheet and row.

    Level ``edition`` stands before them when codes were converted.
    """

    level: str
    code: str
    name: str
    outcome: StepOutcome
    rule: str
    source: str
    decided: tuple[Fact, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """What decided in words: which code hit which set, for example ``主要诊断 K80.501 ∈ mdc_dx``."""
        return tuple(map(str, self.decided))


@dataclass(frozen=True, slots=True)
class SecondaryNote:
    """How one secondary diagnosis counted: level mcc, cc or ''; ``excluded_by`` the table that cancels it."""

    code: str
    level: str
    excluded_by: str = ""

    @property
    def counts(self) -> bool:
        """True when it is an MCC or CC and no exclusion table cancels it."""
        return bool(self.level) and not self.excluded_by


@dataclass(frozen=True, slots=True)
class Because:
    """One clause of the sentence that says why: ``group`` was ``entered`` or missed because of ``key`` with ``args``.

    ``key`` is a key of ``resources/texts/drg.toml``; :func:`app.drg.sentence.sentence` joins the clauses.
    """

    group: str
    entered: bool
    key: str
    args: Args = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The result with its path up to the hit, and how each secondary diagnosis counted.

    ``detail`` is a key of ``resources/texts/drg.toml`` (``drg.detail.…``) for a non-group's cause, '' when grouped;
    the text of ``drg.remedy.…`` with the same ending says what to do.
    """

    result: GroupResult
    steps: tuple[Step, ...] = ()
    secondaries: tuple[SecondaryNote, ...] = ()
    name: str = ""
    adrg_name: str = ""
    mdc_name: str = ""
    detail: str = ""
    detail_args: Args = ()
    because: tuple[Because, ...] = ()
