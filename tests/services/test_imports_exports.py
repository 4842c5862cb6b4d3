"""A batch goes in all or nothing, is compared with what is stored, and comes back in the user's own form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import Group
from app.services.composition import Services, open_services
from app.services.demo import write_demo_batch
from app.services.engines import Engines
from app.services.imports import state_of


@pytest.fixture
def batch_file(tmp_path: Path) -> Path:
    """Return a batch file of thirty invented stays."""
    path = tmp_path / "批次.csv"
    write_demo_batch(path, 30)
    return path


@pytest.fixture
def empty(tmp_path: Path, engines: Engines) -> Iterator[Services]:
    """Return services over an empty library."""
    opened = open_services(tmp_path / "empty", engines=engines)
    yield opened
    opened.close()


def test_a_file_is_shown_before_anything_is_written(empty: Services, batch_file: Path) -> None:
    preview = empty.imports.preview(batch_file)
    assert (preview.counts.read, preview.counts.new, preview.counts.rejected) == (30, 30, 0)
    assert len(empty.worklist.ids("all")) == 0


def test_an_import_writes_every_record_and_can_be_taken_back(empty: Services, batch_file: Path) -> None:
    outcome = empty.imports.commit(empty.imports.preview(batch_file))
    assert len(outcome.case_ids) == 30
    assert len(empty.worklist.ids("all")) == 30
    empty.imports.undo_batch(outcome.batch_id)
    assert len(empty.worklist.ids("all")) == 0


def test_a_batch_in_work_is_not_taken_back(empty: Services, batch_file: Path) -> None:
    outcome = empty.imports.commit(empty.imports.preview(batch_file))
    empty.cases.set_text(outcome.case_ids[0], "abo", "1")
    with pytest.raises(UserProblem, match="撤销"):
        empty.imports.undo_batch(outcome.batch_id)
    assert len(empty.worklist.ids("all")) == 30


def test_a_cancelled_import_leaves_nothing(empty: Services, batch_file: Path) -> None:
    preview = empty.imports.preview(batch_file)
    with pytest.raises(Cancelled):
        empty.imports.commit(preview, progress=CancelAt(20))
    assert len(empty.worklist.ids("all")) == 0
    assert empty.imports.batches() == []


def test_the_same_file_again_changes_nothing(empty: Services, batch_file: Path) -> None:
    empty.imports.commit(empty.imports.preview(batch_file))
    preview = empty.imports.preview(batch_file)
    assert (preview.counts.same, preview.counts.new, preview.counts.changed) == (30, 0, 0)


def test_a_coders_edit_is_never_overwritten_silently(empty: Services, batch_file: Path) -> None:
    outcome = empty.imports.commit(empty.imports.preview(batch_file))
    case_id = outcome.case_ids[0]
    empty.cases.accept(case_id, Group.DX, 0, "I21.100")
    empty.cases.set_text(case_id, "rh", "1")
    preview = empty.imports.preview(batch_file)
    mine = [line for line in preview.diffs if line.case_id == case_id]
    assert [(line.path, line.edited) for line in mine] == [("rh", True)]

    empty.imports.commit(preview)
    assert empty.cases.view(case_id).record.text("rh") == "1"
    empty.imports.commit(preview, take=[(case_id, "rh")])
    view = empty.cases.view(case_id)
    assert view.record.text("rh") == "2"
    assert view.record.text("dx[0].code") == "I21.100"


def test_a_file_that_changed_meanwhile_is_refused(empty: Services, batch_file: Path) -> None:
    preview = empty.imports.preview(batch_file)
    batch_file.write_bytes(batch_file.read_bytes() + b"\n")
    with pytest.raises(UserProblem, match="改动"):
        empty.imports.commit(preview)
    assert len(empty.worklist.ids("all")) == 0


def test_an_export_gives_the_file_back_with_accepted_codes_only(
    empty: Services, batch_file: Path, tmp_path: Path
) -> None:
    outcome = empty.imports.commit(empty.imports.preview(batch_file))
    first, second = outcome.case_ids[:2]
    empty.cases.accept(first, Group.DX, 0, "I21.100")
    empty.coding.auto_code([second])
    receipt = empty.exports.batch(outcome.batch_id, tmp_path / "改正.xlsx")
    assert receipt.rows == 30
    book = openpyxl.load_workbook(receipt.path)
    assert book.sheetnames[1:] == ["_changes", "_meta"]
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    heads = [str(head) for head in rows[0]]
    source = batch_file.read_text("utf-8-sig").splitlines()[0].split(",")
    assert heads[: len(source)] == source
    assert rows[1][heads.index("JBDM")] == "I21.100"
    accepted = heads.index("主要诊断·采用编码")
    for row in rows[2:]:
        assert (row[heads.index("JBDM")] in (None, "-")) == (not row[accepted])
    assert all(str(row[heads.index("分组结果·DRG")]).startswith("试用：") for row in rows[1:])
    changes = list(book["_changes"].iter_rows(values_only=True))
    assert any("I21.100" in map(str, row) for row in changes)


def test_an_export_into_a_missing_folder_is_refused(empty: Services, batch_file: Path, tmp_path: Path) -> None:
    outcome = empty.imports.commit(empty.imports.preview(batch_file))
    with pytest.raises(UserProblem):
        empty.exports.batch(outcome.batch_id, tmp_path / "没有" / "x.xlsx")


def test_a_discharge_time_that_cannot_be_read_is_a_discharge_all_the_same() -> None:
    plain = CaseRecord(Row({"record_no": "00000001"}), {})
    unread = CaseRecord(Row({"record_no": "00000001"}, {"discharge_time": "昨天下午"}), {})
    assert state_of(plain) is CaseState.INPATIENT
    assert state_of(unread) is CaseState.TO_CODE
