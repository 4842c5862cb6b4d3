"""The invented ward: each planted fault is found by a rule and column that its README names, and nothing else is."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from app.exchange.batch import read_batch
from app.exchange.layouts import headings_of
from app.qc.context import QcContext
from app.qc.engine import RuleSet

EXPECTED = {
    "出院早于入院": {"LJ-002": {"RYSJ", "CYSJ", "入院时间", "出院时间"}},
    "总费用不等于分项之和": {"FY-001": {"ZFY", "总费用"}, "FY-002": {"ZFY", "总费用"}},
    "性别与身份证不符": {"LJ-009": {"XB", "SFZH", "性别", "身份证号"}},
    "身份证校验位错误": {"ZY-025": {"SFZH", "身份证号"}},
    "主要诊断缺失": {"WZ-033": {"ZYZD", "主要诊断"}},
    "年龄与出生日期不符": {"LJ-005": {"NL", "CSRQ", "年龄", "出生日期"}},
    "离院方式不在值域": {"ZY-010": {"LYFS", "离院方式"}},
    "其他诊断与主要诊断重复": {"BM-005": {"QTZD1", "ZYZD", "其他诊断1", "主要诊断"}},
}
EXCLUSIVE = {rule_id for rules in EXPECTED.values() for rule_id in rules}


@pytest.mark.parametrize("name", ["hqms_gbk.csv", "front_pages.xlsx"])
def test_all_planted_faults_are_found_and_no_others(rules: RuleSet, reference: Path, name: str) -> None:
    folder = reference / "batches" / "ward_500"
    with (folder / "faults.csv").open(encoding="utf-8-sig", newline="") as handle:
        planted = {row["BAH"]: row["fault"] for row in csv.DictReader(handle)}
    batch = read_batch(folder / name)
    headings = headings_of(batch.source)
    found = {}
    for imported in batch.records:
        report = rules.check(imported.record, QcContext(today=date(2026, 11, 23)))
        assert report.broken == ()
        hits = [finding for finding in report.findings if finding.rule_id in EXCLUSIVE]
        if hits:
            record_no = imported.record.text("record_no")
            found[record_no] = {(hit.rule_id, headings.get(path, "")) for hit in hits for path in hit.paths}
    assert len(planted) == 172
    assert set(found) == set(planted)
    for record_no, fault in planted.items():
        rules_and_columns = {(rule, column) for rule, columns in EXPECTED[fault].items() for column in columns}
        assert found[record_no] & rules_and_columns, (record_no, fault)
        assert {rule for rule, _ in found[record_no]} <= set(EXPECTED[fault])
