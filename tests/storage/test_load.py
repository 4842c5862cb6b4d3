"""Cases are found by key and by patient, and read in bulk in the order that was asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.case import CaseKey, CaseRecord, CaseState
from app.storage import Actor, Database, NewBatch, Op, StoredCase

Add = Callable[..., int]
Ask = Callable[..., object]


def test_cases_come_in_the_order_asked_for(db: Database, me: Actor, stay: Callable[..., CaseRecord]) -> None:
    with db.operation(Op.IMPORT, by=me) as tx:
        ids = [tx.insert_case(stay(number), state=CaseState.TO_CODE) for number in range(1, 850)]
    wanted = [*ids[::-2], *ids[1::2]]
    with db.read() as reader:
        found = list(reader.load_cases(wanted))
    assert [stored.case_id for stored in found] == wanted
    assert found[0].record.text("record_no") == "00000849"


@pytest.mark.parametrize("ids", [[99], [1, 99]])
def test_a_missing_case_is_a_bug(db: Database, add: Add, ids: list[int]) -> None:
    add(1)
    with db.read() as reader, pytest.raises(LookupError):
        list(reader.load_cases(ids))


def test_keys_are_found_exactly(add: Add, ask: Ask) -> None:
    case_id = add(1)
    key = CaseKey("45608783X", "00000001", 1)
    assert ask("find_by_key", key) == case_id
    assert ask("find_by_key", CaseKey("45608783X", "00000001", 2)) is None
    assert ask("find_by_key", CaseKey("", "00000001", 1)) is None


def test_other_stays_of_a_patient_are_found_by_number_or_document(
    add: Add, ask: Callable[..., tuple[CaseRecord, ...]]
) -> None:
    one = add(1, id_no="330106195603080023")
    add(1, admission_count=2)
    add(2, id_no="330106195603080023")
    add(3)
    lone = add(4, record_no=None)
    add(5, record_no=None, admission_count=2)
    assert [(r.text("record_no"), r.value("admission_count")) for r in ask("same_patient", one)] == [
        ("00000001", 2),
        ("00000002", 1),
    ]
    assert ask("same_patient", lone) == ()


def test_ids_of_a_batch_come_in_the_order_of_its_rows(
    db: Database, me: Actor, stay: Callable[..., CaseRecord], ask: Ask
) -> None:
    with db.operation(Op.IMPORT, by=me) as tx:
        batch_id = tx.save_batch(NewBatch("a.csv", "ab", "L1a"))
        ids = [
            tx.insert_case(stay(row), state=CaseState.TO_CODE, batch_id=batch_id, source_row=row) for row in (3, 1, 2)
        ]
        other = tx.insert_case(stay(9), state=CaseState.TO_CODE)
    assert list(ask("case_ids", batch_id=batch_id)) == [ids[1], ids[2], ids[0]]  # type: ignore[call-overload]
    assert list(ask("case_ids")) == [*ids, other]  # type: ignore[call-overload]


def test_values_are_not_shown_by_repr(add: Add, load: Callable[[int], StoredCase], ask: Ask) -> None:
    case_id = add(1, patient_name="周秘密（测试）")
    (line,) = ask("worklist_rows", [case_id])  # type: ignore[misc]
    assert "秘密" not in repr(load(case_id)) + repr(line)
