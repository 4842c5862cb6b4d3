"""What a case would be with one thing changed. In the order of the case; never ordered by weight or money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from app.common.texts import text
from app.domain.grouping import GroupInput, GroupResult
from app.drg.engine import group
from app.drg.scheme import Scheme


class EditKind(StrEnum):
    """One thing to change in a case: a diagnosis or procedure left out or put first."""

    WITHOUT_DX = "without_dx"
    WITHOUT_SECONDARIES = "without_secondaries"
    PRINCIPAL = "principal"
    WITHOUT_PX = "without_px"
    MAIN_PX = "main_px"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change at a ``position`` in the diagnoses or procedures of the case; 0 is the main one."""

    kind: EditKind
    position: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """The group that a case would have with a change."""

    edit: Edit
    result: GroupResult


def applied(case: GroupInput, edit: Edit) -> GroupInput:
    """Return the case with a change made. Raises ``IndexError`` for a position that the case does not have."""
    dx, px, at = case.dx, case.px, edit.position
    match edit.kind:
        case EditKind.WITHOUT_DX:
            return replace(case, dx=_without(dx, at))
        case EditKind.WITHOUT_SECONDARIES:
            return replace(case, dx=dx[:1])
        case EditKind.PRINCIPAL:
            return replace(case, dx=(dx[at], *_without(dx, at)))
        case EditKind.WITHOUT_PX:
            return replace(case, px=_without(px, at))
        case EditKind.MAIN_PX:
            return replace(case, px=(px[at], *_without(px, at)))


def _without(codes: tuple[str, ...], at: int) -> tuple[str, ...]:
    if not 0 <= at < len(codes):
        raise IndexError(at)
    return codes[:at] + codes[at + 1 :]


def removals(scheme: Scheme, case: GroupInput) -> tuple[Trial, ...]:
    """Return the case without each secondary diagnosis in turn, and last without all of them."""
    singly = [Edit(EditKind.WITHOUT_DX, at) for at in range(1, len(case.dx))]
    return _all(scheme, case, [*singly, Edit(EditKind.WITHOUT_SECONDARIES)] if singly else [])


def principals(scheme: Scheme, case: GroupInput) -> tuple[Trial, ...]:
    """Return the case with each secondary diagnosis as the principal one."""
    return _all(scheme, case, (Edit(EditKind.PRINCIPAL, at) for at in range(1, len(case.dx))))


def procedures(scheme: Scheme, case: GroupInput) -> tuple[Trial, ...]:
    """Return the case without each procedure, and with each further one as the main one."""
    edits: list[Edit] = []
    for at in range(len(case.px)):
        edits.append(Edit(EditKind.WITHOUT_PX, at))
        if at:
            edits.append(Edit(EditKind.MAIN_PX, at))
    return _all(scheme, case, edits)


def _all(scheme: Scheme, case: GroupInput, edits: Iterable[Edit]) -> tuple[Trial, ...]:
    return tuple(Trial(edit, group(scheme, applied(case, edit))) for edit in edits)


def carriers(scheme: Scheme, case: GroupInput) -> tuple[Trial, ...]:
    """Return each secondary diagnosis without which the group would be another one."""
    whole = group(scheme, case)
    edits = (Edit(EditKind.WITHOUT_DX, at) for at in range(1, len(case.dx)))
    return tuple(found for found in _all(scheme, case, edits) if found.result != whole)


def would_change(scheme: Scheme, case: GroupInput) -> str:
    """Return one sentence that names the diagnoses which alone carry the group, '' when there is none."""
    told = [
        text("drg.whatif.without", code=case.dx[one.edit.position], group=one.result.drg)
        for one in carriers(scheme, case)
    ]
    return text("drg.sentence.join").join(told) + text("drg.sentence.end") if told else ""
