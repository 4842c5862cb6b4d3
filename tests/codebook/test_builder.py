"""Import of code tables: headings, flags, remarks, refusals."""

from __future__ import annotations

import pytest

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.codebook.editions import EditionMap, EditionPairs, TwoMeanings
from app.codebook.entry import CodeEntry
from app.codebook.lint import LintKind
from app.common.errors import UserProblem
from app.domain.coding import CodeKind
from app.domain.tables import RawRow, RawTable


def table(*lines: tuple[str, ...], header: tuple[str, ...] = ("code", "name")) -> RawTable:
    """Return a table of lines."""
    return RawTable("t.csv", "", header, [RawRow(number, cells) for number, cells in enumerate(lines, 2)])


@pytest.mark.parametrize(
    "header",
    [
        ("编码", "名称"),
        ("诊断编码", "诊断名称"),
        ("手术操作代码", "手术操作名称"),
        (" Code ", "NAME"),
        ("代码", "疾病名称"),
    ],
)
def test_columns_are_found_by_heading(header: tuple[str, str]) -> None:
    book, _ = build([table(("K80.200", "胆囊结石"), header=header)], edition="e", title="t")
    assert book.name_of("K80.200") == "胆囊结石"


def test_title_lines_above_the_header_are_skipped() -> None:
    sheet = table(("2026 版",), ("", ""), ("编码", "名称"), ("51.2300", "腹腔镜下胆囊切除术"), header=("手术目录", ""))
    book, report = build([sheet], edition="e", title="t")
    assert [entry.kind for entry in book] == [CodeKind.PX]
    assert report.issues == ()


def test_optional_columns() -> None:
    header = ("编码", "名称", "别名", "手术类别", "手术级别", "是否末级", "灰码", "可作主诊")
    sheet = table(("51.2300", "甲", "LC；胆切", "手术", "三级", "否", "是", "0"), header=header)
    entry = build([sheet], edition="e", title="t")[0].get("51.2300")
    assert entry is not None
    assert (entry.synonyms, entry.op_kind, entry.level) == (("LC", "胆切"), "手术", "三级")
    assert (entry.is_leaf, entry.grey, entry.main_allowed) == (False, True, False)


def test_what_stands_beside_a_code_is_kept_by_kind() -> None:
    header = ("编码", "名称", "包括", "不包括", "另编码", "注释")
    lines = (
        ("K80", "胆石症", "", "胆囊术后\n结石", "", ""),
        ("K80.200", "胆囊结石", "胆囊泥沙样结石", "", "病原体", "慎用"),
    )
    book = build([table(*lines, header=header)], edition="e", title="t")[0]
    assert book.get("K80").notes == (("excludes", "胆囊术后 结石"),)
    assert [kind for kind, _ in book.get("K80.200").notes] == ["includes", "code_also", "remark"]


def test_remarks_name_row_and_code() -> None:
    sheet = table(
        ("K80.200", "胆囊结石"),
        ("K80.200", "胆囊结石"),
        ("K80.200", "别的"),
        ("", "没有编码"),
        ("K80.300", ""),
        ("你好", "不是编码"),
        ("k80.4", "小写"),
        ("C88.203", "M?重链病"),
        ("K80.500", "胆囊结石"),
        ("M80000/3", "形态学"),
        ("51.2300", "手术"),
    )
    book, report = build([sheet], edition="e", title="t")
    assert [issue.kind for issue in report.issues] == [
        LintKind.REPEATED,
        LintKind.CONFLICT,
        LintKind.NO_CODE,
        LintKind.NO_NAME,
        LintKind.UNREADABLE,
        LintKind.FOLDED,
        LintKind.DAMAGED,
        LintKind.SAME_NAME,
        LintKind.UNREADABLE,
        LintKind.MIXED,
    ]
    assert report.issues[1].where.row == 4
    assert all(issue.message for issue in report.issues)
    assert sorted(entry.code for entry in book) == ["51.2300", "C88.203", "K80.200", "K80.4", "K80.500"]


def test_tables_without_code_and_name_are_refused() -> None:
    with pytest.raises(UserProblem, match="没有找到编码列") as refusal:
        build([table(("a", "b"), header=("x", "y"))], edition="e", title="t")
    assert refusal.value.where is not None
    assert refusal.value.where.file == "t.csv"
    with pytest.raises(UserProblem, match="没有可以识别"):
        build([table(("a", "b"))], edition="e", title="t")
    with pytest.raises(UserProblem):
        build([], edition="e", title="t")


def test_a_map_is_applied_once_and_lists_what_means_two_things() -> None:
    header = ("clinical_code", "medins_code")
    map_table = table(
        ("A", ""), ("00.6400x007", "00.6500x014"), ("00.6500x014", "00.6501"), ("B20.100", "-"), header=header
    )
    editions = EditionMap.from_tables([map_table])
    assert editions.to_insurance("00.6400x007") == "00.6500x014"
    assert editions.to_insurance("B20.100") is None
    assert editions.to_insurance("Z99.900") is None
    assert editions.to_clinical("00.6501") == ("00.6500x014",)
    book, _ = build([table(("00.6500x014", "甲"), ("00.6501", "乙"))], edition="e", title="t")
    assert editions.two_meanings(book) == ("00.6500x014",)
    with pytest.raises(UserProblem, match="医保版"):
        EditionMap.from_tables([table(("a", "b"))])


def test_pairs_of_editions_tell_partners_and_second_meanings() -> None:
    own = {"B01.000": "甲病", "B02.000": "乙病", "B01.900": "丙病", "B03.000": "丁病"}
    book = Codebook("own", "", [CodeEntry(code, name, CodeKind.DX) for code, name in own.items()])
    maps = EditionMap({"B01.000": "B01.000", "B01.900x001": "B01.000", "B02.000": "B01.900", "B03.000": "-"})
    pairs = EditionPairs(book, maps)
    assert pairs.clinical("B01.000") == ("B01.000", "B01.900x001")
    assert pairs.clinical("B99.000") == ()
    assert pairs.second_meaning("B02.000") == TwoMeanings("B02.000", "乙病", "B01.900", "丙病")
    assert pairs.second_meaning("B03.000") == TwoMeanings("B03.000", "丁病", "", "")
    assert pairs.second_meaning("B01.000") is None
    assert pairs.second_meaning("B01.900x001") is None, "only the clinical edition has it"
    assert pairs.only_clinical("b019", CodeKind.DX, 5) == [("B01.900x001", "B01.000")]
    assert pairs.only_clinical("b019", CodeKind.PX, 5) == []
    assert pairs.only_clinical("", CodeKind.DX, 5) == []
    assert EditionPairs(book, EditionMap()).second_meaning("B02.000") is None
