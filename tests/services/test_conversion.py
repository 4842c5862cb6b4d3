"""Codes of the clinical edition are grouped as those of the insurance edition; the record stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.domain.grouping import StepOutcome
from app.services.composition import Services, open_services
from tests.services.conftest import NOW

_BOOK = (
    "编码,名称\nI21.900,急性心肌梗死\nI10.x00,特发性高血压\nJ18.900,肺炎\nA19.001,血行播散型结核\nA19.000x001,某结核\n"
)
_MAP = "clinical_code,medins_code\nI21.900x099,I21.900\nI99.900x099,-\nA19.000x001,A19.001\n"


@pytest.fixture
def services(template_home: Path, tmp_path: Path) -> Iterator[Services]:
    """Return services whose code book came with a map from the clinical edition."""
    home = tmp_path / "library"
    shutil.copytree(template_home, home)
    files = [tmp_path / "诊断.csv", tmp_path / "对照.csv"]
    for file, words in zip(files, (_BOOK, _MAP), strict=True):
        file.write_text(words, "utf-8")
    opened = open_services(home, clock=FixedClock(NOW))
    opened.assets.import_codebook(files)
    opened.assets_changed()
    yield opened
    opened.close()


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a case whose principal diagnosis has a code of the insurance edition."""
    found = next(
        case_id
        for case_id in services.worklist.ids("to_code")
        if not services.cases.view(case_id).grouping.problems or _lacks_only_codes(services, case_id)
    )
    for index in reversed(range(1, len(services.cases.view(found).record.groups.get("dx", ())))):
        services.cases.set_text(found, f"dx[{index}].code", "")
    services.cases.set_text(found, "dx[0].code", "I21.900")
    return found


def _lacks_only_codes(services: Services, case_id: int) -> bool:
    return services.cases.view(case_id).grouping.problems == ("principal",)


def test_a_clinical_code_is_grouped_as_its_insurance_code(services: Services, case_id: int) -> None:
    plain = services.cases.view(case_id).grouping
    view = services.cases.set_text(case_id, "dx[0].code", "I21.900x099")
    assert view.record.text("dx[0].code") == "I21.900x099", "the record is not converted"
    assert plain.explanation is not None
    assert view.grouping.explanation is not None
    assert view.grouping.explanation.result == plain.explanation.result
    first = view.grouping.explanation.steps[0]
    assert (first.level, first.name, first.outcome) == ("edition", "编码换算", StepOutcome.HIT)
    assert first.facts == ("I21.900x099 → I21.900",)
    assert plain.explanation.steps[0].level == "mdc", "nothing is said where nothing was converted"


def test_every_view_of_the_case_groups_it_alike(services: Services, case_id: int) -> None:
    view = services.cases.set_text(case_id, "dx[0].code", "I21.900x099")
    assert view.grouping.explanation is not None
    drg = view.grouping.explanation.result.drg
    assert services.history.timeline(case_id)[0].group_after == drg
    assert services.session.engines.group(view.record, view.proposals).drg == drg


def test_a_code_without_equivalent_stops_grouping_and_says_so(services: Services, case_id: int) -> None:
    view = services.cases.set_text(case_id, "dx[0].code", "I99.900x099")
    assert view.grouping.explanation is None
    assert "诊断无法转换" in view.grouping.sentence


def test_a_code_that_both_editions_have_is_not_converted(services: Services, case_id: int) -> None:
    view = services.cases.set_text(case_id, "dx[0].code", "A19.000x001")
    assert view.grouping.conversions == ()
    assert view.grouping.case is not None
    assert view.grouping.case.dx[0] == "A19.000x001"


def test_a_code_that_only_the_other_edition_has_is_pointed_at(services: Services, case_id: int) -> None:
    def found() -> list[tuple[str, ...]]:
        report = services.cases.view(case_id).report
        return [finding.paths for finding in report.findings if finding.rule_id == "BM-058"]

    assert found() == []
    services.cases.set_text(case_id, "dx[0].code", "I21.900x099")
    assert found() == [("dx[0].code",)]
    services.cases.set_text(case_id, "dx[0].code", "A19.000x001")
    assert found() == [], "both editions have it"
