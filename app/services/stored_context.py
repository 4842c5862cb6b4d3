"""The whole world around a stored case: other stays of the patient, open proposals, its first grouping."""

from __future__ import annotations

from app.qc.context import QcContext, Sibling
from app.services.first_group import first_groups
from app.services.session import Session
from app.storage.load import StoredCase
from app.storage.reads import Reader


def context_of(session: Session, reader: Reader, case: StoredCase) -> QcContext:
    """Return what a full check of a stored case looks at besides the record."""
    engines = session.engines
    siblings = tuple(Sibling.of(other, case.record) for other in reader.same_patient(case.case_id))
    first = first_groups(reader, [case.case_id], engines.world).get(case.case_id)
    return engines.context(case.record, case.state, siblings, case.proposals, first)
