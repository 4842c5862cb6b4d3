"""A library with a small scheme of its own, weights and rates, so that cases have amounts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.common.clock import FixedClock
from app.domain.field import Group
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.ui.page import PageSpec
from app.ui.pages.pay_rules import PAGE
from tests.small_scheme import write_package


@pytest.fixture
def services(
    page_template: Path, tmp_path: Path, page_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    """Return services over a small scheme with prices; only the shipped book is shared."""
    book = page_engines.assets.builtin_codebook()
    monkeypatch.setattr(Assets, "builtin_codebook", lambda _assets: book)
    home, clock = tmp_path / "library", FixedClock(page_engines._clock.now())
    shutil.copytree(page_template, home)
    assets = Assets(home, clock)
    assets.import_scheme(write_package(tmp_path / "小方案"))
    weights, rates = tmp_path / "权重.csv", tmp_path / "费率.csv"
    weights.write_text("drg,name,relative_weight\nBR19,脑,1.5\n", "utf-8")
    rates.write_text("year,hospital_level,insurance,base_rate_yuan\n2026,三级,全部,8500\n", "utf-8")
    assets.import_weights(weights)
    assets.import_rates(rates, city="试验市", level="三级")
    opened = open_services(home, clock=clock, engines=Engines(assets, clock))
    yield opened
    opened.close()


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a case of group BR19 that is paid by employees' insurance."""
    found = services.worklist.ids("to_code")[0]
    services.cases.accept(found, Group.DX, 0, "I63.900")
    services.cases.set_text(found, "pay_method", "1.1")
    services.cases.set_text(found, "fee_total", "11000")
    return found


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window on the page."""
    opened = open_desk((stand_in("worklist"), stand_in("schemes"), stand_in("drg"), PAGE))
    opened.go("pay_rules")
    return opened
