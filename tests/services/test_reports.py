"""The monthly report: every number recounted from the list of cases, who sees what, what stands where nothing can."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.common.clock import FixedClock
from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt, NoProgress
from app.domain.case import CaseState
from app.domain.grouping import GroupResult, GroupStatus
from app.drg.quotes import Refusal, Regime
from app.drg.rates import Rate, RateTable
from app.drg.scheme import Scheme
from app.drg.tariffs import RateKey
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.pricing import PriceTables, quote_of
from app.services.report_causes import cost_causes
from app.services.report_frame import Frame
from app.services.report_paper import on_paper
from app.services.report_specs import DIMENSIONS, low_risk
from app.services.report_types import Form, Indicator, ReportScope, Series, month_text, written
from app.storage import worklist
from app.storage.actor import Actor
from app.storage.case_columns import NONE, TextColumn
from app.storage.ops import Op
from app.storage.worklist import Filter, WorklistQuery, WorklistRow
from tests.services.conftest import NOW

WHOLE = ReportScope(date(2026, 1, 1), date(2026, 12, 31))


def discharged(services: Services) -> list[WorklistRow]:
    query = WorklistQuery(filters=(Filter("discharge_time", worklist.Test.FROM, (date(2026, 1, 1),)),))
    with services.session.db.read() as reader:
        rows = reader.worklist_rows(reader.worklist_ids(query))
    return [row for row in rows if row.state is not CaseState.CANCELLED]


def indicator(services: Services, key: str, scope: ReportScope = WHOLE) -> Indicator:
    report = services.reports.run(scope)
    return next(one for part in report.dimensions for one in part.indicators if one.key == key)


@pytest.fixture(scope="module")
def checked_home(template_home: Path, engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose cases are coded and checked, made once."""
    home = tmp_path_factory.mktemp("reports") / "library"
    shutil.copytree(template_home, home)
    opened = open_services(home, clock=FixedClock(NOW), engines=engines)
    opened.coding.auto_code(opened.worklist.ids("to_code"))
    opened.checking.run(opened.worklist.ids("all"))
    opened.close()
    return home


@pytest.fixture
def checked(checked_home: Path, tmp_path: Path, engines: Engines) -> Iterator[Services]:
    """Return services over a copy of it."""
    home = tmp_path / "library"
    shutil.copytree(checked_home, home)
    opened = open_services(home, clock=FixedClock(NOW), engines=engines)
    yield opened
    opened.close()


def test_every_share_is_what_the_list_of_cases_says(checked: Services) -> None:
    rows = discharged(checked)
    known = [row for row in rows if row.group_status]
    grouped = [row for row in known if row.group_status == GroupStatus.GROUPED]
    rate = indicator(checked, "grouped_rate")
    assert rate.value == pytest.approx(len(grouped) / len(known))
    assert rate.excluded == len(rows) - len(known)
    assert set(rate.opens) == {row.case_id for row in grouped}
    weighed = [row.rw for row in grouped if row.rw]
    assert indicator(checked, "cmi").value == pytest.approx(sum(weighed) / len(weighed))
    assert indicator(checked, "groups").value == len({row.drg for row in grouped})


def test_costs_are_those_of_the_cases_and_the_trend_adds_up(checked: Services) -> None:
    rows = [row for row in discharged(checked) if row.amount_fen]
    cost = indicator(checked, "cost")
    assert cost.value == sum(row.amount_fen or 0 for row in rows)
    assert sum(value or 0 for value in cost.trend) == pytest.approx(cost.value)
    mean = indicator(checked, "mean_cost")
    assert mean.value == pytest.approx((cost.value or 0) / len(rows))
    assert mean.denominator == len(rows)


def test_a_department_and_an_insurance_narrow_the_report(checked: Services) -> None:
    rows = discharged(checked)
    dept = rows[0].dept
    report = checked.reports.run(ReportScope(WHOLE.first, WHOLE.last, dept))
    assert report.cases == sum(row.dept == dept for row in rows)
    assert [one.key for one in report.departments] == [dept]
    with pytest.raises(UserProblem, match="没有出院病例"):
        checked.reports.run(ReportScope(WHOLE.first, WHOLE.last, "no such department"))
    kinds = [checked.reports.run(ReportScope(WHOLE.first, WHOLE.last, "", sign)).cases for sign in _signs(checked)]
    assert sum(kinds) == report_of(checked).cases


def report_of(services: Services) -> Any:
    return services.reports.run(WHOLE)


def _signs(services: Services) -> list[str]:
    with services.session.db.read() as reader:
        stays = reader.reports.stays(WHOLE.first, WHOLE.last)
    return sorted({pay[:1] for pay in stays.texts["pay"].counts()})


def test_below_ten_cases_nothing_but_that_is_said(checked: Services) -> None:
    dept = min(report_of(checked).departments, key=lambda one: one.cases)
    assert dept.cases < 10
    found = indicator(checked, "cmi", ReportScope(WHOLE.first, WHOLE.last, dept.key))
    assert found.few
    assert found.shown == "例数不足"
    assert all(value is None for value in found.trend)
    assert dept.measures["cmi"] is None


def test_drilling_down_splits_the_same_cases_at_every_level(checked: Services) -> None:
    path: list[str] = []
    whole = {row.case_id for row in discharged(checked)}
    for level in ("dept", "doctor", "drg", "op"):
        found = checked.reports.drill(WHOLE, path)
        assert found.level == level
        assert {one for row in found.rows for one in row.opens} == whole
        most = max(found.rows, key=lambda row: row.cases)
        path, whole = [*path, most.key], set(most.opens)
    assert [row.key for row in checked.reports.drill(WHOLE, []).rows] == sorted(
        row.key for row in report_of(checked).departments
    )


def test_who_only_codes_sees_no_amount_and_only_the_own_line(checked: Services) -> None:
    checked.session.seat.take(Actor("p7", "试（测试）", frozenset({"coder"})))
    report = report_of(checked)
    shown = {one.key for part in report.dimensions for one in part.indicators}
    assert shown == {spec.key for specs in DIMENSIONS.values() for spec in specs if not spec.money}
    assert not report.money
    assert all("surplus" not in row.measures for row in report.departments)
    assert all(one.who == "p7" for one in report.coders)


def test_a_head_sees_the_own_department_and_a_physician_nothing(checked: Services) -> None:
    rows = discharged(checked)
    dept = rows[0].dept
    others = [row.case_id for row in rows if row.dept != dept]
    checked.session.seat.take(Actor("p8", "任（测试）", frozenset({"head"}), frozenset({dept})))
    assert report_of(checked).cases == sum(row.dept == dept for row in rows)
    assert checked.reports.cases(others) == []
    assert {row.key for row in checked.reports.drill(WHOLE, []).rows} == {dept}
    checked.session.seat.take(Actor("p9", "医（测试）", frozenset({"physician"}), frozenset({dept})))
    with pytest.raises(UserProblem):
        report_of(checked)


def test_work_is_counted_for_who_sent_the_case_on(checked: Services) -> None:
    done = checked.worklist.ids("to_code")[:1]
    before = sum(one.finished for one in report_of(checked).coders)
    checked.cases.set_state(done[0], CaseState.CODING)
    with checked.session.db.operation(Op.SET_STATE, by=checked.user) as tx:
        tx.set_state(done[0], CaseState.TO_QC)
    lines = report_of(checked).coders
    assert sum(one.finished for one in lines) == before + 1
    assert lines[0].opens == (done[0],)


def test_without_rates_the_reason_stands_in_place_of_amounts(checked: Services) -> None:
    report = report_of(checked)
    assert "没有支付标准" in report.amount_note
    assert indicator(checked, "standard").shown == "—"
    assert indicator(checked, "deviation").value is None


def test_it_can_be_stopped_and_is_kept_until_something_is_written(checked: Services) -> None:
    with pytest.raises(Cancelled):
        checked.reports.run(WHOLE, CancelAt(0))
    first = report_of(checked)
    assert report_of(checked).dimensions == first.dimensions
    row = discharged(checked)[0]
    checked.cases.set_text(row.case_id, "fee_total", "12345.00")
    changed = indicator(checked, "cost").value
    assert changed != next(one for one in first.dimension("cost").indicators if one.key == "cost").value


def test_every_indicator_has_a_name_and_says_how_it_is_counted(checked: Services) -> None:
    for part in report_of(checked).dimensions:
        assert part.title
        for one in part.indicators:
            assert one.title
            assert one.definition.endswith("。")


def test_low_risk_groups_are_below_the_mean_of_the_logarithm() -> None:
    groups = TextColumn()
    groups.codes = groups.encode([*["A"] * 100, *["B"] * 100, *["C"] * 100, *["D"] * 29])
    dead = np.zeros(329, np.bool_)
    dead[[0, 100, 101, 102, *range(200, 220), 300]] = True
    low = low_risk(groups, np.ones(329, np.bool_), dead)
    # ln 1 %, 3 %, 20 % are -4.61, -3.51, -1.61: mean -3.24, deviation 1.24; D has too few cases
    assert low[100:200].all()
    assert not low[:100].any()
    assert not low[200:].any()


def test_a_series_by_key_says_the_same_as_alone() -> None:
    base = np.array([True, True, False, True])
    series = Series(base, base, np.array([1.0, 2.0, 9.0, 4.0]), np.array([2.0, 2.0, 1.0, 4.0]), base)
    values, cases = series.by(np.array([0, 0, 0, 1]), 3)
    assert values[:2].tolist() == [0.75, 1.0]
    assert np.isnan(values[2])
    assert cases.tolist() == [2, 1, 0]
    assert series.value(np.array([True, True, True, False])) == 0.75


def test_values_in_words() -> None:
    assert written(Form.SHARE, 0.9811) == "98.1%"
    assert written(Form.YUAN, 123456.0) == "1,234.56"
    assert written(Form.INDEX, None) == "—"
    assert month_text(2026 * 12 + 10) == "2026-11"


class _Priced:
    """Engines that price by the shipped weights and an invented rate."""

    def __init__(self, engines: Engines) -> None:
        self.scheme = engines.assets.starter_scheme()
        own = engines.prices(self.scheme)
        rate = Rate("", RateKey("", "2026", "三级"), "", Decimal("8500.37"))
        rules = replace(own.rules, level="三级")
        self.tables = replace(own, rates=(RateTable((rate,)),), rules=rules)
        self.rules, self.assets = rules, SimpleNamespace(scheme=lambda _day: self.scheme)

    def prices(self, _scheme: Scheme) -> PriceTables:
        return self.tables


def test_standards_and_settled_amounts_are_those_of_the_case_page_to_the_fen(checked: Services) -> None:
    priced = _Priced(checked.session.engines)
    with checked.session.db.read() as reader:
        stays = reader.reports.stays(WHOLE.first, WHOLE.last)
        stored = {one.case_id: one.record for one in reader.load_cases(stays.numbers["id"].tolist())}
    frame = Frame(stays, priced, WHOLE.first, NoProgress())  # type: ignore[arg-type]
    statuses, drgs = (stays.texts[name].values(np.arange(len(frame))) for name in ("status", "drg"))
    regimes = set()
    for at, case_id in enumerate(frame.ids.tolist()):
        if not statuses[at]:
            continue
        result = GroupResult("", "", drgs[at], GroupStatus(statuses[at]))
        answer = quote_of(priced.scheme, result, stored[case_id], priced.tables)
        if isinstance(answer, Refusal):
            assert frame.standard[at] == NONE
            continue
        regimes.add(answer.regime)
        assert frame.standard[at] == (NONE if answer.standard_fen is None else answer.standard_fen)
        assert frame.settled[at] == (NONE if answer.settled_fen is None else answer.settled_fen)
        assert (frame.low[at], frame.high[at]) == (answer.regime is Regime.LOW, answer.regime is Regime.HIGH)
        assert sum(bool(flags[at]) for flags in frame.over) == answer.level
    assert {Regime.NORMAL, Regime.HIGH, Regime.LOW} & regimes
    causes = cost_causes(frame, np.ones(len(frame), np.bool_))
    assert sum(one.count for one in causes) == int(np.count_nonzero(frame.over[1]))


def test_the_head_of_the_audit_stands_on_the_paper(checked: Services) -> None:
    with checked.session.db.read() as reader:
        head = reader.audit_head()
    assert head.hash in on_paper(report_of(checked)).sections[-1].notes[-1]
