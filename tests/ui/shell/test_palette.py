"""The palette: finds, narrows, runs, and gives the focus back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.common.errors import UserProblem
from app.common.pinyin import initials
from app.ui.main_window import MainWindow
from app.ui.page import PageSpec
from app.ui.shell.palette import Palette
from app.ui.shell.palette_model import ITEM, GroupLine, PaletteGroup, PaletteItem, PaletteModel
from app.ui.shell.pinyin import found_at


class Codes:
    """A provider of three codes."""

    label = "编码"
    prefix = "#"

    def __init__(self) -> None:
        self.taken: list[str] = []

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the codes whose name holds the query."""
        names = {"E11.900": "2型糖尿病", "E14.900": "糖尿病不伴有并发症", "K80.501": "胆总管结石"}
        items = [
            PaletteItem(
                name, lambda code=code: self.taken.append(code), code=code, spans=(found_at(query, name) or (0, 0),)
            )
            for code, name in names.items()
            if query and found_at(query, name)
        ]
        return PaletteGroup(items[:limit], len(items))


@pytest.fixture
def codes() -> Codes:
    """Return the provider."""
    return Codes()


@pytest.fixture
def palette(make_window: Callable[..., MainWindow], list_page: type, codes: Codes) -> Palette:
    """Return the open palette of a window whose page offers codes."""
    window = make_window([PageSpec("worklist", "病例列表", list_page, providers=lambda shell: [codes])])
    QTest.keyClick(window.page.table, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    found = window.findChild(Palette)
    assert found.isVisible()
    return found


def box(palette: Palette) -> QLineEdit:
    """Return the line to type in."""
    return palette.findChild(QLineEdit)


def lines(palette: Palette) -> list[str]:
    """Return what is listed, group lines in brackets."""
    return [
        f"[{line.label} {line.total}]" if isinstance(line, GroupLine) else line.title for line in palette._model.lines
    ]


def test_typing_finds_in_every_group(palette: Palette) -> None:
    QTest.keyClicks(box(palette), "tnb")
    assert lines(palette) == ["[编码 2]", "2型糖尿病", "糖尿病不伴有并发症"]


def test_enter_runs_the_second_after_one_step_down(palette: Palette, codes: Codes, ime) -> None:
    ime(box(palette), "糖尿病")
    QTest.keyClick(box(palette), Qt.Key.Key_Down)
    QTest.keyClick(box(palette), Qt.Key.Key_Return)
    assert codes.taken == ["E14.900"]
    assert not palette.isVisible()


def test_esc_gives_the_focus_back_to_the_very_widget(palette: Palette, qapp) -> None:
    table = palette.window().page.table
    assert qapp.focusWidget() is box(palette)
    QTest.keyClick(box(palette), Qt.Key.Key_Escape)
    assert qapp.focusWidget() is table


def test_prefix_asks_one_provider(palette: Palette, ime) -> None:
    ime(box(palette), ">转到")
    assert all(line.startswith(("[命令", "转到")) for line in lines(palette))
    assert len(lines(palette)) >= 2


def test_tab_narrows_to_the_group_and_backspace_widens(palette: Palette, ime) -> None:
    ime(box(palette), "糖")
    QTest.keyClick(box(palette), Qt.Key.Key_Tab)
    assert palette._chip.isVisible()
    QTest.keyClick(box(palette), Qt.Key.Key_Backspace)
    assert lines(palette) == []
    QTest.keyClick(box(palette), Qt.Key.Key_Backspace)
    assert not palette._chip.isVisible()
    assert "[命令" in "".join(lines(palette))


def test_command_shows_its_key_and_runs(palette: Palette, ime) -> None:
    ime(box(palette), "深色")
    assert lines(palette) == ["[命令 1]", "外观：深色"]
    QTest.keyClick(box(palette), Qt.Key.Key_Return)
    assert palette.window().shell.theme.dark


def test_nothing_found_says_what_to_try(palette: Palette) -> None:
    QTest.keyClicks(box(palette), "zzzz")
    assert lines(palette) == []
    assert palette._nothing.isVisible()


def test_click_on_the_ground_closes(palette: Palette) -> None:
    QTest.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.rect().bottomLeft())
    assert not palette.isVisible()


def test_recent_places_are_offered_when_the_box_is_empty(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    window.open_palette()
    assert lines(window.findChild(Palette))[:2] == ["[最近 1]", "病例列表 › 第 1 行"]
    QTest.keyClick(box(window.findChild(Palette)), Qt.Key.Key_Return)
    assert window.page.key == "worklist"


def test_model_skips_group_lines(qtmodeltester) -> None:
    model = PaletteModel()
    item = PaletteItem("甲", lambda: None)
    model.show([("一", PaletteGroup([item], 1)), ("空", PaletteGroup([], 0)), ("二", PaletteGroup([item], 9))])
    qtmodeltester.check(model)
    assert [model.next_item(row, 1) for row in (-1, 1, 3)] == [1, 3, 3]
    assert model.group_of(3) == "二"
    assert isinstance(model.data(model.index(0), ITEM), GroupLine)


@pytest.mark.parametrize(
    ("query", "words", "expected"),
    [("糖尿", "2型糖尿病", (2, 4)), ("tn", "糖尿病", (0, 2)), ("BM", "bm-024", (0, 2)), ("x", "糖尿病", None)],
)
def test_found_at(query: str, words: str, expected: tuple[int, int] | None) -> None:
    assert found_at(query, words) == expected


def test_initials_keep_letters_and_digits() -> None:
    assert initials("提交A1病案") == "tja1ba"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("提交", (0, 2)),
        ("tj", (0, 2)),
        ("tijiao", (0, 2)),
        ("tijiaob", (0, 3)),
        ("tjbing", (0, 3)),
        ("bingan", (2, 4)),
        ("tija", None),
        ("xyz", None),
        ("ian", None),
    ],
)
def test_our_words_are_found_by_pinyin_whole_begun_and_mixed(query: str, expected: tuple[int, int] | None) -> None:
    assert found_at(query, "提交病案") == expected


class Refuses:
    """A provider that whoever works here may not ask."""

    label = "病例"
    prefix = "@"

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Refuse."""
        raise UserProblem("ui.keys.typed", remedy="ui.keys.remedy.typed", keys="")


def test_what_is_refused_leaves_the_rest(make_window: Callable[..., MainWindow], list_page: type, codes: Codes) -> None:
    window = make_window([PageSpec("worklist", "病例列表", list_page, providers=lambda shell: [Refuses(), codes])])
    window.open_palette("糖尿病")
    assert lines(window.findChild(Palette))[0] == "[编码 2]"
