"""A library of a few invented cases, made once and copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.demo import fill
from app.services.demo_cases import invent
from app.services.engines import Engines

NOW = datetime(2026, 11, 23, 9, 0)


@pytest.fixture(scope="session")
def template_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose library holds twenty-four invented cases, just imported."""
    home = tmp_path_factory.mktemp("template")
    services = open_services(home, clock=FixedClock(NOW))
    fill(services, invent(24, today=NOW.date()))
    services.close()
    return home


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    """Return engines that live as long as the session, because they take a second to load."""
    clock = FixedClock(NOW)
    return Engines(Assets(tmp_path_factory.mktemp("engines"), clock), clock)


@pytest.fixture
def services(template_home: Path, tmp_path: Path, engines: Engines) -> Iterator[Services]:
    """Return services over a copy of the template; the loaded engines are shared."""
    home = tmp_path / "library"
    shutil.copytree(template_home, home)
    opened = open_services(home, clock=FixedClock(NOW), engines=engines)
    yield opened
    opened.close()


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a discharged case that waits for coding."""
    return services.worklist.ids("to_code")[0]
