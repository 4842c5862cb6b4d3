"""``bingan appeal``: one case by its record number, written on record; words where it cannot be done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from app.cli.main import run
from app.common.clock import FixedClock
from app.services.composition import open_services
from app.services.demo import fill
from app.services.demo_cases import invent


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a few invented cases."""
    folder = tmp_path_factory.mktemp("appeal")
    services = open_services(folder, clock=FixedClock(datetime(2026, 11, 23, 9, 0)))
    fill(services, invent(6, today=services.session.clock.now().date()))
    services.close()
    return folder


@pytest.fixture
def library(template: Path, home: Path) -> Iterator[Path]:
    """Return the user's home with a copy of the cases."""
    shutil.copytree(template, home, dirs_exist_ok=True)
    return home


def bingan(*argv: object) -> int:
    """Run a command line; a window is an error."""
    return run([str(arg) for arg in argv], lambda _: pytest.fail("a window was asked for"))


def record_no(home: Path) -> str:
    """Return the record number of a discharged case."""
    services = open_services(home, read_only=True)
    number = services.cases.view(services.worklist.ids("to_code")[0]).record.text("record_no")
    services.close()
    return number


def test_the_pack_is_written_and_noted(library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number, target = record_no(library), tmp_path / "申诉.xlsx"
    assert bingan("appeal", number, "--stay", 1, "--out", target) == 0
    assert "病历依据清单" in openpyxl.load_workbook(target).sheetnames
    told = capsys.readouterr().out
    assert "方案、权重、编码版本：试用方案" in told
    services = open_services(library, read_only=True)
    assert services.history.timeline(services.appeal.find(number))[0].changes == ("生成申诉材料：申诉.xlsx",)
    services.close()


@pytest.mark.parametrize(
    ("number", "stay", "name", "told"),
    [("没有", 0, "a.xlsx", "没有病案号"), ("", 9, "a.xlsx", "没有病案号"), ("", 0, "a.pdf", "只能写成 .xlsx")],
)
def test_what_cannot_be_done_is_told(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], number: str, stay: int, name: str, told: str
) -> None:
    assert bingan("appeal", number or record_no(library), "--stay", stay, "--out", tmp_path / name) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / name).exists()


def test_several_stays_ask_for_the_number(library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = open_services(library)
    first, second = services.worklist.ids("to_code")[:2]
    number = services.cases.view(first).record.text("record_no")
    services.cases.set_text(second, "admission_count", "2")
    services.cases.set_text(second, "record_no", number)
    services.close()
    assert bingan("appeal", number, "--out", tmp_path / "a.xlsx") == 1
    assert "--stay" in capsys.readouterr().err
    assert bingan("appeal", number, "--stay", 2, "--out", tmp_path / "a.xlsx") == 0
