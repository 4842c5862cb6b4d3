"""What rules are told besides the group: the hospital's own figures, the first grouping, names, documents."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.codebook.book import Codebook
from app.codebook.entry import CodeEntry
from app.common.clock import FixedClock
from app.domain.case import CaseKey, CaseRecord, CaseState, Row, Value
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.qc.context import OutsideFacts
from app.qc.engine import Answer
from app.qc.rule import Profile
from app.services.bulk import check_file
from app.services.composition import Services
from app.services.documents import profile_of
from app.services.first_group import first_groups
from app.services.hospital_figures import HospitalFigures, statistics_of
from app.services.rules import shipped_rules
from app.services.text_codes import TextCodes
from app.storage.figures import PastStay


def past(number: int, *, dept: str = "03.04", drg: str = "FR21", days: int = 10, fen: int | None = 1000) -> PastStay:
    """Return a past stay."""
    return PastStay(CaseKey("", f"26{number:06}", 1), dept, drg, days, fen)


def test_the_span_of_cost_per_day_needs_a_hundred_stays() -> None:
    stays = [past(number, fen=10 * number) for number in range(1, 101)]
    assert statistics_of(stays[:99]).day_cost == {}
    assert statistics_of(stays).day_cost == {"03.04": (Decimal(1), Decimal(99))}
    assert statistics_of([*stays, past(0, fen=None), past(0, fen=0)]).day_cost == {"03.04": (Decimal(1), Decimal(99))}


def test_a_group_is_rare_only_where_a_thousand_stays_are_grouped() -> None:
    stays = [past(number) for number in range(999)]
    assert statistics_of(stays).drg_cases == {}
    figures = statistics_of([*stays, past(5000, drg="ES11")])
    assert {drg: len(keys) for drg, keys in figures.drg_cases.items()} == {"FR21": 2, "ES11": 1}


def test_a_mean_stay_needs_thirty_stays() -> None:
    stays = [past(number, days=8 + number % 2 * 4) for number in range(30)]
    assert statistics_of(stays[:29]).dept_los == {}
    assert statistics_of(stays).dept_los == {("03.04", "FR21"): Decimal(10)}


def test_a_case_does_not_count_as_another_of_its_group(services: Services) -> None:
    figures = statistics_of([*(past(number) for number in range(999)), past(5000, drg="0000")])
    record = CaseRecord(
        Row({"sex": "1", "record_no": "26005000", "admission_count": 1, "birth_date": date(1956, 3, 8)})
    )
    record = replace(record, groups={Group.DX: (Row({"code": "I63.900"}),)})
    context = services.session.engines.context(record, CaseState.CODING)
    assert context.grouping is not None
    known = context.grouping()
    if known is None:
        pytest.fail("a coded case is grouped")
    facts = replace(known, drg="0000")
    context = replace(context, outside=OutsideFacts(statistics=figures), grouping=lambda: facts)
    other = record.with_value("record_no", "26009999")
    assert shipped_rules().answer("DG-029", record, context) is Answer.FIRES
    assert shipped_rules().answer("DG-029", other, context) is Answer.PASSES


def test_figures_are_read_from_the_library_once_an_hour(services: Services) -> None:
    at = datetime(2026, 11, 23, 9, 0)
    clock = FixedClock(at)
    figures = HospitalFigures(services.session.db, clock)
    assert figures.current() is None
    figures.renew()
    first = figures.current()
    assert first is not None
    figures.renew()
    assert figures.current() is first
    clock.at = at + timedelta(hours=2)
    figures.renew()
    assert figures.current() is not first


def test_only_discharged_stays_of_the_period_count(services: Services) -> None:
    with services.session.db.read() as reader:
        every = list(reader.past_stays(date(2000, 1, 1), date(2099, 1, 1)))
        none = list(reader.past_stays(date(2000, 1, 1), date(2000, 1, 2)))
    discharged = [one for one in services.worklist.rows(services.worklist.ids("all")) if one.discharge_time]
    assert len(every) == len(discharged) > 0
    assert none == []
    assert all(one.days >= 1 for one in every)


def test_the_first_grouping_is_kept_when_the_main_diagnosis_is_changed(services: Services, case_id: int) -> None:
    engines = services.session.engines

    def first() -> str:
        with services.session.db.read() as reader:
            found = first_groups(reader, [case_id], engines.world).get(case_id)
        return found.main if found else ""

    services.cases.accept(case_id, Group.DX, 0, "I63.900")
    assert first() == ""
    services.cases.set_text(case_id, "abo", "1")
    assert first() == ""
    services.cases.accept(case_id, Group.DX, 0, "J18.900")
    assert first() == "I63.900"


@pytest.mark.parametrize(
    ("values", "columns", "wanted"),
    [
        ({}, None, Profile.FRONT),
        ({"sex": "1"}, frozenset({"sex"}), Profile.FRONT),
        ({"sex": "1"}, frozenset({"sex", "hi_pay_method"}), Profile.BOTH),
        ({"psn_no": "5301000001"}, None, Profile.BOTH),
        ({"resp_nurse": "沈某（测试）", "treat_type": "1"}, None, Profile.FRONT),
    ],
)
def test_a_settlement_list_is_there_when_something_of_it_is(
    values: Mapping[str, Value], columns: frozenset[str] | None, wanted: Profile
) -> None:
    assert profile_of(CaseRecord(Row(values), columns=columns)) is wanted
    unread = CaseRecord(Row(raw={"setl_begin": "五月六日"}))
    assert profile_of(unread) is Profile.BOTH


def test_filling_the_list_brings_its_rules_at_once(services: Services, case_id: int) -> None:
    services.cases.view(case_id)
    before = services.cases.set_text(case_id, "abo", "1")
    assert not any(finding.rule_id.startswith("QD") for finding in before.report.findings)
    after = services.cases.set_text(case_id, "hi_pay_method", "8")
    assert "QD-004" in {finding.rule_id for finding in after.report.findings}
    # the columns that the file lacks are nobody's omission
    assert "QD-001" not in {finding.rule_id for finding in after.report.findings}


def test_a_text_names_a_code_only_when_no_other_category_has_that_name() -> None:
    entries = (
        CodeEntry("I20.000", "不稳定型心绞痛", CodeKind.DX),
        CodeEntry("I20.001", "恶化劳力型心绞痛", CodeKind.DX, synonyms=("不稳定 型心绞痛",)),
        CodeEntry("A01.000", "热", CodeKind.DX),
        CodeEntry("R50.900", "热", CodeKind.DX),
    )
    codes = TextCodes(Codebook("mini", "小码表", entries))
    assert codes.find("不稳定型 心绞痛") == "I20.000"
    assert codes.find("热") == ""
    assert codes.find("心绞痛") == ""


def test_a_file_with_a_settlement_list_is_checked_as_both_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path / "home"))
    batch, out = tmp_path / "清单.csv", tmp_path / "结果.csv"
    head = "病案号,住院次数,性别,入院时间,出院时间,总费用,医保编号,医保支付方式,结算开始日期"
    row = "26000001,1,1,2024-06-01 09:00:00,2024-06-09 10:00:00,17000,,8,2024-05-30"
    batch.write_text(f"{head}\n{row}\n", "utf-8-sig")
    check_file(batch, out)
    with out.open(encoding="utf-8-sig", newline="") as handle:
        found = {(row["rule"], row["column"]) for row in csv.DictReader(handle)}
    wanted = {("QD-001", "医保编号"), ("QD-004", "医保支付方式"), ("QD-012", "结算开始日期")}
    assert wanted <= found
    assert not {rule for rule, _ in found} & {"QD-002", "QD-005", "QD-010"}
