"""A batch in one go (``bingan process``) tells what the rules on DRG say, with the scheme and prices of the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.pipeline import PriceChoice, process_file
from tests.small_scheme import write_package

_HEAD = "BAH,ZYCS,XM,XB,CSRQ,NL,YLFKFS,RYSJ,CYSJ,ZYZD,JBDM,LYFS,ZFY"
_ROWS = (
    "26000001,1,测试甲,1,1956-03-08,68,1,2024-06-01,2024-06-09,脑梗死,I63.900,1,17000",
    "26000002,1,测试乙,2,1956-03-08,68,1,2024-06-01,2024-06-09,阑尾炎,K35.800,1,8000",
)


def test_the_run_groups_for_the_rules_with_its_own_scheme_and_prices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path / "home"))
    batch, weights, rates = tmp_path / "批次.csv", tmp_path / "权重.csv", tmp_path / "费率.csv"
    batch.write_text("\n".join((_HEAD, *_ROWS)) + "\n", "utf-8-sig")
    weights.write_text("drg,权重\nBR19,1.5\n", "utf-8")
    rates.write_text("year,hospital_level,insurance,base_rate_yuan\n2024,三级,职工,8500\n", "utf-8")
    report = process_file(
        batch,
        tmp_path / "结果.csv",
        scheme=str(write_package(tmp_path / "方案")),
        price=PriceChoice(weights=weights, rates=rates, level="三级", year="2024"),
    )
    found = [{one.rule_id for one in result.report.findings if one.category == "DRG合规"} for result in report.results]
    assert found == [{"DG-007", "DG-008"}, {"DG-002", "DG-021"}]
