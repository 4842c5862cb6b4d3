"""Findings set aside: suppressed while their facts stand, excepted by two persons until a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.findings import Finding, Severity, Standing
from app.qc.rule import Rule
from app.services.composition import Services
from app.services.rule_types import ExceptionReason, ExceptionState, SignRole
from app.storage.actor import Actor, local_actor
from app.storage.ops import Op

WHY = "已核对原始病历（测试）"


def rule(rule_id: str, severity: Severity, *, allow_exception: bool = False) -> Rule:
    """Return a rule that fires on every long stay with more than one diagnosis or the sex given."""
    return Rule(
        id=rule_id,
        category="逻辑",
        severity=severity,
        when='los_days > 3 and dx[0].adm_cond != "9"',
        message="住院超过本院上限",
        remedy="核对",
        source="本院",
        fires=({"los_days": "90", "dx[0].adm_cond": "1"},),
        silent=({"los_days": "3", "dx[0].adm_cond": "1"},),
        fields=("los_days",),
        allow_exception=allow_exception,
    )


@pytest.fixture
def case(services: Services, case_id: int) -> Iterator[int]:
    """Return a case on which a warning YN-001 and an error YN-002 with exceptions fire."""
    for one in (rule("YN-001", Severity.WARN), rule("YN-002", Severity.ERROR, allow_exception=True)):
        services.rules.save_draft(one)
        services.rules.enable(one.id, WHY)
    services.cases.set_text(case_id, "los_days", "10")
    services.cases.set_text(case_id, "dx[0].adm_cond", "1")
    return case_id


def found(services: Services, case_id: int, rule_id: str = "YN-001") -> Finding | None:
    report = services.cases.view(case_id).report
    return next((finding for finding in report.findings if finding.rule_id == rule_id), None)


def standing(services: Services, case_id: int, rule_id: str = "YN-001") -> Standing:
    finding = found(services, case_id, rule_id)
    assert finding is not None
    return finding.standing


def warnings_in_list(services: Services, case_id: int) -> int:
    (row,) = services.worklist.rows([case_id])
    return row.warns


def suppress(services: Services, case_id: int) -> None:
    finding = found(services, case_id)
    assert finding is not None
    services.suppressions.suppress(case_id, finding, WHY)


def test_a_suppressed_finding_is_shown_and_not_counted(services: Services, case: int) -> None:
    before = warnings_in_list(services, case)
    suppress(services, case)
    assert standing(services, case) is Standing.SUPPRESSED
    assert warnings_in_list(services, case) == before - 1
    (line,) = services.suppressions.of_case(case)
    assert (line.reason, line.holds) == (WHY, True)
    with services.session.db.read() as reader:
        stored = reader.findings(case)
        assert reader.check(replay=True).is_sound
    assert stored is not None
    assert stored.value == services.cases.view(case).report


def test_it_comes_back_when_a_fact_changes_and_not_for_other_fields(services: Services, case: int) -> None:
    before = warnings_in_list(services, case)
    suppress(services, case)
    services.cases.set_text(case, "contact_phone", "13900000001")
    assert standing(services, case) is Standing.SUPPRESSED
    services.cases.set_text(case, "dx[0].adm_cond", "2")
    assert standing(services, case) is Standing.OPEN
    assert warnings_in_list(services, case) == before
    assert not services.suppressions.of_case(case)[0].holds
    services.cases.set_text(case, "dx[0].adm_cond", "1")
    assert standing(services, case) is Standing.SUPPRESSED


def test_it_comes_back_when_the_rule_changes(services: Services, case: int) -> None:
    suppress(services, case)
    services.rules.save_draft(replace(rule("YN-001", Severity.WARN), when="los_days > 4"))
    services.rules.enable("YN-001", WHY)
    assert standing(services, case) is Standing.OPEN


def test_it_is_lifted_and_taken_back_like_any_edit(services: Services, case: int) -> None:
    suppress(services, case)
    finding = found(services, case)
    assert finding is not None
    services.suppressions.lift(case, finding, "看错了")
    assert standing(services, case) is Standing.OPEN
    with pytest.raises(UserProblem):
        services.suppressions.lift(case, finding)
    services.cases.undo(case)
    assert standing(services, case) is Standing.SUPPRESSED
    services.cases.undo(case)
    assert standing(services, case) is Standing.OPEN
    services.cases.redo(case)
    assert standing(services, case) is Standing.SUPPRESSED
    assert any("YN-001" in line for step in services.history.timeline(case) for line in step.changes)


def test_a_background_check_keeps_it(services: Services, case: int) -> None:
    suppress(services, case)
    before = warnings_in_list(services, case)
    services.checking.run([case])
    assert warnings_in_list(services, case) == before


def test_no_reason_a_blocking_rule_and_a_finding_that_is_gone_are_refused(services: Services, case: int) -> None:
    warning, error = found(services, case), found(services, case, "YN-002")
    assert warning is not None
    assert error is not None
    for finding, reason in ((warning, " "), (error, WHY)):
        with pytest.raises(UserProblem):
            services.suppressions.suppress(case, finding, reason)
    services.cases.set_text(case, "los_days", "1")
    with pytest.raises(UserProblem) as refused:
        services.suppressions.suppress(case, warning, WHY)
    assert refused.value.key == "suppressions.gone"


def request(services: Services, case_id: int, rule_id: str = "YN-002") -> int:
    finding = found(services, case_id, rule_id)
    assert finding is not None
    services.exceptions.request(case_id, finding, ExceptionReason.CRITICAL, "危重抢救", ["病程记录 3 月 2 日", " "])
    return services.exceptions.of_case(case_id)[0].id


def test_two_persons_sign_and_the_error_no_longer_blocks(services: Services, case: int) -> None:
    number = request(services, case)
    (line,) = services.exceptions.waiting()
    assert (line.state, line.evidence) == (ExceptionState.OPEN, ("病程记录 3 月 2 日",))
    assert line.amount_fen
    services.exceptions.sign(number, SignRole.INSURANCE, "赵医保（测试）")
    assert standing(services, case, "YN-002") is Standing.OPEN
    for role, name in ((SignRole.INSURANCE, "钱某"), (SignRole.HEAD, " 赵医保(测试)"), (SignRole.HEAD, " ")):
        with pytest.raises(UserProblem):
            services.exceptions.sign(number, role, name)
    services.exceptions.sign(number, SignRole.HEAD, "孙主任（测试）")
    assert standing(services, case, "YN-002") is Standing.EXCEPTED
    assert [one.role for one in services.exceptions.of_case(case)[0].signatures] == [SignRole.HEAD, SignRole.INSURANCE]
    assert services.exceptions.waiting() == ()
    with services.session.db.read() as reader:
        assert reader.check(replay=True).is_sound


def test_an_exception_ends_with_its_last_day(services: Services, case: int) -> None:
    number = request(services, case)
    services.exceptions.sign(number, SignRole.INSURANCE, "赵医保（测试）")
    services.exceptions.sign(number, SignRole.HEAD, "孙主任（测试）")
    clock = services.session.clock
    assert isinstance(clock, FixedClock)
    clock.at += timedelta(days=30)
    assert standing(services, case, "YN-002") is Standing.EXCEPTED
    clock.at += timedelta(days=1)
    assert standing(services, case, "YN-002") is Standing.OPEN
    assert services.exceptions.of_case(case)[0].state is ExceptionState.EXPIRED
    request(services, case)


def test_a_case_waits_for_approval_and_passes_or_goes_back(services: Services, case: int) -> None:
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(case, CaseState.QC)
    number = request(services, case)
    assert services.cases.view(case).state is CaseState.APPROVAL
    with pytest.raises(UserProblem):
        services.exceptions.reject(number, SignRole.HEAD, "孙主任（测试）", " ")
    services.exceptions.reject(number, SignRole.HEAD, "孙主任（测试）", "依据不足")
    assert services.cases.view(case).state is CaseState.CODING
    assert services.exceptions.of_case(case)[0].state is ExceptionState.REJECTED
    with pytest.raises(UserProblem):
        services.exceptions.sign(number, SignRole.HEAD, "孙主任（测试）")


def test_what_cannot_be_excepted(services: Services, case: int) -> None:
    warning, error = found(services, case), found(services, case, "YN-002")
    assert warning is not None
    assert error is not None
    ask = services.exceptions.request
    today = services.session.clock.now().date()
    for refused in (
        lambda: ask(case, warning, ExceptionReason.OTHER, WHY, ["依据"]),
        lambda: ask(case, error, ExceptionReason.OTHER, " ", ["依据"]),
        lambda: ask(case, error, ExceptionReason.OTHER, WHY, [" "]),
        lambda: ask(case, error, ExceptionReason.OTHER, WHY, ["依据"], today - timedelta(days=1)),
    ):
        with pytest.raises(UserProblem):
            refused()
    number = request(services, case)
    with pytest.raises(UserProblem):
        request(services, case)
    services.exceptions.withdraw(number, WHY)
    request(services, case)
    for never in ("LJ-040", "BM-001", "FY-001"):
        finding = Finding(never, "", Severity.ERROR, "", "", ())
        assert not services.exceptions.may_except(finding)


def test_a_submitted_case_stays_as_it_was(services: Services, case: int) -> None:
    warning, error = found(services, case), found(services, case, "YN-002")
    assert warning is not None
    assert error is not None
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(case, CaseState.SUBMITTED)
    for refused in (
        lambda: services.suppressions.suppress(case, warning, WHY),
        lambda: services.suppressions.lift(case, warning),
        lambda: services.exceptions.request(case, error, ExceptionReason.OTHER, WHY, ["依据"]),
    ):
        with pytest.raises(UserProblem) as problem:
            refused()
        assert problem.value.key == "cases.locked"


def test_a_case_in_approval_passes_when_nothing_else_blocks_it(services: Services, case: int) -> None:
    for finding in services.cases.view(case).report.findings:
        if finding.severity is not Severity.HINT and finding.rule_id != "YN-002":
            services.rules.switch(finding.rule_id, False, WHY)
    with services.session.db.operation(Op.SET_STATE, by=services.user) as tx:
        tx.set_state(case, CaseState.QC)
    number = request(services, case)
    services.exceptions.sign(number, SignRole.HEAD, "孙主任（测试）")
    assert services.cases.view(case).state is CaseState.APPROVAL
    services.exceptions.sign(number, SignRole.INSURANCE, "赵医保（测试）")
    assert services.cases.view(case).state is CaseState.PASSED


def test_what_is_over_or_unknown_is_said(services: Services, case: int) -> None:
    number = request(services, case)
    services.exceptions.withdraw(number, WHY)
    for refused in (
        lambda: services.exceptions.withdraw(number, WHY),
        lambda: services.exceptions.withdraw(number, " "),
        lambda: services.exceptions.sign(number, SignRole.HEAD, "孙主任（测试）"),
        lambda: services.exceptions.sign(999, SignRole.HEAD, "孙主任（测试）"),
    ):
        with pytest.raises(UserProblem):
            refused()
    number = request(services, case)
    services.exceptions.sign(number, SignRole.HEAD, "孙主任（测试）")
    services.exceptions.sign(number, SignRole.INSURANCE, "赵医保（测试）")
    with pytest.raises(UserProblem) as problem:
        request(services, case)
    assert problem.value.key == "exceptions.approved_already"


@pytest.fixture
def waiting(services: Services, case: int) -> int:
    """Return a request that nobody signed yet."""
    return request(services, case)


HEAD = Actor("p7", "孙主任（测试）", frozenset({"head"}), frozenset({"03.04"}))
OFFICE = Actor("p8", "赵医保（测试）", frozenset({"insurance"}))


def department_of(services: Services, case_id: int) -> str:
    record = services.cases.view(case_id).record
    return record.text("discharge_dept") or record.text("admit_dept")


def test_whoever_is_signed_in_signs_in_her_own_role_and_department(services: Services, case: int, waiting: int) -> None:
    department = department_of(services, case)
    seat, sign = services.session.seat, services.exceptions.sign
    seat.take(OFFICE)
    with pytest.raises(UserProblem, match="临床科主任"):
        sign(waiting, SignRole.HEAD)
    sign(waiting, SignRole.INSURANCE, "冒名（测试）")
    seat.take(replace(HEAD, departments=frozenset({"没有的科"})))
    with pytest.raises(UserProblem, match="不属于您的科室"):
        sign(waiting, SignRole.HEAD)
    assert services.exceptions.waiting() == ()
    seat.take(replace(HEAD, departments=frozenset({department})))
    assert services.exceptions.sign_roles() == (SignRole.HEAD,)
    assert services.exceptions.record_numbers(services.exceptions.waiting())
    assert not services.exceptions.asks_name
    sign(waiting, SignRole.HEAD)
    seat.take(local_actor())
    line = services.exceptions.of_case(case)[0]
    assert [one.name for one in line.signatures] == ["孙主任（测试）", "赵医保（测试）"]
    assert line.state is ExceptionState.APPROVED


def test_one_person_of_two_roles_does_not_sign_twice_whatever_she_is_called_by_then(
    services: Services, case: int, waiting: int
) -> None:
    department = department_of(services, case)
    both = Actor("p9", "钱（测试）", frozenset({"head", "insurance"}), frozenset({department}))
    services.session.seat.take(both)
    services.exceptions.sign(waiting, SignRole.INSURANCE)
    services.session.seat.take(replace(both, name="改名（测试）"))
    with pytest.raises(UserProblem, match="两个签字须是两个人"):
        services.exceptions.sign(waiting, SignRole.HEAD)
    namesake = replace(both, id="p10")
    services.session.seat.take(namesake)
    services.exceptions.sign(waiting, SignRole.HEAD)
    names = {one.name for one in services.exceptions.of_case(case)[0].signatures}
    assert names == {"钱（测试）", "钱（测试） p10"}
