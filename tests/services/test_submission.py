"""From 已通过 to 已提交 and back: gate, snapshots, register, lock, unlocking, versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import Cancelled, UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.findings import Severity
from app.qc.rule import Rule
from app.services.composition import Services
from app.services.rule_types import ExceptionReason, SignRole
from app.services.submission_gate import passed_ids
from app.services.submission_types import ReceiptKind, Scope
from app.storage.actor import Actor
from app.storage.ops import Op

WHY = "病理报告更正（测试）"
CLERK = Actor("zhao", "赵医保（测试）", frozenset({"insurance"}))
ADMIN = Actor("guan", "管理员（测试）", frozenset({"admin"}))


BLOCKING = Rule(
    id="YN-902",
    category="逻辑",
    severity=Severity.ERROR,
    when='abo == "2"',
    message="本院要求审批（测试）",
    remedy="核对",
    source="本院",
    fires=({"abo": "2"},),
    silent=({"abo": "1"},),
    fields=("abo",),
    allow_exception=True,
)


class Stop:
    """A progress that cancels at its ``at``-th step."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self, _done: int, _total: int, _note: str = "") -> None:
        """Count down."""
        self.left -= 1
        if self.left < 0:
            raise Cancelled


def put(desk: Services, case_id: int, state: CaseState) -> None:
    with desk.session.db.operation(Op.SET_STATE, by=desk.user) as tx:
        tx.set_state(case_id, state)


def clean(desk: Services, case_id: int) -> None:
    """Give reasons for the warnings of a case."""
    for finding in desk.cases.view(case_id).report.standing:
        if finding.severity is Severity.WARN:
            desk.suppressions.suppress(case_id, finding, "病程已说明（测试）")


def submit(desk: Services, note: str = "第一次申报（测试）") -> int:
    return desk.submissions.submit(desk.submissions.gate(Scope()), note).submission_id


def test_what_waits_is_counted_by_month_and_batch(desk: Services, passed: tuple[int, ...]) -> None:
    waiting = desk.submissions.waiting()
    assert waiting.total == len(passed) == sum(count for _, count in waiting.months)
    assert sum(count for _, _, count in waiting.batches) == len(passed)
    (month, count), *_ = waiting.months
    assert len(passed_ids(desk.session, desk.worklist, Scope(month=month))) == count
    assert passed_ids(desk.session, desk.worklist, Scope(month="2001-01")) == ()
    assert set(passed_ids(desk.session, desk.worklist, Scope(batch_id=waiting.batches[0][0]))) == set(passed)


def test_a_query_a_queue_or_chosen_cases_are_submitted(desk: Services, passed: tuple[int, ...]) -> None:
    first, second = desk.worklist.rows(passed)

    def gate(scope: Scope) -> list[int]:
        return [line.case_id for line in desk.submissions.gate(scope).ready]

    assert gate(Scope(words=first.record_no)) == [first.case_id]
    assert gate(Scope(queue="passed")) == list(passed_ids(desk.session, desk.worklist, Scope()))
    assert gate(Scope(queue="to_code")) == []
    assert gate(Scope(case_ids=(second.case_id, *desk.worklist.ids("coding")[:3]))) == [second.case_id]
    assert gate(Scope(case_ids=(-1,))) == []
    desk.submissions.submit(desk.submissions.gate(Scope(case_ids=(second.case_id,))), WHY)
    assert [line.case_id for line in desk.submissions.gate(Scope()).ready] == [first.case_id]


def test_the_gate_runs_rules_only_where_the_result_does_not_stand(
    desk: Services, passed: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    real = desk.checking._run
    monkeypatch.setattr(desk.checking, "_run", lambda ids: (ran.extend(ids), real(ids)))
    desk.submissions.gate(Scope())
    ran.clear()
    desk.submissions.gate(Scope())
    assert ran == []
    document = desk.cases.view(passed[0]).record.text("id_no")
    assert document
    desk.cases.set_text(desk.worklist.ids("coding")[0], "id_no", document)
    desk.submissions.gate(Scope())
    assert ran == [passed[0]]
    with desk.session.db.caching() as cache:
        cache.connection.exec_driver_sql("UPDATE finding SET stamp = 'older rules' WHERE case_id = ?", (passed[1],))
    ran.clear()
    desk.submissions.gate(Scope())
    assert passed[1] in ran


def test_an_exception_that_ran_out_stops_at_the_gate(desk: Services, passed: tuple[int, ...]) -> None:
    desk.rules.save_draft(BLOCKING)
    desk.rules.enable(BLOCKING.id, WHY)
    case_id = passed[0]
    desk.cases.set_text(case_id, "abo", "2")
    clean(desk, case_id)
    finding = next(one for one in desk.cases.view(case_id).report.findings if one.rule_id == BLOCKING.id)
    last = desk.session.clock.now().date() + timedelta(days=1)
    desk.exceptions.request(case_id, finding, ExceptionReason.CRITICAL, WHY, ["病程记录（测试）"], last)
    assert case_id not in [line.case_id for line in desk.submissions.gate(Scope()).ready]
    (line,) = desk.exceptions.of_case(case_id)
    desk.exceptions.sign(line.id, SignRole.HEAD, "孙主任（测试）")
    desk.exceptions.sign(line.id, SignRole.INSURANCE, "赵医保（测试）")
    assert case_id in [line.case_id for line in desk.submissions.gate(Scope()).ready]
    clock = desk.session.clock
    assert isinstance(clock, FixedClock)
    clock.at += timedelta(days=2)
    report = desk.submissions.gate(Scope(case_ids=(case_id,)))
    assert [(one.case_id, one.kind) for one in report.refused] == [(case_id, "error")]


def test_submitting_freezes_locks_and_registers(desk: Services, passed: tuple[int, ...]) -> None:
    number = submit(desk)
    (entry,) = desk.submissions.register()
    assert (entry.id, entry.cases, entry.note) == (number, 2, "第一次申报（测试）")
    assert entry.scheme_title
    for frozen in desk.submissions.cases_of(number):
        data = desk.submissions.snapshot(frozen.sha256)
        assert hashlib.sha256(data).hexdigest() == frozen.sha256
        held = json.loads(data)
        assert data.decode() == json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert held["head"]["record_no"] == frozen.record_no
        assert frozen.version == 1
    view = desk.cases.view(passed[0])
    assert view.state is CaseState.SUBMITTED
    assert view.locked == "已于 2026-11-23 09:00 提交医保（第 1 版），内容已锁定。修改需先申请解锁。"
    with pytest.raises(UserProblem, match="没有可以提交"):
        submit(desk)


def test_a_submission_needs_a_note_and_is_all_or_nothing(desk: Services, passed: tuple[int, ...]) -> None:
    report = desk.submissions.gate(Scope())
    with pytest.raises(UserProblem, match="版本说明"):
        desk.submissions.submit(report, " ")
    with pytest.raises(Cancelled):
        desk.submissions.submit(report, "说明", Stop(0))
    desk.cases.set_text(passed[1], "occupation", "90")
    with pytest.raises(UserProblem, match="检查之后又有改动"):
        desk.submissions.submit(report, "说明")
    assert desk.submissions.register() == ()
    assert desk.cases.view(passed[0]).state is CaseState.PASSED
    assert desk.cases.view(passed[1]).state is CaseState.QC


def test_the_gate_says_why_a_case_may_not_go(desk: Services, passed: tuple[int, ...]) -> None:
    broken, fine = passed
    desk.cases.set_text(broken, "current_zip", "x")
    desk.cases.remove_row(broken, Group.DX, 0)
    put(desk, broken, CaseState.PASSED)
    report = desk.submissions.gate(Scope())
    assert [line.case_id for line in report.ready] == [fine]
    (refused,) = report.refused
    assert refused.case_id == broken
    assert refused.words
    assert refused.remedy
    assert "第 1 版" not in repr(refused)


def test_another_group_than_the_one_it_passed_with_is_told(desk: Services, passed: tuple[int, ...]) -> None:
    with desk.session.db.operation(Op.SET_STATE, by=desk.user) as tx:
        tx.record_event("passed", {"drg": "ZZ99", "scheme": "old", "title": "旧方案（测试）"}, passed[0])
    report = desk.submissions.gate(Scope())
    assert [(one.case_id, one.kind) for one in report.refused] == [(passed[0], "regrouped")]
    assert "ZZ99（旧方案（测试））" in report.refused[0].words
    desk.states.reopen(passed[0], WHY)
    desk.qc_writing.pass_cases([passed[0]])
    assert not desk.submissions.gate(Scope()).refused


Write = Callable[[Services, int], object]
WRITES: dict[str, Write] = {
    "cases.set_text": lambda s, c: s.cases.set_text(c, "abo", "1"),
    "cases.add_row": lambda s, c: s.cases.add_row(c, Group.DX, 0),
    "cases.remove_row": lambda s, c: s.cases.remove_row(c, Group.DX, 0),
    "cases.move_row": lambda s, c: s.cases.move_row(c, Group.DX, 1, 0),
    "cases.split_row": lambda s, c: s.cases.split_row(c, Group.DX, 0),
    "cases.accept": lambda s, c: s.cases.accept(c, Group.DX, 0, "I21.100"),
    "cases.accept_all": lambda s, c: s.cases.accept_all(c),
    "cases.undo": lambda s, c: s.cases.undo(c),
    "cases.finish": lambda s, c: s.cases.set_state(c, CaseState.TO_QC),
    "states.take": lambda s, c: s.states.take([c]),
    "states.send_back": lambda s, c: s.states.send_back(c, WHY),
    "states.cancel": lambda s, c: s.states.cancel(c, WHY),
    "qc_writing.pass_cases": lambda s, c: s.qc_writing.pass_cases([c]),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_submitted_case_refuses(desk: Services, passed: tuple[int, ...], name: str) -> None:
    submit(desk)
    before = desk.cases.view(passed[0])
    with pytest.raises(UserProblem):
        WRITES[name](desk, passed[0])
    after = desk.cases.view(passed[0])
    assert (after.record, after.version, after.state) == (before.record, before.version, before.state)


def test_batch_writes_leave_submitted_cases_out(desk: Services, passed: tuple[int, ...]) -> None:
    submit(desk)
    before = [desk.cases.view(case_id).record for case_id in passed]
    desk.coding.auto_code(passed)
    assert [desk.cases.view(case_id).record for case_id in passed] == before


def test_unlocking_is_asked_for_agreed_and_leads_to_a_second_version(desk: Services, passed: tuple[int, ...]) -> None:
    submit(desk)
    case_id = passed[0]
    with pytest.raises(UserProblem, match="原因"):
        desk.unlocking.request(case_id, "  ")
    desk.unlocking.request(case_id, WHY)
    view = desk.cases.view(case_id)
    assert view.state is CaseState.UNLOCK_REQUESTED
    assert WHY in view.locked
    (wish,) = desk.unlocking.waiting()
    desk.unlocking.agree(wish.id)
    assert desk.cases.view(case_id).state is CaseState.CODING
    with pytest.raises(UserProblem, match="已经处理过"):
        desk.unlocking.agree(wish.id)
    desk.cases.set_text(case_id, "abo", "4")
    clean(desk, case_id)
    desk.cases.set_state(case_id, CaseState.TO_QC)
    desk.qc_writing.pass_cases([case_id])
    report = desk.submissions.gate(Scope())
    assert report.again == 1
    desk.submissions.submit(report, "更正（测试）")
    new, old = desk.submissions.versions(case_id)
    assert (new.version, old.version) == (2, 1)
    changes = desk.submissions.changes_between(old, new)
    assert any(change.path == "abo" and change.old != change.new for change in changes)
    assert desk.unlocking.counts() == {"approved": 1}


def test_a_refused_wish_leaves_the_case_submitted(desk: Services, passed: tuple[int, ...]) -> None:
    submit(desk)
    desk.unlocking.request(passed[0], WHY)
    (wish,) = desk.unlocking.waiting()
    with pytest.raises(UserProblem, match="原因"):
        desk.unlocking.refuse(wish.id, "")
    desk.unlocking.refuse(wish.id, "无新依据（测试）")
    assert desk.cases.view(passed[0]).state is CaseState.SUBMITTED
    assert desk.unlocking.of_case(passed[0])[0].note == "无新依据（测试）"


def test_an_archived_case_needs_two_words(desk: Services, passed: tuple[int, ...]) -> None:
    submit(desk)
    case_id, me = passed[0], desk.user
    put(desk, case_id, CaseState.ARCHIVED)
    desk.unlocking.request(case_id, WHY)
    (wish,) = desk.unlocking.waiting()
    desk.session.seat.take(CLERK)
    desk.unlocking.agree(wish.id)
    assert desk.cases.view(case_id).state is CaseState.UNLOCK_REQUESTED
    with pytest.raises(UserProblem, match="不由您审批"):
        desk.unlocking.agree(wish.id)
    desk.session.seat.take(ADMIN)
    desk.unlocking.agree(wish.id)
    desk.session.seat.take(me)
    assert desk.cases.view(case_id).state is CaseState.CODING


def test_a_refused_wish_for_an_archived_case_archives_it_again(desk: Services, passed: tuple[int, ...]) -> None:
    submit(desk)
    put(desk, passed[0], CaseState.ARCHIVED)
    desk.unlocking.request(passed[0], WHY)
    desk.unlocking.refuse(desk.unlocking.waiting()[0].id, WHY)
    assert desk.cases.view(passed[0]).state is CaseState.ARCHIVED


def test_a_receipt_is_kept_compared_and_given_back(desk: Services, passed: tuple[int, ...], tmp_path: Path) -> None:
    number, attach = submit(desk), desk.submissions.attach_receipt
    file, sent = tmp_path / "回执.pdf", tmp_path / "清单.xlsx"
    with pytest.raises(UserProblem, match="读不了文件"):
        attach(number, ReceiptKind.RECEIVED, file, 2)
    for path in (file, sent):
        path.write_bytes(path.name.encode())
    with pytest.raises(UserProblem, match="没有这次提交"):
        attach(number + 1, ReceiptKind.RECEIVED, file, 2)
    attach(number, ReceiptKind.UPLOAD, sent, 2)
    assert desk.submissions.answers() == {}
    attach(number, ReceiptKind.RECEIVED, file, 2, " 已收到 ")
    attach(number, ReceiptKind.PARTLY, file, 1)
    assert desk.submissions.answers() == {number: ReceiptKind.PARTLY}
    upload, receipt, _ = desk.submissions.receipts(number)
    assert (receipt.file_name, receipt.cases, receipt.note) == ("回执.pdf", 2, "已收到")
    assert receipt.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert desk.submissions.compare_receipt(number, sent) == upload
    sent.write_bytes(b"other")
    assert desk.submissions.compare_receipt(number, sent) is None
    file.unlink()
    assert desk.submissions.save_receipt(receipt, file).read_bytes() == "回执.pdf".encode()
    with pytest.raises(UserProblem, match="只登记了指纹"):
        desk.submissions.save_receipt(upload, file)
    with pytest.raises(UserProblem):
        desk.submissions.save_receipt(receipt, tmp_path / "无" / "回执.pdf")
    with desk.session.db.read() as reader:
        assert reader.check(replay=True).is_sound


def test_a_file_that_is_too_large_is_not_taken(
    desk: Services, passed: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.submission.MOST_BYTES", 3)
    (tmp_path / "回执.pdf").write_bytes(b"12345")
    with pytest.raises(UserProblem, match="20 MB"):
        desk.submissions.attach_receipt(submit(desk), ReceiptKind.ACCEPTED, tmp_path / "回执.pdf", 1)


def test_a_receipt_that_is_given_up_while_it_is_read_leaves_no_trace(
    desk: Services, passed: tuple[int, ...], tmp_path: Path
) -> None:
    class GivenUp:
        def step(self, done: int, total: int, note: str = "") -> None:
            raise Cancelled

    file, number = tmp_path / "回执.pdf", submit(desk)
    file.write_bytes(b"%PDF")
    with pytest.raises(Cancelled):
        desk.submissions.attach_receipt(number, ReceiptKind.ACCEPTED, file, 1, progress=GivenUp())
    assert desk.submissions.receipts(number) == ()


def test_an_unknown_snapshot_is_said(desk: Services) -> None:
    with pytest.raises(UserProblem, match="找不到这一版"):
        desk.submissions.snapshot("0" * 64)


def test_submitting_again_from_an_old_report_is_refused(desk: Services, passed: tuple[int, ...]) -> None:
    report = desk.submissions.gate(Scope())
    desk.submissions.submit(report, "一")
    with pytest.raises(UserProblem):
        desk.submissions.submit(replace(report, ready=report.ready[:1]), "二")
    with desk.session.db.read() as reader:
        assert reader.check(replay=True).is_sound
    assert passed
