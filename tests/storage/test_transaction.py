"""Operations: what they write, what they answer, and that they write all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.coding import MatchKind, Proposal
from app.domain.field import Group
from app.storage import Actor, Database, NewBatch, Op, StoredCase, Transaction, local_actor
from app.storage.check import table_hashes

Add = Callable[..., int]
Load = Callable[[int], StoredCase]
Ask = Callable[..., object]


def names(stored: StoredCase, group: Group = Group.DX) -> list[object]:
    return [row.get("name") for row in stored.record.rows(group)]


def ids(stored: StoredCase, group: Group = Group.DX) -> list[int]:
    return [row.id for row in stored.record.rows(group)]


def without_ids(record: CaseRecord) -> CaseRecord:
    groups = {
        group: tuple(Row(row.values, row.raw, row.dashes) for row in rows) for group, rows in record.groups.items()
    }
    return CaseRecord(record.head, groups, record.columns)


@pytest.fixture
def tables(db: Database) -> Callable[[], dict[str, str]]:
    """Return a function that hashes every table of the library."""

    def tables() -> dict[str, str]:
        with db._readers.connect() as connection:
            return table_hashes(connection)

    return tables


def test_a_case_comes_back_as_it_was_inserted(
    db: Database, me: Actor, load: Load, stay: Callable[..., CaseRecord]
) -> None:
    plain = stay(7, ("胆总管结石", "急性胆管炎"), ("腹腔镜胆囊切除术",), sex=None)
    head = Row(
        {**plain.head.values, "transfer_depts": ("28", "03.04"), "bl_rbc": Decimal("2.50")},
        {"sex": "女？"},
        frozenset({"health_card_no"}),
    )
    groups = {
        **plain.groups,
        Group.NB_WEIGHT: (Row({"weight": 3350}), Row({}, {"weight": "3.3公斤"})),
        Group.ICU: (Row({"type": "1", "in_time": datetime(2026, 11, 2, 3, 4, 5)}),),
    }
    record = CaseRecord(head, groups, frozenset({"sex", "dx[].name"}))
    with db.operation(Op.IMPORT, by=me) as tx:
        batch_id = tx.save_batch(NewBatch("ward.csv", "ab", "L1a", b"raw"))
        case_id = tx.insert_case(record, state=CaseState.INPATIENT, batch_id=batch_id, source_row=12)
    stored = load(case_id)
    assert without_ids(stored.record) == CaseRecord(
        Row({k: v for k, v in head.values.items() if v is not None}, head.raw, head.dashes), groups, record.columns
    )
    assert (stored.state, stored.version, stored.batch_id, stored.source_row) == (CaseState.INPATIENT, 1, batch_id, 12)
    assert stored.key == record.key
    assert stored.created == stored.updated == datetime(2026, 11, 23, 9)
    assert all(ids(stored))


def test_the_answer_says_what_was_touched(db: Database, me: Actor, add: Add) -> None:
    one, two = add(1), add(2)
    with db.operation(Op.APPLY_FIX, by=me) as tx:
        tx.set_field(one, Group.CASE, 0, "sex", "1")
        tx.set_field(two, Group.DX, tx.load_case(two).record.rows(Group.DX)[0].id, "adm_cond", "4")
        assert tx.changes.op_id == 0
    assert (tx.changes.cases, tx.changes.paths) == ({one, two}, {"sex", "dx[].adm_cond"})
    assert tx.changes.op_id == 3
    assert not tx.changes.listing


@pytest.mark.parametrize("write", ["state", "claim", "insert"])
def test_lists_are_told_when_cases_come_or_move(
    db: Database, me: Actor, add: Add, stay: Callable[..., CaseRecord], write: str
) -> None:
    case_id = add(1)
    with db.operation(Op.SET_STATE, by=me) as tx:
        if write == "state":
            tx.set_state(case_id, CaseState.CODING)
        elif write == "claim":
            tx.claim(case_id)
        else:
            tx.insert_case(stay(2), state=CaseState.TO_CODE)
    assert tx.changes.listing


def test_setting_what_stands_already_leaves_no_trace(db: Database, me: Actor, add: Add, load: Load, ask: Ask) -> None:
    case_id = add(1)
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.CASE, 0, "sex", "2")
        tx.release(case_id)
    assert tx.changes.op_id == 0
    assert load(case_id).version == 1
    assert ask("audit_head").op_id == 1  # type: ignore[attr-defined]


def test_each_operation_counts_one_version_and_its_time(
    db: Database, me: Actor, add: Add, load: Load, clock: FixedClock
) -> None:
    case_id = add(1)
    clock.at = datetime(2026, 11, 23, 17, 30)
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.CASE, 0, "sex", "1", expect_version=1)
        tx.set_field(case_id, Group.CASE, 0, "abo", "3")
    stored = load(case_id)
    assert (stored.version, stored.updated) == (2, clock.at)
    assert stored.created == datetime(2026, 11, 23, 9)


def test_an_edit_of_a_case_that_changed_is_refused(db: Database, me: Actor, add: Add, load: Load) -> None:
    case_id = add(1)
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.CASE, 0, "abo", "3")
    with pytest.raises(UserProblem, match="之后已被修改"), db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.CASE, 0, "abo", "1", expect_version=1)
    assert load(case_id).record.value("abo") == "3"


def test_a_failing_operation_writes_nothing(
    db: Database, me: Actor, add: Add, tables: Callable[[], dict[str, str]], stay: Callable[..., CaseRecord]
) -> None:
    case_id = add(1, ("肺炎", "高血压"))
    before = tables()

    def fail() -> None:
        with db.operation(Op.IMPORT, by=me) as tx:
            write_everything(tx, case_id, stay)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert tables() == before
    with db.operation(Op.IMPORT, by=me) as tx:  # the control: the same writes do change the tables
        write_everything(tx, case_id, stay)
    assert tables() != before


def write_everything(tx: Transaction, case_id: int, stay: Callable[..., CaseRecord]) -> None:
    row = tx.load_case(case_id).record.rows(Group.DX)[0].id
    tx.save_batch(NewBatch("b.csv", "cd", "L4", b"more"))
    tx.insert_case(stay(2), state=CaseState.TO_CODE)
    tx.set_proposal(case_id, Group.DX, row, Proposal("J18.900", "肺炎", 0.9, MatchKind.EXACT, "r"))
    tx.move_row(case_id, Group.DX, row, 1)
    tx.set_setting("a", 1)
    tx.save_profile("s", {"a": "b"})
    tx.save_draft(case_id, "sex", "nü")
    tx.save_place("case", case_id)
    tx.record_event("export", {"file": "x"})


def test_two_stays_with_one_key_are_refused(db: Database, me: Actor, add: Add, stay: Callable[..., CaseRecord]) -> None:
    add(1)
    other = add(2)
    with pytest.raises(UserProblem, match="都相同的病案"), db.operation(Op.IMPORT, by=me) as tx:
        tx.insert_case(stay(1), state=CaseState.TO_CODE)
    with pytest.raises(UserProblem, match="都相同的病案"), db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(other, Group.CASE, 0, "record_no", "00000001")


def test_a_key_follows_its_fields(db: Database, me: Actor, add: Add, load: Load, ask: Ask) -> None:
    case_id = add(1)
    old = load(case_id).key
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.CASE, 0, "record_no", "00999999")
        tx.set_field(case_id, Group.CASE, 0, "admission_count", None, raw="两次")
    new = load(case_id).key
    assert (new.record_no, new.admission_count) == ("00999999", 0)
    assert ask("find_by_keys", [old, new]) == {new: case_id}


def test_unread_text_and_dash_replace_the_value_and_each_other(db: Database, me: Actor, add: Add, load: Load) -> None:
    case_id = add(1, health_card_no="H1")
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.CASE, 0, "id_no", None, raw="33010…")
        tx.set_field(case_id, Group.CASE, 0, "contact_name", None, dash=True)
    steps = [
        ({"raw": "不祥"}, (None, {"health_card_no": "不祥"}, frozenset())),
        ({"dash": True}, (None, {}, frozenset({"health_card_no"}))),
        ({"value": "H2"}, ("H2", {}, frozenset())),
        ({"value": None}, (None, {}, frozenset())),
    ]
    for given, wanted in steps:
        with db.operation(Op.SET_FIELD, by=me) as tx:
            tx.set_field(case_id, Group.CASE, 0, "health_card_no", **{"value": None, **given})  # type: ignore[arg-type]
        head = load(case_id).record.head
        value, raw, dashes = wanted
        assert head.get("health_card_no") == value
        assert head.raw == {"id_no": "33010…", **raw}
        assert head.dashes == {"contact_name", *dashes}


def test_rows_are_inserted_moved_and_deleted_in_place(db: Database, me: Actor, add: Add, load: Load) -> None:
    case_id = add(1, ("甲", "乙", "丙"))
    with db.operation(Op.INSERT_ROW, by=me) as tx:
        new = tx.insert_row(case_id, Group.DX, 1, {"name": "新"})
        tx.insert_row(case_id, Group.DX, 99, {"name": "末"})
    assert names(load(case_id)) == ["甲", "新", "乙", "丙", "末"]
    with db.operation(Op.MOVE_ROW, by=me) as tx:
        tx.move_row(case_id, Group.DX, new, 0)
    assert names(load(case_id)) == ["新", "甲", "乙", "丙", "末"]
    with db.operation(Op.MOVE_ROW, by=me) as tx:
        tx.move_row(case_id, Group.DX, new, 3)
    assert names(load(case_id)) == ["甲", "乙", "丙", "新", "末"]
    with db.operation(Op.MOVE_ROW, by=me) as tx:
        tx.move_row(case_id, Group.DX, new, 99)
        tx.delete_row(case_id, Group.DX, ids(load(case_id))[1])
    assert names(load(case_id)) == ["甲", "丙", "末", "新"]
    with db.operation(Op.DELETE_ROW, by=me) as tx:
        for row in ids(load(case_id)):
            tx.delete_row(case_id, Group.DX, row)
    assert names(load(case_id)) == []


def test_rows_of_another_case_stay_where_they_are(db: Database, me: Actor, add: Add, load: Load) -> None:
    one, two = add(1, ("甲", "乙")), add(2, ("丙", "丁"))
    with db.operation(Op.MOVE_ROW, by=me) as tx:
        tx.move_row(one, Group.DX, ids(load(one))[1], 0)
        tx.insert_row(one, Group.DX, 0, {})
    assert names(load(two)) == ["丙", "丁"]


def test_what_does_not_exist_is_a_bug(db: Database, me: Actor, add: Add, load: Load) -> None:
    one, two = add(1), add(2)
    foreign = ids(load(two))[0]
    attempts: list[Callable[[Transaction], object]] = [
        lambda tx: tx.set_field(99, Group.CASE, 0, "sex", "1"),
        lambda tx: tx.set_state(99, CaseState.CODING),
        lambda tx: tx.insert_row(99, Group.DX, 0, {}),
        lambda tx: tx.delete_row(one, Group.DX, foreign),
        lambda tx: tx.move_row(one, Group.DX, foreign, 0),
        lambda tx: tx.set_field(one, Group.DX, foreign, "name", "x"),
        lambda tx: tx.accept(one, Group.DX, ids(load(one))[0]),
        lambda tx: tx.set_field(one, Group.CASE, 0, "colour", "red"),
        lambda tx: tx.load_case(99),
    ]
    for attempt in attempts:
        with db.operation(Op.SET_FIELD, by=me) as tx, pytest.raises(LookupError):
            attempt(tx)
        assert tx.changes.op_id == 0


def test_a_proposal_waits_and_touches_nothing(
    db: Database, me: Actor, add: Add, load: Load, proposal: Proposal
) -> None:
    case_id = add(1)
    row = ids(load(case_id))[0]
    with db.operation(Op.AUTO_CODE, by=me) as tx:
        tx.set_proposal(case_id, Group.DX, row, proposal)
    stored = load(case_id)
    assert stored.proposals == {(Group.DX, row): proposal}
    assert stored.record.value("dx[0].code") is None
    assert stored.accepted == frozenset()
    with db.operation(Op.DELETE_ROW, by=me) as tx:
        tx.clear_proposal(case_id, Group.DX, row)
    assert load(case_id).proposals == {}


def test_accepting_writes_code_and_name_and_keeps_the_text(
    db: Database, me: Actor, add: Add, load: Load, proposal: Proposal
) -> None:
    case_id = add(1, ("肺部感染",))
    row = ids(load(case_id))[0]
    with db.operation(Op.AUTO_CODE, by=me) as tx:
        tx.set_proposal(case_id, Group.DX, row, proposal)
        tx.accept(case_id, Group.DX, row)
    stored = load(case_id)
    assert stored.record.value("dx[0].code") == "J18.900"
    assert stored.record.value("dx[0].name") == "肺炎"
    assert stored.record.value("dx[0].source_text") == "肺部感染"
    assert (stored.proposals, stored.accepted) == ({}, {(Group.DX, row)})


def test_a_typed_code_counts_as_accepted_until_it_is_cleared(
    db: Database, me: Actor, add: Add, load: Load, proposal: Proposal
) -> None:
    case_id = add(1)
    row = ids(load(case_id))[0]
    with db.operation(Op.SET_CODE, by=me) as tx:
        tx.set_proposal(case_id, Group.DX, row, proposal)
        tx.set_field(case_id, Group.DX, row, "code", "J15.901")
    assert load(case_id).accepted == {(Group.DX, row)}
    assert load(case_id).proposals == {}
    with db.operation(Op.SET_CODE, by=me) as tx:
        tx.set_field(case_id, Group.DX, row, "code", None, raw="J15，901?")
    assert load(case_id).accepted == frozenset()


def test_codes_of_a_file_are_not_accepted(db: Database, me: Actor, load: Load, stay: Callable[..., CaseRecord]) -> None:
    record = stay(1).with_value("dx[0].code", "J18.900")
    with db.operation(Op.IMPORT, by=me) as tx:
        case_id = tx.insert_case(record, state=CaseState.TO_CODE)
    assert load(case_id).accepted == frozenset()


def test_an_import_over_a_case_writes_only_what_differs(
    db: Database, me: Actor, add: Add, load: Load, ask: Ask
) -> None:
    case_id = add(1, ("甲", "乙", "丙"))
    old = load(case_id).record
    first, second, third = old.rows(Group.DX)
    rows = (third, first.with_value("adm_cond", "4"), second.with_value("source_text", "乙改"), Row({"name": "丁"}))
    new = old.with_value("sex", "1").with_rows(Group.DX, rows)
    with db.operation(Op.REIMPORT, by=me) as tx:
        batch_id = tx.save_batch(NewBatch("again.csv", "ef", "L1a", b"again"))
        tx.update_case_from_import(case_id, new, batch_id=batch_id, source_row=3)
    stored = load(case_id)
    assert [(row.get("source_text"), row.get("name")) for row in stored.record.rows(Group.DX)] == [
        ("丙", "丙"),
        ("甲", "甲"),
        ("乙改", "乙"),
        (None, "丁"),
    ]
    assert ids(stored)[:2] == [third.id, first.id]
    assert ids(stored)[2] not in (0, second.id)
    assert (stored.record.value("sex"), stored.record.value("dx[1].adm_cond")) == ("1", "4")
    assert (stored.batch_id, stored.source_row) == (batch_id, 3)
    fields = {change.field for change in ask("changes_of", tx.changes.op_id)}  # type: ignore[attr-defined]
    assert fields == {"sex", "", "position", "adm_cond", "batch_id", "source_row"}


def test_importing_the_same_again_changes_nothing(db: Database, me: Actor, add: Add, load: Load) -> None:
    case_id = add(1, ("甲", "乙"), ("丙",))
    with db.operation(Op.REIMPORT, by=me) as tx:
        tx.update_case_from_import(case_id, load(case_id).record)
    assert tx.changes.op_id == 0


def test_columns_of_two_files_are_united(db: Database, me: Actor, load: Load, stay: Callable[..., CaseRecord]) -> None:
    record = stay(1)
    first = CaseRecord(record.head, record.groups, frozenset({"sex", "abo"}))
    with db.operation(Op.IMPORT, by=me) as tx:
        case_id = tx.insert_case(first, state=CaseState.TO_CODE)
        other = CaseRecord(stay(2).head, {}, frozenset({"abo", "sex"}))
        assert tx.load_case(tx.insert_case(other, state=CaseState.TO_CODE)).record.columns == {"abo", "sex"}
    again = load(case_id).record
    with db.operation(Op.REIMPORT, by=me) as tx:
        tx.update_case_from_import(case_id, CaseRecord(again.head, again.groups, frozenset({"rh"})))
    assert load(case_id).record.columns == {"sex", "abo", "rh"}


def test_claim_and_release_name_the_person(db: Database, me: Actor, add: Add, load: Load) -> None:
    case_id = add(1)
    with db.operation(Op.CLAIM, by=me) as tx:
        tx.claim(case_id)
    assert load(case_id).claimed_by == "wangmin"
    with db.operation(Op.RELEASE, by=me) as tx:
        tx.release(case_id)
    assert load(case_id).claimed_by == ""


def test_batch_profile_and_settings_come_back(db: Database, me: Actor, ask: Ask) -> None:
    with db.operation(Op.IMPORT, by=me) as tx:
        one = tx.save_batch(NewBatch("甲.csv", "ab", "L1a", b"same", {"read": 2}))
        two = tx.save_batch(NewBatch("乙.xlsx", "cd", "L4", b"same"))
        tx.save_profile("sig", {"XM": "patient_name"})
        tx.set_setting("org_code", "4560")
    with db.operation(Op.SET_SETTING, by=me) as tx:
        tx.save_profile("sig", {"XM": "sex"})
        tx.set_setting("org_code", "9999")
    with db.operation(Op.SET_SETTING, by=me) as unchanged:
        unchanged.set_setting("org_code", "9999")
    assert unchanged.changes.op_id == 0
    assert [batch.file_name for batch in ask("batches")] == ["乙.xlsx", "甲.csv"]  # type: ignore[attr-defined]
    stored = ask("batch", one)
    assert (stored.report, stored.actor, stored.layout) == ({"read": 2}, "wangmin", "L1a")  # type: ignore[attr-defined]
    assert ask("batch_title", two) == "乙.xlsx"
    assert ask("batch_source", one) == ask("batch_source", two) == b"same"
    assert (ask("profile", "sig"), ask("profile", "other")) == ({"XM": "sex"}, None)
    assert (ask("setting", "org_code"), ask("setting", "other")) == ("9999", None)


@pytest.mark.parametrize("method", ["batch", "batch_title", "batch_source"])
def test_a_batch_that_does_not_exist_is_a_bug(ask: Ask, method: str) -> None:
    with pytest.raises(LookupError):
        ask(method, 99)


def test_an_event_is_in_the_audit_and_nowhere_else(db: Database, me: Actor, add: Add, load: Load, ask: Ask) -> None:
    case_id = add(1)
    before = load(case_id)
    with db.operation(Op.EXPORT, by=me, note="month end") as tx:
        tx.record_event("export", {"path": "x.xlsx", "rows": 500}, case_id)
        tx.assets_changed()
    assert tx.changes.assets
    assert tx.changes.cases == frozenset()
    assert (load(case_id).version, load(case_id).updated) == (before.version, before.updated)
    (change,) = ask("changes_of", tx.changes.op_id)  # type: ignore[misc]
    assert (change.entity, change.field, change.before, change.after) == (
        "event",
        "export",
        None,
        {"path": "x.xlsx", "rows": 500},
    )
    assert ask("check", replay=True).is_sound  # type: ignore[attr-defined]


def test_every_operation_has_a_chinese_name() -> None:
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in op.label) for op in Op)


def test_until_people_log_in_one_account_has_every_role() -> None:
    actor = local_actor()
    assert actor.roles == {"coder", "physician", "qc", "insurance", "head", "admin"}
    assert (actor.id, actor.name) == ("local", "本机用户")
