"""Buttons, switches, chips, the filter box, splitters, states of a list, cards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from app.common.errors import UserProblem, Where
from app.ui.ports import MemoryPlaces
from app.ui.theme import Mode, theme
from app.ui.widgets import (
    Button,
    CheckBox,
    Chip,
    ComboBox,
    FilterBox,
    IconButton,
    Panel,
    ProgressLine,
    SectionHeader,
    SegmentedControl,
    SeverityBadge,
    Skeleton,
    Splitter,
    StatePill,
    StateStack,
    StepBar,
    Tabs,
    Text,
    ask,
    column,
    row,
)
from app.ui.widgets.frames import float_shadow
from app.ui.widgets.painting import keys_text
from app.ui.widgets.shadow import FloatShadow


@pytest.fixture
def show(qtbot) -> Callable[..., QWidget]:
    """Return a function that shows widgets in an active window and returns it."""

    kept: list[QWidget] = []

    def put(*widgets: QWidget) -> QWidget:
        window = QWidget()
        kept.append(window)
        window.setLayout(column(*widgets))
        window.resize(800, 600)
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    return put


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("Return", "Enter"),
        ("Ctrl+Return", "Ctrl ↵"),
        ("Alt+Left", "Alt ←"),
        ("↑↓", "↑↓"),
        ("/", "/"),
        ("Ctrl++", "Ctrl++"),
    ],
)
def test_keys_are_shown_as_on_the_keyboard(keys: str, shown: str) -> None:
    assert keys_text(keys) == shown


@pytest.mark.parametrize("kind", ["normal", "primary", "link", "danger"])
def test_button_is_pressed_by_mouse_space_and_return_and_never_cut(kind: str, show) -> None:
    button, pressed = Button("完成并下一份", kind=kind, keys="Ctrl+Return", icon="return"), []
    button.clicked.connect(lambda: pressed.append(1))
    show(button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Return)
    QTest.keyClick(button, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert pressed == [1, 1, 1, 1]
    assert button.width() >= button.sizeHint().width()
    focused = button.grab().toImage()
    button.clearFocus()
    assert button.grab().toImage() != focused
    button.setEnabled(False)
    assert button.grab().toImage() != focused


def test_unknown_kind_is_refused(qapp: object) -> None:
    with pytest.raises(ValueError, match="pretty"):
        Button("x", kind="pretty")


def test_button_says_other_words(qapp: object) -> None:
    button = Button("改为 11 天", icon="undo")
    before = button.sizeHint().width()
    button.set_text("主诊改 K80.304 并删第 3 行", keys="Alt+Return")
    button.set_icon("")
    assert button.sizeHint().width() > before
    assert button.accessibleName().startswith("主诊改")
    assert IconButton("bell", "通知").accessibleName() == "通知"


def test_colours_follow_the_theme_without_being_told(show) -> None:
    widgets = [
        Button("采用", kind="primary"),
        Chip("估算"),
        SeverityBadge("warn"),
        SegmentedControl((("a", "全部"),)),
        StatePill("coding"),
    ]
    show(row(*widgets))
    before = [widget.grab().toImage() for widget in widgets]
    theme().set_mode(Mode.DARK)
    assert all(widget.grab().toImage() != old for widget, old in zip(widgets, before, strict=True))


@pytest.mark.parametrize("kind", [SegmentedControl, Tabs])
def test_switches_by_keyboard_and_mouse(kind: type, show) -> None:
    switch, chosen = kind((("all", "全部"), ("open", "待处理"), ("done", "已处理"))), []
    switch.changed.connect(chosen.append)
    show(switch)
    switch.setFocus()
    QTest.keyClick(switch, Qt.Key.Key_Right)
    QTest.keyClick(switch, Qt.Key.Key_End)
    QTest.keyClick(switch, Qt.Key.Key_Right)
    QTest.keyClick(switch, Qt.Key.Key_Home)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch._boxes()[1].center())
    assert chosen == ["open", "done", "all", "open"]
    switch.set_count("open", 1168)
    assert switch.sizeHint().width() > 0
    assert "1,168" in switch._label("open")
    switch.set_current("nonsense")
    assert switch.current == "open"


def test_steps_name_the_current_one(show) -> None:
    steps = StepBar(["选择文件", "列对应", "导入"])
    show(steps)
    first = steps.grab().toImage()
    steps.set_current(1)
    assert steps.accessibleName() == "列对应"
    assert steps.grab().toImage() != first


def test_badges_speak(qapp: object) -> None:
    badge = SeverityBadge("error")
    assert badge.accessibleName() == "强制"
    badge.set_severity("hint", "25")
    assert badge.accessibleName() == "25"
    pill = StatePill("coding")
    pill.set_state("passed")
    assert pill.accessibleName() == "已通过"
    line = ProgressLine()
    line.set_value(0.62)
    assert line.accessibleName() == "62%"


def test_filter_tokens(show, ime) -> None:
    box = FilterBox("继续输入")
    changed: list[str] = []
    box.changed.connect(lambda: changed.append(box.text))
    show(box)
    box.setFocus()
    box.set_tokens((("out", "出院 11-18…11-23"), ("open", "未提交")))
    ime(box.line, "肝胆")
    assert (box.text, len(changed)) == ("肝胆", 2)
    QTest.keyClick(box.line, Qt.Key.Key_Escape)
    QTest.keyClick(box.line, Qt.Key.Key_Backspace)
    assert (box.text, box.tokens) == ("", (("out", "出院 11-18…11-23"),))
    chip = box._chips[0]
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=chip.rect().center())
    assert box.tokens
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=chip.rect().topRight() + chip.rect().topLeft())
    assert box.tokens == ()


def test_filter_enter_tells_the_text(show, qtbot) -> None:
    box = FilterBox("继续输入")
    show(box)
    box.set_tokens((), text="overdue")
    with qtbot.waitSignal(box.entered) as told:
        QTest.keyClick(box.line, Qt.Key.Key_Return)
    assert told.args == ["overdue"]


def test_splitter_remembers_sizes_and_folds(show, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.widgets.panes.REMEMBER_AFTER_MS", 0)
    places = MemoryPlaces()
    splitter = Splitter("case", places, (Text("左"), Text("右")), (0, 300))
    show(splitter)
    assert splitter.sizes()[1] == 300
    splitter.setSizes([600, 200])
    splitter.splitterMoved.emit(600, 1)
    qtbot.waitUntil(lambda: places.get("splitter.case") == {"sizes": splitter.sizes(), "folded": []})
    splitter.fold(1, True)
    again = Splitter("case", places, (Text("左"), Text("右")), (0, 300))
    show(again)
    assert again.is_folded(1)


def test_fixed_panes_leave_room_in_a_narrow_window_until_somebody_drew_them(show, qtbot) -> None:
    splitter = Splitter("list", MemoryPlaces(), (Text("左"), Text("列表"), Text("右")), (200, 0, 300))
    show(splitter)
    for width, sides in ((1200, (200, 300)), (600, (144, 216)), (1200, (200, 300))):
        splitter.resize(width, 300)
        left, _, right = splitter.sizes()
        assert abs(left - sides[0]) <= 1
        assert abs(right - sides[1]) <= 1
    splitter.setSizes([400, 398, 400])
    splitter.splitterMoved.emit(400, 1)
    splitter.resize(900, 300)
    assert splitter.sizes()[0] == 400


def test_the_focus_waits_while_a_list_is_read_and_comes_back_with_it(show, qtbot) -> None:
    before, content = QLineEdit(), QLineEdit()
    stack = StateStack(content)
    whole = QWidget()
    whole.setLayout(column(before, stack))
    show(whole)
    content.setFocus()
    stack.show_loading()
    qtbot.waitUntil(lambda: any(one.hasFocus() for one in stack.findChildren(Skeleton)))
    stack.show_content()
    assert content.hasFocus()
    stack.show_loading()
    qtbot.waitUntil(lambda: any(one.hasFocus() for one in stack.findChildren(Skeleton)))
    before.setFocus()
    stack.show_content()
    assert before.hasFocus()


def test_list_shows_its_state(show, qtbot) -> None:
    asked: list[str] = []
    content = Text("内容")
    stack = StateStack(content)
    show(stack)
    assert stack.shows_content
    stack.show_loading()
    assert content.isVisible()  # nothing flickers for what is there at once
    qtbot.waitUntil(lambda: any(one.isVisible() for one in stack.findChildren(Skeleton)))
    stack.show_empty("今日没有应编病例。", "可查看“未认领”112 份。", "查看未认领", lambda: asked.append("x"))
    said = [label.full_text() for label in stack.findChildren(Text) if label.isVisible()]
    assert said == ["今日没有应编病例。", "可查看“未认领”112 份。"]
    next(button for button in stack.findChildren(Button) if button.isVisible()).click()
    assert asked == ["x"]
    stack.show_content()
    assert content.isVisible()


def test_list_problem_has_place_words_and_copy(show) -> None:
    stack = StateStack(Text("内容"))
    show(stack)
    where = Where("front_pages.xlsx", row=3)
    stack.show_problem(UserProblem("assets.unreadable", remedy="assets.remedy.check_path", where=where))
    said = " ".join(label.full_text() for label in stack.findChildren(Text) if label.isVisible())
    assert "第 3 行" in said
    assert "请检查路径" in said
    next(button for button in stack.findChildren(Button) if button.text() == "复制详情").click()
    assert "front_pages.xlsx" in QGuiApplication.clipboard().text()


def test_confirm_holds_the_keyboard_and_gives_it_back(show, qapp) -> None:
    below, agreed = Button("删除"), []
    window = show(below)
    below.setFocus()
    card = ask(window, "删除视图？", "视图“肝胆四级手术”将被删除。", "删除视图", lambda: agreed.append(1), danger=True)
    assert qapp.focusWidget().text() == "取消"
    QTest.keyClick(qapp.focusWidget(), Qt.Key.Key_Tab)
    assert qapp.focusWidget().text() == "删除视图"
    QTest.keyClick(qapp.focusWidget(), Qt.Key.Key_Tab)
    assert qapp.focusWidget().text() == "取消"
    QTest.keyClick(qapp.focusWidget(), Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert agreed == []
    assert below.hasFocus()


def test_confirm_runs_what_was_agreed(show, qapp) -> None:
    agreed: list[int] = []
    window = show(Button("x"))
    ask(window, "退回医师？", "病案将离开您的列表。", "退回医师", lambda: agreed.append(1))
    QTest.keyClick(qapp.focusWidget(), Qt.Key.Key_Space)
    assert agreed == [1]


def test_panel_and_headers(qapp: object) -> None:
    panel = Panel("支付测算", "估算", footer=True)
    panel.set_title("支付")
    panel.set_note("职工")
    assert panel.head.title.full_text() == "支付"
    assert panel.header.count() == 2
    with pytest.raises(AttributeError):
        _ = Panel().header
    header = SectionHeader("诊断", "9 项", "F4 检索")
    header.set_note("10 项")
    header.set_right("F2")
    assert (header.note.full_text(), header.right.full_text()) == ("10 项", "F2")


def test_text_elides_and_keeps_the_whole_in_the_tooltip(show) -> None:
    text = Text("主要手术 51.8803 属 HC1，A41.501 为 MCC 且未被排除。", elide=True)
    window = show(row(text))
    window.resize(120, 60)
    assert text.text().endswith("…")
    assert text.toolTip() == text.full_text() == text.accessibleName()
    text.set_tone("muted")
    text.set_kind("caption")
    assert text.fontMetrics().height() < 20


def test_text_shows_markup_as_typed(show) -> None:
    text = Text("<b>胆总管结石</b>")
    show(text)
    assert text.textFormat() is Qt.TextFormat.PlainText


@pytest.mark.parametrize("kind", [SegmentedControl, Tabs])
def test_words_that_find_no_room_are_reached_by_key_wheel_and_mark(show: Callable[..., QWidget], kind: type) -> None:
    parts = [(str(at), f"第 {at} 个很长的页签") for at in range(6)]
    whole, tabs = kind(parts), kind(parts, narrow=True)
    assert tabs.minimumSizeHint().width() < whole.minimumSizeHint().width() / 2
    show(tabs)
    tabs.setFixedWidth(200)
    tabs.setFocus()
    QTest.keyClick(tabs, Qt.Key.Key_End)
    assert tabs.current == "5"
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.rect().center())
    assert tabs.current in ("4", "5")
    QTest.keyClick(tabs, Qt.Key.Key_Home)
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.rect().topRight() + QPoint(-4, 10))
    assert tabs.current == "0"
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.rect().center())
    assert tabs.current in ("1", "2")


def test_a_ticked_box_shows_a_tick_and_a_list_that_drops_down_an_arrow(show: Callable[..., QWidget]) -> None:
    ours, plain = (CheckBox("勾选"), ComboBox()), (QCheckBox("勾选"), QComboBox())
    for one in (*ours, *plain):
        one.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    show(*ours, *plain)
    for one, other in zip(ours, plain, strict=True):
        other.resize(one.size())
        if isinstance(one, CheckBox):
            assert one.grab().toImage() == other.grab().toImage()
            one.setChecked(True)
            other.setChecked(True)
        assert one.grab().toImage() != other.grab().toImage()


def test_over_a_wire_nothing_throws_a_shadow(qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {}
    for remote in (False, True):
        monkeypatch.setattr("app.ui.widgets.frames.is_remote", lambda remote=remote: remote)
        around = QWidget()
        qtbot.addWidget(around)
        float_shadow(QWidget(around))
        shown[remote] = bool(around.findChildren(FloatShadow))
    assert shown == {False: True, True: False}


def test_a_shadow_lies_below_what_floats_and_goes_with_it(qtbot, show: Callable[..., QWidget]) -> None:
    around = QWidget()
    around.resize(400, 300)
    frame, other = QWidget(around), QWidget(around)
    float_shadow(frame)
    frame.setGeometry(50, 40, 100, 80)
    frame.hide()
    show(around)
    shadow = around.findChild(FloatShadow)
    assert shadow is not None
    assert not shadow.isVisible()
    frame.show()
    frame.raise_()
    order = [around.children().index(one) for one in (other, shadow, frame)]
    assert shadow.isVisible()
    assert order == sorted(order)
    assert shadow.geometry().contains(frame.geometry())
    frame.move(120, 90)
    assert shadow.geometry().contains(frame.geometry())
    assert around.childAt(frame.geometry().bottomLeft() + QPoint(4, 10)) is not shadow
    bare, dark = around.grab().toImage(), frame.geometry().bottomLeft() + QPoint(20, 6)
    assert bare.pixelColor(dark).lightness() < bare.pixelColor(4, 4).lightness()
    frame.hide()
    assert not shadow.isVisible()
    frame.deleteLater()
    qtbot.waitUntil(lambda: not around.findChildren(FloatShadow))
