"""Settings: kept, found by their beginning, and their whole life in the audit."""

from __future__ import annotations

from app.storage import Actor, Database, Op

ME = Actor("tester", "测试员（测试）")


def put(db: Database, key: str, value: object) -> int:
    """Store a setting and return the operation."""
    with db.operation(Op.SET_SETTING, by=ME) as tx:
        tx.set_setting(key, value)
    return tx.changes.op_id


def test_settings_are_found_by_the_beginning_of_their_key(db: Database) -> None:
    put(db, "pay.city", "甲市")
    put(db, "pay.level", "三级")
    put(db, "pay_", 1)
    with db.read() as reader:
        assert reader.settings("pay.") == {"pay.city": "甲市", "pay.level": "三级"}


def test_every_change_of_a_setting_is_listed_latest_first(db: Database) -> None:
    first = put(db, "pay.city", "甲市")
    put(db, "other", 1)
    second = put(db, "pay.city", "乙市")
    db.undo(second, by=ME)
    db.undo(first, by=ME)
    with db.read() as reader:
        told = [(one.operation.op, one.key, one.before, one.after) for one in reader.setting_changes("pay.")]
        assert reader.settings("pay.") == {}
    assert told == [
        (Op.UNDO, "pay.city", "甲市", None),
        (Op.UNDO, "pay.city", "乙市", "甲市"),
        (Op.SET_SETTING, "pay.city", "甲市", "乙市"),
        (Op.SET_SETTING, "pay.city", None, "甲市"),
    ]
    assert {one.operation.actor_name for one in _changes(db)} == {"测试员（测试）"}


def _changes(db: Database) -> list[object]:
    with db.read() as reader:
        return list(reader.setting_changes(""))
