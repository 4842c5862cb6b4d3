"""``bingan weights`` and ``bingan rates``: kept, listed, held against a scheme; refusals are told whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.main import run
from app.services.demo import write_demo_batch
from tests.small_scheme import PACKAGE, write_package


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir(exist_ok=True)
    return


@pytest.fixture
def scheme(tmp_path: Path) -> Path:
    """Return a small scheme package."""
    return write_package(tmp_path / "小方案")


def bingan(*words: object) -> int:
    """Run a command line without a window."""
    return run([str(word) for word in words], lambda _launch: 0)


def test_weights_are_kept_for_their_scheme_and_listed(
    scheme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "权重.csv"
    table.write_text("drg,name,relative_weight\nBR19,脑,1.5\n", "utf-8")
    assert bingan("scheme", "import", scheme) == 0
    assert bingan("weights", "import", table, "--scheme", "mini", "--valid-from", "2026-01-01") == 0
    capsys.readouterr()
    assert bingan("weights", "list") == 0
    assert "权重" in capsys.readouterr().out


def test_weights_of_another_scheme_are_refused_with_every_difference(
    scheme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "别处.csv"
    rows = "".join(f"ZZ{number:02},没有的组,1\n" for number in range(20))
    table.write_text(f"drg,name,relative_weight\n{rows}", "utf-8")
    assert bingan("scheme", "import", scheme) == 0
    assert bingan("weights", "import", table, "--scheme", "mini") == 1
    assert capsys.readouterr().err.count("方案中没有这个组") == 20
    assert bingan("weights", "compare", table, "--scheme", scheme) == 1
    told = capsys.readouterr().out
    assert told.count("方案中没有这个组") == 20
    assert told.count("权重表没有这个组") == 1
    assert bingan("weights", "list") == 0
    assert capsys.readouterr().out == ""


def test_rates_are_kept_for_a_place_and_level(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "费率.csv"
    head = "year,hospital_level,insurance,base_rate_yuan"
    table.write_text(f"{head}\n2025,三级,职工,8000\n2026,三级,职工,8500\n", "utf-8")
    assert bingan("rates", "import", table, "--city", "试验市", "--level", "三级") == 0
    told = capsys.readouterr().out
    assert "2025 年职工每权重 8,000.00 元" in told
    assert "2026 年职工每权重 8,500.00 元" in told
    assert bingan("rates", "import", table, "--city", "试验市", "--level", "二级") == 1
    assert bingan("rates", "list") == 0
    assert "费率" in capsys.readouterr().out


def test_with_weights_of_another_scheme_a_batch_has_no_amount_but_the_reason(
    scheme: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch, out = tmp_path / "批次.csv", tmp_path / "结果.csv"
    write_demo_batch(batch, 6)
    weights, rates = tmp_path / "权重.csv", tmp_path / "费率.csv"
    weights.write_text("drg,name,relative_weight\nBR19,脑,1.5\n", "utf-8")
    rates.write_text("year,hospital_level,insurance,base_rate_yuan\n2026,三级,全部,8500\n", "utf-8")
    assert bingan("scheme", "import", scheme) == 0
    assert bingan("weights", "import", weights) == 0
    (scheme / "scheme.toml").write_text(PACKAGE["scheme.toml"].replace('"mini"', '"other"'), "utf-8")
    (scheme / "drg.csv").write_text(PACKAGE["drg.csv"].replace("BR19", "BR99"), "utf-8")
    tied = ("--rates", rates, "--city", "试验市", "--level", "三级")
    assert bingan("process", batch, "--out", out, "--scheme", scheme, *tied) == 0
    with out.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 6
    assert not any(row["分组结果·支付标准（元）"] or row["分组结果·权重"] for row in rows)
    grouped = [row for row in rows if row["分组结果·DRG"] != "信息校验不通过"]
    assert grouped
    assert all("不属于" in row["分组结果·金额说明"] for row in grouped)
