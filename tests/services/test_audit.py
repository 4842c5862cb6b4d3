"""The audit as people read it: what is written of what they do, what is shown to whom, how the chain stands."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.common.progress import NoProgress
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import Group
from app.domain.returning import AnswerKind, ReturnOption, ReturnQuestion
from app.services.assets import Assets
from app.services.audit_file import verify_file
from app.services.audit_head import Standing
from app.services.audit_kinds import KINDS
from app.services.audit_types import AuditQuery, AuditRow
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.people import Entry
from app.storage.actor import ALL_ROLES, Actor
from app.storage.backup import back_up, backups
from app.storage.heads import HeadStore
from app.storage.ops import Op
from app.storage.vault import SystemVault

NOW = datetime(2026, 11, 23, 9, 0)
OPTIONS = (ReturnOption("与首页相符"), ReturnOption("不是，改为…", AnswerKind.CHANGED))
WANG = Actor("p1", "王敏（测试）", frozenset({"coder", "qc"}))
ADMIN = Actor("p2", "管理员（测试）", frozenset({"admin"}))
LI = Actor("p3", "李红（测试）", frozenset({"coder"}))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    """Return engines that live as long as the module."""
    clock = FixedClock(NOW)
    return Engines(Assets(tmp_path_factory.mktemp("engines"), clock), clock)


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that can be moved."""
    return FixedClock(NOW)


@pytest.fixture
def reopen(tmp_path: Path, loaded: Engines, clock: FixedClock) -> Iterator[Callable[[], Services]]:
    """Return a function that opens the library, with its heads kept elsewhere."""
    opened: list[Services] = []

    def reopen() -> Services:
        for one in opened:
            one.close()
        opened.append(open_services(tmp_path / "library", clock=clock, engines=loaded, config=tmp_path / "heads"))
        return opened[-1]

    yield reopen
    opened[-1].close()


@pytest.fixture
def services(reopen: Callable[[], Services]) -> Services:
    """Return services over an empty library."""
    return reopen()


def bring(services: Services, number: int = 1) -> int:
    """Put an invented stay into the library."""
    values = {"org_code": "45608783X", "record_no": f"{number:08d}", "admission_count": 1}
    record = CaseRecord(
        Row({**values, "patient_name": f"周{number}（测试）", "sex": "2", "id_no": "330102195601010027"}),
        {Group.DX: (Row({"source_text": "肺炎", "name": "肺炎"}),)},
    )
    with services.session.db.operation(Op.IMPORT, by=services.user) as tx:
        return tx.insert_case(record, state=CaseState.TO_CODE)


def shown(services: Services, query: AuditQuery = AuditQuery()) -> list[AuditRow]:  # noqa: B008 - a frozen value
    """Return the lines of a query."""
    services.audit.write_reads()
    return services.audit.rows(services.audit.ids(query), query)


def test_a_case_counts_as_read_once_per_person_and_sitting(services: Services) -> None:
    case_id, other = bring(services), bring(services, 2)
    services.session.seat.take(WANG)
    for _ in range(3):
        services.cases.view(case_id)
    services.cases.view(other)
    services.session.seat.take(LI)
    services.cases.glance(case_id)
    services.session.seat.take(WANG)
    services.cases.view(case_id)
    assert services.audit.has_reads
    found = [(one.who, one.what, one.more) for one in shown(services, AuditQuery("read"))]
    assert found == [("王敏（测试）", "打开病案", 0), ("李红（测试）", "打开病案", 0), ("王敏（测试）", "打开病案", 1)]
    assert not services.audit.has_reads


def test_what_was_read_disturbs_neither_history_nor_undo_nor_replay(services: Services) -> None:
    case_id = bring(services)
    services.cases.view(case_id)
    services.cases.set_text(case_id, "admit_ward", "一区")
    services.audit.write_reads()
    assert [step.what for step in services.history.timeline(case_id)] == ["修改", "导入"]
    assert services.cases.undo(case_id).record.text("admit_ward") == ""
    services.audit.write_reads()
    with services.session.db.read() as reader:
        assert reader.check(replay=True).is_sound


def test_a_search_counts_once_in_its_last_form(services: Services) -> None:
    bring(services)
    for words in ("周", "周一", "周一二", "周一", ""):
        services.worklist.ids("all", words)
    services.worklist.first("李四", 5)
    found = [one.new for one in shown(services, AuditQuery("read"))]
    assert found == ["内容 李四", "内容 周一二"]


def test_what_waits_is_written_at_the_end(reopen: Callable[[], Services]) -> None:
    services = reopen()
    services.cases.view(bring(services))
    services = reopen()
    assert [one.what for one in shown(services, AuditQuery("read"))] == ["打开病案"]


def test_lines_say_who_when_what_from_what_to_what(services: Services) -> None:
    case_id = bring(services)
    services.cases.set_text(case_id, "admit_ward", "一区")
    services.cases.set_text(case_id, "admit_ward", "二区")
    line = shown(services)[0]
    assert (line.what, line.record_no, line.old, line.new) == ("修改", "00000001", "一区", "二区")
    assert line.at == NOW
    detail = services.audit.detail(line.op_id)
    assert detail is not None
    assert detail.hash in dict(detail.facts).values()
    assert services.audit.detail(999) is None


def test_every_filter(services: Services, clock: FixedClock) -> None:
    first, second = bring(services), bring(services, 20)
    clock.at = NOW + timedelta(days=1)
    services.session.seat.take(WANG)
    services.cases.set_text(first, "admit_ward", "一区")
    services.cases.set_text(second, "sex", "1")
    services.cases.add_row(first, Group.DX, 1)

    def count(**asked: object) -> int:
        return len(shown(services, replace(AuditQuery(), **asked)))

    assert count() == 5
    assert count(kind="import") == 2
    assert count(kind=str(Op.INSERT_ROW)) == 1
    assert count(who="王敏") == 3
    assert count(who="没有这个人") == 0
    assert count(record_no="00000020") == 2
    assert count(record_no="0000") == 5
    assert count(record_no="9") == 0
    assert count(field="性别") == 1
    assert count(field="没有这一项") == 0
    assert count(first=NOW.date() + timedelta(days=1)) == 3
    assert count(last=NOW.date()) == 2
    assert count(who="王敏", record_no="00000001", field="入院病房") == 1


def test_a_filtered_line_shows_the_change_that_was_asked_for(services: Services) -> None:
    first, second = bring(services), bring(services, 2)
    with services.session.db.operation(Op.SET_FIELD, by=services.user) as tx:
        tx.set_field(first, Group.CASE, 0, "admit_ward", "一区")
        tx.set_field(second, Group.CASE, 0, "discharge_ward", "二区")
    line = shown(services, AuditQuery(kind="edit", record_no="00000002"))[0]
    assert (line.new, line.more) == ("二区", 1)


def test_names_are_hidden_from_who_works_on_no_cases(services: Services) -> None:
    case_id = bring(services)
    services.cases.set_text(case_id, "patient_name", "周二（测试）")
    services.worklist.ids("all", "周二")
    assert shown(services, AuditQuery("edit"))[0].patient == "周二（测试）"
    services.session.seat.take(ADMIN)
    line = shown(services, AuditQuery("edit"))[0]
    assert (line.patient, line.old, line.new) == ("周**", "周**", "周**")
    assert shown(services, AuditQuery("read"))[0].new == "内容 （已隐去）"


def test_the_words_of_a_note_are_for_its_author(services: Services) -> None:
    case_id = bring(services)
    services.session.seat.take(WANG)
    services.notes.write(case_id, "", "只给自己看", private=True)
    mine = [change.new for one in shown(services, AuditQuery("beside")) for change in _changes(services, one)]
    assert any("只给自己看" in said for said in mine)
    services.session.seat.take(ADMIN)
    theirs = [change.new for one in shown(services, AuditQuery("beside")) for change in _changes(services, one)]
    assert not any("只给自己看" in said for said in theirs)
    assert any("便签内容只给作者看" in said for said in theirs)


def _changes(services: Services, row: AuditRow) -> tuple[object, ...]:
    detail = services.audit.detail(row.op_id)
    return detail.changes if detail else ()


def test_only_who_may_sees_it(services: Services) -> None:
    bring(services)
    services.session.seat.take(LI)
    with pytest.raises(UserProblem):
        services.audit.ids(AuditQuery())
    services.session.seat.take(WANG)
    with pytest.raises(UserProblem):
        services.audit.confirm_head("恢复了备份")


def test_every_operation_is_of_one_kind() -> None:
    listed = [op for ops in KINDS.values() for op in ops]
    assert sorted(listed) == sorted(Op)


@pytest.mark.parametrize("name", ["审计.xlsx", "审计.csv"])
def test_an_extract_has_the_head_and_is_itself_noted(services: Services, tmp_path: Path, name: str) -> None:
    bring(services)
    with services.session.db.read() as reader:
        head = reader.audit_head()
    assert services.audit_export.write(AuditQuery(), tmp_path / name) == 1
    if name.endswith(".csv"):
        assert head.hash in (tmp_path / name).read_text("utf-8-sig")
    assert shown(services, AuditQuery("give"))[0].what == "导出"
    report = services.audit_export.report(AuditQuery())
    assert any(head.hash not in said and "链头" in said for said in report.sections[0].paragraphs)


def restore_copy(copy: Path, target: Path) -> None:
    """Put an older file in the place of the library, as somebody would by hand."""
    for part in target.parent.glob(f"{target.name}*"):
        if not part.name.endswith(".lock"):
            part.unlink()
    shutil.copy(copy, target)


def test_an_older_file_in_the_place_of_the_library_is_noticed_until_an_admin_confirms(
    reopen: Callable[[], Services], tmp_path: Path
) -> None:
    services = reopen()
    case_id, library = bring(services), services.session.db.path
    assert services.audit.head_state().standing is Standing.UNKNOWN
    services = reopen()
    assert services.audit.head_state().standing is Standing.FITS
    services.close()
    copy = Path(shutil.copy(library, tmp_path / "older.db"))
    services = reopen()
    services.cases.set_text(case_id, "admit_ward", "一区")
    services.close()
    restore_copy(copy, library)
    services = reopen()
    assert services.audit.head_state().standing is Standing.CUT
    assert "应有第 2 条" in services.audit.head_words()
    assert services.audit.verify(NoProgress()).check.broken_op == 2
    services.cases.set_text(case_id, "admit_ward", "二区")
    services = reopen()
    assert services.audit.head_state().standing is Standing.OTHER
    with pytest.raises(UserProblem):
        services.audit.confirm_head(" ")
    services.audit.confirm_head("恢复了 11 月 23 日的备份")
    assert services.audit.head_words() == ""
    line = shown(services)[0]
    assert (line.what, line.rule) == ("确认链头不符", "恢复了 11 月 23 日的备份")
    assert services.audit.verify(NoProgress()).is_intact
    services = reopen()
    assert services.audit.head_state().standing is Standing.FITS


def test_a_head_that_was_written_by_hand_is_noticed(reopen: Callable[[], Services], tmp_path: Path) -> None:
    services = reopen()
    bring(services)
    services.close()
    kept = HeadStore(tmp_path / "heads").path_of(services.session.db.path)
    kept.write_text(kept.read_text("utf-8").replace('"sequence": 1', '"sequence": 0'), "utf-8")
    services = reopen()
    assert services.audit.head_state().standing is Standing.FORGED
    services.close()
    kept.write_text("{", "utf-8")
    assert reopen().audit.head_state().standing is Standing.UNREADABLE


def test_a_backup_has_its_head_beside_it(services: Services, tmp_path: Path) -> None:
    bring(services)
    path = services.backup.back_up(NoProgress())
    kept = HeadStore(tmp_path / "heads").read(path.with_suffix(".head"))
    assert (kept.head.op_id, kept.signed) == (2, True)  # the backup holds its own entry


def test_a_clock_set_back_is_named(services: Services, clock: FixedClock) -> None:
    bring(services)
    clock.at = NOW - timedelta(seconds=30)
    bring(services, 2)
    assert services.audit.verify(NoProgress()).is_intact
    clock.at = NOW - timedelta(hours=1)
    bring(services, 3)
    verdict = services.audit.verify(NoProgress())
    assert verdict.check.early_op == 3
    assert "第 3 条" in verdict.words[0]


def test_an_audit_with_unknown_words_can_still_be_read(services: Services) -> None:
    bring(services)
    path = services.session.db.path
    with closing(sqlite3.connect(path)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE audit_operation SET op = 'nonsense'")
        raw.commit()
    assert shown(services) == []
    assert services.audit.verify(NoProgress()).check.broken_op == 1


def test_the_backup_before_a_restore_and_one_before_an_upgrade_have_their_heads(
    reopen: Callable[[], Services], tmp_path: Path, clock: FixedClock
) -> None:
    services = reopen()
    bring(services)
    services.backup.back_up(NoProgress())
    clock.at = NOW + timedelta(hours=1)
    bring(services, 2)
    services.backup.ask_restore(services.backup.lines()[0].key)
    services = reopen()
    clock.at = NOW + timedelta(hours=2)
    library = services.session.db.path
    services.close()
    upgrading = back_up(library, clock, "migration")  # what the upgrade does while the file is opened
    services = reopen()
    store = HeadStore(tmp_path / "heads")
    before = next(one for one in backups(upgrading.parent) if one.reason == "restore")
    assert store.read(before.path.with_suffix(".head")).head.op_id == 3
    with services.session.db.read() as reader:
        assert reader.audit_contains(store.read(upgrading.with_suffix(".head")).head)


def test_who_claimed_a_case_is_named(services: Services) -> None:
    case_id = bring(services)
    services.people.set_up(Entry("wang", "王敏（测试）", ALL_ROLES, frozenset({"03"})), "Lan-Tian 2026 Yun", "KEY")
    services.list_work.claim([case_id])
    (row,) = shown(services, AuditQuery("claim"))
    assert row.new == "王敏（测试）"


class Drawer:
    """A key store of the operating system, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """Return what was kept."""
        return self.kept.get(name)

    def put(self, name: str, words: str) -> bool:
        """Keep it."""
        self.kept[name] = words
        return True


def test_the_key_store_finds_a_library_that_was_exchanged_together_with_its_head_file(
    tmp_path: Path, loaded: Engines, clock: FixedClock
) -> None:
    drawer, heads = Drawer(), tmp_path / "heads"

    def opened() -> Services:
        return open_services(tmp_path / "library", clock=clock, engines=loaded, config=HeadStore(heads, drawer))

    services = opened()
    case_id = bring(services)
    library = services.session.db.path
    services.close()
    older, older_heads = Path(shutil.copy(library, tmp_path / "older.db")), shutil.copytree(heads, tmp_path / "before")
    services = opened()
    services.cases.set_text(case_id, "admit_ward", "一区")
    assert not services.audit.keep_outside()
    assert "链头也保存在系统的密钥库中。" in services.audit.verify(NoProgress()).words
    services.close()
    restore_copy(older, library)
    shutil.rmtree(heads)
    shutil.copytree(older_heads, heads)
    services = opened()
    assert services.audit.head_words() == ""
    assert services.audit.keep_outside()
    assert services.audit.head_state().standing is Standing.CUT
    assert "应有第 2 条" in services.audit.head_words()
    assert not services.audit.verify(NoProgress()).is_intact
    assert verify_file(library, None, HeadStore(heads, drawer), NoProgress()).check.broken_op == 2
    services.audit.confirm_head("恢复了备份")
    assert not services.audit.keep_outside()
    services.close()
    services = opened()
    assert not services.audit.keep_outside()
    drawer.kept = dict.fromkeys(drawer.kept, "{")
    assert not services.audit.keep_outside()
    services.close()
    (name,) = drawer.kept
    drawer.kept[name] = drawer.kept[name].replace('"sequence": ', '"sequence": 9')
    services = opened()
    assert services.audit.keep_outside()
    assert services.audit.head_state().standing is Standing.FORGED
    services.close()


def test_without_a_key_store_the_head_is_in_its_file_and_that_is_said(services: Services, tmp_path: Path) -> None:
    bring(services)
    vault = SystemVault()
    assert (vault.put("test", "words"), vault.get("test")) == (False, None)
    assert not services.audit.keep_outside()
    told = services.audit.verify(NoProgress()).words
    assert "系统密钥库中没有链头，链头只保存在文件里（只有本用户可读写）。" in told


def test_columns_of_the_program_are_read_in_words(services: Services) -> None:
    case_id = bring(services)
    services.asking.send_all({case_id: (ReturnQuestion("", "admit_ward", "入院病区是？", OPTIONS),)})
    (row,) = shown(services, AuditQuery("return_case"))
    detail = services.audit.detail(row.op_id)
    assert detail is not None
    told = "\n".join(change.new for change in detail.changes)
    assert "待答复" in told
    assert not any(word in told for word in ("outstanding", "{", '"', "changed"))
