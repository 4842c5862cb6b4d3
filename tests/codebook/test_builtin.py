"""The bundled book: what the manifest says, and what the reference editions need of it."""

from __future__ import annotations

import hashlib
import re
import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.codebook.editions import EditionMap, EditionPairs
from app.codebook.lint import LintKind
from app.common.paths import data
from app.domain.coding import CodeKind
from app.domain.tables import RawTable

FOLDER = data("codebooks") / "builtin"
Load = Callable[[Path], RawTable]
MANIFEST = tomllib.loads((FOLDER / "manifest.toml").read_text("utf-8"))


def test_the_manifest_tells_the_hash_of_each_file() -> None:
    files = {entry["name"]: entry["sha256"] for entry in MANIFEST["file"]}
    present = {path.name for path in FOLDER.iterdir()} - {"manifest.toml"}
    assert set(files) == present
    for name, sha256 in files.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == sha256
    assert MANIFEST["licence"] == "GPL-3.0-or-later"


def test_the_book_has_the_codes_of_the_source(builtin: Codebook) -> None:
    assert builtin.counts == {CodeKind.DX: 14_416, CodeKind.PX: 3_882}
    assert len(builtin.leaves(CodeKind.DX)) == 14_416 - (2_053 - 257)
    counts = {entry["name"]: entry["count"] for entry in MANIFEST["file"]}
    assert counts["icd10.csv"] == builtin.counts[CodeKind.DX]
    assert builtin.name_of("A00.000").startswith("霍乱")
    assert builtin.name_of("51.2300") == "腹腔镜下胆囊切除术"


def test_codes_have_the_national_form(builtin: Codebook) -> None:
    shapes = {CodeKind.DX: r"[A-Z]\d\d\.[\dx]00", CodeKind.PX: r"\d\d\.\d[\dx](00|0)"}
    assert [entry.code for entry in builtin if not re.fullmatch(shapes[entry.kind], entry.code)] == []


def test_every_title_code_of_the_insurance_edition_is_covered(builtin: Codebook, insurance: Codebook) -> None:
    titles = {entry.code for entry in insurance if re.fullmatch(r"[A-Z]\d\d\.[\dx]00", entry.code)}
    assert len(titles) == 9_742
    assert titles - {entry.code for entry in builtin} == set()
    assert builtin.counts[CodeKind.DX] - len(titles) == 4_674


def test_maps_between_the_editions(reference: Path, insurance: Codebook, load: Load) -> None:
    maps = EditionMap.from_tables([load(reference / "codebooks" / "map_dx_clinical_to_medins.csv")])
    assert len(maps) == 35_591
    assert len(maps.two_meanings(insurance)) == 245
    assert maps.to_insurance("A19.000x001") == "A19.001"
    pairs = EditionPairs(insurance, maps)
    second = [found for entry in insurance if (found := pairs.second_meaning(entry.code)) is not None]
    assert len(second) == 245
    assert all(found.name and found.other_name for found in second)
    assert [found.code for found in second if found.name == found.other_name] == ["K07.400"], "damaged in the source"
    operations = EditionMap.from_tables([load(reference / "codebooks" / "map_px_clinical_to_medins.csv")])
    assert len(operations.two_meanings(insurance)) == 4


def test_remarks_on_the_insurance_edition(reference: Path, load: Load) -> None:
    _, report = build([load(reference / "codebooks" / "icd10_medins.csv")], edition="e", title="t")
    assert report.count(LintKind.SAME_NAME) == 1
    assert {issue.kind for issue in report.issues} == {LintKind.SAME_NAME, LintKind.DAMAGED}


def test_the_build_script_writes_national_codes() -> None:
    script = runpy.run_path(str(data("codebooks") / "build.py"))
    assert script["national"]("A00.0", 3) == "A00.000"
    assert script["national"]("I10", 3) == "I10.x00"
    assert script["national"]("36.06", 4) == "36.0600"
    assert script["national"]("01.6", 4) == "01.6x00"
    po = 'msgctxt "a"\nmsgid ""\n"x"\nmsgstr ""\n"甲"\n"乙"\n\nmsgctxt "b"\nmsgid "y"\nmsgstr "丙"\n'
    assert script["translations"](po) == {"a": "甲乙", "b": "丙"}
