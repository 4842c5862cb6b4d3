"""What people confirm is offered at once, everywhere, until it is taken back; files of past codings join it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.common.clock import FixedClock
from app.common.errors import Cancelled, UserProblem
from app.domain.case import CaseState
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.services.coding_memory import MemoryQuery, MemoryRow, MemoryState
from app.services.coding_memory_import import read_preview
from app.services.composition import Services, open_services
from app.services.review import Pick
from app.storage.ops import Op
from tests.services.conftest import NOW

TEXT = "心悸待查天外来病"
CODE = "N20.000"
OTHER_CODE = "I49.900"


@pytest.fixture
def coded(services: Services) -> Callable[[str, str], int]:
    """Return a function that puts a diagnosis with a physician's text on a case, gives it a code, returns the case."""
    waiting = iter(services.worklist.ids("to_code"))

    def code(written: str, code: str) -> int:
        case_id = next(waiting)
        with services.session.db.operation(Op.REIMPORT, by=services.user) as tx:
            tx.insert_row(case_id, Group.DX, 0, {"source_text": written, "name": written})
        if code:
            services.cases.accept(case_id, Group.DX, 0, code)
        return case_id

    return code


def first(services: Services, written: str = TEXT) -> tuple[str, tuple[str, ...]]:
    best = services.session.engines.matcher.match(written, CodeKind.DX).best
    assert best is not None
    return best.code, tuple(reason.key for reason in best.reasons)


def rows_of(services: Services, query: MemoryQuery | None = None) -> list[MemoryRow]:
    return services.memory.rows(services.memory.refs(query or MemoryQuery()))


def write(path: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def test_a_confirmed_code_is_first_for_the_same_text_on_the_next_case(
    services: Services, coded: Callable[[str, str], int]
) -> None:
    other = coded(TEXT, "")
    assert first(services)[0] != CODE
    coded(TEXT, CODE)
    found = services.cases.candidates(other, Group.DX, 0)
    assert found.best is not None
    assert found.best.code == CODE
    (reason,) = (dict(reason.args) for reason in found.best.reasons if reason.key.startswith("reason.learned"))
    assert (reason["times"], reason["last"], reason["by"]) == ("1", "2026-11-23", services.user.name)


def test_what_the_program_coded_is_learned_when_the_case_is_finished_and_forgotten_when_that_is_undone(
    services: Services, coded: Callable[[str, str], int]
) -> None:
    case_id = coded(TEXT, "")
    with services.session.db.operation(Op.AUTO_CODE, by=services.user) as tx:
        row_id = tx.load_case(case_id).record.rows(Group.DX)[0].id
        tx.set_code(case_id, Group.DX, row_id, CODE, "肾结石")
    assert first(services)[0] != CODE
    services.cases.set_state(case_id, CaseState.TO_QC)
    assert first(services)[0] == CODE
    services.cases.undo(case_id)
    assert first(services)[0] != CODE


def test_the_review_teaches_at_once_what_was_seen_and_the_rest_when_it_is_finished(
    services: Services, coded: Callable[[str, str], int]
) -> None:
    cases = [coded(TEXT, ""), coded(f" {TEXT}", ""), coded("慢性咳嗽天外来病", "")]
    groups = {group.text.strip(): group for group in services.review.texts(cases)}
    services.review.take(groups[TEXT], CODE)
    (row,) = rows_of(services, MemoryQuery(TEXT))
    assert (row.codes, row.line.times) == (CODE, 2)
    unseen = groups["慢性咳嗽天外来病"]
    code = unseen.candidates[0].code
    services.review.take_all([Pick(unseen, (code,), unseen=True)])
    assert rows_of(services, MemoryQuery("咳嗽")) == []
    services.cases.set_state(cases[2], CaseState.TO_QC)
    assert [row.codes for row in rows_of(services, MemoryQuery("咳嗽"))] == [code]


def test_undo_and_another_code_take_it_back(services: Services, coded: Callable[[str, str], int]) -> None:
    case_id = coded(TEXT, CODE)
    assert first(services)[0] == CODE
    services.cases.undo(case_id)
    assert first(services)[0] != CODE
    services.cases.redo(case_id)
    assert first(services)[0] == CODE
    services.cases.accept(case_id, Group.DX, 0, OTHER_CODE)
    assert first(services)[0] == OTHER_CODE
    services.cases.remove_row(case_id, Group.DX, 0)
    assert rows_of(services) == []


def test_a_revoked_coding_is_not_offered_until_it_is_restored(
    services: Services, coded: Callable[[str, str], int]
) -> None:
    case_id = coded(TEXT, CODE)
    (row,) = rows_of(services)
    assert (row.line.times, row.line.by, row.source, row.state) == (1, services.user.name, "病案", "使用中")
    changes = services.memory.revoke(row, "应写明原因")
    assert first(services)[0] != CODE
    (row,) = rows_of(services, MemoryQuery(state=MemoryState.REVOKED))
    assert (row.state, row.is_offered) == ("已撤销", False)
    assert row.line.revoked is not None
    assert row.line.revoked.why == "应写明原因"
    assert [use.case_id for use in services.memory.uses(row)] == [case_id]
    services.memory.undo(changes.op_id)
    assert first(services)[0] == CODE
    services.memory.revoke(rows_of(services)[0], "再次")
    services.memory.restore(rows_of(services)[0])
    assert first(services)[0] == CODE
    with pytest.raises(UserProblem, match="没有撤销"):
        services.memory.restore(rows_of(services)[0])


def test_revoking_needs_a_reason_and_happens_once(services: Services, coded: Callable[[str, str], int]) -> None:
    case_id = coded(TEXT, CODE)
    (row,) = rows_of(services)
    with pytest.raises(UserProblem, match="原因"):
        services.memory.revoke(row, "  ")
    services.memory.revoke(row, "不对")
    with pytest.raises(UserProblem, match="已经撤销"):
        services.memory.revoke(row, "不对")
    services.cases.undo(case_id)
    with pytest.raises(UserProblem, match="已不存在"):
        services.memory.restore(row)


def test_the_memory_is_there_after_a_restart(
    services: Services, coded: Callable[[str, str], int], tmp_path: Path
) -> None:
    coded(TEXT, CODE)
    engines = services.session.engines
    home = services.session.db.path.parent
    services.close()
    assert first(services)[0] != CODE
    again = open_services(home, clock=FixedClock(NOW), engines=engines)
    assert first(again)[0] == CODE
    engines.forget()
    assert first(again)[0] == CODE
    again.close()
    open_services(tmp_path / "empty", clock=FixedClock(NOW), engines=engines).close()


def test_many_codings_at_once_reach_the_matcher(services: Services, coded: Callable[[str, str], int]) -> None:
    first(services)
    path = write(
        services.session.db.path.with_name("many.csv"),
        [("原文", "编码"), *((f"{TEXT}{number}", CODE) for number in range(2100))],
    )
    services.memory.commit(services.memory.preview(path))
    services.memory.wait()
    assert first(services, f"{TEXT}77")[0] == CODE


def test_what_is_confirmed_while_the_matcher_is_told_anew_is_not_lost(
    services: Services, coded: Callable[[str, str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first(services)
    case_id = coded("另一条原文", OTHER_CODE)
    relearn, told = FirstMatcher.relearn, []

    def slow(matcher: FirstMatcher, history: Sequence[PastCoding]) -> None:
        if not told:
            coded(TEXT, CODE)
        told.append(len(history))
        relearn(matcher, history)

    monkeypatch.setattr(FirstMatcher, "relearn", slow)
    services.cases.undo(case_id)
    assert told == [0, 1]
    assert first(services)[0] == CODE


def test_a_code_that_the_active_book_lacks_is_kept_and_not_offered(
    services: Services, coded: Callable[[str, str], int]
) -> None:
    case_id = coded(TEXT, "")
    services.cases.set_text(case_id, "dx[0].code", "Z99.9X9")
    (row,) = rows_of(services)
    assert (row.state, row.is_offered, row.name) == ("不在当前版本", False, "")
    assert first(services)[0] != "Z99.9X9"


@pytest.fixture
def past(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a CSV of past codings."""

    def make(*rows: Sequence[object], head: Sequence[str] = ("原文", "编码"), encoding: str = "utf-8-sig") -> Path:
        return write(tmp_path / "过去.csv", [head, *rows], encoding)

    return make


def test_a_file_is_previewed_written_as_one_operation_and_taken_back(
    services: Services, past: Callable[..., Path]
) -> None:
    path = past(
        (TEXT, CODE, 3, "2025-03-01", "赵敏"),
        ("心悸 I10合并", f"{CODE}##I10.x00", 1, "2025/4/2", ""),
        head=("诊断描述", "编码", "次数", "日期", "编码员"),
    )
    preview = services.memory.preview(path)
    assert (preview.rows, len(preview.lines), preview.problems) == (2, 2, ())
    assert preview.columns == {
        "text": "诊断描述", "code": "编码", "times": "次数", "last": "日期", "by": "编码员",
    }  # fmt: skip
    assert rows_of(services) == []
    changes = services.memory.commit(preview)
    assert first(services)[0] == CODE
    (row, other) = rows_of(services, MemoryQuery(sort="times"))
    assert (row.line.times, row.line.last, row.line.by, row.source) == (3, "2025-03-01", "赵敏", "导入文件")
    assert (other.codes, other.line.last) == ("N20.000 + I10.x00", "2025-04-02")
    assert [use.file_name for use in services.memory.uses(row)] == ["过去.csv"]
    (known,) = services.memory.imports()
    assert (known.lines, known.op_id, known.who) == (2, changes.op_id, services.user.name)
    with pytest.raises(UserProblem, match="导入过"):
        services.memory.preview(path)
    services.memory.undo(changes.op_id)
    assert rows_of(services) == []
    assert services.memory.stats().files == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_the_exchange_layer_is_read(
    services: Services, past: Callable[..., Path], encoding: str
) -> None:
    path = past(("心悸，活动后气促加重三天", CODE), encoding=encoding)
    assert services.memory.preview(path).lines[0].text == "心悸，活动后气促加重三天"


def test_a_workbook_with_names_is_read(services: Services, tmp_path: Path) -> None:
    name = services.session.engines.codebook.name_of(CODE)
    operation = services.session.engines.codebook.leaves(CodeKind.PX)[0]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (("医生原文", "标准名称"), (TEXT, name), ("某手术", operation.name)):
        sheet.append(line)
    book.save(tmp_path / "past.xlsx")
    preview = services.memory.preview(tmp_path / "past.xlsx")
    assert [(line.kind, line.codes) for line in preview.lines] == [
        (CodeKind.DX, (CODE,)),
        (CodeKind.PX, (operation.code,)),
    ]
    assert preview.named == 2


def test_codes_of_the_clinical_edition_become_those_in_use(services: Services, past: Callable[..., Path]) -> None:
    path = past(("甲", "N20.000x901"), ("乙", "N20.000x902"))
    book = services.session.engines.codebook
    preview = read_preview(path, book, {"N20.000x901": CODE, "N20.000x902": ""})
    assert ([line.codes for line in preview.lines], preview.converted) == ([(CODE,)], 1)
    assert "没有对应的医保版编码" in str(preview.problems[0])


def test_rows_that_cannot_be_used_are_told_one_by_one_and_nothing_is_written_unless_they_are_skipped(
    services: Services, past: Callable[..., Path]
) -> None:
    path = past(
        (TEXT, CODE, "", ""),
        ("", CODE, "", ""),
        ("甲", "", "", ""),
        ("乙", "QQQ", "", ""),
        ("丙", "A00.x00", "", ""),
        ("丁", f"{CODE}##47.0900", "", ""),
        ("戊", CODE, "零", ""),
        ("己", CODE, "", "去年"),
        ("庚" * 401, CODE, "", ""),
        head=("原文", "编码", "次数", "日期"),
    )
    preview = services.memory.preview(path)
    assert [(one.where.row, one.where.column) for one in preview.problems] == [
        (3, "原文"), (4, "编码"), (5, "编码"), (6, "编码"), (7, "编码"), (8, "次数"), (9, "日期"), (10, "原文"),
    ]  # fmt: skip
    assert "QQQ" in str(preview.problems[2])
    with pytest.raises(UserProblem, match="8 行不能用"):
        services.memory.commit(preview)
    assert services.memory.stats().lines == 0
    services.memory.commit(preview, skip_problems=True)
    assert services.memory.stats().lines == 1


def test_an_unknown_name_is_told(services: Services, past: Callable[..., Path]) -> None:
    preview = services.memory.preview(past((TEXT, "没有这个病"), head=("text", "standards")))
    assert "没有这个病" in str(preview.problems[0])
    with pytest.raises(UserProblem, match="没有一行"):
        services.memory.commit(preview, skip_problems=True)


@pytest.mark.parametrize(
    ("head", "words"), [(("备注", "编码"), "原文所在的列"), (("原文", "备注"), "编码或标准名称所在的列")]
)
def test_a_file_without_the_columns_says_which(
    services: Services, past: Callable[..., Path], head: tuple[str, str], words: str
) -> None:
    with pytest.raises(UserProblem, match=words) as told:
        services.memory.preview(past((TEXT, CODE), head=head))
    assert "备注" in str(told.value)
    assert told.value.where is not None
    assert told.value.where.file == "过去.csv"


def test_a_file_that_is_no_table_is_refused(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(UserProblem, match="PDF"):
        services.memory.preview(path)
    with pytest.raises(UserProblem, match="找不到"):
        services.memory.preview(tmp_path / "missing.csv")


def test_a_file_that_changed_since_it_was_read_is_not_written(services: Services, past: Callable[..., Path]) -> None:
    path = past((TEXT, CODE))
    preview = services.memory.preview(path)
    past((TEXT, OTHER_CODE))
    with pytest.raises(UserProblem, match="被改动"):
        services.memory.commit(preview)
    assert services.memory.stats().lines == 0


class Stop:
    """A progress that stops the work at a step."""

    def __init__(self, at: int) -> None:
        self._left = at

    def step(self, done: int, total: int, note: str = "") -> None:
        self._left -= 1
        if self._left < 0:
            raise Cancelled


def test_reading_can_be_cancelled(services: Services, past: Callable[..., Path]) -> None:
    path = past(*((f"{TEXT}{number}", CODE) for number in range(2000)))
    for at in range(3):
        with pytest.raises(Cancelled):
            services.memory.preview(path, Stop(at))
    assert services.memory.stats().lines == 0


def test_what_is_shown_is_exported_and_read_again(
    services: Services, past: Callable[..., Path], coded: Callable[[str, str], int], tmp_path: Path
) -> None:
    coded(TEXT, CODE)
    services.memory.commit(services.memory.preview(past(("心悸合并", f"{CODE}##I10.x00"), ("=乙", CODE))))
    assert services.memory.export(tmp_path / "out.csv", MemoryQuery(sort="text")) == 3
    preview = services.memory.preview(tmp_path / "out.csv")
    assert preview.problems == ()
    assert {(line.text, line.codes) for line in preview.lines} == {
        (TEXT, (CODE,)), ("心悸合并", (CODE, "I10.x00")), ("=乙", (CODE,)),
    }  # fmt: skip
    assert services.memory.export(tmp_path / "out.csv", MemoryQuery("合并")) == 1


def test_lines_are_found_by_pinyin(
    services: Services, past: Callable[..., Path], coded: Callable[[str, str], int]
) -> None:
    services.memory.commit(services.memory.preview(past((TEXT, CODE), ("高血压", "I10.x00"))))
    assert [row.line.text for row in rows_of(services, MemoryQuery("gxy"))] == ["高血压"]
    assert [row.line.text for row in rows_of(services, MemoryQuery("gaoxueya"))] == ["高血压"]
    assert [row.line.text for row in rows_of(services, MemoryQuery("xinji"))] == [TEXT]
    coded("高血糖", "R73.900")
    assert sorted(row.line.text for row in rows_of(services, MemoryQuery("gx"))) == ["高血压", "高血糖"]
    assert rows_of(services, MemoryQuery("gxy", CodeKind.PX)) == []


def test_auto_coding_does_not_teach_itself(services: Services) -> None:
    services.coding.auto_code(services.worklist.ids("to_code"))
    assert services.memory.stats().on_cases == 0
