"""Looking codes up through the services: both editions, limits of a code, what may be written unseen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.domain.coding import Candidate, CodeKind, MatchKind, Reason
from app.domain.field import Group
from app.services.composition import Services, open_services
from app.storage.ops import Op
from tests.services.conftest import NOW

_BOOK = """编码,名称,停用日期,启用日期,灰码,可作主诊,包括,不包括,另编码,是否末级
A01.000,甲种发热,,,,,,,,
A01.000x001,甲种热,,,,,,,,
A02.000,乙种发热,2025-12-31,,,,,,,
A03.000,丙种发热,,2027/01/01,,,,,,
A04.000,丁种发热,,,是,,,,,
A05.000,戊种发热,,,,否,,,,
A06,庚种热,,,,,,药物热,,否
A06.000,庚种发热,,,,,庚热,,病原体,
A17.000+G01*,己种脑膜炎,,,,,,,,
"""
_MAP = "clinical_code,medins_code\nA01.000,A01.000\nA01.000x001,A05.000\nA09.900x001,A01.000\nA04.000,-\n"


@pytest.fixture
def services(template_home: Path, tmp_path: Path) -> Iterator[Services]:
    """Return services over a small book with limits and a map."""
    home = tmp_path / "library"
    shutil.copytree(template_home, home)
    files = [tmp_path / "诊断.csv", tmp_path / "对照.csv"]
    for file, words in zip(files, (_BOOK, _MAP), strict=True):
        file.write_text(words, "utf-8")
    opened = open_services(home, clock=FixedClock(NOW))
    opened.assets.import_codebook(files)
    opened.assets_changed()
    yield opened
    opened.close()


def found(services: Services, query: str) -> list[str]:
    """Return the codes of diagnoses that a query finds."""
    return [candidate.code for candidate in services.lookup.search(query, CodeKind.DX)]


def test_a_code_of_the_clinical_edition_leads_to_its_partner(services: Services) -> None:
    assert found(services, "A09.900x001") == ["A01.000"]
    assert found(services, "a099") == ["A01.000"]
    assert found(services, "A01") == ["A01.000", "A01.000x001"]
    assert found(services, "A01.000x001") == ["A01.000x001", "A05.000"], (
        "first as here, then as in the clinical edition"
    )
    told = services.lookup.search("A09.900x001", CodeKind.DX)[0]
    assert services.lookup.because(told) == "临床版编码 A09.900x001 对应此码；临床版 A09.900x001"


def test_both_code_sets_answer_in_the_order_of_the_text(services: Services) -> None:
    both = services.lookup.search("甲种发热", None)
    assert both[0].code == "A01.000"
    assert {candidate.code[0].isdigit() for candidate in services.lookup.search("热", None)} == {True, False}
    assert services.lookup.search("5123", None)[0].code == "51.2300"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("A01.000", ("临床版对应 A09.900x001",)),
        ("A02.000", ("已停用（至 2025-12-31）",)),
        ("A03.000", ("尚未启用（自 2027/01/01）",)),
        ("A05.000", ("不能作主要诊断", "临床版对应 A01.000x001")),
        ("A17.000+G01*", ("星号编码 G01*，表明其临床表现",)),
        ("A06.000", ("包括：庚热", "另编码：病原体", "A06 不包括：药物热")),
        ("Z99.999", ()),
    ],
)
def test_what_must_be_known_of_a_code_is_said(services: Services, code: str, lines: tuple[str, ...]) -> None:
    assert services.lookup.facts(code).lines == lines


def test_the_guard_names_both_meanings_and_both_answers(services: Services) -> None:
    guard = services.lookup.guard("a01000X001")
    assert guard is not None, "a code is known in any spelling"
    assert (guard.code, guard.other, guard.change) == ("A01.000x001", "A05.000", "改用 A05.000")
    assert "甲种热" in guard.lines[0]
    assert "戊种发热" in guard.lines[1]
    alone = services.lookup.guard("A04.000")
    assert alone is not None
    assert (alone.other, alone.change) == ("", "")
    assert "没有对应编码" in alone.lines[1]
    for other in ("A01.000", "A09.900x001", "", "-", "不是编码"):
        assert services.lookup.guard(other) is None


def test_what_stops_a_code_comes_before_what_the_text_says_otherwise(services: Services) -> None:
    said = Reason("reason.conflict.more", (("words", "发热"),))
    candidate = Candidate("A04.000", "丁种发热", 0.9, MatchKind.FUZZY, (), (said,))
    assert services.coding.conflict_line(candidate) == "两版含义不同；灰码，不能用于结算；编码多出“发热”"


def test_a_code_that_cannot_be_used_is_never_written_unseen(services: Services) -> None:
    case_id = services.worklist.ids("to_code")[0]
    session = services.session
    with session.db.operation(Op.INSERT_ROW, by=session.actor) as tx:
        for index, name in enumerate(("甲种发热", "乙种发热", "丁种发热")):
            tx.insert_row(case_id, Group.DX, index, {"source_text": name, "name": name})
    services.coding.auto_code([case_id])
    view = services.cases.view(case_id)
    rows = view.record.rows(Group.DX)
    assert [row.text("code") for row in rows[:3]] == ["A01.000", "", ""]
    assert [(view.proposal(Group.DX, index) is not None) for index in (1, 2)] == [True, True]


def test_both_kinds_are_grouped_by_nearly_identical_names(services: Services) -> None:
    both = services.lookup.search("热", None)
    groups = services.lookup.near_names(both, None)
    assert sorted(candidate.code for group in groups for candidate in group) == sorted(one.code for one in both)
    assert groups[0][0].code == both[0].code
