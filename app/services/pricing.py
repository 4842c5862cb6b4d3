"""Weight and payment of a grouped record, or the reason why there is no amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.coding import Reason
from app.domain.derived import day_of, los_days
from app.domain.dictionaries import dictionary
from app.domain.grouping import GroupResult
from app.drg.pay_rules import Method, PayRules, default_rules, words
from app.drg.payment import quote, refused
from app.drg.quotes import Bill, Quote, Refusal, Regime, Tariff
from app.drg.quotes import Reason as Why
from app.drg.rates import RateTable, level_name
from app.drg.scheme import Scheme
from app.drg.tariffs import WeightTable
from app.services.types import Price, PriceState

_STATES: Final = {
    Why.NO_WEIGHTS: PriceState.NO_WEIGHTS,
    Why.WEIGHTS_LATER: PriceState.NO_WEIGHTS,
    Why.WEIGHTS_REFUSED: PriceState.WEIGHTS_REFUSED,
    Why.NO_WEIGHT_FOR_GROUP: PriceState.NO_WEIGHT_FOR_GROUP,
    Why.UNGROUPED: PriceState.UNGROUPED,
    Why.NO_PAY_METHOD: PriceState.NOT_PAID_BY_DRG,
    Why.NOT_PAID_BY_DRG: PriceState.NOT_PAID_BY_DRG,
}
"""Every other reason means that there is no rate."""
_BY_ITEM: Final = (Regime.BY_ITEM, Regime.EXCLUDED)
_INSURANCE_OF_LIST: Final = ("1", "2")
"""Values of the settlement list's 医保类型 that D-PAY has under the same sign."""


@dataclass(frozen=True, slots=True)
class PriceTables:
    """What prices the cases of a scheme: versions of its weights, the default first; rates; rules of the hospital.

    ``year`` fixes the year of the rates; '' takes that of the discharge. ``today`` stands for the discharge of a
    patient in hospital. ``invented`` marks the weights of the trial scheme. ``foreign`` is a table that is in use but
    belongs to another scheme, told when the scheme has none of its own.
    """

    today: date
    weights: tuple[WeightTable, ...] = ()
    rates: tuple[RateTable, ...] = ()
    rules: PayRules = field(default_factory=default_rules)
    year: str = ""
    invented: bool = False
    foreign: WeightTable | None = None


def with_rules(tables: PriceTables, rules: PayRules, today: date) -> PriceTables:
    """Return tables with the rules of the hospital; city and level told with the rates stand where it set none."""
    told = tables.rules
    return replace(
        tables, today=today, rules=replace(rules, city=rules.city or told.city, level=rules.level or told.level)
    )


def price_of(scheme: Scheme, result: GroupResult, record: CaseRecord, tables: PriceTables) -> Price:
    """Return the price of a result. Without rates only the weight is told; without weights nothing is."""
    if not tables.weights and tables.foreign is not None and not tables.foreign.fits(scheme):
        return _refused(refused(scheme, tables.foreign), tables)
    bill = _bill(record, tables.today)
    answer = _answer(scheme, result, bill, tables)
    if isinstance(answer, Refusal):
        return _refused(answer, tables)
    return _quoted(answer, record, bill, tables)


def quote_of(scheme: Scheme, result: GroupResult, record: CaseRecord, tables: PriceTables) -> Quote | Refusal:
    """Return the figures behind :func:`price_of` without its words, for many cases."""
    return _answer(scheme, result, _bill(record, tables.today), tables)


def _answer(scheme: Scheme, result: GroupResult, bill: Bill, tables: PriceTables) -> Quote | Refusal:
    return quote(scheme, result, Tariff(tables.weights, tables.rates, tables.rules, tables.year), bill)


def why_text(price: Price) -> str:
    """Return why there is no amount, '' when there is one."""
    return "".join(text(reason.key, **dict(reason.args)) for reason in price.why)


def _refused(answer: Refusal, tables: PriceTables) -> Price:
    args = answer.args
    if answer.reason is Why.NOT_PAID_BY_DRG:
        code = dict(args)["pay_method"]
        args = (("pay_method", f"{code} {dictionary('D-PAY').label(code)}".strip()),)
    return Price(
        _STATES.get(answer.reason, PriceState.NO_RATE),
        answer.weight,
        invented=tables.invented,
        why=(Reason(answer.key, args),),
        refused_for=answer.differences,
    )


def _quoted(answer: Quote, record: CaseRecord, bill: Bill, tables: PriceTables) -> Price:
    basis = answer.basis
    return Price(
        PriceState.BY_ITEM if answer.regime in _BY_ITEM else PriceState.QUOTED,
        basis.weight if basis else None,
        answer.standard_fen,
        answer.settled_fen,
        answer.cost_fen,
        answer.multiple,
        text(f"payment.regime.{answer.regime}"),
        _formula(answer),
        tables.invented,
        own_fen=answer.own_fen,
        fund_fen=answer.fund_fen,
        low=answer.low,
        high=answer.high,
        level=answer.level,
        warning=text(f"payment.level.{answer.level}"),
        regime_key=str(answer.regime),
        method=str(basis.method) if basis else "",
        insurance=answer.insurance,
        hospital_level=level_name(tables.rules.level).strip() if tables.rules.level else "",
        settled_formula=_settled_formula(answer, bill),
        estimate=_estimate(answer, record),
        versions=_versions(answer),
    )


def _formula(answer: Quote) -> str:
    basis = answer.basis
    if basis is None:
        return ""
    units = f"{basis.units:.4f}" if basis.method is Method.RATE else f"{basis.units:,.2f}"
    unit, coefficient = f"{basis.unit_yuan:,.2f}", f"{basis.coefficient:.4f}"
    return text(f"payment.formula.{basis.method}", units=units, unit=unit, coefficient=coefficient)


def _settled_formula(answer: Quote, bill: Bill) -> str:
    """Return how the amount settled comes about, '' where it is the standard or nothing is settled."""
    if answer.settled_fen is None or answer.regime is Regime.NORMAL:
        return ""
    return text(
        f"payment.settled.{answer.regime}",
        standard=_yuan(answer.standard_fen),
        reference=_reference(answer),
        cost=_yuan(answer.cost_fen),
        low=_plain(answer.low),
        high=_plain(answer.high),
        share=_plain(answer.share),
        days=bill.los_days or 0,
        day=f"{answer.day_yuan:,.2f}" if answer.day_yuan is not None else "",
    )


def _reference(answer: Quote) -> str:
    mean = answer.basis.mean_yuan if answer.basis else None
    return _yuan(answer.standard_fen) if mean is None else f"{mean:,.2f}"


def _estimate(answer: Quote, record: CaseRecord) -> str:
    """Return why the amount is only an estimate, '' when everything is known."""
    why = {
        "no_cost": answer.cost_fen is None,
        "no_own": answer.own_fen is None,
        "own_of_page": answer.own_fen is not None and _own_settled(record) is None,
        "in_hospital": day_of(record.value("discharge_time")) is None,
    }
    told = [text(f"payment.estimate.{key}") for key, holds in why.items() if holds]
    return text("payment.estimate.whole", why=text("payment.estimate.join").join(told)) if told else ""


def _versions(answer: Quote) -> str:
    """Return which weights and rate belong to the scheme, '' without a basis."""
    basis = answer.basis
    if basis is None:
        return ""
    weights = title_of(basis.table)
    if basis.rate is None:
        return text("payment.versions.points", weights=weights)
    rate = basis.rate
    return text("payment.versions.rate", weights=weights, rates=_stem(rate.file), year=rate.key.year)


def title_of(table: WeightTable) -> str:
    """Return the name of a weight table as the user's file has it, with its version."""
    return " ".join(part for part in (_stem(table.where.file), table.version) if part)


def _bill(record: CaseRecord, today: date) -> Bill:
    cost = record.value("fee_total")
    settled = _own_settled(record)
    page = record.value("fee_self")
    return Bill(
        cost if isinstance(cost, int) else None,
        _pay_method(record),
        day_of(record.value("discharge_time")) or today,
        settled if settled is not None else page if isinstance(page, int) else None,
        los_days(record),
        record.text("discharge_dept") or record.text("admit_dept"),
        record.text("discharge_way") in words()["transfer"]["ways"],
    )


def _pay_method(record: CaseRecord) -> str:
    """Return the payment method of the front page; where it is blank the insurance type of the settlement list."""
    listed = record.text("hi_type")
    return record.text("pay_method") or (listed if listed in _INSURANCE_OF_LIST else "")


def _own_settled(record: CaseRecord) -> int | None:
    """Return the patient's share as settled: 个人自付 + 个人自费 of the settlement list, None unless both are known."""
    parts: Sequence[object] = [record.value(name) for name in ("psn_selfpay", "psn_ownpay")]
    known = [part for part in parts if isinstance(part, int)]
    return sum(known) if len(known) == len(parts) else None


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100:,}.{fen % 100:02d}"


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _stem(file: str) -> str:
    return file.rpartition(".")[0] or file
