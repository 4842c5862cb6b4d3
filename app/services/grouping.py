"""DRG preview of a record: validation, explanation, sentence, price. Nothing here sorts by money."""

from __future__ import annotations

from collections.abc import Container

from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.grouping import GroupStatus
from app.drg.explaining import explain
from app.drg.scheme import Scheme
from app.drg.sentence import sentence
from app.drg.whatif import would_change
from app.services.group_input import group_input, invalid
from app.services.pricing import PriceTables, price_of
from app.services.types import Grouping, Price, PriceState


def preview(
    scheme: Scheme, record: CaseRecord, prices: PriceTables, *, known: Container[str] | None, unconfirmed: int = 0
) -> Grouping:
    """Return the grouping of a record as it stands.

    What domain.md 4.1 says stops grouping on the case page is told instead of a group. ``known`` are the codes of the
    active code book.
    """
    problems = invalid(record)
    if problems:
        why = text("grouping.join").join(text(f"grouping.problem.{key}") for key in problems)
        blocked = Price(PriceState.UNGROUPED)
        return Grouping(
            scheme.id,
            scheme.title,
            scheme.trial,
            None,
            text("grouping.blocked", why=why),
            "",
            blocked,
            problems,
            unconfirmed,
        )
    case = group_input(record)
    explanation = explain(scheme, case, known)
    changing = would_change(scheme, case) if explanation.result.status is GroupStatus.GROUPED else ""
    told = sentence(explanation)
    if unconfirmed:
        told += text("grouping.unconfirmed", count=unconfirmed)
    return Grouping(
        scheme.id,
        scheme.title,
        scheme.trial,
        explanation,
        told,
        changing,
        price_of(scheme, explanation.result, record, prices),
        (),
        unconfirmed,
    )
