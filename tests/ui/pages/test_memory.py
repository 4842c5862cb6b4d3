"""本院记忆 as a coder works with it: found, looked into, revoked with a reason, restored, brought in from a file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.modeltest import ModelTester

from app.domain.changes import Changes
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.services.coding_memory import MemoryQuery, MemoryState
from app.services.composition import Services
from app.storage.ops import Op
from app.ui.actions import clashes
from app.ui.page import PageSpec, Place
from app.ui.pages.memory import PAGE
from app.ui.pages.memory.palette import MemoryProvider
from app.ui.widgets import Button, DataTable, SegmentedControl

TEXT, CODE = "心悸待查天外来病", "N20.000"


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a case on which a person has coded a text of its own."""
    found = services.worklist.ids("to_code")[0]
    with services.session.db.operation(Op.REIMPORT, by=services.user) as tx:
        tx.insert_row(found, Group.DX, 0, {"source_text": TEXT, "name": TEXT})
    services.cases.accept(found, Group.DX, 0, CODE)
    return found


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], case_id: int) -> Any:
    """Return a window on the page."""
    assert case_id
    opened = open_desk((stand_in("worklist"), stand_in("case"), stand_in("codes"), PAGE))
    opened.go("memory")
    return opened


@pytest.fixture
def past(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a CSV of past codings."""

    def make(*rows: Sequence[object]) -> Path:
        path = tmp_path / "过去.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([("原文", "编码", "次数"), *rows])
        return path

    return make


def column(table: DataTable, at: int) -> list[str]:
    """Return the cells of a column."""
    model = table.model()
    return [model.index(row, at).data() for row in range(model.rowCount())]


def words_of(desk: Any) -> str:
    """Return the words of every visible label."""
    return "\n".join(label.accessibleName() for label in desk.window.page.findChildren(QLabel) if label.isVisible())


def first_code(services: Services) -> str:
    """Return the code that is offered first for the text."""
    best = services.session.engines.matcher.match(TEXT, CodeKind.DX).best
    assert best is not None
    return best.code


def import_file(desk: Any, path: Path) -> None:
    """Choose a file by the key and wait until it has been read."""
    desk.press("Ctrl+O")
    desk.answer_file(path)
    desk.rest()


def test_the_list_tells_text_code_name_times_and_who(desk: Any, services: Services) -> None:
    table = desk.find(DataTable, "memory_list")
    assert [column(table, at) for at in (0, 1, 2, 3, 4, 5, 7)] == [
        [TEXT], [CODE], ["肾结石"], ["1"], ["2026-11-23"], [services.user.name], ["使用中"],
    ]  # fmt: skip
    assert "共记住 1 条" in words_of(desk)


def test_enter_leads_to_the_uses_and_on_to_the_case(desk: Any, case_id: int) -> None:
    assert QApplication.focusWidget() is desk.find(DataTable, "memory_list")
    desk.press("Return")
    assert QApplication.focusWidget() is desk.find(DataTable, "uses")
    desk.press("Return")
    assert desk.window.page.sent == Place("case", {"case": case_id})


def test_a_coding_is_revoked_with_a_reason_restored_and_that_undone(desk: Any, services: Services) -> None:
    assert first_code(services) == CODE
    desk.press("Delete")
    reason = desk.find(QLineEdit, "reason")
    assert reason.hasFocus()
    desk.press("Return", on=reason)
    assert "没有写明撤销的原因" in words_of(desk)
    desk.press('"应写明部位', "Return", on=reason)
    desk.rest()
    assert first_code(services) != CODE
    assert "本机用户 撤销：应写明部位" in words_of(desk).replace("（", "")
    assert column(desk.find(DataTable, "memory_list"), 7) == ["已撤销"]
    desk.press("R", on=desk.find(DataTable, "memory_list"))
    desk.rest()
    assert first_code(services) == CODE
    desk.press("Ctrl+Z")
    desk.rest()
    assert first_code(services) != CODE
    desk.press("Ctrl+Z")
    desk.rest()
    assert first_code(services) == CODE
    assert not desk.window.page.can_undo


def test_esc_leaves_the_reason_the_search_and_the_page(desk: Any) -> None:
    desk.press("Delete", "Escape")
    assert not desk.find(DataTable, "memory_list").isHidden()
    assert QApplication.focusWidget() is desk.find(DataTable, "memory_list")
    desk.press("Ctrl+F", '"zzz')
    desk.wait(lambda: "没有这样的记忆" in words_of(desk))
    desk.press("Escape")
    desk.rest()
    desk.wait(lambda: column(desk.window.page.list.table, 0) == [TEXT])
    desk.press("Escape")
    assert desk.window.page.key != "memory"


def test_words_codes_and_pinyin_find(desk: Any, past: Callable[..., Path], services: Services) -> None:
    services.memory.commit(services.memory.preview(past(("高血压病", "I10.x00", 3), ("某手术", "47.0900", 1))))
    desk.go("memory")
    for words, found in (("gxy", ["高血压病"]), ("N20", [TEXT]), ("", [TEXT, "高血压病", "某手术"])):
        page = desk.window.page
        page.bar.query.setText(words)
        desk.wait(lambda found=found, page=page: sorted(column(page.list.table, 0)) == sorted(found))
    page.bar.findChildren(SegmentedControl)[0].set_current("px")
    desk.wait(lambda: column(page.list.table, 0) == ["某手术"])
    assert page.place().args["kind"] == "px"
    page.bar.findChildren(SegmentedControl)[0].set_current("all")
    page.bar.findChildren(SegmentedControl)[1].set_current(str(MemoryState.REVOKED))
    desk.wait(lambda: page.list.table.model().rowCount() == 0)


def test_a_heading_sorts(desk: Any, past: Callable[..., Path], services: Services) -> None:
    services.memory.commit(services.memory.preview(past(("高血压病", "I10.x00", 3), ("某手术", "47.0900", 2))))
    page = desk.go("memory")
    page.list.table.head.asked.emit("times")
    desk.rest()
    assert column(page.list.table, 3) == ["3", "2", "1"]
    page.list.table.head.asked.emit("times")
    desk.rest()
    assert column(page.list.table, 3) == ["1", "2", "3"]
    page.list.table.head.asked.emit("text")
    desk.rest()
    assert page.place().args["sort"] == "text"


def test_a_file_is_read_shown_taken_without_its_bad_rows_and_taken_back(
    desk: Any, past: Callable[..., Path], services: Services
) -> None:
    import_file(desk, past(("高血压病", "I10.x00", 3), ("乙", "QQQ", 1), ("", CODE, 1)))
    assert "可以导入 1 行" in words_of(desk)
    problems = desk.find(DataTable, "past_problems")
    assert column(problems, 0) == ["3", "4"]
    assert "QQQ" in column(problems, 2)[0]
    assert services.memory.stats().files == 0
    desk.press("Ctrl+Return")
    desk.rest()
    assert (services.memory.stats().files, services.memory.stats().in_files) == (1, 3)
    assert "高血压病" in column(desk.find(DataTable, "memory_list"), 0)
    files = desk.find(DataTable, "past_imports")
    files.setFocus()
    desk.press("Delete", on=files)
    desk.rest()
    assert services.memory.stats().files == 0
    assert column(desk.find(DataTable, "memory_list"), 0) == [TEXT]


def test_a_file_can_be_given_up(desk: Any, past: Callable[..., Path], services: Services) -> None:
    import_file(desk, past(("高血压病", "I10.x00", 3)))
    assert "每一行都可以用" in words_of(desk)
    desk.press("Escape")
    assert desk.window.page.key == "memory"
    assert not desk.window.page.waits
    assert services.memory.stats().files == 0


def test_a_file_that_cannot_be_read_is_told_and_the_list_stays(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "坏.csv"
    path.write_text("备注,编码\n甲,N20.000\n", "utf-8")
    import_file(desk, path)
    desk.wait(lambda: "原文所在的列" in "\n".join(label.text() for label in desk.window.findChildren(QLabel)))
    assert not desk.window.page.waits
    assert column(desk.find(DataTable, "memory_list"), 0) == [TEXT]


def test_the_list_is_exported(desk: Any, tmp_path: Path) -> None:
    desk.press("Ctrl+E")
    desk.answer_file(tmp_path / "本院记忆.csv")
    desk.rest()
    assert TEXT in (tmp_path / "本院记忆.csv").read_text("utf-8-sig")


def test_an_empty_memory_says_what_to_do(open_desk: Callable[..., Any]) -> None:
    desk = open_desk((PAGE,))
    desk.go("memory")
    assert "还没有记住编码" in words_of(desk)
    assert any(button.accessibleName().startswith("导入过去的编码") for button in desk.window.findChildren(Button))


def test_what_another_page_confirms_shows_at_once(desk: Any, services: Services, case_id: int) -> None:
    services.cases.undo(case_id)
    desk.window.shell.publish(Changes(op_id=1, memory=True))
    desk.rest()
    assert "还没有记住编码" in words_of(desk)


def test_the_place_comes_back_after_a_restart(desk: Any, past: Callable[..., Path], services: Services) -> None:
    services.memory.commit(services.memory.preview(past(("高血压病", "I10.x00", 3))))
    page = desk.go("memory", query="高血压", kind="dx", state="offered", sort="times", descending=False)
    assert column(page.list.table, 0) == ["高血压病"]
    place = page.place()
    assert place.args["ref"] == services.memory.refs(MemoryQuery("高血压"))[0]
    page.bar.query.setText("")
    desk.wait(lambda: page.list.table.model().rowCount() == 2)
    desk.window.go(place)
    desk.rest()
    assert column(page.list.table, 0) == ["高血压病"]
    desk.go("memory", query=3, kind="x", state="x", sort="x", ref="x")


def test_the_palette_leads_here(desk: Any) -> None:
    provider = MemoryProvider(desk.window.shell)
    assert [item.title for item in provider.search("记忆", 5).items] == ["本院记忆"]
    assert [item.title for item in provider.search("byjy", 5).items] == ["本院记忆"]
    assert provider.search("", 5).items == []
    (item,) = provider.search("本院记忆 天外", 5).items
    item.run()
    desk.rest()
    assert desk.window.page.bar.query.text() == "天外"


def test_the_models_are_sound(desk: Any, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(desk.find(DataTable, "memory_list").model())


def test_no_keys_clash() -> None:
    assert clashes(PAGE.actions) == []


def test_a_hundred_thousand_codings_are_shown_a_screen_at_a_time(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page = desk.window.page
    row = page.chosen
    read: list[int] = []

    def rows(refs: Sequence[int]) -> list[Any]:
        read.extend(refs)
        return [row for _ in refs]

    monkeypatch.setattr(page.list.model._blocks, "_read", rows)
    page.list.show_refs(range(100_000), 0)
    desk.window.grab()
    assert len(read) <= 400
