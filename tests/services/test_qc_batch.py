"""Batch quality control over a library of invented cases: counted, listed, fixed at one stroke, taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from app.common.clock import FixedClock
from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt
from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.findings import Severity
from app.services.composition import Services, open_services
from app.services.qc_batch_types import GroupKind, HitKey, LineStatus, QcGroup, QcScope, ScopeKind, Segment
from app.storage.caches import Summary
from app.storage.ops import Op

LOS = "LJ-004"
ALL = QcScope()


def write(services: Services, case_id: int, **values: object) -> None:
    with services.session.db.operation(Op.SET_FIELD, by=services.user) as tx:
        for name, value in values.items():
            tx.set_field(case_id, Group.CASE, 0, name, value)  # type: ignore[arg-type]


@pytest.fixture
def wrong(services: Services) -> list[int]:
    """Return ten discharged cases whose days in hospital are wrong, checked."""
    ids = list(services.worklist.ids("to_code"))[:10]
    for case_id in ids:
        write(services, case_id, los_days=77)
    services.checking.run(services.worklist.ids("all"))
    return ids


@pytest.fixture
def keys(services: Services, wrong: list[int]) -> Sequence[HitKey]:
    """Return the lines of the rule on days in hospital."""
    return services.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS), Segment.OPEN)


def days(services: Services, case_id: int) -> object:
    return services.cases.view(case_id).record.value("los_days")


def test_a_round_is_counted_by_rule_department_and_coder(services: Services, keys: Sequence[HitKey]) -> None:
    overview = services.qc_batch.overview(ALL, Segment.OPEN)
    by_kind = {kind: sum(line.count for line in overview.lines if line.group.kind is kind) for kind in GroupKind}
    assert set(by_kind.values()) == {overview.segments[Segment.OPEN]} == {sum(overview.severities.values())}
    (line,) = [line for line in overview.lines if line.group == QcGroup(GroupKind.RULE, LOS)]
    assert line.count == len(keys) == 10
    assert "{" not in line.title
    assert overview.quality.cases == 24
    assert overview.quality.clean is not None
    assert overview.quality.clean < 1
    assert sum(one.cases for one in overview.departments) == 24


def test_a_line_says_what_stands_there_and_what_is_suggested(services: Services, keys: Sequence[HitKey]) -> None:
    lines = services.qc_batch.lines(keys)
    assert [line.key for line in lines] == list(keys)
    assert all(line.can_fix and "77" in line.current and "改为" in line.suggestion for line in lines)


def test_what_needs_a_person_says_why(services: Services, wrong: list[int]) -> None:
    overview = services.qc_batch.overview(ALL, Segment.OPEN)
    lines = [
        line
        for one in overview.lines
        if one.group.kind is GroupKind.RULE
        for line in services.qc_batch.lines(services.qc_batch.keys(ALL, one.group, Segment.OPEN))
    ]
    judged = [line for line in lines if line.status is LineStatus.JUDGE]
    assert judged
    assert all(line.suggestion for line in judged)


def test_ten_cases_are_fixed_by_one_operation_and_one_undo(services: Services, keys: Sequence[HitKey]) -> None:
    done = services.qc_writing.fix(keys)
    assert done.cases == 10
    assert all(days(services, key.case_id) != 77 for key in keys)
    assert services.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS)) == []
    assert services.cases.view(keys[0].case_id).undo_name
    services.qc_writing.undo(done.changes.op_id)
    assert all(days(services, key.case_id) == 77 for key in keys)
    assert services.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS)) == keys


def test_cancelling_before_the_end_writes_nothing(services: Services, keys: Sequence[HitKey]) -> None:
    with services.session.db.read() as reader:
        before = reader.audit_head()
    with pytest.raises(Cancelled):
        services.qc_writing.fix(keys, CancelAt(5))
    with services.session.db.read() as reader:
        assert reader.audit_head() == before
    assert services.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS)) == keys


def test_cancelling_after_the_write_does_not_lose_the_check(services: Services, keys: Sequence[HitKey]) -> None:
    assert services.qc_writing.fix(keys, CancelAt(10)).cases == 10
    assert services.checking.stale() == []


def test_a_case_that_changed_meanwhile_stops_the_whole_round(services: Services, keys: Sequence[HitKey]) -> None:
    write(services, keys[3].case_id, occupation="90")
    with pytest.raises(UserProblem, match="有 1 份病案在上次检查后有变动"):
        services.qc_writing.fix(keys)
    assert days(services, keys[0].case_id) == 77


def test_a_submitted_case_is_not_written(services: Services, keys: Sequence[HitKey]) -> None:
    case_id = keys[-1].case_id
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(case_id, CaseState.SUBMITTED)
    services.checking.run([case_id])
    with pytest.raises(UserProblem, match="锁定"):
        services.qc_writing.fix(keys)
    assert days(services, keys[0].case_id) == 77
    (line,) = services.qc_batch.lines(services.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS), Segment.DONE))
    assert line.status is LineStatus.PASSED


def test_nothing_to_write_is_said(services: Services, keys: Sequence[HitKey]) -> None:
    with pytest.raises(UserProblem, match="没有可以直接写入的修正"):
        services.qc_writing.fix([HitKey(keys[0].case_id, "XX-999", Segment.OPEN, ready=False)])


def test_cases_go_back_to_the_physician_with_what_was_found(services: Services, keys: Sequence[HitKey]) -> None:
    done = services.qc_writing.hand_back(keys[:2])
    returned = services.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS), Segment.RETURNED)
    assert [key.case_id for key in returned] == [key.case_id for key in keys[:2]]
    (step, *_) = services.history.timeline(keys[0].case_id)
    assert any(LOS in words and "11-24 09:00" in words for words in step.changes)
    assert services.qc_batch.lines(returned)[0].status is LineStatus.RETURNED
    services.qc_writing.undo(done.changes.op_id)
    assert services.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS), Segment.RETURNED) == []
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(keys[1].case_id, CaseState.PASSED)
    with pytest.raises(UserProblem, match="已通过"):
        services.qc_writing.hand_back(keys[:2])
    assert services.cases.view(keys[0].case_id).state is not CaseState.RETURNED


def test_a_case_passes_only_without_open_errors_and_warnings(services: Services, keys: Sequence[HitKey]) -> None:
    case_id = keys[0].case_id
    with pytest.raises(UserProblem, match="待编码"):
        services.qc_writing.pass_cases([case_id])
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(case_id, CaseState.TO_QC)
    with pytest.raises(UserProblem, match="强制错误"):
        services.qc_writing.pass_cases([case_id])
    assert services.cases.view(case_id).state is CaseState.TO_QC


def test_a_case_with_reasons_for_its_warnings_passes_and_comes_back_by_undo(services: Services) -> None:
    services.coding.auto_code(services.worklist.ids("all"))
    services.checking.run(services.worklist.ids("all"))
    row = min(services.worklist.rows(services.worklist.ids("all")), key=lambda row: (row.errors, -row.warns))
    assert row.errors == 0
    write(services, row.case_id, current_zip=None)
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(row.case_id, CaseState.TO_QC)
    with pytest.raises(UserProblem, match="警告没有写明理由"):
        services.qc_writing.pass_cases([row.case_id])
    for finding in services.cases.view(row.case_id).report.findings:
        if finding.severity is Severity.WARN:
            services.suppressions.suppress(row.case_id, finding, "病程已说明")
    services.qc_writing.pass_cases([row.case_id])
    assert services.cases.view(row.case_id).state is CaseState.PASSED
    step = services.qc_writing.last_step()
    assert step is not None
    services.qc_writing.undo(step.op_id)
    assert services.cases.view(row.case_id).state is CaseState.TO_QC


def test_the_detail_shows_fields_effect_rule_and_history(services: Services, keys: Sequence[HitKey]) -> None:
    detail = services.qc_batch.detail(keys[0])
    assert detail is not None
    (field, *_) = detail.fields
    assert (field.before, field.after is not None) == ("77", True)
    assert "评分" in detail.effect
    assert detail.rule.rule_id == LOS
    assert detail.rule.source
    assert len(detail.months) == 12
    assert detail.months[-1][0] == "2026-11"
    assert sum(number for _, number in detail.months) == 10
    assert any("77" in line for line in detail.history)
    assert services.qc_batch.detail(HitKey(9999, LOS, Segment.OPEN, ready=False)) is None


def test_a_scope_is_a_batch_a_list_or_all(services: Services, keys: Sequence[HitKey]) -> None:
    listed = QcScope(ScopeKind.LIST, queue="to_code", words="强制")
    titles = {choice.scope: choice.title for choice in services.qc_batch.scopes(listed)}
    assert titles[ALL] == "全部病案"
    assert titles[listed] == "病例列表：待编码 强制"
    (batch,) = [scope for scope in titles if scope.kind is ScopeKind.BATCH]
    assert services.qc_batch.overview(batch).quality.cases == 24
    assert services.qc_batch.overview(QcScope(ScopeKind.LIST, queue="passed")).lines == ()


def test_a_rerun_finds_what_changed_and_can_be_stopped(services: Services, keys: Sequence[HitKey]) -> None:
    write(services, keys[0].case_id, los_days=None)
    with pytest.raises(Cancelled):
        services.qc_batch.rerun(ALL, CancelAt(0))
    assert services.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS)) == keys
    rerun = services.qc_batch.rerun(ALL)
    assert (rerun.cases, rerun.at) == (24, datetime(2026, 11, 23, 9))
    assert len(services.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS))) == 9


def test_a_library_open_for_reading_shows_and_does_not_write(
    services: Services, keys: Sequence[HitKey], engines: object
) -> None:
    home = services.session.db.path.parent
    services.close()
    reading = open_services(home, clock=FixedClock(datetime(2026, 11, 23, 9)), read_only=True, engines=engines)  # type: ignore[arg-type]
    try:
        assert reading.qc_batch.keys(ALL, QcGroup(GroupKind.RULE, LOS)) == keys
        with pytest.raises(UserProblem, match="只读"):
            reading.qc_writing.fix(keys)
        assert not reading.leaving.is_wanted()
    finally:
        reading.close()


@pytest.fixture
def stay_here(services: Services) -> Callable[..., int]:
    """Return a function that puts a discharged case back into hospital, with dates."""

    def stay_here(case_id: int, admitted: datetime, planned: datetime | None) -> int:
        with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
            tx.set_state(case_id, CaseState.INPATIENT)
            tx.set_field(case_id, Group.CASE, 0, "admit_time", admitted)
            tx.set_field(case_id, Group.CASE, 0, "discharge_time", planned)
        return case_id

    return stay_here


def test_who_leaves_soon_is_listed_by_the_planned_day(services: Services, stay_here: Callable[..., int]) -> None:
    first, second, third = list(services.worklist.ids("to_code"))[:3]
    here = {case_id for case_id in services.leaving.ids()}
    stay_here(first, datetime(2026, 11, 18, 9), datetime(2026, 11, 25, 10))
    stay_here(second, datetime(2026, 11, 18, 9), datetime(2026, 11, 24, 10))
    stay_here(third, datetime(2026, 11, 18, 9), datetime(2026, 12, 1, 10))
    mine = [one for one in services.leaving.due() if one.case_id not in here]
    assert [(one.case_id, one.days_left, one.estimated) for one in mine] == [(second, 1, False), (first, 2, False)]
    assert set(services.worklist.ids("leaving")) == here | {first, second}
    assert services.qc_batch.overview(QcScope(ScopeKind.LEAVING)).quality.cases == len(here) + 2
    services.leaving.save_plan("１０", "7:30")
    assert third in services.leaving.ids()
    assert len(services.leaving.with_multiples()) == len(services.leaving.due())


def test_without_a_planned_day_the_mean_stay_of_the_group_tells(
    services: Services, stay_here: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *others = list(services.worklist.ids("to_code"))[:12]
    for case_id in (first, second):
        stay_here(case_id, datetime(2026, 11, 20, 9), None)
    with services.session.db.caching() as cache:
        for case_id in (first, *others):
            cache.save_summary(case_id, 1, Summary(drg="XX11"))
        cache.save_summary(second, 1, Summary(drg="YY11"))
    assert not {first, second} & set(services.leaving.ids())
    monkeypatch.setattr("app.services.leaving.ENOUGH_STAYS", 10)
    with services.session.db.read() as reader:
        mean = reader.group_stays()["XX11"].mean_days
    services.leaving.save_plan("14", "")
    (found,) = [one for one in services.leaving.due() if one.case_id == first]
    assert (found.estimated, found.days_left) == (True, round(mean) - 3)
    assert second not in services.leaving.ids()


def test_new_errors_before_discharge_are_told_once(services: Services, stay_here: Callable[..., int]) -> None:
    case_id = stay_here(services.worklist.ids("to_code")[0], datetime(2026, 11, 18, 9), datetime(2026, 11, 24, 10))
    assert services.leaving.is_wanted()
    services.leaving.run()
    assert not services.leaving.is_wanted()
    again = services.leaving.run()
    assert (again.new_errors, again.cases) == (0, ())
    write(services, case_id, sex=None)
    run = services.leaving.run()
    assert run.new_errors > 0
    assert run.cases == (case_id,)
    assert services.leaving.run().new_errors == 0


@pytest.mark.parametrize(("days", "at"), [("x", ""), ("-1", ""), ("99", ""), ("3", "25:00"), ("", "")])
def test_a_wrong_setting_is_refused(services: Services, days: str, at: str) -> None:
    with pytest.raises(UserProblem):
        services.leaving.save_plan(days, at)
    assert services.leaving.plan().days == 3
