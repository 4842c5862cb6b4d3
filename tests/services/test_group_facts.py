"""What rules are told of group and price, on the worked example of domain.md 4.5, and that every check is told it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, CaseState, Row, Value
from app.domain.coding import MatchKind, Proposal
from app.domain.field import Group
from app.domain.findings import Finding
from app.drg.pay_rules import default_rules
from app.drg.tariffs import WeightTable
from app.qc.context import GroupingFacts, GroupState, QcContext
from app.services.assets import Assets
from app.services.bulk import check_file
from app.services.composition import Services
from app.services.group_facts import GroupWorld, facts_source, group_facts
from app.services.pricing import PriceTables
from app.services.rules import check_records, shipped_rules
from tests.small_scheme import write_package

CLOCK = FixedClock(datetime(2026, 11, 23, 9, 0))
HEAD: Mapping[str, Value] = {
    "sex": "1",
    "birth_date": date(1956, 3, 8),
    "admit_time": datetime(2024, 6, 1, 9, 0),
    "discharge_time": datetime(2024, 6, 9, 10, 0),
    "discharge_way": "1",
    "pay_method": "1.1",
    "fee_total": 1_100_000,
}
DRGS = "adrg,order,drg,name,condition\nBR1,1,BR11,脑缺血伴严重并发症,has_mcc\nBR1,2,BR19,脑缺血性疾患,always\n"


def stay(*codes: str, **head: Value) -> CaseRecord:
    """Return a stay with coded diagnoses."""
    return CaseRecord(
        Row({**HEAD, **head}), {Group.DX: tuple(Row({"code": code}, id=n) for n, code in enumerate(codes))}
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> GroupWorld:
    """Return the small scheme with weights 3 and 1.5 and a rate of 8,500 yuan: the standard of BR19 is 12,750."""
    tmp_path = tmp_path_factory.mktemp("world")
    assets = Assets(tmp_path / "home", CLOCK)
    assets.import_scheme(write_package(tmp_path / "方案", drg=DRGS, exclusion="table,code\n2,I63.900\n"))
    (tmp_path / "权重.csv").write_text("drg,权重,平均住院日\nBR11,3,12\nBR19,1.5,8\n", "utf-8")
    (tmp_path / "费率.csv").write_text(
        "year,hospital_level,insurance,base_rate_yuan\n2024,三级,职工,8500\n2026,三级,职工,8500\n", "utf-8"
    )
    assets.import_weights(tmp_path / "权重.csv")
    assets.import_rates(tmp_path / "费率.csv", city="甲市", level="三级")
    scheme, book = assets.scheme(), assets.codebook()
    prices = replace(assets.prices(scheme), today=CLOCK.now().date())
    return GroupWorld(scheme, prices, {"I63.900x9": ""}, book, book)


@pytest.fixture
def facts(world: GroupWorld) -> Callable[..., GroupingFacts]:
    """Return how to get the facts of a stay that has some."""

    def found(*codes: str, **head: Value) -> GroupingFacts:
        known = group_facts(world, stay(*codes, **head))
        assert known is not None
        return known

    return found


def hits(world: GroupWorld, record: CaseRecord, state: CaseState = CaseState.CODING) -> set[str]:
    """Return the DRG rules that fire."""
    context = QcContext(
        today=CLOCK.now().date(), codebook=world.book, state=state, grouping=facts_source(lambda: world, record)
    )
    return {one.rule_id for one in shipped_rules().check(record, context).findings if one.category == "DRG合规"}


def test_weight_standard_multiple_and_thresholds(facts: Callable[..., GroupingFacts]) -> None:
    found = facts("I63.900")
    assert (found.status, found.drg, found.rw, found.los_mean) == (GroupState.GROUPED, "BR19", Decimal("1.5"), 8)
    assert found.pay_standard == 1_275_000
    assert found.multiple is not None
    assert round(found.multiple, 4) == Decimal("0.8627")
    assert (found.low_threshold, found.high_threshold) == (Decimal("0.4"), Decimal(2))
    assert (found.warning_level, found.regime, found.excluded) == (1, "normal", False)
    assert "1.5" not in repr(found)


@pytest.mark.parametrize(
    ("yuan", "wanted"),
    [
        (11_000, set()),
        (14_100, {"DG-007"}),
        (17_000, {"DG-007", "DG-008"}),
        (30_000, {"DG-005", "DG-007", "DG-008"}),
        (4_000, {"DG-004"}),
    ],
)
def test_the_worked_examples_of_payment_fire_as_the_table_says(world: GroupWorld, yuan: int, wanted: set[str]) -> None:
    assert hits(world, stay("I63.900", fee_total=yuan * 100)) == wanted


def test_in_hospital_four_fifths_of_the_standard_are_told(world: GroupWorld) -> None:
    still = stay("I63.900", discharge_time=None, admit_time=datetime(2026, 11, 20, 9, 0))
    assert hits(world, still, CaseState.INPATIENT) == {"DG-006"}


def test_the_only_diagnosis_that_makes_the_group_heavier_is_named(facts: Callable[..., GroupingFacts]) -> None:
    assert facts("I63.900", "I10.x00", "J96.000").carrier() == "J96.000"
    assert facts("I63.900", "I10.x00").carrier() == ""
    assert facts("J18.900", "J96.000").carrier() == ""


def test_without_weights_another_group_of_the_same_kind_is_the_lighter_one(world: GroupWorld) -> None:
    bare = replace(world, prices=PriceTables(CLOCK.now().date()))
    found = group_facts(bare, stay("I63.900", "J96.000"))
    assert found is not None
    assert (found.rw, found.multiple, found.carrier()) == (None, None, "J96.000")


def test_another_main_diagnosis_is_weighed_only_when_the_case_has_it(facts: Callable[..., GroupingFacts]) -> None:
    found = facts("J96.000", "I63.900")
    assert found.status is GroupState.UNGROUPED
    assert found.rw_as_main("I63.900") == 3
    assert found.rw_as_main("J96.000") is None
    assert found.rw_as_main("K35.800") is None


def test_what_stops_grouping_is_told_in_words(facts: Callable[..., GroupingFacts], world: GroupWorld) -> None:
    found = facts("I63.900", sex="9")
    assert found.status is GroupState.INVALID
    assert found.reason
    assert hits(world, stay("I63.900", sex="9")) == {"DG-001"}
    assert hits(world, stay()) == {"DG-001"}


def test_a_column_that_the_file_lacks_is_not_the_records_fault(world: GroupWorld) -> None:
    record = stay("I63.900", sex=None)
    columns = frozenset(HEAD) - {"sex"} | {"dx[].code"}
    assert group_facts(world, replace(record, columns=columns)) is None
    assert group_facts(world, replace(record, columns=columns | {"sex"})) is not None
    ageless = stay("I63.900", birth_date=None)
    assert group_facts(world, replace(ageless, columns=columns - {"birth_date"} | {"sex"})) is None
    assert group_facts(world, replace(ageless, columns=columns | {"sex"})) is not None


def test_a_diagnosis_in_words_waits_for_its_code(world: GroupWorld) -> None:
    record = stay().with_rows(Group.DX, (Row({"name": "脑梗死"}, id=7),))
    assert group_facts(world, record) is None
    proposal = Proposal("I63.900", "脑梗死", 0.9, MatchKind.SYNONYM, "")
    asked = facts_source(lambda: world, record, {(Group.DX, 7): proposal})()
    assert asked is not None
    assert asked.drg == "BR19"


def test_invented_weights_give_no_weight_and_no_money(world: GroupWorld) -> None:
    trial = replace(world, prices=replace(world.prices, invented=True))
    found = group_facts(trial, stay("I63.900"))
    assert found is not None
    assert (found.drg, found.rw, found.pay_standard, found.multiple, found.regime) == ("BR19", None, None, None, "")


def test_a_stay_that_the_region_leaves_out(world: GroupWorld) -> None:
    rules = replace(world.prices.rules, los_excluded_over=7)
    there = replace(world, prices=replace(world.prices, rules=rules))
    found = group_facts(there, stay("I63.900"))
    assert found is not None
    assert (found.excluded, found.multiple, found.regime) == (True, None, "excluded")
    assert "DG-018" in hits(there, stay("I63.900").with_value("los_days", 8))


def test_codes_that_the_grouper_does_not_have(facts: Callable[..., GroupingFacts]) -> None:
    found = facts("I63.900")
    assert found.knows("I63.900")
    assert not found.knows("I63.900x9")
    assert not found.knows("Q99.999x123")


def test_mean_stays_are_an_optional_column(world: GroupWorld) -> None:
    table = world.prices.weights[0]
    assert isinstance(table, WeightTable)
    assert table.stays == {"BR11": Decimal(12), "BR19": Decimal(8)}
    assert world.prices.rules.warnings == default_rules().warnings


def _dg(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.rule_id for finding in findings if finding.rule_id.startswith("DG")}


EDITS = (
    ("sex", "2"),
    ("birth_date", date(2024, 5, 30)),
    ("admit_time", datetime(2024, 6, 8, 9, 0)),
    ("discharge_time", datetime(2024, 8, 20, 9, 0)),
    ("discharge_time", datetime(2027, 6, 9)),
    ("discharge_way", "2"),
    ("age_years", 0),
    ("age_days", 3),
    ("nb_admit_weight", 1500),
    ("admit_dept", "04.03"),
    ("discharge_dept", "07.01"),
    ("fee_total", 400_000),
    ("fee_total", None),
    ("fee_self", 100),
    ("pay_method", "7"),
    ("pay_method", None),
    ("hi_type", "1"),
    ("psn_selfpay", 100),
    ("psn_ownpay", 100),
    ("los_days", 70),
    ("outp_dx_code", "J96.000"),
    ("dx[0].code", "J18.900"),
    ("dx[1].code", "I10.x00"),
    ("dx[1].code", None),
    ("dx[2].code", "J96.000"),
)


@pytest.mark.parametrize("regime", ["plain", "newborn"])
@pytest.mark.parametrize(("path", "value"), EDITS)
def test_an_edit_gives_the_report_of_a_full_check(world: GroupWorld, regime: str, path: str, value: Value) -> None:
    rules = replace(world.prices.rules, los_excluded_over=60)
    there = replace(world, prices=replace(world.prices, rules=rules))
    before = stay("I63.900", "J96.000", "K35.800", fee_antibiotic=0, los_days=8)
    if regime == "newborn":
        before = before.with_value("birth_date", None).with_value("age_years", 0).with_value("age_days", 9)
    after = before.with_value(path, value)

    def context(record: CaseRecord) -> QcContext:
        return QcContext(
            today=CLOCK.now().date(), codebook=there.book, grouping=facts_source(lambda: there, record), profile="both"
        )

    known = shipped_rules().check(before, context(before))
    quick = shipped_rules().check_fields(after, known, [path], context(after))
    assert quick == shipped_rules().check(after, context(after))


def test_a_checked_file_and_stays_of_one_patient(world: GroupWorld) -> None:
    first = stay("I63.900", record_no="26000001", admission_count=1, readmit31_plan="1", fee_total=1_000_000)
    again = stay(
        "I63.900",
        record_no="26000001",
        admission_count=2,
        admit_time=datetime(2024, 6, 10, 9, 0),
        discharge_time=datetime(2024, 6, 20, 9, 0),
        fee_total=1_700_000,
    )
    reports = check_records([first, again], world, CLOCK)
    assert _dg(reports[0].findings) == set()
    assert _dg(reports[1].findings) == {"DG-007", "DG-008", "DG-009", "DG-010", "DG-011"}


def test_the_case_page_shows_what_the_whole_round_writes(services: Services, case_id: int) -> None:
    services.cases.view(case_id)
    view = services.cases.accept(case_id, Group.DX, 0, "J00.x00")
    rows = view.record.rows(Group.OP)
    if not rows:
        services.cases.add_row(case_id, Group.OP, 0)
    quick = services.cases.set_text(case_id, "op[0].code", "36.0600")
    assert "DG-019" in _dg(quick.report.findings)
    services.checking.run([case_id])
    with services.session.db.read() as reader:
        stored = reader.findings(case_id)
    assert stored is not None
    assert _dg(stored.value.findings) == _dg(quick.report.findings)
    full = services.session.engines.check(quick.record, quick.state, proposals=quick.proposals)
    assert _dg(full.findings) == _dg(quick.report.findings)


def test_qc_of_a_file_groups_with_what_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path / "home"))
    batch, out = tmp_path / "批次.csv", tmp_path / "结果.csv"
    head = "BAH,ZYCS,XM,XB,CSRQ,NL,RYSJ,CYSJ,ZYZD,JBDM,LYFS"
    batch.write_text(f"{head}\n26000001,1,测试人,1,1956-03-08,68,2024-06-01,2024-06-09,未知,U99.999,1\n", "utf-8-sig")
    check_file(batch, out)
    assert "DG-002" in out.read_text("utf-8-sig")
