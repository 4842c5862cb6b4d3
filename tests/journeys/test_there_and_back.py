"""From the coder to the physician and back, on one PC and by a workbook, and at the end the audit tells it all."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.returning import AnswerKind, ReturnAnswer
from app.services.composition import Services, open_services
from app.services.demo import write_demo_batch
from app.services.return_types import ChaseScope
from app.storage.actor import Actor

CODER = Actor("lin", "林若溪（测试）", frozenset({"coder"}))
REVIEWER = Actor("wang", "王敏（测试）", frozenset({"qc"}))


def answer_by_workbook(services: Services, case_id: int, path: Path) -> None:
    """Ask about a diagnosis, let a ward object to it in the workbook, and take the workbook in."""
    _, asked = services.asking.draft(case_id, "dx[0].source_text")
    services.asking.send_all({case_id: (asked,)})
    assert services.fix_list.write(path, mask=True) == 1
    whole = openpyxl.load_workbook(path)
    sheet = next(one for one in whole.worksheets if one.cell(1, 1).value == "序号")
    sheet.cell(2, 14).value = "申诉：诊断依据充分，见 11-21 病程"
    whole.save(path)
    assert services.fix_list.take(services.fix_list.preview(path), "周慧（测试）")[1] == 1


def test_a_question_goes_to_the_ward_and_comes_back(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 23, 8, 30))
    file = tmp_path / "11月出院.csv"
    write_demo_batch(file, 6, clock)
    services = open_services(tmp_path / "home", clock=clock, actor=CODER)
    ids = services.imports.commit(services.imports.preview(file)).case_ids
    first, second = ids[:2]
    seat = services.session.seat

    # She does not understand a condition at admission. A wish for a better group is not let through.
    services.cases.set_text(first, "dx[0].adm_cond", "4")
    _, asked = services.asking.draft(first, "dx[0].adm_cond")
    leading = type(asked)(asked.rule_id, asked.path, "请改为有，权重更高。", asked.options)
    with pytest.raises(UserProblem, match="影响答复"):
        services.asking.ask(first, leading)
    services.asking.ask(first, asked)
    services.asking.send(first)
    assert services.cases.view(first).state is CaseState.RETURNED

    # The physician sits down at the same PC: the own ward only, only what was asked.
    with services.session.db.read() as reader:
        dept = reader.worklist_rows([first])[0].dept
    physician = Actor("chen", "陈立群（测试）", frozenset({"physician"}), frozenset({dept}))
    seat.take(physician)
    sheet = services.physician.sheet(first)
    assert len(sheet.items) == 1
    with pytest.raises(UserProblem):
        services.cases.set_text(first, "dx[0].code", "K80.301")
    option = sheet.items[0].item.options[0]
    given = ReturnAnswer(option.answer, option.label, option.value, "11-20 入院记录")
    assert services.physician.submit(first, {sheet.items[0].id: given}).left == 0

    # She finds the answer in her queue and takes it; the rules have run again, the case is hers.
    seat.take(CODER)
    assert services.verdicts.answered_cases() == (first,)
    (diff,) = services.verdicts.diffs(first)
    view = services.verdicts.accept(diff.id)
    assert view.record.value("dx[0].adm_cond") == "1"
    assert view.state is CaseState.CODING

    # Another ward has no PC with the program: a workbook goes out and comes back with an objection.
    answer_by_workbook(services, second, tmp_path / "医师修改清单.xlsx")

    # The two do not agree; what both said is kept and can be read by the reviewer.
    (diff,) = services.verdicts.diffs(second)
    assert diff.row.item.answer is not None
    assert diff.row.item.answer.kind is AnswerKind.APPEAL
    services.verdicts.keep(diff.id, "病程未见相应记载")
    seat.take(REVIEWER)
    (line,) = services.chase.lines(ChaseScope.DISAGREED)
    assert (line.row.item.answered_by, line.row.item.verdict_words) == ("周慧（测试）", "病程未见相应记载")
    assert services.chase.figures().hours == 0

    # Nothing of it is lost or can be: the audit rebuilds it.
    services.close()
    again = open_services(tmp_path / "home", clock=FixedClock(clock.now() + timedelta(days=1)), actor=CODER)
    try:
        with again.session.db.read() as reader:
            assert reader.check(replay=True).is_sound
    finally:
        again.close()
