"""``bingan export``: files are written from the library on record, refusals are told, a file is verified."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from app.cli.main import run
from app.common.clock import FixedClock
from app.services.composition import open_services
from app.services.demo import fill
from app.services.demo_cases import invent


@pytest.fixture
def library(home: Path) -> Path:
    """Return the user's home with a few invented cases of one batch."""
    services = open_services(home, clock=FixedClock(datetime(2026, 11, 23, 9, 0)))
    fill(services, invent(4, today=services.session.clock.now().date()))
    services.close()
    return home


def bingan(*argv: object) -> int:
    """Run a command line; a window is an error."""
    return run([str(arg) for arg in argv], lambda _: pytest.fail("a window was asked for"))


def test_a_batch_is_written_and_verified(library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "b.csv"
    assert bingan("export", "--kind", "batch", "--batch", 1, "--out", target) == 0
    assert "SHA-256" in capsys.readouterr().out
    assert bingan("export", "--verify", target) == 0
    assert "与登记一致" in capsys.readouterr().out
    shutil.copy(target, tmp_path / "c.csv")
    target.write_bytes(target.read_bytes() + b"x")
    assert bingan("export", "--verify", target) == 1
    assert bingan("export", "--verify", tmp_path / "c.csv") == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("l2",), "没有可以写出的病案"),
        (("l2", "--month", "2026-13"), "不是月份"),
        (("batch", "--batch", "9"), "没有这个批次"),
        (("batch",), "按批次导出"),
        (("l3",), "还没有选上报模板"),
        (("l2", "--mask"), "不能遮盖"),
    ],
)
def test_what_cannot_be_written_is_said(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], words: str
) -> None:
    assert bingan("export", "--kind", *more, "--out", tmp_path / "x.csv") == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()


def test_without_a_place_to_write_it_is_wrong_usage(library: Path) -> None:
    assert bingan("export", "--kind", "l2") == 2
