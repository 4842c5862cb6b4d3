"""``bingan scheme check`` and ``bingan scheme import``: one report, before anything is stored."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.cli.main import Launch, run
from app.common.paths import data
from app.services.asset_reports import check_scheme, report_lines, write_report
from app.services.assets import Assets, scheme_digest


def bingan(*argv: object) -> int:
    """Run a command line in this process; asking for the window is an error."""

    def no_window(_: Launch) -> int:
        raise AssertionError("a window was asked for")

    return run([str(arg) for arg in argv], no_window)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped scheme, to be changed by a test."""
    return Path(shutil.copytree(data("codebooks") / "schemes" / "starter", tmp_path / "方案"))


@pytest.fixture
def broken(folder: Path) -> Path:
    """Return a scheme with a rule that does not parse."""
    table = folder / "mdc.csv"
    table.write_text(table.read_text("utf-8").replace("main_px in", "main_px on", 1), "utf-8")
    return folder


def stored(home: Path) -> list[str]:
    """Return what lies among the assets of a home."""
    return sorted(str(path) for path in (home / "assets").rglob("*"))


def test_a_check_prints_the_report_and_stores_nothing(
    folder: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = folder / "mcc.csv"
    first = table.read_text("utf-8").splitlines()[1].split(",")[0]
    table.write_text(f"{table.read_text('utf-8').rstrip()}\n{first},无此表\n", "utf-8")
    assert bingan("scheme", "check", folder) == 0
    said = capsys.readouterr().out
    assert "MDC 数：26（公布 26）" in said
    assert "排除表 无此表 没有内容" in said
    assert "检查通过，可以导入；尚未写入任何内容。" in said
    assert stored(home) == []


def test_a_check_of_a_broken_scheme_is_exit_code_1_with_sheet_row_text_and_caret(
    broken: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bingan("scheme", "check", broken) == 1
    caught = capsys.readouterr()
    assert caught.out == ""
    assert "mdc.csv，第 " in caught.err
    assert "“condition”列" in caught.err
    assert "main_px on" in caught.err
    assert "\n        ^" in caught.err
    assert "有错误，不能导入；原有方案不变。" in caught.err
    assert bingan("scheme", "import", broken) == 1
    assert stored(home) == []


def test_an_import_prints_the_same_report(folder: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("scheme", "check", folder) == 0
    checked = capsys.readouterr().out
    assert bingan("scheme", "import", folder, "--valid-from", "2026-01-01") == 0
    said = capsys.readouterr().out
    assert said.startswith(checked)
    assert "已导入：" in said
    assert stored(home) != []


def test_an_import_with_a_bad_date_stores_nothing(folder: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("scheme", "import", folder, "--valid-from", "明年") == 1
    assert "“明年”不是日期" in capsys.readouterr().err
    assert stored(home) == []


def test_a_missing_file_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bingan("scheme", "check", tmp_path / "没有.xlsx") == 1
    assert "没有.xlsx" in capsys.readouterr().err


def test_a_scheme_is_the_same_only_with_the_same_files(folder: Path) -> None:
    before = scheme_digest(folder)
    (folder / "README.txt").write_text("x", "utf-8")
    assert scheme_digest(folder) == before
    (folder / "cc.csv").write_text("code,exclusion\n", "utf-8")
    assert scheme_digest(folder) != before


def test_a_report_that_cannot_be_written_says_so(folder: Path, home: Path, clock: object, tmp_path: Path) -> None:
    check = check_scheme(Assets(home, clock), folder)
    with pytest.raises(Exception, match="无法写入"):
        write_report(check.report, tmp_path / "没有的文件夹" / "报告.txt")
    write_report(check.report, tmp_path / "报告.txt")
    assert (tmp_path / "报告.txt").read_text("utf-8-sig").splitlines() == "\n".join(report_lines(check.report)).split(
        "\n"
    )
