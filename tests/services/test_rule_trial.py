"""A rule tried on stored cases says what a full check would, and writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.common.errors import Cancelled, UserProblem
from app.domain.findings import Severity
from app.qc.faults import RuleFault
from app.qc.rule import Rule
from app.services.composition import Services
from app.services.rule_types import TrialScope
from app.services.rules import shipped_rules
from app.storage.check import table_hashes

WHY = "本院规定（测试）"


def long_stay(days: int = 3) -> Rule:
    """Return a hospital rule on long stays."""
    return Rule(
        id="YN-001",
        category="逻辑",
        severity=Severity.WARN,
        when=f"los_days > {days}",
        message="住院超过本院上限",
        remedy="核对",
        source="本院",
        fires=({"los_days": "90"},),
        silent=({"los_days": "0"},),
        fields=("los_days",),
    )


def hits_of_the_full_check(services: Services) -> dict[str, set[int]]:
    """Check every case and return the cases of each rule."""
    ids = list(services.worklist.ids("all"))
    services.checking.run(ids)
    hits: dict[str, set[int]] = {}
    with services.session.db.read() as reader:
        for case_id in ids:
            cached = reader.findings(case_id)
            assert cached is not None
            for finding in cached.value.findings:
                hits.setdefault(finding.rule_id, set()).add(case_id)
    return hits


def test_every_shipped_rule_hits_the_cases_that_the_full_check_finds(services: Services) -> None:
    expected = hits_of_the_full_check(services)
    running = [compiled.rule for compiled in shipped_rules().rules if not compiled.off]
    tried = [rule for rule in running if rule.id in expected] + running[::9]
    for rule in {rule.id: rule for rule in tried}.values():
        trial = services.rule_trial.run(rule)
        assert set(trial.hits) == expected.get(rule.id, set()), rule.id
        assert (trial.new, trial.gone) == ((), ()), rule.id
        assert trial.compared
        assert trial.cases == 24
        assert trial.broken == 0


def test_a_draft_is_compared_with_the_version_in_force(services: Services) -> None:
    first = services.rule_trial.run(long_stay(3))
    assert not first.compared
    assert first.new == first.hits
    assert 0 < len(first.hits) < 24
    services.rules.save_draft(long_stay(3))
    services.rules.enable("YN-001", WHY)
    more, fewer = services.rule_trial.run(long_stay(0)), services.rule_trial.run(long_stay(6))
    assert set(more.new) == set(more.hits) - set(first.hits)
    assert set(fewer.gone) == set(first.hits) - set(fewer.hits)
    assert more.gone == ()
    services.rules.switch("YN-001", False, WHY)
    assert services.rule_trial.run(long_stay(3)).new == first.hits


def test_a_department_is_compared_with_what_holds_there(services: Services) -> None:
    services.rules.save_draft(long_stay(0))
    services.rules.enable("YN-001", WHY)
    dept = services.rule_trial.run(long_stay(0)).by_department[0][0]
    services.rules.switch("YN-001", False, WHY, dept)
    trial = services.rule_trial.run(long_stay(0))
    with services.session.db.read() as reader:
        departments = {row.case_id: row.dept for row in reader.worklist_rows(list(trial.new))}
    assert trial.new
    assert {one == dept or one.startswith(f"{dept}.") for one in departments.values()} == {True}


def test_it_is_told_by_department_with_samples_and_what_was_judged(services: Services) -> None:
    trial = services.rule_trial.run(long_stay())
    assert sum(hits for _, _, hits, _ in trial.by_department) == len(trial.hits)
    assert trial.false_share is None
    sample = trial.samples[0]
    assert sample.finding.rule_id == "YN-001"
    assert sample.facts[0].path == "los_days"
    assert int(sample.facts[0].value) > 3
    assert sample.judged is None
    assert "redacted" in repr(sample)
    services.rules.judge("YN-001", trial.hits[0], False)
    services.rules.judge("YN-001", trial.hits[1], True)
    again = services.rule_trial.run(long_stay())
    assert (again.judged, again.false_alarms, again.false_share) == (2, 1, 0.5)
    assert {one.judged for one in again.samples} >= {False, True}


def test_a_period_and_departments_bound_it(services: Services) -> None:
    whole = services.rule_trial.run(long_stay())
    with services.session.db.read() as reader:
        rows = reader.worklist_rows(list(whole.hits))
    left = sorted(row.discharge_time.date() for row in rows if row.discharge_time)
    day = left[len(left) // 2]
    found = services.rule_trial.run(long_stay(), TrialScope(day, day))
    assert set(found.hits) == {row.case_id for row in rows if row.discharge_time and row.discharge_time.date() == day}
    dept = rows[0].dept
    found = services.rule_trial.run(long_stay(), TrialScope(departments=(dept,)))
    assert set(found.hits) == {row.case_id for row in rows if row.dept == dept}
    assert services.rule_trial.run(long_stay(), TrialScope(date(1990, 1, 1), date(1990, 1, 2))).cases == 0


def test_nothing_is_written_and_a_cancel_stops(services: Services) -> None:
    class Stop:
        def step(self, done: int, total: int) -> None:
            raise Cancelled

    def hashes() -> Any:
        with services.session.db.read() as reader:
            return table_hashes(reader._connection)

    before = hashes()
    services.rule_trial.run(long_stay())
    with pytest.raises(Cancelled):
        services.rule_trial.run(long_stay(), progress=Stop())
    assert hashes() == before


def test_a_rule_that_cannot_run_is_refused_in_words(services: Services) -> None:
    with pytest.raises(RuleFault):
        services.rule_trial.run(replace(long_stay(), when="los_dais > 1"))
    services.rules.set_list("MALE_ONLY", [], WHY)
    with pytest.raises(UserProblem) as refused:
        services.rule_trial.run(replace(long_stay(), when="has(dx, MALE_ONLY)"))
    assert "MALE_ONLY" in str(refused.value)


def test_what_cannot_be_evaluated_is_counted_apart(services: Services) -> None:
    trial = services.rule_trial.run(replace(long_stay(), when="los_days / (los_days - los_days) > 1"))
    assert trial.hits == ()
    assert trial.broken + trial.not_applicable == trial.cases
    suspended = services.rule_trial.run(replace(long_stay(0), inpatient=False))
    everyone = services.rule_trial.run(long_stay(0))
    assert set(suspended.hits) <= set(everyone.hits)


def test_rules_on_other_stays_of_the_patient_see_them(services: Services) -> None:
    ids = list(services.worklist.ids("all"))
    first, second, third = ids[:3]
    document = services.cases.view(first).record.text("id_no")
    number = services.cases.view(first).record.text("record_no")
    services.cases.set_text(second, "id_no", document)
    services.cases.set_text(third, "record_no", number)
    services.cases.set_text(third, "admission_count", "9")
    for name in ("admit_time", "discharge_time"):
        services.cases.set_text(second, name, str(services.cases.view(first).record.value(name) or ""))
    expected = hits_of_the_full_check(services)
    about = [one.rule for one in shipped_rules().rules if "siblings" in one.rule.when and not one.off]
    assert len(about) >= 3
    hits = {rule.id: set(services.rule_trial.run(rule).hits) for rule in about}
    assert hits == {rule.id: expected.get(rule.id, set()) for rule in about}
    assert len(set().union(*hits.values())) >= 2
