"""The DRG card: group, weight, standard, multiple as colour and word, one sentence; no surplus, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from app.domain.coding import Reason
from app.domain.grouping import Because, Explanation, GroupResult, GroupStatus
from app.services.types import Grouping, Price, PriceState
from app.ui.actions import Action, ActionTable
from app.ui.pages.case.drg_card import DrgCard, short_why
from app.ui.pages.case.short_text import ShortText
from app.ui.ports import UserCard
from app.ui.widgets import Chip

QUOTED = Price(
    PriceState.QUOTED,
    Decimal("3.6542"),
    3_106_070,
    3_106_070,
    2_794_560,
    Decimal("0.8997"),
    "正常",
    "3.6542 × 8,500.00 × 1.0000",
    regime_key="normal",
)
ENTERED = Because("MDCH", True, "drg.because.main_dx", (("code", "K80.501"), ("group", "MDCH")))


def grouping(price: Price, *, status: GroupStatus = GroupStatus.GROUPED, sentence: str = "整句。") -> Grouping:
    """Return a grouping with a long name and a missed group."""
    name = "胆总管手术，伴严重并发症或合并症"
    explanation = Explanation(GroupResult("MDCH", "HC1", "HC11", status), name=name)
    return Grouping("s", "试验方案 2026 版", False, explanation, sentence, "去掉 A41.501 将落入 HC15。", price)


@pytest.fixture
def card(qtbot: Any) -> Iterator[DrgCard]:
    """Return a card of the width it has at 1366 px."""
    action = Action("case.drg", "看分组", "看分组。", lambda _window: None, "F9")
    made = DrgCard(ActionTable([action], UserCard("试")))
    qtbot.addWidget(made)
    made.setFixedWidth(317)
    made.show()
    yield made
    made._flash.stop()


def words_of(card: QWidget) -> list[str]:
    """Return the words of every visible label and chip."""
    parts = [*card.findChildren(QLabel), *card.findChildren(Chip)]
    return [part.accessibleName() for part in parts if part.isVisible()]


def test_a_physician_sees_group_weight_standard_multiple_and_why(card: DrgCard) -> None:
    card.show_grouping(grouping(QUOTED), same_case=False)
    words = words_of(card)
    assert {"HC11", "胆总管手术，伴严重并发症或合并症", "RW 3.6542", "支付标准 31,060.70 元", "倍率 0.90 正常"} <= set(
        words
    )
    assert not any(amount in " ".join(words) for amount in ("27,945.60", "3,115.10", "费用预警"))


@pytest.mark.parametrize(
    ("regime", "key", "level", "warning", "shown"),
    [
        ("低倍率", "low", 0, "", ["倍率 0.90 低倍率"]),
        ("高倍率", "high", 3, "审批", ["倍率 0.90 高倍率", "费用预警 审批"]),
        ("正常", "normal", 2, "介入", ["倍率 0.90 正常", "费用预警 介入"]),
    ],
)
def test_multiple_and_warning_are_words_as_well_as_colour(
    card: DrgCard, replaced: Callable[..., Price], regime: str, key: str, level: int, warning: str, shown: list[str]
) -> None:
    card.show_grouping(grouping(replaced(regime=regime, regime_key=key, level=level, warning=warning)), same_case=False)
    assert [word for word in words_of(card) if word.startswith(("倍率", "费用预警"))] == shown


def test_without_tables_there_is_no_amount_but_the_reason(card: DrgCard) -> None:
    card.show_grouping(grouping(QUOTED), same_case=False)
    refused = Price(PriceState.NO_WEIGHTS, why=(Reason("payment.refusal.no_weights", (("scheme", "试验方案"),)),))
    card.show_grouping(grouping(refused), same_case=True)
    words = " ".join(words_of(card))
    assert "31,060.70" not in words
    assert "倍率" not in words
    assert "没有属于“试验方案”的权重表" in words


def test_a_long_sentence_never_pushes_the_button_out(card: DrgCard) -> None:
    card.show_grouping(grouping(QUOTED, status=GroupStatus.UNGROUPED, sentence="原因很长，" * 80), same_case=False)
    assert card.sizeHint().height() <= 260
    why = next(one for one in card.findChildren(ShortText) if one.full_text().startswith("原因很长"))
    assert why.text().endswith("…")
    assert why.toolTip() == why.full_text() == "原因很长，" * 80
    assert card.path_button.isVisible()


def test_only_what_led_into_the_group_is_told_here() -> None:
    missed = Because("HC13", False, "drg.because.main_dx", ENTERED.args)
    explanation = Explanation(GroupResult("MDCH", "HC1", "HC11", GroupStatus.GROUPED), because=(ENTERED, missed))
    shown = short_why(Grouping("s", "s", False, explanation, "", "", QUOTED, unconfirmed=2))
    assert "HC11" in shown
    assert "HC13" not in shown
    assert "2 项编码尚未确认" in shown


@pytest.fixture
def replaced() -> Callable[..., Price]:
    """Return a function that gives the price with other values."""
    return lambda **values: replace(QUOTED, **values)
