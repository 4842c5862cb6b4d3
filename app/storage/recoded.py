"""Which cases had a diagnosis code replaced, moved or taken away: only those can have another main diagnosis now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from app.domain.field import Group
from app.storage.rows import POSITION, ROW
from app.storage.tables import audit_change

_NOTHING: Final = "null"


def recoded_cases(connection: sa.Connection, case_ids: Sequence[int]) -> frozenset[int]:
    """Return those of some cases (a chunk of them) whose diagnoses were recoded after they first had a code."""
    change = audit_change.c
    was = sa.and_(change.before.is_not(None), change.before != _NOTHING)
    query = (
        sa.select(change.case_id)
        .distinct()
        .where(
            change.case_id.in_(list(case_ids)),
            change.entity == Group.DX.value,
            sa.or_(change.field == POSITION, sa.and_(change.field.in_(("code", ROW)), was)),
        )
    )
    return frozenset(connection.execute(query).scalars())
