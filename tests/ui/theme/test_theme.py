"""What widgets get from the theme, and what a switch changes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from app.ui.theme import Mode, install_theme, theme, tokens
from app.ui.theme.fonts import families, make_font
from app.ui.theme.icons import make_icon
from app.ui.theme.palette import high_contrast
from app.ui.theme.stylesheet import stylesheet


def test_switch_changes_palette_stylesheet_and_icons(qapp: QApplication, qtbot) -> None:
    theme().set_mode(Mode.LIGHT)
    before = qapp.palette().color(QPalette.ColorRole.Window), qapp.styleSheet(), theme().pixmap("undo").toImage()
    with qtbot.waitSignal(theme().changed):
        theme().set_mode(Mode.DARK)
    after = qapp.palette().color(QPalette.ColorRole.Window), qapp.styleSheet(), theme().pixmap("undo").toImage()
    assert theme().dark
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert after[0].name().upper() == tokens().colours["bg_canvas"]["dark"]


def test_following_the_system_asks_the_system(qapp: QApplication) -> None:
    theme().set_mode(Mode.DARK)
    theme().set_mode(Mode.SYSTEM)
    assert theme().name == "light"  # the offscreen platform has no dark mode


def test_low_windows_are_compact_and_wide_ones_wide(qapp: QApplication) -> None:
    theme().set_window(1366, 768)
    assert (theme().size("row"), theme().size("dock_right"), theme().wide) == (28, 318, False)
    theme().set_window(1920, 1040)
    assert (theme().size("row"), theme().size("dock_right"), theme().wide) == (34, 392, True)
    theme().set_density("compact")
    assert theme().size("row") == 28
    theme().set_density(None)
    theme().set_window(1366, 768)


def test_font_size_scales_rows_but_not_hairlines(qapp: QApplication) -> None:
    theme().set_font_px(16)
    assert theme().font("body").pixelSize() == 16
    assert theme().size("row") == round(28 * 16 / 13)
    assert theme().px(1) == 1
    assert "font-size: 15px" in qapp.styleSheet()  # caption, 12 px at 100 %


@pytest.mark.parametrize("kind", sorted(tokens().type))
def test_no_chinese_below_twelve_px(kind: str, qapp: QApplication) -> None:
    size = theme().font(kind).pixelSize()
    assert size >= (11 if kind == "key_hint" else 12)


def test_code_font_falls_back_to_one_with_chinese() -> None:
    names = families(tokens(), "code")
    assert names.index("DejaVu Sans Mono") < names.index("Noto Sans CJK SC")
    assert make_font(tokens(), "code", 1.0).families() == names


def test_every_icon_of_the_tokens_exists(qapp: QApplication) -> None:
    marks = [*tokens().severity.values(), *tokens().state.values()]
    names = {*tokens().icons.values(), *(mark.icon for mark in marks), *(entry.icon for entry in tokens().nav)}
    ink = theme().colour("fg")
    assert [name for name in sorted(names) if make_icon(name, ink, ink).pixmap(16, 16).isNull()] == []


def test_stylesheet_leaves_no_placeholder(qapp: QApplication) -> None:
    assert "$" not in qapp.styleSheet()
    assert "min-height: 28px" in qapp.styleSheet()


def test_stylesheet_refuses_an_unknown_role() -> None:
    with pytest.raises(KeyError):
        stylesheet({}, {}, lambda length: length, lambda name: 0)


def test_high_contrast_takes_the_colours_of_the_system(qapp: QApplication) -> None:
    system = QPalette(theme().colour("error"), theme().colour("warn"))
    colours = high_contrast({role: theme().colour(role) for role in tokens().colours}, system)
    assert colours["bg_sheet"] == system.color(QPalette.ColorRole.Base)
    assert colours["fg_muted"] == system.color(QPalette.ColorRole.Text)
    assert colours["sel_bg"] == system.color(QPalette.ColorRole.Highlight)


def test_shadow_is_translucent(qapp: QApplication) -> None:
    assert 0 < theme().shadow().alpha() < 255


def test_there_is_one_theme(qapp: QApplication) -> None:
    assert install_theme(qapp) is theme()
