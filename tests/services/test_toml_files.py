"""Large tables of the program come from the cache; asking for one makes no folder, and a damaged copy does no harm."""

from __future__ import annotations

import pytest

from app.common import toml_files
from app.common.paths import cache_dir
from app.common.toml_files import read_toml


@pytest.fixture
def warm() -> None:
    """Leave every test its own cache: it is what these look at."""


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path / "home"))
    path = tmp_path / "words.toml"
    path.write_text("\n".join(f'key{number} = "词{number}"' for number in range(1000)), "utf-8")
    return path


def test_a_home_without_cache_is_left_alone(table, tmp_path):
    assert read_toml(table)["key7"] == "词7"
    assert not (tmp_path / "home").exists()


def test_a_large_table_is_parsed_once_and_anew_when_it_changed(table, monkeypatch):
    cache_dir()
    first = read_toml(table)
    with monkeypatch.context() as patched:
        patched.setattr(toml_files.tomllib, "loads", lambda _text: pytest.fail("parsed again"))
        assert read_toml(table) == first
    table.write_text(table.read_text("utf-8").replace("词7", "字7"), "utf-8")
    assert read_toml(table)["key7"] == "字7"
    assert len(list(cache_dir().glob("toml-words-*.bin"))) == 1


def test_a_damaged_copy_is_made_anew(table):
    cache_dir()
    first = read_toml(table)
    (kept,) = cache_dir().glob("toml-words-*.bin")
    kept.write_bytes(kept.read_bytes()[:-1])
    assert read_toml(table) == first


def test_a_table_that_cannot_be_kept_is_parsed_each_time(table):
    cache_dir()
    table.write_text(table.read_text("utf-8") + "\nday = 2026-11-23\n", "utf-8")
    assert str(read_toml(table)["day"]) == "2026-11-23"
    assert not list(cache_dir().glob("toml-*"))
