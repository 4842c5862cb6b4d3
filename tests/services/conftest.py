"""A library of a few invented cases, made once and copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.domain.case import CaseState
from app.domain.findings import Severity
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.demo import fill
from app.services.demo_cases import invent
from app.services.engines import Engines

NOW = datetime(2026, 11, 23, 9, 0)


@pytest.fixture(autouse=True)
def warmed(warm: None) -> None:
    """Start no test with an empty cache: reading code books and indexing them is tried in tests of its own."""


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


@pytest.fixture(scope="session")
def passed_home(template_home: Path, tmp_path_factory: pytest.TempPathFactory, engines: Engines) -> Path:
    """Return a home in which two of the cases have passed quality control, their warnings confirmed with reasons."""
    home = tmp_path_factory.mktemp("passed") / "library"
    shutil.copytree(template_home, home)
    services = open_services(home, clock=FixedClock(NOW), engines=engines)
    services.coding.auto_code(services.worklist.ids("to_code"))
    good: list[int] = []
    for case_id in services.worklist.ids("to_code"):
        view = services.cases.accept_all(case_id)
        if len(good) == 2 or view.report.count(Severity.ERROR) or view.grouping.problems:
            continue
        for finding in view.report.standing:
            if finding.severity is Severity.WARN:
                services.suppressions.suppress(case_id, finding, "病程已说明（测试）")
        services.cases.set_state(case_id, CaseState.TO_QC)
        good.append(case_id)
    services.qc_writing.pass_cases(good)
    services.close()
    return home


@pytest.fixture
def desk(passed_home: Path, tmp_path: Path, engines: Engines) -> Iterator[Services]:
    """Return services over a copy of the library with passed cases."""
    home = tmp_path / "passed"
    shutil.copytree(passed_home, home)
    opened = open_services(home, clock=FixedClock(NOW), engines=engines)
    yield opened
    opened.close()


@pytest.fixture
def passed(desk: Services) -> tuple[int, ...]:
    """Return the two cases that passed."""
    return tuple(desk.worklist.ids("passed"))
