"""``bingan match``: what goes in and comes out, what is refused in words, and that nothing is written then."""

from __future__ import annotations

import csv
import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.cli.main import Launch, run
from app.common.errors import Cancelled
from app.common.progress import CancelAt
from app.domain.coding import CodeKind
from app.services import match_file as command
from app.services.match_file import MatchJob

COLUMNS = ("text", "rank", "code", "name", "score", "chosen")


def bingan(*argv: object) -> int:
    """Run a command line in this process; asking for the window is an error."""

    def no_window(_: Launch) -> int:
        raise AssertionError("a window was asked for")

    return run([str(arg) for arg in argv], no_window)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def table(path: Path, *lines: str) -> Path:
    """Write a CSV, or a workbook when the name says so, and return its path."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(line.split(","))
        book.save(path)
    else:
        path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(params=["csv", "xlsx"])
def terms(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a short list of terms as a CSV and as a workbook."""
    return table(tmp_path / f"terms.{request.param}", "code,name", "R07.4,胸痛", "I20.0,不稳定型心绞痛", "I10,高血压病")


@pytest.fixture
def match(tmp_path: Path) -> Callable[..., list[dict[str, str]]]:
    """Return a call that matches texts and gives the rows that were written."""

    def match_it(texts: Path, *more: object) -> list[dict[str, str]]:
        out = tmp_path / "out.csv"
        assert bingan("match", "--task", "dx", "--texts", texts, "--out", out, *more) == 0
        return rows_of(out)

    return match_it


def test_terms_and_past_codings_may_be_csv_or_workbook(
    terms: Path, tmp_path: Path, match: Callable[..., list[dict[str, str]]]
) -> None:
    texts = table(tmp_path / f"t{terms.suffix}", "id,text", "1,心口疼", "2,胸痛")
    past = table(tmp_path / f"h{terms.suffix}", "text,standards", "心口疼,不稳定型心绞痛##高血压病")
    alone = match(texts, "--terms", terms)
    assert next(row["code"] for row in alone if row["text"] == "胸痛") == "R07.4"
    rows = match(texts, "--terms", terms, "--history", past)
    chosen = {row["name"] for row in rows if row["text"] == "心口疼" and row["chosen"] == "1"}
    assert chosen == {"不稳定型心绞痛", "高血压病"}


def test_columns_and_ranks_are_those_that_the_scorer_reads(
    tmp_path: Path, match: Callable[..., list[dict[str, str]]]
) -> None:
    rows = match(table(tmp_path / "t.csv", "text", "2型糖尿病、急性阑尾炎", "胸痛", "胸痛", "无", ""), "--top", 3)
    assert tuple(rows[0]) == COLUMNS
    by_text: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_text.setdefault(row["text"], []).append(row)
    assert list(by_text) == ["2型糖尿病、急性阑尾炎", "胸痛"]
    for found in by_text.values():
        assert [int(row["rank"]) for row in found] == list(range(1, len(found) + 1))
        assert {row["chosen"] for row in found} <= {"0", "1"}
        assert all(re.fullmatch(r"[01]\.\d{4}", row["score"]) for row in found)
    assert len([row for row in by_text["2型糖尿病、急性阑尾炎"] if row["chosen"] == "1"]) == 2


def test_what_is_chosen_is_written_even_below_the_top(
    tmp_path: Path, match: Callable[..., list[dict[str, str]]]
) -> None:
    rows = match(table(tmp_path / "t.csv", "text", "2型糖尿病、急性阑尾炎"), "--top", 1)
    assert {row["code"][:3] for row in rows if row["chosen"] == "1"} == {"E11", "K35"}


def test_the_scorer_takes_what_is_written(tmp_path: Path, reference: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = reference / "matching", tmp_path / "out.csv"
    with (folder / "n7k_dev.csv").open(encoding="utf-8-sig", newline="") as handle:
        some = list(csv.reader(handle))[:41]
    gold = tmp_path / "gold.csv"
    with gold.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(some)
    argv = ("match", "--task", "px", "--texts", gold, "--terms", folder / "n7k_terms.csv", "--out", out)
    assert bingan(*argv) == 0
    capsys.readouterr()
    score: Any = runpy.run_path(str(folder / "evaluate.py"))["main"]
    assert score(["--task", "n7k", "--gold", str(gold), "--pred", str(out), "--json"]) == 0
    told = capsys.readouterr().out
    assert '"texts": 40' in told
    assert '"gold texts without prediction": 0' in told


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("名称", "胸痛"), "缺少“text”列"),
        (("text",), "没有找到数据行"),
        (("text", "", " "), "没有找到数据行"),
        ((), "缺少“text”列"),
    ],
)
def test_texts_that_cannot_be_used_are_said_in_words(
    texts: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    path = table(tmp_path / "文本.csv", *texts)
    assert bingan("match", "--task", "dx", "--texts", path, "--out", out) == 1
    told = capsys.readouterr().err
    assert said in told
    assert path.name in told
    assert not out.exists()


@pytest.mark.parametrize("option", ["--terms", "--history"])
def test_a_wrong_column_of_the_other_tables_is_named(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = table(tmp_path / "t.csv", "text", "胸痛")
    wrong = table(tmp_path / "wrong.csv", "text,名称", "胸痛,胸痛")
    out = tmp_path / "out.csv"
    assert bingan("match", "--task", "dx", "--texts", texts, "--out", out, option, wrong) == 1
    told = capsys.readouterr().err
    assert "wrong.csv" in told
    assert ("code" if option == "--terms" else "standards") in told
    assert not out.exists()


def test_a_workbook_without_the_column_is_told_with_its_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = table(tmp_path / "t.xlsx", "id,名称", "1,胸痛")
    assert bingan("match", "--task", "dx", "--texts", texts, "--out", tmp_path / "out.csv") == 1
    told = capsys.readouterr().err
    assert "t.xlsx" in told
    assert "缺少“text”列" in told


def test_an_empty_list_of_terms_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = table(tmp_path / "t.csv", "text", "胸痛")
    none = table(tmp_path / "terms.csv", "code,name")
    out = tmp_path / "out.csv"
    assert bingan("match", "--task", "dx", "--texts", texts, "--out", out, "--terms", none) == 1
    assert "terms.csv" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_that_is_not_there_is_told_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def train(*_: object, **__: object) -> None:
        raise AssertionError("trained before the result could be opened")

    monkeypatch.setattr(command, "matcher_for", train)
    texts = table(tmp_path / "t.csv", "text", "胸痛")
    assert bingan("match", "--task", "dx", "--texts", texts, "--out", tmp_path / "没有" / "out.csv") == 1
    assert "out.csv" in capsys.readouterr().err


@pytest.mark.parametrize("top", ["0", "-3", "五"])
def test_a_count_that_is_none_is_wrong_usage(top: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        bingan("match", "--task", "dx", "--texts", tmp_path, "--out", tmp_path, "--top", top)
    assert caught.value.code == 2
    assert "1 以上的整数" in capsys.readouterr().err


def test_cancelling_leaves_the_result_as_it_was(terms: Path, tmp_path: Path) -> None:
    texts = table(tmp_path / "t.csv", "text", *(f"胸痛{number}" for number in range(60)))
    out = table(tmp_path / "out.csv", "earlier")
    job = MatchJob(CodeKind.DX, texts, terms)
    with pytest.raises(Cancelled):
        command.match_file(job, out, CancelAt(40))
    assert out.read_text("utf-8") == "earlier\n"


def test_on_a_terminal_it_says_how_long_it_will_take(
    terms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("app.cli.progress._EVERY_S", 0.0)
    texts = table(tmp_path / "t.csv", "text", *(f"胸痛{number}" for number in range(60)))
    assert bingan("match", "--task", "dx", "--texts", texts, "--out", tmp_path / "o.csv", "--terms", terms) == 0
    assert re.search(r"正在匹配 +\d+%，约剩 \d+ 秒", capsys.readouterr().err)
