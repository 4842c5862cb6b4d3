"""Price of a record: which tables are taken, what it says when there is no amount, and that then there is none."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, Row
from app.domain.field import Group
from app.domain.grouping import GroupResult, GroupStatus
from app.drg.pay_rules import default_rules
from app.drg.scheme import Scheme
from app.drg.tariffs import WeightsRefused
from app.services.asset_reports import Terms, bring_in
from app.services.asset_store import RATES, WEIGHTS
from app.services.assets import Assets
from app.services.pricing import PriceTables, price_of, why_text, with_rules
from app.services.types import Price, PriceState

TODAY = date(2026, 11, 23)
GROUPED = GroupResult("MDCB", "BR1", "BR19", GroupStatus.GROUPED)
RECORD = CaseRecord(
    Row(
        {
            "fee_total": 1_100_000,
            "fee_self": 300_000,
            "pay_method": "1.1",
            "admit_time": datetime(2024, 6, 1, 9, 0),
            "discharge_time": datetime(2024, 6, 9, 10, 0),
            "discharge_dept": "04.03",
            "discharge_way": "1",
        }
    ),
    {Group.DX: (Row({"code": "I63.900"}),)},
)
_PACKAGE = {
    "scheme.toml": 'id = "mini"\ntitle = "小方案"\nyear = "2026"\nno_group_code = "0000"\n',
    "mdc.csv": "order,mdc,name,condition\n1,MDCB,神经系统疾病,main_dx in mdc_dx\n",
    "mdc_dx.csv": "mdc,site,code\nMDCB,,I63.900\n",
    "adrg.csv": "mdc,order,adrg,name,kind,condition,no_drg\nMDCB,1,BR1,脑缺血性疾患,内科,main_dx in dx1,adrg\n",
    "adrg_dx.csv": "adrg,list,code\nBR1,dx1,I63.900\n",
    "adrg_px.csv": "adrg,list,code\n",
    "drg.csv": "adrg,order,drg,name,condition\nBR1,1,BR11,脑缺血伴,has_mcc\nBR1,2,BR19,脑缺血性疾患,always\n",
    "mcc.csv": "code,exclusion\nJ96.000,1\n",
    "cc.csv": "code,exclusion\nI10.x00,1\n",
    "exclusion.csv": "table,code\n1,I63.900\n",
    "valid_px.csv": "code\n38.1200\n",
}


def package(folder: Path, name: str = "mini", *, drg: str = _PACKAGE["drg.csv"]) -> Path:
    """Write a small scheme package and return its folder."""
    folder.mkdir()
    for file, words in {**_PACKAGE, "drg.csv": drg}.items():
        (folder / file).write_text(words.replace('"mini"', f'"{name}"'), "utf-8")
    return folder


def csv_file(path: Path, *lines: str) -> Path:
    """Write a CSV file and return its path."""
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def assets(tmp_path: Path, clock: FixedClock) -> Assets:
    """Return a home with a small scheme."""
    found = Assets(tmp_path / "home", clock)
    found.import_scheme(package(tmp_path / "小方案"))
    return found


@pytest.fixture
def scheme(assets: Assets) -> Scheme:
    """Return the small scheme."""
    return assets.scheme()


@pytest.fixture
def weights_file(tmp_path: Path) -> Path:
    """Return a weight table of the small scheme."""
    return csv_file(tmp_path / "权重.csv", "drg,name,relative_weight", "BR11,脑,2", "BR19,脑,1.5")


@pytest.fixture
def rates_file(tmp_path: Path) -> Path:
    """Return rates of two years."""
    head = "year,hospital_level,insurance,base_rate_yuan"
    return csv_file(tmp_path / "费率.csv", head, "2023,三级,职工,8000", "2024,三级,职工,8500", "2024,三级,居民,7000")


@pytest.fixture
def tables(assets: Assets, scheme: Scheme, weights_file: Path, rates_file: Path) -> PriceTables:
    """Return everything that is needed for an amount."""
    assets.import_weights(weights_file)
    assets.import_rates(rates_file, city="甲市", level="三级")
    return assets.prices(scheme)


def has_amount(price: Price) -> bool:
    """Tell whether any amount or anything made of one is in a price."""
    names = [field.name for field in fields(price) if field.name.endswith("_fen")]
    amounts = [getattr(price, name) for name in names]
    return any(one is not None for one in (*amounts, price.multiple)) or bool(price.formula or price.settled_formula)


def test_the_year_of_discharge_picks_the_rate_and_the_numbers_are_shown(scheme: Scheme, tables: PriceTables) -> None:
    price = price_of(scheme, GROUPED, RECORD, tables)
    assert price.state is PriceState.QUOTED
    assert price.formula == "1.5000 × 8,500.00 × 1.0000"
    assert (price.standard_fen, price.settled_fen, price.own_fen, price.fund_fen) == (
        1_275_000,
        1_275_000,
        300_000,
        975_000,
    )
    assert price.surplus_fen == 175_000
    assert (price.regime, price.level, price.warning) == ("正常", 1, "提醒")
    assert (price.insurance, price.hospital_level) == ("职工", "三级")
    assert "权重“权重”" in price.versions
    earlier = RECORD.with_value("discharge_time", datetime(2023, 6, 9, 10, 0))
    assert price_of(scheme, GROUPED, earlier, tables).standard_fen == 1_200_000


def test_a_year_without_rate_is_refused_and_names_the_years_there_are(scheme: Scheme, tables: PriceTables) -> None:
    later = RECORD.with_value("discharge_time", datetime(2026, 6, 9, 10, 0))
    price = price_of(scheme, GROUPED, later, tables)
    assert price.state is PriceState.NO_RATE
    assert "2023、2024" in why_text(price)
    assert not has_amount(price)
    still_in = RECORD.with_value("discharge_time", None)
    assert price_of(scheme, GROUPED, still_in, tables).state is PriceState.NO_RATE, "today stands for the discharge"


def test_what_is_missing_makes_an_estimate(scheme: Scheme, tables: PriceTables) -> None:
    def estimate(**values: object) -> str:
        record = RECORD
        for name, value in values.items():
            record = record.with_value(name, value)
        return price_of(scheme, GROUPED, record, tables).estimate

    assert "自付金额" in estimate()
    assert "缺个人负担" in estimate(fee_self=None)
    assert "缺总费用" in estimate(fee_total=None)
    assert estimate(psn_selfpay=100_000, psn_ownpay=150_000) == ""
    settled = RECORD.with_value("psn_selfpay", 100_000).with_value("psn_ownpay", 150_000)
    assert price_of(scheme, GROUPED, settled, tables).own_fen == 250_000
    tables = replace(tables, today=date(2024, 7, 1))
    assert "未出院" in price_of(scheme, GROUPED, settled.with_value("discharge_time", None), tables).estimate


def test_rules_of_the_hospital_go_before_what_was_told_with_the_rates(scheme: Scheme, tables: PriceTables) -> None:
    rules = replace(default_rules(), level="二级", dept_warnings={"04.03": (Decimal("0.9"), Decimal(1), Decimal(2))})
    price = price_of(scheme, GROUPED, RECORD, with_rules(tables, rules, TODAY))
    assert price.state is PriceState.NO_RATE
    assert "三级" in why_text(price)
    own = with_rules(tables, replace(rules, level=""), TODAY)
    assert price_of(scheme, GROUPED, RECORD, own).level == 0


@pytest.mark.parametrize(("method", "says"), [("7", "7 全自费"), ("", "没有填写医疗付费方式"), ("2.1", "")])
def test_who_is_not_paid_by_drg_has_no_amount(scheme: Scheme, tables: PriceTables, method: str, says: str) -> None:
    price = price_of(scheme, GROUPED, RECORD.with_value("pay_method", method), tables)
    assert says in why_text(price)
    assert has_amount(price) is (not says)


def test_the_settlement_list_tells_the_insurance_where_the_page_does_not(scheme: Scheme, tables: PriceTables) -> None:
    record = RECORD.with_value("pay_method", None).with_value("hi_type", "2")
    assert price_of(scheme, GROUPED, record, tables).insurance == "居民"


def test_without_a_group_it_is_paid_by_item_and_says_so(scheme: Scheme, tables: PriceTables) -> None:
    nothing = GroupResult("0000", "00", "0000", GroupStatus.UNGROUPED)
    price = price_of(scheme, nothing, RECORD, tables)
    assert (price.state, price.regime, price.settled_fen, price.standard_fen) == (
        PriceState.BY_ITEM,
        "按项目",
        1_100_000,
        None,
    )
    assert "11,000.00 × 1" in price.settled_formula


def test_high_and_low_show_how_they_are_settled(scheme: Scheme, tables: PriceTables) -> None:
    high = price_of(scheme, GROUPED, RECORD.with_value("fee_total", 3_000_000), tables)
    assert high.settled_formula == "12,750.00 + (30,000.00 − 2 × 12,750.00) × 1"
    assert (high.regime, high.settled_fen, high.warning) == ("高倍率", 1_725_000, "审批")
    low = price_of(scheme, GROUPED, RECORD.with_value("fee_total", 400_000), tables)
    assert (low.regime, low.settled_fen) == ("低倍率", 400_000)
    assert "0.4 倍" in low.settled_formula


def test_versions_of_weights_stand_side_by_side(
    assets: Assets, scheme: Scheme, tables: PriceTables, tmp_path: Path
) -> None:
    head = "drg,name,relative_weight,版本,生效日期"
    later = csv_file(tmp_path / "权重新.csv", head, "BR11,脑,2,下半年,2024-07-01", "BR19,脑,1.6,下半年,2024-07-01")
    asset_id = assets.import_weights(later).asset_id
    both = assets.prices(scheme)
    assert [table.version for table in both.weights] == ["下半年", ""]
    assert price_of(scheme, GROUPED, RECORD, both).weight == Decimal("1.5")
    after = RECORD.with_value("discharge_time", datetime(2024, 7, 1, 10, 0))
    assert price_of(scheme, GROUPED, after, both).weight == Decimal("1.6")
    assert assets.current(WEIGHTS, date(2024, 7, 1)) == asset_id
    assert assets.current(WEIGHTS, date(2024, 6, 30)) != asset_id
    assets.set_valid_from(asset_id, "2024-06-01", kind=WEIGHTS)
    assert price_of(scheme, GROUPED, RECORD, assets.prices(scheme)).weight == Decimal("1.6")


def test_rates_of_another_file_fill_the_years_the_one_in_use_does_not_have(
    assets: Assets, scheme: Scheme, tables: PriceTables, tmp_path: Path
) -> None:
    head = "year,hospital_level,insurance,base_rate_yuan"
    assets.import_rates(csv_file(tmp_path / "费率25.csv", head, "2025,三级,职工,9000"), city="甲市", level="三级")
    both = assets.prices(scheme)
    for year, standard in ((2024, 1_275_000), (2025, 1_350_000)):
        record = RECORD.with_value("discharge_time", datetime(year, 6, 9, 10, 0))
        assert price_of(scheme, GROUPED, record, both).standard_fen == standard
    assets.use(RATES, "")
    assert assets.prices(scheme).rates == ()


def test_a_refused_weight_table_is_told_whole_and_changes_nothing(
    assets: Assets, scheme: Scheme, tmp_path: Path, rates_file: Path
) -> None:
    rows = [f"ZZ{number:02},没有的组,1" for number in range(40)]
    foreign = csv_file(tmp_path / "别处.csv", "drg,name,relative_weight", "BR19,脑,1.5", *rows)
    with pytest.raises(WeightsRefused) as caught:
        assets.import_weights(foreign)
    assert len(caught.value.details) == 41, "forty unknown groups and BR11 without weight"
    report = bring_in(assets, WEIGHTS, [foreign], Terms(TODAY))
    assert report.refused
    assert len(report.remarks) == 42
    assert assets.lines(WEIGHTS) == ()
    assets.import_rates(rates_file, city="甲市", level="三级")
    price = price_of(scheme, GROUPED, RECORD, assets.prices(scheme))
    assert price.state is PriceState.NO_WEIGHTS
    assert not has_amount(price)


def test_a_table_of_another_scheme_is_never_used_and_its_differences_are_told(
    assets: Assets, tables: PriceTables, tmp_path: Path
) -> None:
    drg = "adrg,order,drg,name,condition\nBR1,1,BR99,脑缺血性疾患,always\n"
    assets.import_scheme(package(tmp_path / "另一方案", "other", drg=drg))
    other = assets.scheme()
    price = price_of(other, GroupResult("MDCB", "BR1", "BR99", GroupStatus.GROUPED), RECORD, assets.prices(other))
    assert price.state is PriceState.WEIGHTS_REFUSED
    assert price.differences == (
        "BR11 脑：权重表有，方案中没有这个组",
        "BR19 脑：权重表有，方案中没有这个组",
        "BR99 脑缺血性疾患：方案中有，权重表没有这个组",
    )
    assert not has_amount(price)
    assert price.weight is None


def test_the_reference_tables_of_another_year_are_refused(assets: Assets, reference: Path) -> None:
    assets.import_scheme(reference / "schemes" / "haerbin_2022")
    with pytest.raises(WeightsRefused) as caught:
        assets.import_weights(reference / "weights" / "haerbin_2024.csv")
    assert len(caught.value.differences.unknown) == 282
    assets.import_weights(reference / "weights" / "haerbin_2022.csv")
    assets.import_rates(reference / "weights" / "haerbin_rates.csv", city="哈尔滨", level="I")
    scheme = assets.scheme()
    ab19 = GroupResult("MDCA", "AB1", "AB19", GroupStatus.GROUPED)
    assert price_of(scheme, ab19, RECORD, assets.prices(scheme)).formula == "27.1292 × 12,252.70 × 1.0000"


@given(
    status=st.sampled_from(list(GroupStatus)),
    method=st.sampled_from(["1.1", "2", "7", "", "99"]),
    year=st.integers(2022, 2027),
    cost=st.none() | st.integers(1, 10_000_000),
    level=st.sampled_from(["三级", "二级", ""]),
    drg=st.sampled_from(["BR11", "BR19", "XX99"]),
)
def test_a_price_with_a_reason_never_carries_an_amount(
    shared: tuple[Scheme, PriceTables],
    status: GroupStatus,
    method: str,
    year: int,
    cost: int | None,
    level: str,
    drg: str,
) -> None:
    scheme, tables = shared
    record = RECORD.with_value("pay_method", method).with_value("fee_total", cost)
    record = record.with_value("discharge_time", datetime(year, 6, 9, 10, 0))
    tables = replace(tables, rules=replace(tables.rules, level=level))
    price = price_of(scheme, GroupResult("MDCB", "BR1", drg, status), record, tables)
    is_told = price.state in (PriceState.QUOTED, PriceState.BY_ITEM)
    assert bool(price.why) is not is_told
    assert is_told or not has_amount(price)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scheme, PriceTables]:
    """Return scheme and tables that examples only read."""
    folder = tmp_path_factory.mktemp("shared")
    found = Assets(folder / "home", FixedClock(datetime(2026, 11, 23, 9, 0)))
    found.import_scheme(package(folder / "小方案"))
    found.import_weights(csv_file(folder / "w.csv", "drg,relative_weight", "BR11,2", "BR19,1.5"))
    head = "year,hospital_level,insurance,base_rate_yuan"
    found.import_rates(csv_file(folder / "r.csv", head, "2024,三级,全部,8500"), city="甲市", level="三级")
    scheme = found.scheme()
    return scheme, found.prices(scheme)
