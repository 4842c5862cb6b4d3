"""Everything that has to be in the audit, each brought about the way people do it: one story, one line a thing.

After every line the audit is asked what it says: who, at which computer, when, what, on which case, from what to what,
why, which file. A kind of operation that no line brings about fails the test, so whoever adds one adds its line.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from argon2 import PasswordHasher

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.common.files import sha256_of
from app.common.progress import NoProgress
from app.domain.field import Group
from app.domain.findings import Finding, Severity
from app.domain.returning import AnswerKind, ReturnAnswer, ReturnOption, ReturnQuestion
from app.qc.rule import Rule
from app.services.appeals_types import AppealDraft, AppealKind, AppealState
from app.services.arriving import arrive
from app.services.asset_store import CODEBOOK, RATES
from app.services.audit_types import AuditQuery
from app.services.coding_memory import MemoryRow
from app.services.composition import Services, open_services
from app.services.demo import write_demo_batch
from app.services.engines import Engines
from app.services.passwords import Passwords
from app.services.people import Entry
from app.services.rule_types import ExceptionReason, SignRole
from app.services.submission_types import ReceiptKind, Scope
from app.services.whatif_values import Change, WhatIf
from app.storage.actor import ALL_ROLES, machine_name
from app.storage.audit import Operation
from app.storage.coding_memory import MemoryQuery
from app.storage.ops import Op
from app.storage.quality import HitKey, Segment
from app.storage.rows import EVENT
from app.storage.rows import Change as AuditChange
from tests.services.conftest import NOW

LOS = "LJ-004"
WHY = "已核对原始病历（测试）"
MAPLE, CLOUD = "Hong-Ye 2026 Feng", "Lan-Tian 2026 Yun"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
OPTIONS = (ReturnOption("与首页相符"), ReturnOption("不是，改为…", AnswerKind.CHANGED))
Line = tuple[Op, str]
"""What was done, and what its entry has to hold: case, old, new, why, file, words."""


@dataclass
class World:
    """The program over a library, and where files go."""

    app: Services
    folder: Path
    engines: Engines

    def reopen(self) -> None:
        """Close the program and open it again."""
        home, clock = self.app.session.db.path.parent, self.app.session.clock
        self.app.close()
        self.app = open_services(
            home, clock=clock, engines=self.engines, passwords=CHEAP, config=self.folder / "config"
        )

    def uncoded(self) -> int:
        """Return a case that waits for coding."""
        return self.app.worklist.ids("to_code")[0]

    def finding(self, case_id: int, rule_id: str) -> Finding:
        """Return a finding of a rule."""
        return next(one for one in self.app.cases.view(case_id).report.findings if one.rule_id == rule_id)


def coming_in(w: World) -> Iterator[Line]:
    """Batches, the hospital's past, the self-test's own case."""
    write_demo_batch(w.folder / "批次.csv", 30)
    outcome = w.app.imports.commit(w.app.imports.preview(w.folder / "批次.csv"))
    yield Op.IMPORT, "new words"
    w.app.cases.set_text(outcome.case_ids[0], "rh", "1")
    again = w.app.imports.preview(w.folder / "批次.csv")
    w.app.imports.commit(again, take=[(outcome.case_ids[0], "rh")])
    yield Op.REIMPORT, "case old new words"
    (w.folder / "过去.csv").write_text("原文,编码\n心悸气促三天,I49.900\n", "utf-8-sig")
    w.app.memory.commit(w.app.memory.preview(w.folder / "过去.csv"))
    yield Op.IMPORT_PAST, "new words"
    (row,) = [one for one in _memory(w) if "心悸" in one.line.text]
    w.app.memory.revoke(row, WHY)
    yield Op.REVOKE_CODING, "new why"
    (row,) = [one for one in _memory(w) if "心悸" in one.line.text]
    w.app.memory.restore(row)
    yield Op.RESTORE_CODING, ""


def _memory(w: World) -> list[MemoryRow]:
    return w.app.memory.rows(w.app.memory.refs(MemoryQuery()))


def coding(w: World) -> Iterator[Line]:
    """What a coder does with a case."""
    case_id, cases = w.uncoded(), w.app.cases
    cases.set_text(case_id, "abo", "2")
    yield Op.SET_FIELD, "case new"
    cases.accept(case_id, Group.DX, 0, "I21.100")
    yield Op.SET_CODE, "case new"
    cases.add_row(case_id, Group.DX, 1)
    yield Op.INSERT_ROW, "case new"
    cases.remove_row(case_id, Group.DX, 1)
    yield Op.DELETE_ROW, "case old"
    cases.move_row(case_id, Group.DX, 1, 0)
    yield Op.MOVE_ROW, "case old new"
    cases.undo(case_id)
    yield Op.UNDO, "case old new"
    cases.redo(case_id)
    yield Op.REDO, "case old new"
    with w.app.session.db.operation(Op.REIMPORT, by=w.app.user) as tx:
        tx.insert_row(case_id, Group.DX, 2, {"source_text": "胆囊结石；高血压病；2型糖尿病", "name": "高血压"})
    cases.split_row(case_id, Group.DX, 2)
    yield Op.SPLIT_ROW, "case new"
    cases.adopt(case_id, WhatIf(Change.FIRST, Group.DX, cases.view(case_id).record.rows(Group.DX)[1].id), WHY)
    yield Op.ADOPT_WHAT_IF, "case old new why"
    others = w.app.worklist.ids("to_code")
    w.app.coding.auto_code(others)
    yield Op.AUTO_CODE, "new"
    for other in others:
        if w.app.cases.view(other).proposals:
            w.app.cases.accept_all(other)
            break
    yield Op.ACCEPT_PROPOSAL, "case"
    cases.accept(case_id, Group.DX, 0, "K35.800")
    cases.apply_fix(case_id, _slip(w, case_id))
    yield Op.APPLY_FIX, "case old new words"
    _slip(w, case_id)
    w.app.checking.run([case_id])
    w.app.qc_writing.fix([HitKey(case_id, LOS, Segment.OPEN, ready=True)])
    yield Op.APPLY_FIXES, "case old new words"
    asked = next(one for one in w.app.questions.of_case(cases.view(case_id)).asked if one.question.id == "ZW-001")
    option = next(one for one in asked.question.options if "都没有" in one.label)
    view = w.app.questions.answer(cases.view(case_id), asked, option)
    yield Op.ANSWER_QUESTION, "case"
    w.app.questions.reopen(view, w.app.questions.of_case(view).settled[0])
    yield Op.REOPEN_QUESTION, "case"


def _slip(w: World, case_id: int) -> Finding:
    """Type a wrong length of stay and return the finding that offers the right one."""
    w.app.cases.set_text(case_id, "los_days", "99")
    return w.finding(case_id, LOS)


def findings(w: World) -> Iterator[Line]:
    """Rules, and what is decided about what they find."""
    rules = w.app.rules
    for rule_id, severity in (("YN-001", Severity.WARN), ("YN-002", Severity.ERROR)):
        rules.save_draft(_rule(rule_id, severity), WHY)
        yield Op.SAVE_RULE, "new"
        rules.enable(rule_id, WHY)
        yield Op.ENABLE_RULE, "new why"
    rules.save_draft(_rule("YN-003", Severity.HINT))
    rules.drop_draft("YN-003")
    yield Op.DROP_DRAFT, "old"
    rules.set_parameter("split_days", 10, WHY)
    yield Op.OVERRIDE_RULE, "new why"
    rules.save_draft(_rule("YN-001", Severity.WARN, "los_days > 4"))
    rules.enable("YN-001", WHY)
    rules.roll_back("YN-001", 1, WHY)
    yield Op.ROLL_BACK_RULE, "new why"
    w.app.rule_packs.export(w.folder / "own.pack", title="测试包")
    yield Op.EXPORT, "file"
    rules.save_draft(_rule("YN-001", Severity.WARN, "los_days > 5"))
    rules.enable("YN-001", WHY)
    w.app.rule_packs.take(w.app.rule_packs.preview(w.folder / "own.pack"), WHY, trust=True)
    yield Op.TAKE_RULES, "new why"
    case_id = w.uncoded() if len(w.app.worklist.ids("to_code")) else w.app.worklist.ids("coding")[0]
    w.app.cases.set_text(case_id, "los_days", "10")
    w.app.cases.set_text(case_id, "dx[0].adm_cond", "1")
    rules.judge("YN-001", case_id, true_alarm=False, note=WHY)
    yield Op.JUDGE_RULE, "case new"
    w.app.suppressions.suppress(case_id, w.finding(case_id, "YN-001"), WHY)
    yield Op.SUPPRESS, "case new why"
    w.app.suppressions.lift(case_id, w.finding(case_id, "YN-001"), WHY)
    yield Op.LIFT_SUPPRESSION, "case"
    for end in (Op.WITHDRAW_EXCEPTION, Op.REJECT_EXCEPTION, Op.SIGN_EXCEPTION):
        error = w.finding(case_id, "YN-002")
        w.app.exceptions.request(case_id, error, ExceptionReason.CRITICAL, WHY, ["病程记录（测试）"])
        yield Op.REQUEST_EXCEPTION, "case new why"
        number = w.app.exceptions.of_case(case_id)[0].id
        if end is Op.WITHDRAW_EXCEPTION:
            w.app.exceptions.withdraw(number, WHY)
        elif end is Op.REJECT_EXCEPTION:
            w.app.exceptions.reject(number, SignRole.HEAD, "孙主任（测试）", WHY)
        else:
            w.app.exceptions.sign(number, SignRole.HEAD, "孙主任（测试）")
        yield end, "case new" if end is Op.SIGN_EXCEPTION else "case new why"

    for rule_id in ("YN-001", "YN-002"):
        rules.switch(rule_id, False, WHY)
        yield Op.OVERRIDE_RULE, "new why"


def _rule(rule_id: str, severity: Severity, when: str = "los_days > 3") -> Rule:
    return Rule(
        id=rule_id,
        category="逻辑",
        severity=severity,
        when=when,
        message="住院超过本院上限",
        remedy="核对",
        source="本院",
        fires=({"los_days": "90"},),
        silent=({"los_days": "1"},),
        fields=("los_days",),
        allow_exception=True,
    )


def lists(w: World) -> Iterator[Line]:
    """Lists, what stands beside a case, what is looked at and searched."""
    ids, work = list(w.app.worklist.ids("all")[:2]), w.app.list_work
    work.claim(ids)
    yield Op.CLAIM, "case new"
    work.release(ids)
    yield Op.RELEASE, "case old"
    work.assign(ids, "p7")
    yield Op.ASSIGN, "case new"
    work.follow_up(ids, "2026-12-01", WHY)
    yield Op.SET_FOLLOW_UP, "case new why"
    work.settle(ids)
    yield Op.SETTLE_FOLLOW_UP, "case old"
    w.app.notes.write(ids[0], "abo", "血型待核对（测试）", private=False)
    yield Op.WRITE_NOTE, "case new"
    number = w.app.notes.of_case(ids[0])[0].id
    w.app.notes.change(number, "血型已核对（测试）", private=False)
    yield Op.CHANGE_NOTE, "case old new"
    w.app.notes.settle(number, done=True)
    yield Op.SETTLE_NOTE, "case new"
    w.app.notes.drop(number)
    yield Op.DROP_NOTE, "case old"
    w.app.papers.paste(ids[0], "主诉：发热三天（测试）")
    yield Op.ADD_DOCUMENT, "case new"
    w.app.papers.drop(ids[0], w.app.papers.of_case(ids[0])[0].id)
    yield Op.DROP_DOCUMENT, "case old"
    w.app.shelf.star("J18.900", shared=False)
    yield Op.MARK_CODE, "new"
    w.app.shelf.unstar("J18.900")
    yield Op.UNMARK_CODE, "new"
    w.app.cases.view(ids[0])
    w.app.audit.write_reads()
    yield Op.OPEN_CASE, "case words"
    w.app.worklist.ids("all", "何平")
    w.app.audit.write_reads()
    yield Op.SEARCH, "words"
    w.app.audit.note_mask(on=False)
    yield Op.SET_MASK, "words"
    w.app.front_page.save(ids[0], w.folder / "首页.pdf", b"%PDF", masked=True)
    yield Op.PRINT_CASE, "case file"
    w.app.front_page.note_printed(ids[0], masked=False)
    yield Op.PRINT_CASE, "case words"


def settings(w: World) -> Iterator[Line]:
    """What the hospital sets, and tables that it brings."""
    w.app.people.set_lock_minutes("7")
    yield Op.SET_SETTING, "new"
    w.app.asking.set_hours(48, 2)
    yield Op.SET_SETTING, "new"
    template = w.app.return_templates.lines()[0]
    w.app.return_templates.save(template.id, template.words, template.options)
    yield Op.SET_SETTING, "new"
    w.app.assets.use(CODEBOOK, "")
    yield Op.CHANGE_ASSET, "words new"
    w.app.backup.back_up(NoProgress())
    yield Op.BACK_UP, "words"


def questions(w: World) -> Iterator[Line]:
    """Questions to physicians, out and back."""
    first, second, third = w.app.worklist.ids("coding")[:3]
    asked = ReturnQuestion("BM-062", "dx[0].adm_cond", "入院时的情况是？", OPTIONS, severity="warn")
    for case_id in (first, second, third):
        w.app.cases.set_text(case_id, "dx[0].adm_cond", "4")
    w.app.asking.ask(first, asked)
    yield Op.ASK_PHYSICIAN, "case new"
    w.app.asking.send(first)
    yield Op.RETURN_CASE, "case new"
    given = ReturnAnswer(AnswerKind.CHANGED, "不是，改为…", "1", "11-20 入院记录")
    w.app.physician.submit(first, {w.app.physician.sheet(first).items[0].id: given})
    yield Op.ANSWER_RETURN, "case new"
    w.app.verdicts.accept(w.app.verdicts.diffs(first)[0].id)
    yield Op.ACCEPT_ANSWER, "case new"
    w.app.asking.send_all({second: (asked,), third: (asked,)})
    _later(w, days=3)
    w.app.chase.escalate([w.app.physician.sheet(second).items[0].id])
    yield Op.ESCALATE_RETURN, "case new"
    w.app.fix_list.write(w.folder / "清单.xlsx")
    yield Op.EXPORT, "words"
    _answer_all(w.folder / "清单.xlsx")
    w.app.fix_list.take(w.app.fix_list.preview(w.folder / "清单.xlsx"), "陈立群（测试）")
    yield Op.TAKE_ANSWERS, "case new words"
    w.app.verdicts.keep(w.app.verdicts.diffs(second)[0].id, WHY)
    yield Op.KEEP_VALUE, "case new why"
    w.app.asking.send_all({third: (asked,)})
    w.app.asking.withdraw(third, WHY)
    yield Op.WITHDRAW_RETURN, "case new why"


def _answer_all(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    for sheet in (one for one in book.worksheets if one.cell(1, 1).value == "序号"):
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, 13).value, sheet.cell(row, 14).value = "1 有", "11-20 入院记录"
    book.save(path)


def giving_away(w: World) -> Iterator[Line]:
    """Moves, submission, unlocking, what the insurer sends, objections, files."""
    first, second = w.app.worklist.ids("passed")[:2]
    w.app.states.reopen(first, WHY)
    yield Op.SET_STATE, "case old new why"
    w.app.qc_writing.pass_cases([first])
    yield Op.SET_STATE, "case old new"
    w.app.submissions.submit(w.app.submissions.gate(Scope()), WHY)
    yield Op.SUBMIT, "case old new why"
    (w.folder / "上报.csv").write_text("1", "utf-8")
    w.app.submissions.attach_receipt(w.app.submissions.register()[0].id, ReceiptKind.UPLOAD, w.folder / "上报.csv", 2)
    yield Op.ATTACH_RECEIPT, "new words"
    w.app.appeals.open(first, AppealDraft(AppealKind.APPEAL, WHY))
    yield Op.OPEN_APPEAL, "case new why"
    number = w.app.appeals.of_case(first)[0].stored.id
    w.app.appeals.change(number, "2026-12-24", "病理报告（测试）")
    yield Op.CHANGE_APPEAL, "case old new"
    w.app.appeals.answer(number, WHY)
    yield Op.ANSWER_APPEAL, "case new why"
    w.app.appeals.close(number, AppealState.ACCEPTED, WHY)
    yield Op.CLOSE_APPEAL, "case new why"
    _returned_file(w, second)
    w.app.insurer.commit(w.app.insurer.preview(w.folder / "医保返回.csv"))
    yield Op.IMPORT_RETURNS, "new"
    w.app.unlocking.request(first, WHY)
    yield Op.REQUEST_UNLOCK, "case new why"
    w.app.unlocking.agree(w.app.unlocking.waiting()[0].id)
    yield Op.DECIDE_UNLOCK, "case old new"
    w.app.insurer.archive([second])
    yield Op.ARCHIVE, "case old new"
    w.app.appeal.save_workbook(w.app.appeal.pack(second), w.folder / "申诉.xlsx")
    yield Op.EXPORT, "case file"
    w.app.audit_export.write(AuditQuery(), w.folder / "审计.csv")
    yield Op.EXPORT, "file"
    ids = w.app.worklist.ids("all")
    w.app.list_export.write(ids, w.folder / "列表.xlsx")
    yield Op.EXPORT, "words"


def _returned_file(w: World, case_id: int) -> None:
    (row,) = w.app.worklist.rows([case_id])
    with (w.folder / "医保返回.csv").open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([("住院号", "DRG组编码"), (row.record_no, row.drg)])


def signing_in(w: World) -> Iterator[Line]:
    """People, their passwords, who was refused; from here on a person works."""
    people = w.app.people
    people.set_up(Entry("admin", "陈管（测试）", ALL_ROLES, frozenset({"03.04"})), CLOUD, "RECOVERY-KEY")
    yield Op.SAVE_PERSON, "new"
    number = people.add(Entry("li", "李质控（测试）", frozenset({"qc"})), MAPLE)
    people.change(number, "李质控（测试）", {"qc", "coder"}, ())
    yield Op.SAVE_PERSON, "old new"
    people.reset_password(number, MAPLE)
    yield Op.SET_LOGIN, "words"
    people.lock()
    yield Op.LOCK, ""
    people.sign_out()
    yield Op.SIGN_OUT, ""
    _refused(lambda: people.sign_in("li", "wrong words here"))
    yield Op.SIGN_IN_FAILED, "words"
    _later(w, seconds=90)
    people.sign_in("li", MAPLE)
    yield Op.SIGN_IN, "words"
    _refused(people.everybody)
    yield Op.REFUSE, "words"
    people.sign_in("admin", CLOUD)


def by_the_clock(w: World) -> Iterator[Line]:
    """An in-patient's planned day has come; a backup takes the library's place, which somebody has to confirm."""
    with w.app.session.db.read() as reader:
        here = reader.inpatients()[0].case_id
    w.app.cases.set_text(here, "discharge_time", "2026-12-01 10:00")
    _later(w, days=40)
    arrive(w.app.session, w.app.checking)
    yield Op.ARRIVE, "case old new"
    with w.app.session.db.operation(Op.SET_SETTING, by=w.app.user) as tx:
        tx.set_setting("demo", False)  # the head of a demo library is not kept elsewhere
    w.app.backup.back_up(NoProgress())
    w.app.cases.set_text(w.app.worklist.ids("coding")[0], "admit_ward", "九区")
    w.app.backup.ask_restore(w.app.backup.lines()[0].key)
    w.reopen()
    yield Op.RESTORE, "words"
    w.app.people.sign_in("admin", CLOUD)
    w.app.audit.confirm_head(WHY)
    yield Op.CONFIRM_HEAD, "why"


def _refused(step: Callable[[], object]) -> None:
    with pytest.raises(UserProblem):
        step()


def _later(w: World, **by: int) -> None:
    clock = w.app.session.clock
    assert isinstance(clock, FixedClock)
    clock.at += timedelta(**by)


STORY: tuple[Callable[[World], Iterator[Line]], ...] = (
    coming_in,
    coding,
    findings,
    lists,
    settings,
    questions,
    giving_away,
    signing_in,
    by_the_clock,
)


def _written(w: World, after: int) -> list[tuple[Operation, list[AuditChange]]]:
    """Return what was written since, with its changes."""
    with w.app.session.db.read() as reader:
        found = []
        for op_id in range(after + 1, reader.audit_head().op_id + 1):
            one = reader.operation(op_id)
            assert one is not None
            found.append((one, reader.changes_of(op_id)))
    return found


def _lacking(w: World, one: Operation, changes: list[AuditChange], holds: str) -> list[str]:
    """Return what an entry does not say although it has to."""
    said = [one.note, *(str(side) for change in changes for side in (change.before, change.after))]
    events = [change.after for change in changes if change.entity == EVENT and isinstance(change.after, dict)]
    has = {
        "who": bool(one.actor and one.actor_name),
        "machine": one.machine == machine_name(),
        "time": one.at == w.app.session.clock.now(),
        "case": one.cases > 0 and any(change.case_id for change in changes),
        "old": any(change.before not in (None, "") for change in changes),
        "new": any(change.after not in (None, "") for change in changes),
        "why": any(WHY in part for part in said),
        "file": any("file" in event and len(event.get("sha256", "")) == 64 for event in events),
        "words": any(part for part in said if part not in ("", "None", "{}")),
    }
    return [name for name in ("who", "machine", "time", *holds.split()) if not has[name]]


def test_everything_that_has_to_be_in_the_audit_is_brought_about_and_says_what_it_has_to(
    passed_home: Path, tmp_path: Path, engines: Engines
) -> None:
    shutil.copytree(passed_home, tmp_path / "library")
    app = open_services(
        tmp_path / "library",
        clock=FixedClock(NOW),
        engines=engines,
        passwords=CHEAP,
        config=tmp_path / "config",
    )
    w = World(app, tmp_path, engines)
    try:
        brought, wrong = set[Op](), list[str]()
        for part in STORY:
            for op, lacking in _told(w, part):
                brought.add(op)
                wrong += [f"{part.__name__}: {op} does not say {name}" for name in lacking]
        assert not wrong, "\n".join(wrong)
        assert set(Op) - brought == set()
        assert w.app.audit.verify(NoProgress()).is_intact
        with w.app.session.db.read() as reader:
            assert reader.check(replay=True).is_sound
    finally:
        w.app.close()


def _told(w: World, part: Callable[[World], Iterator[Line]]) -> Iterator[tuple[Op, list[str]]]:
    """Go through a part of the story; yield each kind with what its latest entry does not say."""
    with w.app.session.db.read() as reader:
        before = reader.audit_head().op_id
    for op, holds in part(w):
        entries = [entry for entry in _written(w, before) if entry[0].op is op]
        assert entries, f"{part.__name__}: {op} is not in the audit"
        if w.app.user.may("admin"):
            (row,) = w.app.audit.rows([entries[-1][0].id], AuditQuery())
            assert row.what == op.label
        yield op, _lacking(w, *entries[-1], holds)


def test_tables_that_come_in_are_in_the_audit_with_their_files(tmp_path: Path) -> None:
    rates = tmp_path / "费率.csv"
    rates.write_text("year,hospital_level,insurance,base_rate_yuan\n2026,三级,全部,8500\n", "utf-8")
    with closing(open_services(tmp_path / "home", clock=FixedClock(NOW))) as app:
        app.assets.import_rates(rates, city="甲市", level="三级")
        (asset,) = app.assets.lines(RATES)
        app.assets.set_valid_from(asset.id, "2026-03-01", kind=RATES)
        app.assets.use(RATES, "")
        found = [app.audit.detail(op_id) for op_id in app.audit.ids(AuditQuery("change_asset"))]
    told = [one.changes[0] for one in found if one is not None]
    assert [one.place for one in told] == ["更换在用的码表或方案", "启用日期", "导入码表、方案或价格"]
    assert sha256_of(rates) in told[2].new
    assert "2026-03-01" in told[1].new
