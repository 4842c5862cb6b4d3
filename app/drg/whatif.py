"""What a case would be without one of its secondary diagnoses. Never ordered by money."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.common.texts import text
from app.domain.grouping import GroupInput, GroupResult
from app.drg.engine import group
from app.drg.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Without:
    """The result when the diagnosis at ``position`` of the case (0 is the principal one) is left out."""

    position: int
    code: str
    result: GroupResult


def carriers(scheme: Scheme, case: GroupInput) -> tuple[Without, ...]:
    """Return, in the order of the case, each secondary diagnosis without which the group would be another one."""
    whole = group(scheme, case)
    found = []
    for position in range(1, len(case.dx)):
        result = group(scheme, replace(case, dx=case.dx[:position] + case.dx[position + 1 :]))
        if result != whole:
            found.append(Without(position, case.dx[position], result))
    return tuple(found)


def would_change(scheme: Scheme, case: GroupInput) -> str:
    """Return one sentence that names the diagnoses which alone carry the group, '' when there is none."""
    told = [text("drg.whatif.without", code=one.code, group=one.result.drg) for one in carriers(scheme, case)]
    return text("drg.sentence.join").join(told) + text("drg.sentence.end") if told else ""
