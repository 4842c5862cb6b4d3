"""The tokens keep their promises, and nobody else writes a colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.ui.theme import tokens
from app.ui.theme.tokens import ContrastRow

ROOT = Path(__file__).resolve().parents[3]
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?\b|QColor\(\s*[\"'\d]|Qt\.GlobalColor|QColorConstants|rgba?\(")


def luminance(written: str) -> float:
    """Return the relative luminance of ``#RRGGBB`` (WCAG 2.x, 1.4.3)."""
    parts = [int(written[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("row", tokens().contrast, ids=lambda row: f"{row.text}-on-{row.on}")
def test_contrast_is_what_the_table_says(row: ContrastRow) -> None:
    colours = tokens().colours
    for name, promised in (("light", row.light), ("dark", row.dark)):
        measured = contrast(colours[row.text][name], colours[row.on][name])
        assert measured == pytest.approx(promised, abs=0.006)
        assert measured >= row.least


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_every_colour_has_both_themes() -> None:
    assert [role for role, pair in tokens().colours.items() if set(pair) != {"light", "dark"}] == []


def test_no_colour_is_written_outside_the_tokens() -> None:
    files = [*(ROOT / "app").rglob("*.py"), ROOT / "resources" / "theme" / "style.qss"]
    stray = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if COLOUR.search(line)
    ]
    assert stray == []


@pytest.mark.parametrize(
    "line", ['QColor("red")', "QColor(255, 0, 0)", "x = '#1D5AA6'", "Qt.GlobalColor.red", "color: rgb(1, 2, 3)"]
)
def test_a_planted_colour_is_seen(line: str) -> None:
    assert COLOUR.search(line)


def test_rail_and_severities_have_words_and_icons() -> None:
    assert [entry.label for entry in tokens().nav][:3] == ["工作台", "病例", "首页"]
    assert {mark.label for mark in tokens().severity.values()} == {"强制", "警告", "提示", "通过"}
    assert all(mark.icon.startswith("ph.") for mark in tokens().state.values())
