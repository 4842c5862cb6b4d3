"""The payment card: formula first, quiet figures, thresholds where they are; no amount beside a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout

from app.domain.coding import Reason
from app.drg.tariffs import Differences
from app.services.types import Price, PriceState
from app.ui.page import Page, PageSpec, Place
from app.ui.pages.drg.multiple_bar import MultipleBar
from app.ui.pages.drg.payment import SHOWN_DIFFERENCES, PaymentCard
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
    own_fen=681_240,
    fund_fen=2_424_830,
    low=Decimal("0.4"),
    high=Decimal("1.5"),
    level=1,
    warning="提醒",
    regime_key="normal",
    method="rate",
    insurance="职工",
    hospital_level="三级",
    estimate="估算：未出院，费用为最近一次导入。",
    versions="权重“试验权重”属于方案“试验方案”，费率“试验费率”为 2026 年三级职工，可以计算。",
)
REFUSED = Price(
    PriceState.WEIGHTS_REFUSED,
    why=(
        Reason(
            "payment.refusal.weights_refused",
            (("table", "别处.csv"), ("scheme", "试验方案"), ("unknown", "40"), ("missing", "1"), ("codes", "ZZ01")),
        ),
    ),
    refused_for=Differences("试验方案", tuple((f"ZZ{number:02}", "没有的组") for number in range(40)), ()),
)
AMOUNTS = ("27,945.60", "31,060.70", "6,812.40", "24,248.30", "3,115.10")


@pytest.fixture
def card(qtbot: Any) -> PaymentCard:
    """Return a card of the width it has at 1366 px."""
    made = PaymentCard()
    qtbot.addWidget(made)
    made.resize(306, 360)
    made.show()
    return made


def words_of(card: PaymentCard) -> list[str]:
    """Return the words of every visible label, top to bottom."""
    labels = [label for label in card.findChildren(QLabel) if label.isVisible()]
    return [label.accessibleName() for label in sorted(labels, key=lambda one: one.mapTo(card, one.pos()).y())]


def test_formula_lines_and_versions_are_shown_and_the_difference_comes_last(card: PaymentCard) -> None:
    card.show_price(QUOTED, trial=False)
    words = words_of(card)
    for amount in AMOUNTS:
        assert amount in words
    assert QUOTED.formula in words
    assert "= 31,060.70" in words
    assert "职工 · 三级" in words
    labels = [word for word in words if word in ("总费用", "医保结算额", "个人负担", "基金支付", "结算额 − 总费用")]
    assert labels == ["总费用", "医保结算额", "个人负担", "基金支付", "结算额 − 总费用"]
    assert any(word.startswith(QUOTED.versions) for word in words)


def test_a_loss_has_a_minus_sign_and_no_colour(card: PaymentCard) -> None:
    card.show_price(replace(QUOTED, cost_fen=4_000_000), trial=False)
    loss = next(label for label in card.findChildren(QLabel) if label.accessibleName() == "−8,939.30")
    assert loss.property("tone") == "fg"


def test_estimate_is_marked_only_where_something_is_missing(card: PaymentCard) -> None:
    card.show_price(QUOTED, trial=False)
    assert card.findChild(Chip).isVisible()
    assert any("估算：未出院" in word for word in words_of(card))
    card.show_price(replace(QUOTED, estimate=""), trial=False)
    assert not card.findChild(Chip).isVisible()


def test_a_refused_table_shows_no_amount_but_the_first_differences_and_copies_all(card: PaymentCard) -> None:
    card.show_price(QUOTED, trial=False)
    card.show_price(REFUSED, trial=False)
    words = "\n".join(words_of(card))
    assert not any(amount in words for amount in AMOUNTS)
    assert "×" not in words
    assert words.count("权重表有，方案中没有") == SHOWN_DIFFERENCES
    assert "共 40 处不同" in words
    card.copy_button.click()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert len(copied) == 41
    assert "别处.csv" in copied[0]


@pytest.mark.parametrize(
    ("state", "section"),
    [(PriceState.NO_WEIGHTS, "weights"), (PriceState.WEIGHTS_REFUSED, "weights"), (PriceState.NO_RATE, "rates")],
)
def test_what_is_missing_is_imported_from_here(qtbot: Any, state: PriceState, section: str) -> None:
    page, went = _page_around(qtbot)
    page.card.show_price(Price(state), trial=False)
    assert page.card.import_button.isVisible()
    page.card.import_button.click()
    page.card.rules_button.click()
    assert went == [Place("schemes", {"section": section}), Place("pay_rules")]


def test_with_the_trial_scheme_the_way_leads_to_schemes(qtbot: Any) -> None:
    page, went = _page_around(qtbot)
    page.card.show_price(Price(PriceState.NO_RATE, Decimal(1), invented=True), trial=True)
    assert any("不可用于结算" in word for word in words_of(page.card))
    page.card.import_button.click()
    assert went == [Place("schemes", {"section": "scheme"})]


@pytest.mark.parametrize("state", [PriceState.NOT_PAID_BY_DRG, PriceState.UNGROUPED])
def test_nothing_is_offered_for_import_where_nothing_is_missing(card: PaymentCard, state: PriceState) -> None:
    card.show_price(Price(state), trial=False)
    assert not card.import_button.isVisible()
    assert not card.copy_button.isVisible()


def test_a_case_by_item_has_lines_without_formula(card: PaymentCard) -> None:
    price = Price(PriceState.BY_ITEM, settled_fen=400_000, cost_fen=400_000, settled_formula="按项目：4,000.00 × 1")
    card.show_price(price, trial=False)
    words = words_of(card)
    assert words.count("4,000.00") == 2
    assert "按项目：4,000.00 × 1" in words
    assert not card.findChild(MultipleBar).isVisible()


@pytest.mark.parametrize("high", [Decimal("1.5"), Decimal(2), Decimal(3)])
def test_thresholds_stand_where_they_are_for_the_weight(qtbot: Any, high: Decimal) -> None:
    bar = MultipleBar()
    qtbot.addWidget(bar)
    bar.resize(400, 48)
    bar.show_price(replace(QUOTED, high=high))
    end = float(max(Decimal(2), high * 4 / 3))
    words, places = zip(*bar.marks_at(), strict=True)
    assert words == ("低 0.40", "1.00", f"高 {high:.2f}")
    assert list(places) == [pytest.approx(400 * float(value) / end, abs=1) for value in (0.4, 1, float(high))]
    assert "0.90 正常 · 提醒" in bar.accessibleName()
    bar.show_price(replace(QUOTED, multiple=Decimal(90)))
    assert not bar.grab().isNull()


def test_a_long_formula_puts_its_result_below_and_nothing_is_cut(card: PaymentCard) -> None:
    card.show_price(replace(QUOTED, formula="27.1292 × 12,252.70 × 1.0500", standard_fen=34_902_622), trial=False)
    result = next(label for label in card.findChildren(QLabel) if label.accessibleName() == "= 349,026.22")
    right = result.mapTo(card, result.rect().topRight()).x()
    assert right <= card.width()


def _page_around(qtbot: Any) -> tuple[Any, list[Place]]:
    went: list[Place] = []

    class Around(Page):
        def build(self) -> None:
            """Hold the card."""
            self.card = PaymentCard()
            layout = QVBoxLayout(self)
            layout.addWidget(self.card)

    page = Around(_Shell(went.append), PageSpec("around", "around", Around))
    qtbot.addWidget(page)
    page.ensure_built()
    page.show()
    return page, went


class _Shell:
    """As much of a shell as the card asks for."""

    def __init__(self, go: Callable[[Place], None]) -> None:
        self.go = go
        self.actions = self

    def attach_page(self, page: Page) -> None:
        """Take the page."""
