"""Scheme files through the cache: the same scheme, made anew when a file changes, and never a stale or broken one."""

from __future__ import annotations

import shutil

import pytest

from app.codebook.builder import build
from app.common.clock import SystemClock
from app.common.errors import UserProblem
from app.common.paths import cache_dir, data
from app.domain.coding import CodeKind
from app.exchange.readers import read_tables
from app.services.assets import Assets
from app.services.scheme_files import load_scheme, read_scheme
from tests.small_scheme import write_package


@pytest.fixture
def warm() -> None:
    """Leave every test its own cache: it is what these look at."""


@pytest.fixture(scope="module")
def builtin_book():
    """Return the code book that ships."""
    folder = data("codebooks") / "builtin"
    return build([read_tables(folder / name)[0] for name in ("icd10.csv", "icd9cm3.csv")], edition="", title="")[0]


@pytest.fixture
def folder(home, tmp_path):
    """Return a copy of the scheme that ships."""
    return shutil.copytree(data("codebooks") / "schemes" / "starter", tmp_path / "mine")


def kept():
    return sorted(cache_dir().glob("scheme-*.bin"))


def test_everything_a_scheme_says_survives_the_cache(folder, builtin_book):
    fresh, _ = read_scheme(folder, builtin_book)
    load_scheme(folder, builtin_book)
    thawed = load_scheme(folder, builtin_book)
    for name in ("id", "title", "edition", "region", "year", "source", "valid_from", "trial", "code_match"):
        assert getattr(thawed, name) == getattr(fresh, name)
    assert thawed.names == fresh.names
    assert {key: one.rows for key, one in thawed.sets.items()} == {key: one.rows for key, one in fresh.sets.items()}
    assert thawed.mcc.tables == fresh.mcc.tables
    rules = [(adrg.rule.text, adrg.rule.source, adrg.rule.where) for _, adrg in fresh.rows()]
    assert [(adrg.rule.text, adrg.rule.source, adrg.rule.where) for _, adrg in thawed.rows()] == rules


def test_a_changed_file_is_read_again(folder, builtin_book):
    before = load_scheme(folder, builtin_book)
    table = folder / "mdc.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("神经系统", "神经系统（改）"), encoding="utf-8")
    after = load_scheme(folder, builtin_book)
    assert any("（改）" in mdc.name for mdc in after.mdcs)
    assert not any("（改）" in mdc.name for mdc in before.mdcs)
    assert len(kept()) == 2


def test_prefixes_are_expanded_again_for_another_code_book(folder, builtin_book):
    load_scheme(folder, builtin_book)

    class Smaller:
        """A book without procedures."""

        def leaves(self, kind):
            return builtin_book.leaves(kind) if kind is CodeKind.DX else ()

        def expand_prefixes(self, prefixes, kind):
            return builtin_book.expand_prefixes(prefixes, kind) if kind is CodeKind.DX else set()

        def __contains__(self, code):
            return code in builtin_book

    assert sum(len(one.rows) for one in load_scheme(folder, Smaller()).sets.values() if one.kind is CodeKind.PX) == 0


@pytest.mark.parametrize("spoil", [lambda data: data[:-7], lambda data: data[:60] + b"x" + data[61:], lambda _: b""])
def test_a_damaged_cache_is_read_from_the_file_again(folder, builtin_book, spoil):
    load_scheme(folder, builtin_book)
    (cached,) = kept()
    good = cached.read_bytes()
    cached.write_bytes(spoil(good))
    assert load_scheme(folder, builtin_book).names
    assert cached.read_bytes() == good


def test_a_cache_that_cannot_be_written_costs_only_time(folder, builtin_book, monkeypatch, caplog):
    def refuse(_):
        raise PermissionError

    monkeypatch.setattr("app.services.scheme_files.write_atomic", refuse)
    assert load_scheme(folder, builtin_book).names
    assert "scheme not cached" in caplog.text
    assert kept() == []


def test_the_oldest_schemes_leave_the_cache(home, tmp_path, builtin_book):
    small = write_package(tmp_path / "small")
    for number in range(14):
        (small / "scheme.toml").write_text(f'id = "mini{number}"\ntitle = "小方案"\n', encoding="utf-8")
        load_scheme(small, builtin_book)
    assert len(kept()) == 12


def test_a_faulty_file_is_not_cached(folder, builtin_book):
    table = folder / "adrg.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("main_dx in", "main_dx inn", 1), encoding="utf-8")
    with pytest.raises(UserProblem):
        load_scheme(folder, builtin_book)
    assert kept() == []


def test_an_imported_package_is_called_by_its_id_in_places(home, folder, builtin_book):
    assets = Assets(home, SystemClock())
    assets.import_scheme(folder)
    again = Assets(home, SystemClock())
    assert again.scheme().mdcs[0].rule.source.startswith(f"{again.scheme().id}/mdc.csv:")
