"""Documents beside a case: pasted, read from a file, wrong files, and where a row finds its words in them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from app.common.errors import UserProblem
from app.domain.case import Row
from app.domain.field import Group
from app.services.composition import Services
from app.services.evidence_words import spans, terms_of
from app.services.papers import LONGEST

COURSE = "首次病程记录\n患者因上腹痛 3 天入院，胃镜示十二指肠球部溃疡伴出血。\n既往 T2DM 十年。"


def words_at(text: str, said: str, shorts: dict[str, str] | None = None) -> list[str]:
    return [text[begin:end] for begin, end in spans(text, terms_of([said], shorts or {}))]


def test_the_whole_phrase_is_marked_else_its_longest_part() -> None:
    assert words_at("肺部感染，考虑肺部感染加重", "肺部感染") == ["肺部感染", "肺部感染"]
    assert words_at(COURSE, "十二指肠溃疡伴出血") == ["溃疡伴出血"]
    assert words_at(COURSE, "股骨颈骨折") == []


def test_a_short_form_in_the_document_is_evidence_too() -> None:
    assert words_at(COURSE, "2型糖尿病", {"t2dm": "2型糖尿病"}) == ["T2DM"]


def test_marks_do_not_overlap_and_stand_where_the_text_is() -> None:
    found = spans("ＡＢ 高血压病３级，高血压", terms_of(["高血压病3级", "高血压"], {}))
    assert [begin for begin, _ in found] == sorted(begin for begin, _ in found)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(found))
    assert len(found) == 2


def test_a_pasted_text_is_kept_told_and_taken_back(services: Services, case_id: int) -> None:
    services.papers.paste(case_id, COURSE)
    (paper,) = services.papers.of_case(case_id)
    assert (paper.kind, paper.title) == ("首次病程记录", "首次病程记录")
    assert services.history.timeline(case_id)[0].changes == ("附上文书：首次病程记录",)
    services.papers.drop(case_id, paper.id)
    assert services.papers.of_case(case_id) == ()
    services.cases.undo(case_id)
    assert services.papers.of_case(case_id)[0].words == COURSE


def test_a_row_finds_its_words(services: Services, case_id: int) -> None:
    services.papers.paste(case_id, COURSE)
    papers = services.papers.of_case(case_id)
    record = services.cases.view(case_id).record
    record = record.with_rows(Group.DX, (Row({"source_text": "十二指肠球部溃疡"}),))
    ((begin, end),) = services.papers.evidence(record, "dx[0].code", papers)[papers[0].id]
    assert COURSE[begin:end] == "十二指肠球部溃疡"
    assert services.papers.evidence(record, "dx[7].code", papers)[papers[0].id] == ()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("图.txt", b"\x89PNG\r\n\0\0\0\rIHDR", "不是文本"),
        ("假.txt", b"%PDF-1.7\n1 0 obj\n%%EOF\n", "不是文本"),
        ("乱.txt", bytes(range(0x80, 0x100)) * 40 + b"\x81\n", "乱.txt：文字编码不对.*另存为文本文件"),
        ("空.txt", b"  \n ", "空.txt：没有可以附上"),
        ("长.txt", ("字" * (LONGEST + 1)).encode(), "最多"),
        ("巨.txt", b"x" * (4 * LONGEST + 1), "太大"),
    ],
)
def test_a_wrong_file_is_refused_in_words(
    services: Services, case_id: int, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserProblem, match=says):
        services.papers.attach(case_id, path)
    with pytest.raises(UserProblem, match="读不了"):
        services.papers.attach(case_id, tmp_path / "没有.txt")
    assert services.papers.of_case(case_id) == ()


def test_a_file_of_an_old_system_is_read(services: Services, case_id: int, tmp_path: Path) -> None:
    path = tmp_path / "手术记录 11-20.txt"
    path.write_bytes("手术经过：\r\n腹腔镜下胆囊切除。\r\n".encode("gb18030"))
    services.papers.attach(case_id, path)
    (paper,) = services.papers.of_case(case_id)
    assert (paper.kind, paper.title) == ("手术记录", "手术记录 11-20")
    assert paper.words == "手术经过：\n腹腔镜下胆囊切除。"
