"""Code books, schemes and prices: imported whole or not at all, kept as they came, shipped ones always there."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.coding import CodeKind
from app.services.asset_store import CODEBOOK, SCHEME, WEIGHTS, AssetStore
from app.services.assets import Assets


@pytest.fixture
def assets(tmp_path: Path, clock: FixedClock) -> Assets:
    """Return the assets of an empty home."""
    return Assets(tmp_path, clock)


def test_the_shipped_book_and_scheme_are_there_without_import(assets: Assets) -> None:
    book = assets.codebook()
    assert len(book.leaves(CodeKind.DX)) > 10_000
    assert book.name_of("I10.x00")
    assert assets.scheme().trial


def test_an_imported_book_is_active_and_survives_a_restart(assets: Assets, tmp_path: Path, clock: FixedClock) -> None:
    table = tmp_path / "本院诊断.csv"
    table.write_text("编码,名称\nI21.900,急性心肌梗死\nI10.x03,高血压1级\n", "utf-8")
    report = assets.import_codebook([table], title="本院编码库")
    assert report.title == "本院编码库"
    again = Assets(tmp_path, clock)
    book = again.codebook()
    assert book.title == "本院编码库"
    assert book.name_of("I10.x03") == "高血压1级"
    assert book.leaves(CodeKind.PX), "procedures are carried over from the shipped book"
    again.use(CODEBOOK, "")
    assert Assets(tmp_path, clock).codebook().title != "本院编码库"


def test_a_file_without_codes_leaves_everything_as_it_was(assets: Assets, tmp_path: Path) -> None:
    table = tmp_path / "不是编码表.csv"
    table.write_text("甲,乙\n1,2\n", "utf-8")
    with pytest.raises(UserProblem) as caught:
        assets.import_codebook([table])
    assert "不是编码表.csv" in str(caught.value)
    assert [line.builtin for line in assets.lines(CODEBOOK)] == [True]


def test_a_broken_scheme_leaves_the_active_one(assets: Assets, tmp_path: Path) -> None:
    folder = tmp_path / "坏方案"
    folder.mkdir()
    (folder / "scheme.toml").write_text('id = "x"\ntitle = "x"\n', "utf-8")
    (folder / "mdc.csv").write_text("order,mdc,name,condition\n1,MDCB,神经,main_dx in (\n", "utf-8")
    with pytest.raises(UserProblem):
        assets.import_scheme(folder)
    assert assets.scheme().trial
    assert [line.builtin for line in assets.lines(SCHEME)] == [True]


def test_a_stored_file_that_was_tampered_with_is_refused(assets: Assets, tmp_path: Path, clock: FixedClock) -> None:
    table = tmp_path / "a.csv"
    table.write_text("code,name\nI21.900,急性心肌梗死\n", "utf-8")
    assets.import_codebook([table])
    stored = next((tmp_path / "assets" / CODEBOOK).rglob("a.csv"))
    stored.write_text("code,name\nI21.900,别的\n", "utf-8")
    with pytest.raises(UserProblem, match="改动"):
        Assets(tmp_path, clock).codebook()


def test_the_same_file_twice_is_kept_once(tmp_path: Path, clock: FixedClock) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a", "utf-8")
    store = AssetStore(tmp_path, clock)
    first = store.add(CODEBOOK, "一", [("dx", file)], facts={})
    second = store.add(CODEBOOK, "二", [("dx", file)], facts={})
    assert first.id == second.id
    assert len(store.all(CODEBOOK)) == 1


def test_one_file_of_weights_may_belong_to_two_schemes(tmp_path: Path, clock: FixedClock) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a", "utf-8")
    store = AssetStore(tmp_path, clock)
    for scheme in ("one", "other"):
        store.add(WEIGHTS, "权重", [("weights", file)], facts={"scheme_id": scheme}, belongs_to=scheme)
    assert [one.facts["scheme_id"] for one in store.all(WEIGHTS)] == ["one", "other"]


def test_reference_editions_are_imported(assets: Assets, reference: Path) -> None:
    folder = reference / "codebooks"
    report = assets.import_codebook([folder / "icd10_medins.csv", folder / "icd9cm3_medins.csv"], title="医保版 2.0")
    book = assets.codebook()
    assert (book.counts[CodeKind.DX], book.counts[CodeKind.PX]) == (33_304, 13_686)
    assert report.facts
    assets.import_codebook([folder / "map_dx_clinical_to_medins.csv"])
    assert assets.codebook().title == "医保版 2.0"
    assert assets.edition_map().to_insurance("A19.000x001") == "A19.001"


def test_weights_of_another_edition_are_refused(assets: Assets, reference: Path) -> None:
    assets.import_scheme(reference / "schemes" / "haerbin_2022")
    with pytest.raises(UserProblem, match="方案"):
        assets.import_weights(reference / "weights" / "haerbin_2024.csv")
    assets.import_weights(reference / "weights" / "haerbin_2022.csv")
    scheme = assets.scheme()
    assert [len(table) for table in assets.prices(scheme).weights] == [660]
    assert assets.prices(scheme).rates == ()


def test_a_dated_scheme_is_chosen_by_the_discharge_date(assets: Assets, reference: Path, clock: FixedClock) -> None:
    assets.import_scheme(reference / "schemes" / "haerbin_2022", valid_from="2023-01-01")
    assets.import_scheme(reference / "schemes" / "yunnan_2023", valid_from="2026-01-01")
    day = clock.now().date()
    assert assets.scheme(day).id == "yunnan_2023"
    assert assets.scheme(day.replace(year=2025)).id == "haerbin_2022"
