"""The hospital's rules: drafts, versions, switches, thresholds, lists, for all or a department; undone and replayed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.findings import Severity
from app.qc.faults import RuleFault
from app.qc.layers import Layer, RuleStatus
from app.qc.rule import Rule
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.rule_types import RuleLine

WHY = "本院规定（测试）"


def own_rule(rule_id: str = "YN-001", **changes: object) -> Rule:
    """Return a hospital rule: nobody stays longer than ``most`` days."""
    rule = Rule(
        id=rule_id,
        category="逻辑",
        severity=Severity.WARN,
        when="los_days > most",
        message="住院超过本院上限",
        remedy="核对",
        source="本院",
        fires=({"los_days": "90"},),
        silent=({"los_days": "3"},),
        fields=("los_days",),
        params={"most": 60},
    )
    return replace(rule, **changes)  # type: ignore[arg-type]


def stay(days: int = 90, dept: str = "03.04") -> CaseRecord:
    return CaseRecord(Row({"los_days": days, "discharge_dept": dept, "sex": "1"}))


def fired(services: Services, record: CaseRecord) -> set[str]:
    return {finding.rule_id for finding in services.session.engines.check(record, CaseState.CODING).findings}


def line(services: Services, rule_id: str) -> RuleLine:
    return next(one for one in services.rules.lines() if one.id == rule_id)


def enable(services: Services, rule: Rule | None = None, **days: date) -> None:
    services.rules.save_draft(rule or own_rule())
    services.rules.enable((rule or own_rule()).id, WHY, **days)


def test_a_draft_runs_nowhere_until_it_is_enabled(services: Services) -> None:
    assert services.rules.new_id() == "YN-001"
    services.rules.save_draft(own_rule(), "第一稿")
    assert line(services, "YN-001").status is RuleStatus.DRAFT
    assert line(services, "YN-001").layer is Layer.HOSPITAL
    assert "YN-001" not in fired(services, stay())
    changes = services.rules.enable("YN-001", WHY)
    assert changes.rules
    assert line(services, "YN-001").status is RuleStatus.ON
    assert "YN-001" in fired(services, stay())
    assert "YN-001" not in fired(services, stay(30))
    assert services.rules.new_id() == "YN-002"


def test_a_rule_whose_example_fails_or_that_lacks_something_is_not_enabled(services: Services) -> None:
    services.rules.save_draft(own_rule(fires=({"los_days": "5"},)))
    with pytest.raises(UserProblem) as refused:
        services.rules.enable("YN-001", WHY)
    assert refused.value.key == "rules.examples"
    assert len(refused.value.details) == 1
    for change in ({"silent": ()}, {"when": "los_dais > 3"}, {"message": "{x}"}, {"score": ("nothing",)}):
        services.rules.save_draft(own_rule(**change))
        with pytest.raises(RuleFault):
            services.rules.enable("YN-001", WHY)
    assert line(services, "YN-001").status is RuleStatus.DRAFT


def test_a_draft_waits_beside_the_version_in_force_and_can_be_dropped(services: Services) -> None:
    enable(services)
    services.rules.save_draft(own_rule(when="los_days > 20"))
    services.rules.save_draft(own_rule(when="los_days > 10"))
    assert line(services, "YN-001").has_draft
    assert services.rules.rule("YN-001").draft == own_rule(when="los_days > 10")
    assert services.rules.rule("YN-001").rule == own_rule()
    assert "YN-001" not in fired(services, stay(30))
    services.rules.drop_draft("YN-001")
    assert services.rules.rule("YN-001").draft is None
    with pytest.raises(UserProblem):
        services.rules.drop_draft("YN-001")


def test_versions_are_kept_and_an_earlier_one_comes_back_as_a_new_one(services: Services) -> None:
    enable(services)
    enable(services, own_rule(when="los_days > 20"))
    assert "YN-001" in fired(services, stay(30))
    services.rules.save_draft(own_rule(when="los_days > 80"))
    services.rules.roll_back("YN-001", 1, WHY)
    assert [one.version for one in services.rules.versions("YN-001")] == [4, 3, 2, 1]
    assert "YN-001" not in fired(services, stay(30))
    services.rules.enable("YN-001", WHY)
    assert line(services, "YN-001").version == "5"
    assert "YN-001" not in fired(services, stay(70))
    with pytest.raises(UserProblem):
        services.rules.roll_back("YN-001", 99, WHY)


def test_a_version_holds_between_its_days(services: Services, engines: Engines) -> None:
    clock = services.session.clock
    assert isinstance(clock, FixedClock)
    today = clock.now().date()
    enable(services, valid_from=today + timedelta(days=2), valid_to=today + timedelta(days=3))
    assert line(services, "YN-001").status is RuleStatus.OFF
    seen = []
    engine_clock = engines._clock
    assert isinstance(engine_clock, FixedClock)
    before = engine_clock.at
    for later in range(5):
        engine_clock.at = clock.at = before + timedelta(days=later)
        seen.append(("YN-001" in fired(services, stay()), line(services, "YN-001").status))
    engine_clock.at = before
    assert [fires for fires, _ in seen] == [False, False, True, True, False]
    assert seen[4][1] is RuleStatus.EXPIRED
    with pytest.raises(UserProblem):
        services.rules.enable("YN-001", WHY, today, today - timedelta(days=1))


def test_a_base_rule_can_be_switched_but_not_rewritten(services: Services) -> None:
    base = services.rules.rule("LJ-037").rule
    with pytest.raises(UserProblem):
        services.rules.save_draft(replace(base, when="los_days > 1"))
    assert "LJ-037" in fired(services, stay())
    services.rules.switch("LJ-037", False, WHY)
    assert line(services, "LJ-037").status is RuleStatus.OFF
    assert line(services, "LJ-037").why_off == WHY
    assert line(services, "LJ-037").changed
    assert "LJ-037" not in fired(services, stay())
    services.rules.enable("LJ-037", WHY)
    assert "LJ-037" in fired(services, stay())


def test_a_department_has_its_own_word_and_the_nearest_one_counts(services: Services) -> None:
    services.rules.switch("LJ-037", False, WHY, "03")
    services.rules.switch("LJ-037", True, WHY, "03.04")
    assert "LJ-037" not in fired(services, stay(dept="03.02"))
    assert "LJ-037" in fired(services, stay(dept="03.04"))
    assert "LJ-037" in fired(services, stay(dept="04"))
    assert line(services, "LJ-037").departments == ("03", "03.04")
    (newest, first) = services.rules.overrides("LJ-037")
    assert newest.in_force
    assert first.in_force
    services.rules.drop_override(newest.id, WHY)
    assert "LJ-037" not in fired(services, stay(dept="03.04"))
    with pytest.raises(UserProblem):
        services.rules.switch("LJ-037", False, WHY, "没有这个科")


def test_severity_and_thresholds_change_for_all_or_for_a_department(services: Services) -> None:
    services.rules.set_severity("LJ-037", Severity.ERROR, WHY)
    assert line(services, "LJ-037").severity is Severity.ERROR
    enable(services)
    services.rules.set_parameter("YN-001.most", 100, WHY, "03")
    assert "YN-001" not in fired(services, stay(dept="03.04"))
    assert "YN-001" in fired(services, stay(dept="04"))
    services.rules.set_parameter("YN-001.most", None, WHY, "03")
    assert "YN-001" in fired(services, stay(dept="03.04"))
    services.rules.set_parameter("long_stay_days", 100, WHY)
    assert "LJ-037" not in fired(services, stay(90))
    (days,) = [one for one in services.rules.parameters() if one.name == "long_stay_days"]
    assert (days.shipped, days.value) == (30, 100)
    for name, value in (("nothing", 1.0), ("LJ-037.nothing", 1.0), ("long_stay_days", float("nan"))):
        with pytest.raises(UserProblem):
            services.rules.set_parameter(name, value, WHY)


def test_an_exemption_silences_a_rule_where_it_holds(services: Services) -> None:
    services.rules.exempt("LJ-037", 'sex == "1"', WHY, "03")
    assert "LJ-037" not in fired(services, stay(dept="03.04"))
    assert "LJ-037" in fired(services, stay(dept="04"))
    with pytest.raises(RuleFault):
        services.rules.exempt("LJ-037", "sexx == 1", WHY)
    services.rules.exempt("LJ-037", "", WHY, "03")
    assert "LJ-037" in fired(services, stay(dept="03.04"))


def test_an_empty_list_switches_its_rules_off_and_says_so(services: Services) -> None:
    services.rules.set_list("MALE_ONLY", [" C61 ", "", "C61"], WHY)
    (males,) = [one for one in services.rules.lists() if one.name == "MALE_ONLY"]
    assert males.items == ("C61",)
    assert males.changed
    user = males.rules[0]
    assert line(services, user).status is RuleStatus.ON
    services.rules.set_list("MALE_ONLY", [], WHY)
    assert line(services, user).status is RuleStatus.OFF
    assert line(services, user).why_off == "MALE_ONLY"
    with pytest.raises(RuleFault):
        services.rules.set_list("MALE_ONLY", ["这不是编码"], WHY)
    with pytest.raises(UserProblem):
        services.rules.set_list("NO_LIST", [], WHY)


def test_every_change_needs_a_reason(services: Services) -> None:
    services.rules.save_draft(own_rule())
    for write in (
        lambda: services.rules.enable("YN-001", " "),
        lambda: services.rules.switch("LJ-037", False, ""),
        lambda: services.rules.set_parameter("split_days", 3, ""),
        lambda: services.rules.set_list("MALE_ONLY", [], ""),
    ):
        with pytest.raises(UserProblem) as refused:
            write()
        assert refused.value.key == "rules.no_reason"
    with pytest.raises(UserProblem):
        services.rules.switch("YN-404", False, WHY)
    with pytest.raises(UserProblem):
        services.rules.switch("YN-001", False, WHY)


def test_a_change_is_told_and_taken_back(services: Services) -> None:
    enable(services)
    services.rules.switch("LJ-037", False, WHY, "03")
    step = services.rules.history("LJ-037")[0]
    assert step.reason == WHY
    assert "LJ-037" in step.what
    assert step.can_undo
    services.rules.undo(step.op_id)
    assert "LJ-037" in fired(services, stay())
    assert not any(one.can_undo for one in services.rules.history("LJ-037"))
    services.rules.undo(services.rules.history("YN-001")[0].op_id)
    assert line(services, "YN-001").status is RuleStatus.DRAFT
    assert "YN-001" not in fired(services, stay())


def test_rules_survive_a_restart_and_follow_from_the_audit(services: Services, tmp_path: Path) -> None:
    enable(services)
    services.rules.switch("LJ-037", False, WHY, "03")
    services.rules.judge("LJ-037", 1, False)
    services.rules.judge("LJ-037", 1, True)
    services.rules.judge("LJ-037", 2, False)
    with services.session.db.read() as reader:
        assert reader.check(replay=True).is_sound
    home = services.session.db.path.parent
    services.close()
    copy = tmp_path / "again"
    shutil.copytree(home, copy)
    again = open_services(copy, clock=FixedClock(services.session.clock.now()))
    try:
        assert line(again, "YN-001").status is RuleStatus.ON
        assert "YN-001" in fired(again, stay())
        assert "LJ-037" not in fired(again, stay())
        assert (line(again, "LJ-037").false_alarms, line(again, "LJ-037").judged) == (1, 2)
    finally:
        again.close()


def test_hits_of_the_month_come_from_the_stored_findings(services: Services) -> None:
    services.checking.run(services.worklist.ids("all"))
    assert sum(one.hits_month for one in services.rules.lines()) > 0


def test_every_word_may_hold_between_two_days(services: Services) -> None:
    today = services.session.clock.now().date()
    ahead = (today + timedelta(days=1), today + timedelta(days=9))
    services.rules.set_severity("LJ-037", Severity.ERROR, WHY, days=ahead)
    services.rules.set_parameter("long_stay_days", 100, WHY, days=ahead)
    services.rules.exempt("LJ-037", 'sex == "1"', WHY, days=ahead)
    assert "LJ-037" in fired(services, stay(90))
    assert not any(one.in_force for one in services.rules.overrides("LJ-037"))
    services.rules.exempt("LJ-037", 'sex == "1"', WHY, days=(today, today))
    assert "LJ-037" not in fired(services, stay(90))
    with pytest.raises(UserProblem):
        services.rules.set_parameter("long_stay_days", 100, WHY, days=(ahead[1], ahead[0]))


def test_a_group_is_exempted_by_its_code(services: Services) -> None:
    services.rules.exempt("LJ-037", 'drg == "XX99"', WHY)
    assert "LJ-037" in fired(services, stay(90))
