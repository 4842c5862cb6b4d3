"""What is done to whole lists is one operation each: counted, taken back, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.common.errors import Cancelled, UserProblem
from app.services.composition import Services


class Stop:
    """A progress whose user asks to stop at the second report."""

    def __init__(self) -> None:
        self.told = 0

    def step(self, done: int, total: int, note: str = "") -> None:
        self.told += 1
        if self.told > 1:
            raise Cancelled


def test_a_whole_list_is_claimed_and_taken_back_in_one_step(services: Services) -> None:
    ids = services.worklist.ids("all")
    changes = services.list_work.claim(ids)
    assert changes.cases == frozenset(ids)
    assert len(services.worklist.ids("all", "认领:我")) == len(ids)
    step = services.list_work.last_step()
    assert step is not None
    assert step.cases == len(ids)
    services.list_work.undo(step.op_id)
    assert len(services.worklist.ids("all", "认领:我")) == 0


def test_stopping_half_way_leaves_everything_as_it_was(services: Services) -> None:
    ids = [*services.worklist.ids("all")] * 5
    with pytest.raises(Cancelled):
        services.list_work.claim(ids, Stop())
    assert len(services.worklist.ids("all", "认领:我")) == 0
    assert services.list_work.last_step() is None


def test_cases_are_given_to_somebody_and_set_free(services: Services) -> None:
    ids = services.worklist.ids("to_code")[:2]
    services.list_work.assign(ids, "p9")
    assert services.worklist.claims(ids) == {"p9": list(ids)}
    services.list_work.release(ids)
    assert services.worklist.claims(ids) == {"": list(ids)}


def test_who_works_on_a_case_changes_nothing_of_what_was_found(services: Services) -> None:
    ids = services.worklist.ids("to_code")
    services.checking.run(services.worklist.ids("all"))
    claimed = services.list_work.claim(ids)
    assert services.worklist.stale() == 0
    assert services.checking.stale() == []
    services.list_work.undo(claimed.op_id)
    assert services.worklist.stale() == 0
    services.cases.set_text(ids[0], "patient_name", "测试改名")
    services.list_work.claim([ids[1]])
    assert services.worklist.rows([ids[1]])[0].is_stale is False


def test_a_follow_up_is_replaced_settled_and_brought_back(services: Services) -> None:
    case_id = services.worklist.ids("to_code")[0]
    services.list_work.follow_up([case_id], "2026-11-30", "等待病理结果")
    services.list_work.follow_up([case_id], "", "费用核对中", "差一张清单")
    waiting = services.worklist.lines([case_id])[0].follow_up
    assert waiting is not None
    assert (waiting.due, waiting.reason, waiting.note) == (None, "费用核对中", "差一张清单")
    settled = services.list_work.settle([case_id])
    assert services.worklist.lines([case_id])[0].follow_up is None
    services.list_work.undo(settled.op_id)
    assert services.worklist.lines([case_id])[0].follow_up == waiting


@pytest.mark.parametrize(
    ("due", "reason"), [("", " "), ("30 日", "等待病理结果"), ("2026-11-22", "等待病理结果"), ("", "长" * 61)]
)
def test_a_follow_up_that_says_nothing_is_refused(services: Services, due: str, reason: str) -> None:
    with pytest.raises(UserProblem):
        services.list_work.follow_up([1], due, reason)
    assert len(services.worklist.ids("follow_up")) == 0


def test_a_list_is_written_as_a_workbook_without_names(services: Services, tmp_path: Path) -> None:
    ids = services.worklist.ids("all", sort="priority")
    path = tmp_path / "列表.xlsx"
    assert services.list_export.write(ids, path) == len(ids)
    rows = list(load_workbook(path).active.iter_rows(values_only=True))
    assert len(rows) == len(ids) + 1
    cells = {str(cell) for row in rows for cell in row}
    for row in services.worklist.rows(ids):
        assert row.record_no in cells
        assert row.patient_name not in cells


def test_a_folder_that_is_not_there_is_said_in_words(services: Services, tmp_path: Path) -> None:
    with pytest.raises(UserProblem):
        services.list_export.write([1], tmp_path / "nowhere" / "列表.xlsx")
