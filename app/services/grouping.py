"""DRG preview of a record: validation, explanation, sentence, price. Nothing here sorts by money."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.grouping import Explanation, Fact, GroupStatus, Step, StepOutcome
from app.drg.explaining import explain
from app.drg.scheme import Scheme
from app.drg.sentence import sentence
from app.drg.whatif import would_change
from app.services.group_input import conversions, group_input, invalid
from app.services.pricing import PriceTables, price_of
from app.services.types import Grouping, Price, PriceState


def _with_conversion(explanation: Explanation, converted: tuple[tuple[str, str], ...]) -> Explanation:
    """Return the explanation with the change of edition as its first step, if there was one."""
    if not converted:
        return explanation
    facts = tuple(Fact("converted", (("code", code), ("target", target))) for code, target in converted)
    name, rule = text("grouping.converted"), text("grouping.converted_rule")
    step = Step("edition", "", name, StepOutcome.HIT, rule, "", facts)
    return replace(explanation, steps=(step, *explanation.steps))


def preview(
    scheme: Scheme,
    record: CaseRecord,
    prices: PriceTables,
    *,
    known: Container[str] | None,
    conversion: Mapping[str, str],
    unconfirmed: int = 0,
) -> Grouping:
    """Return the grouping of a record as it stands.

    What domain.md 4.1 says stops grouping on the case page is told instead of a group. ``known`` are the codes of the
    active code book, ``conversion`` gives those of the clinical edition that are grouped as others.
    """
    problems = invalid(record, conversion)
    converted = conversions(record, conversion)
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
            conversions=converted,
        )
    case = group_input(record, conversion)
    explanation = _with_conversion(explain(scheme, case, known), converted)
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
        case,
        converted,
    )
