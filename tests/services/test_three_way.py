"""Physician, coder and insurer side by side, and what the import had said at changed places."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.domain.field import Group
from app.services.composition import Services
from app.services.three_way import Returned, Standing, StoredInsurer, ThreeLine, ThreeWay, ThreeWayService
from app.storage import insurer
from app.storage.ops import Op

AT = datetime(2026, 12, 20, 8, 30)


class Answers:
    """Stands for the insurer."""

    def __init__(self, answer: Returned | None) -> None:
        self.answer = answer

    def latest(self, _case_id: int) -> Returned | None:
        """Return the answer."""
        return self.answer


@pytest.fixture
def coded(services: Services) -> int:
    """Return a case with a main diagnosis coded, one row gone, one come, and a field changed."""
    ids = services.worklist.ids("to_code")
    case_id = next(one for one in ids if len(services.cases.view(one).record.rows(Group.DX)) >= 3)
    services.cases.set_text(case_id, "dx[0].code", "I63.900")
    services.cases.remove_row(case_id, Group.DX, 2)
    services.cases.add_row(case_id, Group.DX, 1)
    services.cases.set_text(case_id, "dx[1].code", "I10.x00")
    services.cases.set_text(case_id, "contact_phone", "13800009999")
    return case_id


def asked(services: Services, case_id: int, answer: Returned | None = None) -> ThreeWay:
    view = services.cases.view(case_id)
    return ThreeWayService(services.session, Answers(answer)).of(view)


def lines(found: ThreeWay) -> dict[str, ThreeLine]:
    return {f"{line.label}/{line.standing}": line for group in found.groups for line in group.lines}


def test_each_line_says_how_the_coder_stands_to_the_physician(services: Services, coded: int) -> None:
    told = lines(asked(services, coded))
    assert told["主要诊断/coded"].coder.startswith("I63.900 ")
    assert told["主要诊断/coded"].physician
    assert told["第 2 诊断/added"].physician == ""
    assert told["第 3 诊断/removed"].coder == ""
    assert told["联系人电话/changed"].coder == "13800009999"
    assert told["联系人电话/changed"].path == "contact_phone"


def test_without_an_answer_nothing_is_disputed(services: Services, coded: int) -> None:
    found = asked(services, coded)
    assert (found.returned_at, found.disputed) == (None, 0)
    assert found.changed == sum(line.is_changed for line in lines(found).values())


def test_another_group_of_the_insurer_is_a_dispute_with_its_cause(services: Services, coded: int) -> None:
    ours = services.cases.view(coded).grouping.explanation
    assert ours is not None
    same = asked(services, coded, Returned(ours.result.drg, "", "", AT))
    assert (same.returned_at, same.disputed) == (AT, 0)
    other = asked(services, coded, Returned("ZZ15", "0.4100", "主要诊断不同", AT))
    assert other.disputed == 3
    assert [line.insurer for line in other.groups[0].lines] == ["ZZ15", "0.4100", "主要诊断不同"]


def test_what_the_import_had_said_is_known_by_path(services: Services, coded: int) -> None:
    before = services.three_way.before(services.cases.view(coded))
    assert before["dx[0].code"] == ""
    assert before["contact_phone"] not in ("", "13800009999")
    assert "sex" not in before


def test_a_case_that_nobody_touched_agrees_with_itself(services: Services, case_id: int) -> None:
    found = asked(services, case_id)
    standings = {line.standing for group in found.groups[1:] for line in group.lines}
    assert standings <= {Standing.OPEN, Standing.SAME}
    assert services.three_way.before(services.cases.view(case_id)) == {}


def test_the_latest_answer_of_an_imported_file_is_the_insurers_side(services: Services, coded: int) -> None:
    assert StoredInsurer(services.session).latest(coded) is None
    for group, cause in (("ZZ11", "unknown"), ("ZZ15", "adrg")):
        with services.session.db.operation(Op.IMPORT_RETURNS, by=services.session.actor) as tx:
            file = insurer.add_import(tx, "回传.xlsx", group.ljust(64, "0"), {}, "", 1)
            line = insurer.ReturnLine(coded, group, rw="0.4100")
            insurer.add_lines(tx, file, [(line, insurer.Verdict("HC11", cause, {}), 0)])
    found = StoredInsurer(services.session).latest(coded)
    assert found is not None
    assert (found.group, found.weight, found.cause) == ("ZZ15", "0.4100", "ADRG")
    assert services.three_way.of(services.cases.view(coded)).disputed == 3
