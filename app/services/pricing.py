"""Weight and payment of a grouped record, or the reason why there is no amount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.coding import Reason
from app.domain.derived import los_days
from app.domain.grouping import GroupResult, GroupStatus
from app.drg.payment import Bill, Quote, Refusal, Regime, Tariff, quote
from app.drg.scheme import Scheme
from app.drg.tariffs import RateKey, RateTable, WeightsRefused, WeightTable
from app.services.types import Price, PriceState

_REFUSED = {
    "weights_refused": PriceState.WEIGHTS_REFUSED,
    "no_weight_for_group": PriceState.NO_WEIGHT_FOR_GROUP,
    "no_rate": PriceState.NO_RATE,
    "not_paid_by_drg": PriceState.NOT_PAID_BY_DRG,
}


@dataclass(frozen=True, slots=True)
class PriceTables:
    """Weights of a scheme; rates that a user tied to a place. ``invented`` marks the weights of the trial scheme."""

    weights: WeightTable | None = None
    rates: RateTable | None = None
    place: RateKey | None = None
    coefficient: Decimal = Decimal(1)
    invented: bool = False


def price_of(scheme: Scheme, result: GroupResult, record: CaseRecord, tables: PriceTables) -> Price:
    """Return the price of a result. Without rates only the weight is told; without weights nothing is."""
    obstacle = _obstacle(scheme, result, tables)
    if obstacle is not None or tables.weights is None:
        return obstacle or Price(PriceState.NO_WEIGHTS)
    weight = tables.weights.weights[result.drg]
    if tables.rates is None or tables.place is None:
        return Price(PriceState.NO_RATE, weight, invented=tables.invented, why=(Reason("pricing.no_rates"),))
    tariff = Tariff(tables.weights, tables.rates, tables.place, tables.coefficient)
    answer = quote(scheme, result, tariff, _bill(record))
    if isinstance(answer, Refusal):
        why = (Reason(answer.key, answer.args),)
        return Price(_REFUSED[str(answer.reason)], weight, invented=tables.invented, why=why)
    return _quoted(answer, invented=tables.invented)


def _obstacle(scheme: Scheme, result: GroupResult, tables: PriceTables) -> Price | None:
    """Return the price that says why there is not even a weight, None when there is one."""
    if tables.weights is None:
        return Price(PriceState.NO_WEIGHTS, why=(Reason("pricing.no_weights", (("scheme", scheme.title),)),))
    try:
        tables.weights.check(scheme)
    except WeightsRefused as refused:
        return Price(PriceState.WEIGHTS_REFUSED, why=(Reason(refused.key, _texts(refused.fields)),))
    if result.status is not GroupStatus.GROUPED:
        return Price(PriceState.UNGROUPED, why=(Reason("pricing.ungrouped"),))
    if result.drg not in tables.weights.weights:
        why = Reason("drg.refusal.no_weight_for_group", (("drg", result.drg),))
        return Price(PriceState.NO_WEIGHT_FOR_GROUP, why=(why,))
    return None


def why_text(price: Price) -> str:
    """Return why there is no amount, '' when there is one."""
    return "".join(text(reason.key, **dict(reason.args)) for reason in price.why)


def _quoted(answer: Quote, *, invented: bool) -> Price:
    formula = text(
        "pricing.formula",
        weight=f"{answer.weight:.4f}" if answer.weight is not None else "",
        rate=f"{answer.rate_yuan:,.2f}" if answer.rate_yuan is not None else "",
        coefficient=f"{answer.coefficient:.4f}" if answer.coefficient is not None else "",
    )
    return Price(
        PriceState.QUOTED if answer.regime not in (Regime.BY_ITEM, Regime.EXCLUDED) else PriceState.UNGROUPED,
        answer.weight,
        answer.standard_fen,
        answer.settled_fen,
        answer.cost_fen,
        answer.multiple,
        text(f"pricing.regime.{answer.regime}"),
        formula,
        invented,
    )


def _bill(record: CaseRecord) -> Bill:
    cost = record.value("fee_total")
    return Bill(
        cost if isinstance(cost, int) else None, record.text("pay_method"), own_fen=None, los_days=los_days(record)
    )


def _texts(args: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in args.items())
