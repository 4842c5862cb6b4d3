"""Backups that are none, folders that are gone, a first run with the wrong files: told in place, nothing changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.storage import restoring
from app.storage.backup import backups
from app.ui.login.first_run import FirstRun
from app.ui.login.first_run_steps import AssetStep, BackupStep
from app.ui.widgets import Button, Card, Text
from tests.ui.journeys.test_wrong_files import a_pdf, file_of_the_ward, nothing, without_key

NAME = "library-20261122-080000-manual.db"


def a_document(path: Path, _library: Path) -> None:
    """Write a PDF under the name of a backup."""
    a_pdf(path)


def an_empty_one(path: Path, _library: Path) -> None:
    """Write nothing."""
    nothing(path)


def an_encrypted_one(path: Path, _library: Path) -> None:
    """Write what an encrypted file looks like: noise from the first byte on."""
    path.write_bytes(os.urandom(1 << 16))


def half_of_one(path: Path, library: Path) -> None:
    """Copy a library and lose the second half of it."""
    _copy(path, library)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def one_of_a_newer_program(path: Path, library: Path) -> None:
    """Copy a library and say that a later version wrote it."""
    _copy(path, library)
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA user_version = 99999999")


def one_of_another_library(path: Path, library: Path) -> None:
    """Copy a library and give its operations other fingerprints."""
    _copy(path, library)
    with closing(sqlite3.connect(path)) as copy:
        for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f'DROP TRIGGER "{name}"')
        copy.execute("UPDATE audit_operation SET hash = replace(hash, 'a', 'b')")
        copy.commit()


def a_folder(path: Path, _library: Path) -> None:
    """Make a folder with the name of a backup."""
    path.mkdir()


def _copy(path: Path, library: Path) -> None:
    with closing(sqlite3.connect(library)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)


def told(desk: Any) -> list[str]:
    """Return the sentences of the bars."""
    return [bar.text for bar in desk.window.shell.notices.bars.values()]


def state(desk: Any) -> tuple[object, ...]:
    """Return what nothing may change: the cases and the audit."""
    with desk.services.session.db.read() as reader:
        return tuple(desk.services.worklist.ids("all")), reader.verify_audit(), reader.audit_head().op_id


def back_up_page(desk: Any) -> Any:
    """Go to the backups with the cursor in their list."""
    page = desk.go("settings", group="backup")
    page.backups.table.setFocus()
    return page


@pytest.mark.parametrize(
    ("make", "words", "remedy"),
    [
        (a_document, "这不是病案库的备份", "另选一个"),
        (an_empty_one, "这个备份已损坏", "较早的备份"),
        (an_encrypted_one, "或已被加密", "先解密"),
        (half_of_one, "这个备份已损坏", "较早的备份"),
        (one_of_a_newer_program, "由更新版本的程序写成", "安装最新版本"),
        (one_of_another_library, "另一个病案库的备份", "本库的备份"),
        (a_folder, "读不到这个备份", "访问权限"),
    ],
)
def test_a_backup_that_is_none_is_refused_with_file_place_and_remedy(
    desk: Any, library: Path, make: Callable[[Path, Path], None], words: str, remedy: str, no_mouse: None
) -> None:
    folder = desk.services.backup.folder
    folder.mkdir(exist_ok=True)
    make(folder / NAME, library)
    before = state(desk)

    # She chooses it in the list; it is not offered, and the bar says why: no word of a damaged library.
    back_up_page(desk)
    desk.press("Return")
    desk.rest()
    assert desk.window.findChild(Card) is None
    assert len(told(desk)) == 1
    said = told(desk)[0]
    assert all(part in said for part in (str(folder), NAME, words, remedy, "本库没有改动")), said
    assert state(desk) == before

    # A sound one can be chosen at once, and the bar is gone.
    desk.press("Ctrl+B")
    desk.rest()
    assert told(desk) == []
    back_up_page(desk)
    desk.press("Return")
    desk.rest()
    assert "恢复到" in " ".join(one.full_text() for one in desk.window.findChild(Card).findChildren(Text))


def test_a_backup_that_was_taken_away_leaves_the_list_and_says_so(desk: Any) -> None:
    page = desk.go("settings", group="backup")
    desk.press("Ctrl+B")
    desk.rest()
    path = backups(desk.services.backup.folder)[0].path
    path.unlink()
    page.backups.table.setFocus()
    desk.press("Return")
    desk.rest()
    assert path.name in told(desk)[0]
    assert "已被移走或删除" in told(desk)[0]
    assert page.backups.current is None


def test_a_folder_that_is_no_folder_any_more_is_named_in_the_list_and_when_backing_up(
    desk: Any, tmp_path: Path, no_mouse: None
) -> None:
    away = tmp_path / "移动硬盘"
    away.mkdir()
    desk.services.backup.set_folder(str(away))
    away.rmdir()
    away.write_bytes(b"")
    page = desk.go("settings", group="backup")
    shown = " ".join(one.full_text() for one in page.backups.findChildren(Text) if one.isVisible())
    assert f"读不到备份文件夹“{away}”" in shown
    assert "接好磁盘" in shown
    desk.press("Ctrl+B")
    desk.rest()
    assert str(away) in told(desk)[0]
    assert "已有的备份和病案库都没有改动" in told(desk)[0]

    # The disk is there again: the same command takes the bar away.
    away.unlink()
    away.mkdir()
    desk.press("Ctrl+B")
    desk.rest()
    assert told(desk) == []
    assert len(backups(away)) == 1


@pytest.mark.parametrize("folder", ["/nowhere/at/all", "/proc", "library"])
def test_a_folder_that_cannot_be_written_is_refused_beside_the_setting(desk: Any, library: Path, folder: str) -> None:
    given = str(library) if folder == "library" else folder
    page = desk.go("settings", option="backup.folder")
    desk.press(f'"{given}', "Return")
    line = page._rows["backup.folder"]
    assert given in line._problem.full_text()
    assert "请先建立该文件夹或换一个位置" in line._problem.full_text()
    assert desk.services.backup.plan.folder == ""


def test_a_restore_that_cannot_be_asked_for_on_a_read_only_disk_leaves_all_as_it_is(
    desk: Any, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.go("settings", group="backup")
    desk.press("Ctrl+B")
    desk.rest()
    before = state(desk)

    @contextmanager
    def refuse(_path: Path) -> Any:
        raise PermissionError(30, "read-only file system")
        yield

    monkeypatch.setattr(restoring, "write_atomic", refuse)
    back_up_page(desk)
    desk.press("Return")
    desk.rest()
    card = desk.window.findChild(Card)
    next(one for one in card.findChildren(Button) if "恢复" in one.text()).click()
    desk.rest()
    assert str(library) in told(desk)[0]
    assert "没有恢复" in told(desk)[0]
    assert desk.window.isVisible()
    assert state(desk) == before
    assert not restoring.request_path(library).exists()


def first_run(desk: Any, at: int) -> FirstRun:
    """Open the steps at one of them."""
    card = FirstRun(desk.window, desk.window.shell)
    card.go_to(at)
    return card


def encrypted_workbook(path: Path) -> Path:
    """Return the beginning of a workbook with a pass word to open it."""
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le") + bytes(4096))
    return path


WRONG = [
    (a_pdf, "编码库.pdf", "内容像 PDF"),
    (nothing, "空.csv", "文件是空的"),
    (without_key, "天气.xlsx", "没有找到编码表"),
    (encrypted_workbook, "加密.xlsx", "打开密码"),
    (file_of_the_ward, "十一月出院.csv", "没有找到编码表"),
]


@pytest.mark.parametrize(("make", "name", "words"), WRONG)
def test_the_first_run_refuses_a_wrong_code_book_in_the_card(
    desk: Any, make: Callable[[Path], Path], name: str, words: str, tmp_path: Path
) -> None:
    step = first_run(desk, 2).step
    assert isinstance(step, AssetStep)
    used = step.used.full_text()
    step.check_book([make(tmp_path / name)])
    desk.rest()
    assert name in step.report.full_text()
    assert words in step.report.full_text()
    assert "请" in step.report.full_text()
    assert not step.enable.isEnabled()
    assert told(desk) == []  # said once, where she is
    assert step.used.full_text() == used


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (a_pdf, "方案.xlsx", "内容像 PDF"),
        (without_key, "天气.xlsx", "缺少工作表“MDC”"),
        (encrypted_workbook, "加密.xlsx", "打开密码"),
        (file_of_the_ward, "十一月出院.csv", "缺少工作表“MDC”"),
    ],
)
def test_the_first_run_refuses_a_wrong_scheme_with_its_first_faults_and_a_way_on(
    desk: Any, make: Callable[[Path], Path], name: str, words: str, tmp_path: Path
) -> None:
    card = first_run(desk, 2)
    step = card.step
    assert isinstance(step, AssetStep)
    before = desk.services.assets.lines("scheme")
    step.check_scheme(make(tmp_path / name))
    desk.rest()
    said = step.report.full_text()
    assert said.startswith(f"{name}：有 ")
    assert words in said
    assert "“方案”页" not in said  # nothing of it stands there
    assert "官方分组方案配置工作簿" in said
    assert not step.enable.isEnabled()
    assert desk.services.assets.lines("scheme") == before
    card.later.click()
    assert isinstance(card.step, BackupStep)


def test_after_a_wrong_code_book_the_right_one_can_be_enabled(desk: Any, tmp_path: Path) -> None:
    step = first_run(desk, 2).step
    assert isinstance(step, AssetStep)
    step.check_book([a_pdf(tmp_path / "编码库.pdf")])
    desk.rest()
    book = openpyxl.Workbook()
    book.worksheets[0].append(["编码", "名称"])
    book.worksheets[0].append(["K80.301", "胆总管结石"])
    book.save(tmp_path / "编码库.xlsx")
    step.check_book([tmp_path / "编码库.xlsx"])
    desk.rest()
    assert step.enable.isEnabled()
    assert "可以启用" in step.report.full_text()


def test_the_first_run_refuses_a_folder_for_backups_that_cannot_be_written(desk: Any, tmp_path: Path) -> None:
    card = first_run(desk, 3)
    step = card.step
    assert isinstance(step, BackupStep)
    file = tmp_path / "不是文件夹"
    shutil.copy(__file__, file)
    for wrong in ("/nowhere/at/all", str(file)):
        step.folder.setText(wrong)
        card.go.click()
        desk.rest()
        assert wrong in card.problem.full_text()
        assert "换一个位置" in card.problem.full_text()
        assert card.step is step
    assert desk.services.backup.plan.folder == ""
