"""The first grouping of a case, read from its audit: which main diagnosis it had, and what it weighed (DG-016)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from app.domain.case import CaseRecord
from app.qc.context import GroupState
from app.services.group_facts import GroupWorld, group_facts
from app.services.replayed_case import ReplayedCase
from app.storage.reads import Reader


@dataclass(frozen=True, slots=True)
class FirstGroup:
    """Main diagnosis and weight of the first grouping with a code; no weight where none is known."""

    main: str
    rw: Decimal | None


def first_groups(
    reader: Reader, case_ids: Sequence[int], world: Callable[[CaseRecord], GroupWorld]
) -> dict[int, FirstGroup]:
    """Return the first grouping of those cases (a chunk of them) whose diagnoses were recoded later."""
    found = {case_id: _first(reader, case_id, world) for case_id in sorted(reader.recoded_cases(case_ids))}
    return {case_id: first for case_id, first in found.items() if first is not None}


def _first(reader: Reader, case_id: int, world: Callable[[CaseRecord], GroupWorld]) -> FirstGroup | None:
    case = ReplayedCase()
    for _, pairs in groupby(reader.case_history(case_id), key=lambda pair: pair[0].id):
        for _, change in pairs:
            case.apply(change)
        record = case.record()
        main = record.text("dx[0].code")
        facts = group_facts(world(record), record) if main else None
        if facts is not None and facts.status is not GroupState.INVALID:
            return FirstGroup(main, facts.rw)
    return None
