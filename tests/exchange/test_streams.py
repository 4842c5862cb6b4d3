"""CSV for commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.common.errors import UserProblem
from app.exchange.streams import stream_csv, write_csv

Make = Callable[..., Path]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_records_come_one_by_one(make_csv: Make, encoding: str) -> None:
    path = make_csv([["text", "备注"], ["胆囊结石,急性", "a\nb"], ["阑尾炎"]], encoding=encoding)
    assert list(stream_csv(path, ("text",))) == [
        (1, {"text": "胆囊结石,急性", "备注": "a\nb"}),
        (2, {"text": "阑尾炎", "备注": ""}),
    ]


def test_cells_are_exactly_as_written(tmp_path: Path) -> None:
    rows = [("=1", " x "), ("'=1", "-"), ("甲", "a\r\nb"), ("a\u2028b", "c\x0b")]
    path = tmp_path / "out.csv"
    assert write_csv(path, ("a", "b"), rows) == 4
    assert [tuple(cells.values()) for _, cells in stream_csv(path)] == rows


def test_for_people_cells_do_not_come_alive(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(path, ("a", "b"), [("=1", None)], for_people=True)
    assert path.read_bytes() == "\ufeffa,b\r\n'=1,\r\n".encode()


def test_a_failing_source_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")

    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_csv(path, ("a",), rows())
    assert path.read_bytes() == b"old"


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserProblem) as caught:
        write_csv(tmp_path / "missing" / "out.csv", ("a",), [])
    assert caught.value.key == "export.cannot_write"


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserProblem) as caught:
        list(stream_csv(tmp_path / "missing.csv"))
    assert caught.value.key == "import.not_found"


@pytest.mark.parametrize("head", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest"])
def test_a_workbook_is_told_from_csv_and_how_to_save_it(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(head)
    with pytest.raises(UserProblem) as caught:
        list(stream_csv(path))
    assert "CSV" in caught.value.message
    assert "另存为" in caught.value.advice
