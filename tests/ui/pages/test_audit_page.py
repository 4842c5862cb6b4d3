"""审计: the list under its filters, an operation whole, the chain, the case as it was, the extract."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.services.audit_head import HeadState, Standing
from app.services.composition import Services
from app.storage.audit import AuditHead
from app.storage.heads import KeptHead
from app.ui.auditing import BAR, AuditWatch
from app.ui.pages.audit import PAGE
from app.ui.pages.case.moment_card import MomentCard
from app.ui.pages.case.reasons import WordsCard


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a case with two edits after its import."""
    case_id = services.worklist.ids("all")[0]
    services.cases.set_text(case_id, "admit_ward", "一区")
    services.cases.set_text(case_id, "admit_ward", "二区")
    return case_id


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], Any], case_id: int) -> Any:
    """Return a window with the audit and a stand-in for the case."""
    return open_desk((PAGE, stand_in("case")))


def cells(page: Any, row: int) -> list[str]:
    model = page.list.model
    return [str(model.index(row, at).data()) for at in range(model.columnCount())]


def test_the_list_says_who_did_what_and_the_chain_is_verified(desk: Any, case_id: int) -> None:
    page = desk.go("audit")
    total = page.list.model.rowCount()
    assert page.chain.told.text() == f"链校验：{total:,} 条完整"
    assert any("一区 → 二区" in one for one in cells(page, 0))
    assert page.list.table.hasFocus()
    assert "本条哈希" in page.detail.facts.text()


def test_filters_by_keys_and_escape_clears_them(desk: Any, case_id: int) -> None:
    page = desk.go("audit")
    desk.press("Ctrl+F")
    assert page.search.boxes["record_no"].hasFocus()
    page.search.boxes["field"].setText("入院病房")
    desk.wait(lambda: page.list.model.rowCount() == 2)
    page.search.boxes["first"].setText("2030")
    desk.wait(lambda: "不是日期" in page.search.counts.text())
    page.search.boxes["first"].setText("2030-01-01")
    desk.wait(lambda: page.list.model.rowCount() == 0)
    desk.press("Escape")
    desk.wait(lambda: page.list.model.rowCount() > 2)
    desk.press("Escape")
    assert page.list.table.hasFocus()


def test_enter_shows_the_case_as_it_was(desk: Any, case_id: int) -> None:
    page = desk.go("audit")
    page.list.table.go_to(1)
    desk.press("Return", on=page.list.table)
    card = desk.window.findChild(MomentCard)
    assert card is not None
    card.close_card()
    desk.press("Ctrl+Return", on=page.list.table)
    assert desk.window.page.place().args["case"] == case_id


def test_the_place_survives(desk: Any, case_id: int) -> None:
    page = desk.go("audit", kind="edit", field="入院病房")
    assert page.list.model.rowCount() == 2
    place = page.place()
    desk.go("case")
    assert desk.go("audit", **place.args).list.model.rowCount() == 2
    assert desk.window.page.search.boxes["field"].text() == "入院病房"


def test_a_broken_chain_names_its_first_bad_row(desk: Any, services: Services, case_id: int) -> None:
    path = services.session.db.path
    with closing(sqlite3.connect(path)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        bad = raw.execute("SELECT max(id) - 1 FROM audit_operation").fetchone()[0]
        raw.execute("UPDATE audit_operation SET actor_name = '别人' WHERE id = ?", (bad,))
        raw.commit()
    page = desk.go("audit")
    desk.press("F5")
    desk.rest()
    assert f"链断在第 {bad} 条" in page.chain.told.text()
    assert page.list.current.op_id == bad


def test_an_extract_is_written_and_noted(desk: Any, services: Services, case_id: int, tmp_path: Path) -> None:
    page = desk.go("audit", kind="edit")
    for keys, name in (("Ctrl+E", "审计.csv"), ("Ctrl+P", "审计.pdf")):
        desk.press(keys)
        assert desk.window.findChild(QFileDialog, "file_dialog") is not None
        desk.answer_file(tmp_path / name)
        desk.wait((tmp_path / name).exists)
        desk.rest()
    assert page.list.model.rowCount() == 2
    with services.session.db.read() as reader:
        head = reader.audit_head()
    assert head.hash not in (tmp_path / "审计.csv").read_text("utf-8-sig")  # it is the head before the extract


def test_a_library_that_does_not_fit_its_head_is_told_until_confirmed(
    desk: Any, services: Services, case_id: int
) -> None:
    kept = KeptHead(str(services.session.db.path), AuditHead(9_999, "0" * 64), services.session.clock.now())
    services._heads.state = HeadState(Standing.CUT, kept, AuditHead(5, "0" * 64))
    AuditWatch(desk.window.shell, desk.window).start()
    assert "应有第 9999 条" in desk.window.shell.notices.bars[BAR].text
    page = desk.go("audit")
    desk.press("F5")
    desk.rest()
    assert "应有第 9999 条" in page.chain.told.text()
    page.confirm()
    card = desk.window.findChild(WordsCard)
    desk.press("1", on=card.line)
    QApplication.processEvents()
    desk.rest()
    assert BAR not in desk.window.shell.notices.bars
    assert "完整" in page.chain.told.text()


def test_what_was_looked_at_is_written_behind_the_window(desk: Any, services: Services, case_id: int) -> None:
    services.cases.view(case_id)
    watch = AuditWatch(desk.window.shell, desk.window)
    assert services.audit.has_reads
    watch.look()
    desk.rest()
    assert not services.audit.has_reads


def test_the_key_store_is_compared_behind_the_window(
    desk: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked() -> bool:
        kept = KeptHead("", AuditHead(9_999, "0" * 64), services.session.clock.now(), in_vault=True)
        services._heads.state = HeadState(Standing.CUT, kept, AuditHead(5, "0" * 64))
        return True

    monkeypatch.setattr(services._heads, "look_in_vault", looked)
    watch = AuditWatch(desk.window.shell, desk.window)
    watch.keep_outside()
    desk.rest()
    assert "应有第 9999 条" in desk.window.shell.notices.bars[BAR].text
