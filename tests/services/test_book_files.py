"""Code books are read once; a changed file, a damaged cache and a place without one are no obstacle."""

from __future__ import annotations

import pytest

from app.common.paths import cache_dir
from app.services import book_files
from app.services.book_files import load_book


@pytest.fixture
def warm() -> None:
    """Leave every test its own cache: it is what these look at."""


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path / "home"))
    path = tmp_path / "codes.csv"
    path.write_text("编码,名称\nK80.300,胆管结石伴胆管炎\n", "utf-8")
    return path


def _names(book):
    return [entry.name for entry in book]


def test_a_book_is_read_once_and_anew_when_its_file_changed(table, monkeypatch):
    first = load_book([table], "e", "t")
    with monkeypatch.context() as patched:
        patched.setattr(book_files, "read_tables", lambda _path: pytest.fail("read again"))
        assert list(load_book([table], "e", "t")) == list(first)
    table.write_text("编码,名称\nK80.300,另一个名称\n", "utf-8")
    assert _names(load_book([table], "e", "t")) == ["另一个名称"]


def test_a_damaged_cache_is_made_anew(table):
    load_book([table], "e", "t")
    (kept,) = cache_dir().glob("codebook-*.bin")
    kept.write_bytes(kept.read_bytes()[:-5])
    assert _names(load_book([table], "e", "t")) == ["胆管结石伴胆管炎"]
    assert _names(load_book([table], "e", "t")) == ["胆管结石伴胆管炎"]


def test_a_book_is_read_where_no_cache_can_be_kept(table, tmp_path, monkeypatch):
    (tmp_path / "blocked").write_text("a file, no folder")
    monkeypatch.setattr(book_files, "cache_dir", lambda: tmp_path / "blocked")
    assert _names(load_book([table], "e", "t")) == ["胆管结石伴胆管炎"]


def test_only_some_books_are_kept(table):
    for number in range(9):
        load_book([table], f"e{number}", "t")
    assert len(list(cache_dir().glob("codebook-*.bin"))) == 6
