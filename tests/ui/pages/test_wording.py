"""Words that pages share: ages, dates, amounts; what the rules say."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime

import pytest

from app.common.paths import data
from app.ui.pages.wording import age_text, joined, sex_text, short_date, yuan


@pytest.mark.parametrize(
    ("years", "days", "shown"),
    [
        (68, None, "68 岁"),
        (0, 6, "6 天"),
        (0, 105, "3 月 15 天"),
        (0, 60, "2 月"),
        (0, None, "< 1 岁"),
        (None, None, ""),
    ],
)
def test_ages_are_said_as_on_the_ward(years: int | None, days: int | None, shown: str) -> None:
    assert age_text(years, days) == shown


def test_dates_of_this_year_are_short() -> None:
    assert short_date(datetime(2026, 11, 19, 10, 10), 2026) == "11-19"
    assert short_date(date(2025, 11, 19), 2026) == "2025-11-19"
    assert short_date(None, 2026) == ""


@pytest.mark.parametrize(("fen", "shown"), [(2_794_560, "27,945.60"), (-5, "−0.05"), (0, "0.00"), (None, "—")])
def test_amounts_have_two_decimals_and_a_real_minus(fen: int | None, shown: str) -> None:
    assert yuan(fen) == shown


def test_what_is_empty_is_not_joined() -> None:
    assert joined("骨科", "", "11 天") == "骨科 · 11 天"
    assert [sex_text(code) for code in ("1", "2", "9", "")] == ["男", "女", "", ""]


_RULES = [
    (rule["id"], rule["message"], rule["remedy"])
    for path in sorted((data("resources") / "rules").glob("*.toml"))
    for rule in tomllib.loads(path.read_text(encoding="utf-8")).get("rule", [])
]
_UNGAPPED = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9{≥≤<>]|[A-Za-z0-9}%][\u4e00-\u9fff]")


def test_every_rule_says_what_to_do_in_a_sentence() -> None:
    assert len(_RULES) > 300
    assert [(key, remedy) for key, _, remedy in _RULES if "请" not in remedy or len(remedy) < 5] == []


def test_rule_texts_have_a_gap_between_chinese_and_digits() -> None:
    assert [(key, words) for key, *said in _RULES for words in said if _UNGAPPED.search(words)] == []
