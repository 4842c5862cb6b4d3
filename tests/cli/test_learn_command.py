"""``bingan learn``: too little is said, the state is listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from app.cli.main import Launch, run
from app.common.clock import FixedClock
from app.services.composition import open_services

Bingan = Callable[..., int]


@pytest.fixture
def bingan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bingan:
    """Return a call of a command line over a library without a memory."""
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path))
    open_services(tmp_path, clock=FixedClock(datetime(2026, 11, 23, 9, 0))).close()

    def call(*argv: str) -> int:
        def no_window(_: Launch) -> int:
            raise AssertionError("a window was asked for")

        return run(argv, no_window)

    return call


def test_too_little_to_train_on_is_said(bingan: Bingan, capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("learn", "--kind", "px") == 1
    told = capsys.readouterr().err
    assert "手术操作的过去编码还不够训练" in told
    assert "请继续编码，或导入过去的编码。" in told


def test_the_state_is_listed(bingan: Bingan, capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("learn", "--report") == 0
    assert capsys.readouterr().out.splitlines() == [
        "诊断：还没有本院模型；不同的文本还差约 334 条才能训练",
        "手术操作：还没有本院模型；不同的文本还差约 334 条才能训练",
    ]
