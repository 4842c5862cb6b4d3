"""Looking into a scheme: the tree, the lists of a rule, every place of a code; quick and only read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.codebook.book import Codebook
from app.common.errors import UserProblem
from app.common.progress import NoProgress
from app.services.assets import Assets, load_scheme
from app.services.composition import Services
from app.services.scheme_browser import BrowsedScheme, Found

_FILES = {
    "scheme.toml": 'id = "mini"\ntitle = "小方案"\nno_group_code = "0000"\n',
    "mdc.csv": "order,mdc,name,condition\n1,MDCB,神经,main_dx in mdc_dx\n2,MDCZ,多发伤,dx_sites >= 2\n",
    "mdc_dx.csv": "mdc,site,code\nMDCB,,I63.900\nMDCB,,G40.900\nMDCZ,头,S06.000\n",
    "adrg.csv": "mdc,order,adrg,name,kind,condition,no_drg\n"
    "MDCB,1,BB1_1,开颅,外科,main_px in px1 and not any_dx in dx1,adrg\n"
    "MDCB,2,BB1_2,开颅,外科,any_px in px1 or main_px in valid_px,adrg\n"
    "MDCB,3,BR1,脑缺血,内科,main_dx in dx1,next\n",
    "adrg_dx.csv": "adrg,list,code\nBB1_1,dx1,G40.900\nBR1,dx1,I63.900\n",
    "adrg_px.csv": "adrg,list,code\nBB1_1,px1,01.2400\nBB1_2,px1,01.2400\nBB1_2,px9,02.0100\n",
    "drg.csv": "adrg,order,drg,name,condition\nBB1_1,1,BB11,开颅伴并发症,has_mcc\nBB1_2,1,BB15,开颅,not has_cc\n"
    "BR1,1,BR11,脑缺血伴并发症,has_mcc or has_cc\nBR1,2,BR15,脑缺血,always\n",
    "mcc.csv": "code,exclusion\nJ96.000,1\nR57.000,\n",
    "cc.csv": "code,exclusion\nI10.x00,1\n",
    "exclusion.csv": "table,code\n1,I63.900\n1,J96.000\n",
    "valid_px.csv": "code\n01.2400\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small scheme package."""
    path = tmp_path / "小方案"
    path.mkdir()
    for name, words in _FILES.items():
        (path / name).write_text(words, "utf-8")
    return path


@pytest.fixture(scope="session")
def book(engines) -> Codebook:
    """Return the shipped book."""
    return engines.codebook


@pytest.fixture
def browsed(folder: Path, book: Codebook) -> BrowsedScheme:
    """Return the small scheme ready for browsing."""
    return BrowsedScheme("x", load_scheme(folder, book), book, NoProgress())


def test_groups_form_a_tree_and_are_found_by_path_or_code(browsed: BrowsedScheme) -> None:
    assert browsed.roots == ("MDCB", "MDCZ")
    assert browsed.nodes["MDCB"].children == ("MDCB/BB1_1", "MDCB/BB1_2", "MDCB/BR1")
    node = browsed.node_of("BR11")
    assert node is not None
    assert (node.id, node.level, node.name, node.parent) == ("MDCB/BR1/BR11", Found.DRG, "脑缺血伴并发症", "MDCB/BR1")
    assert browsed.node_of("MDCB/BR1") is browsed.nodes["MDCB/BR1"]
    assert browsed.node_of("ZZ9") is None
    assert browsed.drgs_below("MDCB") == {"BB11", "BB15", "BR11", "BR15"}
    assert browsed.drgs_below("MDCZ") == {"MDCZ"}


def test_a_group_that_stands_twice_keeps_both_places(folder: Path, book: Codebook) -> None:
    with (folder / "drg.csv").open("a", encoding="utf-8") as handle:
        handle.write("BR1,3,BR15,脑缺血再次,age_years > 3\n")
    browsed = BrowsedScheme("x", load_scheme(folder, book), book, NoProgress())
    codes = [browsed.nodes[child].code for child in browsed.nodes["MDCB/BR1"].children]
    assert codes == ["BR11", "BR15", "BR15"]


def test_a_rule_shows_its_text_its_place_and_what_it_looks_at(browsed: BrowsedScheme) -> None:
    detail = browsed.detail("MDCB/BB1_1")
    assert detail.rule == "main_px in px1 and not any_dx in dx1"
    assert detail.source.endswith("adrg.csv:2")
    assert [(one.key, one.count, one.how) for one in detail.lists] == [
        ("adrg/BB1_1/px1", 1, "主要手术 ∈ px1"),
        ("adrg/BB1_1/dx1", 1, "主要诊断、其他诊断 ∉ dx1"),
    ]
    severe = browsed.detail("MDCB/BR1/BR11").lists
    assert [(one.key, one.holds, one.count) for one in severe] == [
        ("MCC", "诊断", 2),
        ("CC", "诊断", 1),
    ]
    assert browsed.detail("MDCB/BR1/BR15").lists == ()
    assert browsed.detail("MDCZ").lists[0].how == "诊断涉及的部位"


def test_what_reaching_a_group_means_and_what_the_file_says(
    browsed: BrowsedScheme, folder: Path, book: Codebook
) -> None:
    assert browsed.detail("MDCB/BR1").note == "没有符合的 DRG 时，接着试后面的 ADRG。"
    assert browsed.detail("MDCB/BB1_1").note == "没有符合的 DRG 时，以 ADRG 编码为结果。"
    assert browsed.detail("MDCB/BR1/BR11").note == ""
    assert browsed.facts == ()
    with (folder / "adrg.csv").open("a", encoding="utf-8") as handle:
        handle.write("MDCB,4,BQY,歧义,歧义,main_px in valid_px,adrg\n")
    told = (folder / "scheme.toml").read_text("utf-8")
    (folder / "scheme.toml").write_text(f'{told}base = "CHS-DRG 1.1"\nyear = "2026"\nregion = "云泽"\n', "utf-8")
    other = BrowsedScheme("x", load_scheme(folder, book), book, NoProgress())
    assert other.detail("MDCB/BQY").note == "歧义组：进入即为歧义病案。"
    assert other.facts == (("版本", "CHS-DRG 1.1"), ("地区", "云泽"), ("年度", "2026"))


def test_members_carry_name_severity_and_source_row(browsed: BrowsedScheme, book: Codebook) -> None:
    [first, _] = browsed.members("mdc/MDCB/mdc_dx")
    assert (first.code, first.name, first.place.rpartition("/")[2]) == (
        "I63.900",
        book.name_of("I63.900"),
        "mdc_dx.csv:2",
    )
    assert [(one.code, one.severity) for one in browsed.members("MCC")] == [("J96.000", "MCC 1"), ("R57.000", "MCC")]
    assert [one.code for one in browsed.members("exclusion/1")] == ["I63.900", "J96.000"]
    assert browsed.members("没有") == ()


def test_every_place_of_a_code(browsed: BrowsedScheme) -> None:
    def places(code: str) -> list[tuple[str, str, str]]:
        return [(str(one.found), one.group or one.key, one.how) for one in browsed.occurrences(code)]

    assert places("01.2400") == [
        ("adrg", "MDCB/BB1_1", "主要手术 ∈ px1"),
        ("adrg", "MDCB/BB1_2", "主要手术、其他手术 ∈ px1"),
        ("valid", "valid_px", "1 个组的规则用到"),
    ]
    assert places("I63.900") == [
        ("mdc", "MDCB", "主要诊断 ∈ mdc_dx"),
        ("adrg", "MDCB/BR1", "主要诊断 ∈ dx1"),
        ("excluded", "exclusion/1", "作主要诊断时 2 个不计入"),
    ]
    assert places("J96.000") == [
        ("mcc", "MCC", "排除表 1，列 2 个主要诊断"),
        ("excluded", "exclusion/1", "作主要诊断时 2 个不计入"),
    ]
    assert places("R57.000")[0][2] == "没有排除表，总是计入"
    assert places("02.0100") == [("unused", "adrg/BB1_2/px9", "没有规则使用")]
    assert places("没有") == []


def test_a_note_says_severity_and_exclusion_in_one_sentence(browsed: BrowsedScheme) -> None:
    assert browsed.note("J96.000") == "MCC，排除表 1；作主要诊断时属排除表 1"
    assert browsed.note("R57.000") == "MCC，没有排除表"
    assert browsed.note("01.2400") == "不在 MCC/CC 表，也不在排除表"


def test_codes_are_found_by_prefix_in_any_case_and_by_name(browsed: BrowsedScheme, book: Codebook) -> None:
    assert [hit.code for hit in browsed.find("i")] == ["I10.x00", "I63.900"]
    assert [(hit.code, hit.lists) for hit in browsed.find("J96.000")] == [("J96.000", 2)]
    assert "G40.900" in [hit.code for hit in browsed.find(book.name_of("G40.900")[:2])]
    assert browsed.find(" ") == ()
    assert browsed.find("没有这样的编码") == ()


def test_the_library_counts_its_cases_only_in_the_scheme_in_use(services: Services, folder: Path) -> None:
    service = services.browser
    assert [line.id for line in service.schemes()] == [""]
    ids = services.worklist.ids("all")
    services.coding.auto_code(ids)
    services.checking.run(ids)
    counts = service.case_counts("")
    assert counts
    rows = services.worklist.rows(ids)
    assert sum(counts.values()) == sum(1 for row in rows if row.drg)
    assert service.case_counts("0123456789ab") is None
    opened = service.open("")
    assert opened.scheme.trial
    assert service.open("") is opened, "made once"


def test_schemes_are_named_by_either_id(services: Services, folder: Path, tmp_path: Path) -> None:
    own = Assets(tmp_path / "own", services.session.clock)
    report = own.import_scheme(folder)
    assert report.asset_id
    assert services.browser.asset_of("starter") == ""
    assert services.browser.asset_of("gone") == ""
    with pytest.raises(UserProblem):
        services.browser.open("gone")


def test_a_large_scheme_answers_at_once(reference: Path, tmp_path: Path, clock: object) -> None:
    assets = Assets(tmp_path, clock)
    tables = [reference / "codebooks" / name for name in ("icd10_medins.csv", "icd9cm3_medins.csv")]
    book = assets.load_codebook(tables)
    browsed = BrowsedScheme("x", load_scheme(reference / "schemes" / "zhejiang_2022", book), book, NoProgress())
    assert len(browsed.nodes) > 1_300
    started = time.perf_counter()
    for query in ("K80", "肺炎", "38.1", "J96.000"):
        for hit in browsed.find(query)[:5]:
            assert browsed.occurrences(hit.code)
    assert time.perf_counter() - started < 1.0, "twenty answers; the bar is 50 ms for one"
