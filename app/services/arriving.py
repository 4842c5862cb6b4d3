"""Cases whose planned discharge has come wait for coding from then on, without anybody's hand (domain.md 5.2)."""

from __future__ import annotations

from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.services.checking import CheckingService
from app.services.session import Session
from app.storage.actor import Actor
from app.storage.ops import Op


def arrive(session: Session, checking: CheckingService) -> Changes:
    """Move every in-patient whose discharge time has come to 待编码 and check it by the rules of a discharged case."""
    now = session.clock.now()
    with session.db.read() as reader:
        due = [one.case_id for one in reader.inpatients() if one.planned is not None and one.planned <= now]
    if not due:
        return Changes()
    program = Actor("program", text("states.program"), frozenset({"coder"}))
    with session.db.operation(Op.ARRIVE, by=program) as tx:
        for case_id in due:
            tx.set_state(case_id, CaseState.TO_CODE)
    return tx.changes | checking.run(due)
