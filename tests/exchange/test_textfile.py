"""Delimited text: delimiters, quotes, control characters, and cells that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.errors import UserProblem, Where
from app.common.progress import NoProgress
from app.exchange.layouts import is_front_page_heading
from app.exchange.limits import Limits
from app.exchange.raw import RawFile, TextStyle
from app.exchange.textfile import encode_records, guard, parse_text, read_records, unguard

HEADER = ["病案号", "姓名", "主要诊断"]
CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@x", "-", "-5.2", "＝1", "+86", "1,2", '"', "\x00"]
)


def read(content: bytes, limits: Limits | None = None) -> RawFile:
    return parse_text("batch.csv", content, limits or Limits(), NoProgress(), is_front_page_heading)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiter_is_found(make_csv: Callable[..., Path], delimiter: str) -> None:
    path = make_csv([HEADER, ["1", "甲，乙", "x"], ["2", "丙", "a;b"]], delimiter=delimiter)
    raw = read(path.read_bytes())
    assert raw.text_style.delimiter == delimiter
    assert [row.cells for row in raw.sheets[0].rows] == [tuple(HEADER), ("1", "甲，乙", "x"), ("2", "丙", "a;b")]


def test_quotes_and_line_breaks_inside_cells() -> None:
    raw = read('病案号,姓名\n1,"甲""乙\n丙,丁"\n2,戊\n'.encode())
    assert [(row.number, row.cells) for row in raw.sheets[0].rows[1:]] == [(2, ("1", '甲"乙\n丙,丁')), (3, ("2", "戊"))]


def test_control_characters_are_kept_for_the_repair_step() -> None:
    raw = read("病案号,姓名\n1,a\x00b\x04c\n".encode())
    assert raw.sheets[0].rows[1].cells[1] == "a\x00b\x04c"


def test_blank_lines_count_as_rows() -> None:
    raw = read("病案号,姓名\n\n1,a\n".encode())
    assert [row.number for row in raw.sheets[0].rows] == [1, 3]


def test_a_megabyte_in_one_cell() -> None:
    raw = read(f"病案号,姓名\n1,{'长' * 400_000}\n".encode())
    assert len(raw.sheets[0].rows[1].cells[1]) == 400_000


def test_an_open_quote_is_refused_with_its_row() -> None:
    lines = "".join(f"{number},x\n" for number in range(400))
    with pytest.raises(UserProblem) as caught:
        read(f'病案号,姓名\n1,a\n2,"b\n{lines}'.encode())
    assert caught.value.key == "import.open_quote"
    assert caught.value.where == Where("batch.csv", row=3)


def test_a_web_page_called_table_is_refused() -> None:
    with pytest.raises(UserProblem) as caught:
        read(b"<html><table><tr><td>1</td></tr></table></html>")
    assert caught.value.key == "import.unknown_type"


def test_too_many_rows_need_consent() -> None:
    content = b"a,b\n" * 30
    with pytest.raises(UserProblem) as caught:
        read(content, Limits(rows=20))
    assert caught.value.key == "import.too_many_rows"
    assert len(read(content, Limits(rows=20, rows_consented=True)).sheets[0].rows) == 30


@pytest.mark.parametrize("content", [b'"a","b"\r\n"1","2"\r\n', b"a,b\n1,2"])
def test_the_form_of_the_file_is_kept(content: bytes) -> None:
    raw = read(content)
    cells = [row.cells for row in raw.sheets[0].rows]
    assert b"".join(encode_records(cells, raw.text_style)) == content


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-1+1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "=", "-2+3+cmd|' /C calc'!A0"]
)
def test_live_cells_are_guarded(cell: str) -> None:
    assert guard(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-", "--", "—", "-5.2", "+86", "1=1", "a@b", "'-", "", "-1e5", "5%"])
def test_harmless_cells_are_left_alone(cell: str) -> None:
    assert guard(cell) == cell


@given(CELLS)
def test_unguard_undoes_guard(cell: str) -> None:
    assert unguard(guard(cell)) == cell


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5),
    st.sampled_from([("utf-8", True), ("utf-8", False), ("gb18030", False), ("utf-16-le", True)]),
    st.sampled_from([",", "\t", ";"]),
    st.booleans(),
    st.sampled_from(["\r\n", "\n"]),
)
def test_cells_survive_the_round_trip(
    rows: list[list[str]], encoding: tuple[str, bool], delimiter: str, quote_all: bool, newline: str
) -> None:
    style = TextStyle(encoding[0], encoding[1], delimiter, newline, quote_all)
    content = b"".join(encode_records(rows, style))
    assert list(read_records(content, style, Where("x.csv"))) == rows
