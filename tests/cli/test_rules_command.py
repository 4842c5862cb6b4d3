"""``bingan rules``: list, check, try, export, import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.main import Launch, run
from app.services.composition import open_services
from app.services.demo import fill
from app.services.demo_cases import invent

Bingan = Callable[..., int]
GOOD = """
category = "逻辑"

[[rule]]
id = "YN-001"
severity = "warn"
fields = ["los_days"]
when = "los_days > 3"
message = "住院超过本院上限"
remedy = "核对"
source = "本院"
fires = [{ los_days = "90" }]
silent = [{ los_days = "1" }]
"""


@pytest.fixture
def bingan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bingan:
    """Return a call of a command line over a library of a few invented cases."""
    home = tmp_path / "home"
    monkeypatch.setenv("BINGAN_HOME", str(home))
    services = open_services(home)
    fill(services, invent(8, today=services.session.clock.now().date()))
    services.close()

    def no_window(_: Launch) -> int:
        raise AssertionError("a window was asked for")

    return lambda *argv: run(argv, no_window)


def test_rules_are_listed(bingan: Bingan, capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("rules", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("LJ-001\t基础\t启用\t强制\t逻辑\t") for line in lines)
    assert bingan("rules", "list", "--status", "off") == 0
    off = capsys.readouterr().out.splitlines()
    assert 0 < len(off) < len(lines)


def test_a_rule_file_is_checked_with_the_place_of_its_fault(
    bingan: Bingan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD, "utf-8")
    assert bingan("rules", "check", str(path)) == 0
    path.write_text(GOOD.replace("los_days > 3", "los_dais > 3"), "utf-8")
    assert bingan("rules", "check", str(path)) == 1
    told = capsys.readouterr().out
    assert "los_dais" in told
    assert "^" in told
    path.write_text(GOOD.replace('"90"', '"2"'), "utf-8")
    assert bingan("rules", "check", str(path)) == 1
    assert "应命中的第 1 例：通过" in capsys.readouterr().out
    for text in ("[[rule", "x = 1", "rule = [1]"):
        path.write_text(text, "utf-8")
        assert bingan("rules", "check", str(path)) == 1
    assert bingan("rules", "check", str(tmp_path / "nothing.toml")) == 1


def test_a_rule_file_is_tried(bingan: Bingan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD, "utf-8")
    assert bingan("rules", "try", str(path)) == 0
    assert "YN-001：8 份病案，命中 " in capsys.readouterr().out
    assert bingan("rules", "try", str(path), "--from", "1990-01-01", "--to", "1990-02-01") == 0
    assert "YN-001：0 份病案，命中 0" in capsys.readouterr().out


def test_a_pack_is_written_shown_and_taken(bingan: Bingan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pack.bgpack"
    assert bingan("rules", "export", str(path)) == 1
    assert "没有可导出的内容" in capsys.readouterr().err
    services = open_services(tmp_path / "home")
    services.rules.set_parameter("split_days", 10, "本院规定（测试）")
    services.close()
    assert bingan("rules", "export", str(path), "--title", "测试包") == 0
    assert "签名指纹：" in capsys.readouterr().out
    services = open_services(tmp_path / "home")
    services.rules.set_parameter("split_days", 12, "本院规定（测试）")
    services.close()
    assert bingan("rules", "import", str(path)) == 0
    assert "参数 split_days：10" in capsys.readouterr().out
    assert bingan("rules", "import", str(path), "--reason", "还原（测试）") == 0
    services = open_services(tmp_path / "home")
    assert next(one.value for one in services.rules.parameters() if one.name == "split_days") == 10
    services.close()
