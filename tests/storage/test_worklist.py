"""Filter, sort and search find what a plain reading of the rows would find."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.coding import MatchKind, Proposal
from app.domain.derived import age_days, age_years
from app.domain.field import Group
from app.storage import Actor, Database, Filter, Op, Summary, Transaction, WorklistQuery, WorklistRow
from app.storage import Test as By
from app.storage.load import StoredCase

Ask = Callable[..., list]  # type: ignore[type-arg]

STATES = [CaseState.TO_CODE, CaseState.CODING, CaseState.QC, CaseState.SUBMITTED, CaseState.INPATIENT]


@pytest.fixture(scope="module")
def ward_file(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a closed library with twenty stays that differ in every column of the list; copy it."""
    path = Path(shutil.copy(template, tmp_path_factory.mktemp("ward") / "library.db"))
    clock, me = FixedClock(datetime(2026, 11, 23, 9)), Actor("wangmin", "王敏（测试）")
    with Database.open(path, clock=clock) as db, db.operation(Op.IMPORT, by=me) as tx:
        for number in range(20):
            _admit(tx, number)
    return path


def _admit(tx: Transaction, number: int) -> None:
    head = {
        "record_no": f"{number:08d}",
        "admission_count": 1,
        "patient_name": f"周{number}（测试）",
        "sex": "2",
        "age_years": number * 3 % 7,
        "age_days": number if number * 3 % 7 == 0 else None,
        "discharge_time": datetime(2026, 11, 1 + number, 10),
        "discharge_dept": ["03.04", "03.01", None][number % 3],
        "admit_dept": "05",
        "fee_total": None if number == 7 else 1000 * (number * 7 % 20),
    }
    text = ["肺炎", "胆总管结石", "高血压_2级", "100%梗阻", "脑梗死"][number % 5]
    dx = Row({"source_text": text, "name": text})
    op = (Row({"source_text": "阑尾切除"}),) if number % 2 else ()
    case_id = tx.insert_case(CaseRecord(Row(head), {Group.DX: (dx,), Group.OP: op}), state=STATES[number % 5])
    if number % 4 == 0:
        row = tx.load_case(case_id).record.rows(Group.DX)[0].id
        tx.set_proposal(case_id, Group.DX, row, Proposal("J18.900", "肺炎", 0.93, MatchKind.SYNONYM, "same words"))
    if number % 6 == 0:
        tx.claim(case_id)
    weight = number / 10 if number % 2 else None
    summary = Summary(number % 3, number % 4, number % 2, 90.5, f"ES{number}", "肺炎", weight, "分组成功", "zx")
    tx.save_summary(case_id, 1, summary)


@pytest.fixture
def library(ward_file: Path, tmp_path: Path) -> Path:
    """Return the path of a copy of the ward."""
    return Path(shutil.copy(ward_file, tmp_path / "library.db"))


@pytest.fixture
def ward(ask: Ask) -> list[int]:
    """Return the ids of the ward's stays in the order of entry."""
    return list(ask("case_ids"))


@pytest.fixture
def found(ask: Ask) -> Callable[..., list[WorklistRow]]:
    """Return a function that runs a query and reads its lines."""

    def found(**query: object) -> list[WorklistRow]:
        return ask("worklist_rows", ask("worklist_ids", WorklistQuery(**query)))  # type: ignore[arg-type, no-any-return]

    return found


Found = Callable[..., list[WorklistRow]]


def test_a_line_shows_the_case(ward: list[int], ask: Ask) -> None:
    (line,) = ask("worklist_rows", [ward[12]])
    assert line == WorklistRow(
        case_id=ward[12],
        state=CaseState.QC,
        version=1,
        record_no="00000012",
        admission_count=1,
        patient_name="周12（测试）",
        sex="2",
        age_years=1,
        age_days=None,
        dept="03.04",
        admit_time=None,
        discharge_time=datetime(2026, 11, 13, 10),
        principal_text="高血压_2级",
        principal_code="",
        principal_name="高血压_2级",
        errors=0,
        warns=0,
        hints=0,
        score=90.5,
        drg="ES12",
        drg_name="肺炎",
        rw=None,
        amount_fen=4000,
        group_status="分组成功",
        proposals=1,
        coded=0,
        total=1,
        claimed_by="wangmin",
        batch_id=None,
        created=datetime(2026, 11, 23, 9),
        updated=datetime(2026, 11, 23, 9),
        is_stale=False,
    )


def test_lines_follow_every_edit(db: Database, me: Actor, ward: list[int], ask: Ask) -> None:
    with db.operation(Op.ACCEPT_PROPOSAL, by=me) as tx:
        row = tx.load_case(ward[4]).record.rows(Group.DX)[0].id
        tx.accept(ward[4], Group.DX, row)
        tx.insert_row(ward[4], Group.DX, 1, {})
        tx.set_field(ward[4], Group.CASE, 0, "patient_name", "改名（测试）")
        tx.set_state(ward[4], CaseState.TO_QC)
    (line,) = ask("worklist_rows", [ward[4]])
    assert (line.patient_name, line.state, line.is_stale) == ("改名（测试）", CaseState.TO_QC, True)
    assert (line.principal_code, line.principal_name, line.principal_text) == ("J18.900", "肺炎", "脑梗死")
    assert (line.coded, line.total, line.proposals) == (1, 1, 0)


def test_lines_come_in_order_and_the_missing_are_left_out(ward: list[int], ask: Ask) -> None:
    lines = ask("worklist_rows", [ward[3], 9999, ward[1]])
    assert [line.case_id for line in lines] == [ward[3], ward[1]]


_KEYS: dict[str, Callable[[WorklistRow], tuple[object, ...]]] = {
    "": lambda line: (),
    "patient_name": lambda line: (line.patient_name,),
    "discharge_time": lambda line: (line.discharge_time,),
    "rw": lambda line: (line.rw is not None, line.rw),
    "amount_fen": lambda line: (line.amount_fen is not None, line.amount_fen),
    "severity": lambda line: (line.errors, line.warns, line.hints),
    "age": lambda line: (line.age_years, line.age_days is not None, line.age_days),
    "state": lambda line: (list(CaseState).index(line.state),),
    "dept": lambda line: (line.dept,),
}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", _KEYS)
@pytest.mark.parametrize("filters", [(), (Filter("sex", By.IS, ("2",)),)], ids=["all", "filtered"])
def test_sorting_is_by_the_column_then_by_entry(
    ward: list[int], found: Found, sort: str, descending: bool, filters: tuple[Filter, ...]
) -> None:
    lines = found(sort=sort, descending=descending, filters=filters)
    wanted = sorted(lines, key=lambda line: (*_KEYS[sort](line), line.case_id), reverse=descending)
    assert [line.case_id for line in lines] == [line.case_id for line in wanted]
    assert len(lines) == len(ward)


@pytest.mark.parametrize(
    ("item", "holds"),
    [
        (Filter("state", By.IS, ("qc", "coding")), lambda line: line.state in {"qc", "coding"}),
        (Filter("state", By.IS_NOT, ("submitted",)), lambda line: line.state != "submitted"),
        (Filter("dept", By.IS, ("05",)), lambda line: line.dept == "05"),
        (Filter("errors", By.FROM, (1,)), lambda line: line.errors >= 1),
        (Filter("amount_fen", By.TO, (5000,)), lambda line: line.amount_fen is not None and line.amount_fen <= 5000),
        (
            Filter("discharge_time", By.FROM, (date(2026, 11, 5),)),
            lambda line: line.discharge_time >= datetime(2026, 11, 5),
        ),
        (
            Filter("discharge_time", By.TO, (date(2026, 11, 5),)),
            lambda line: line.discharge_time < datetime(2026, 11, 6),
        ),
        (
            Filter("discharge_time", By.TO, (datetime(2026, 11, 5, 10),)),
            lambda line: line.discharge_time <= datetime(2026, 11, 5, 10),
        ),
        (Filter("drg", By.CONTAINS, ("S1",)), lambda line: "S1" in line.drg),
        (Filter("rw", By.FROM, (0.5,)), lambda line: line.rw is not None and line.rw >= 0.5),
        (Filter("claimed_by", By.IS, ("",)), lambda line: not line.claimed_by),
        (Filter("proposals", By.FROM, (1,)), lambda line: line.proposals),
    ],
    ids=lambda value: f"{value.column}-{value.test}" if isinstance(value, Filter) else "",
)
def test_filters_keep_what_they_say(
    ward: list[int], found: Found, item: Filter, holds: Callable[[WorklistRow], object]
) -> None:
    wanted = [line.case_id for line in found() if holds(line)]
    assert 0 < len(wanted) < len(ward)
    assert [line.case_id for line in found(filters=(item,))] == wanted


def test_a_blank_time_is_not_before_any_day(db: Database, me: Actor, ward: list[int], found: Found) -> None:
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(ward[0], Group.CASE, 0, "discharge_time", None)
    lines = found(filters=(Filter("discharge_time", By.TO, (date(2030, 1, 1),)),))
    assert ward[0] not in {line.case_id for line in lines}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("周12", 1),
        ("00000013", 1),
        ("肺炎", 4),
        ("周 肺炎", 4),
        ("胆总管 测试 0000000", 2),
        ("zx", 20),
        ("ZX", 20),
        ("%", 4),
        ("_", 4),
        ("100%梗", 4),
        ("\\", 0),
        ("' OR 1=1 --", 0),
        ("没有", 0),
        ("  ", 20),
    ],
)
def test_search_is_literal_and_takes_words_in_any_order(ward: list[int], found: Found, text: str, count: int) -> None:
    assert len(found(text=text)) == count
    assert len(found(text=" ".join(reversed(text.split())))) == count


@pytest.mark.parametrize(
    "text", [f"{quote}{rest}" for quote in "'\"`;)" for rest in (" OR 1=1", "; DROP TABLE cases", "")]
)
def test_no_text_becomes_sql(ward: list[int], found: Found, text: str) -> None:
    assert found(text=text) == []
    assert found(filters=(Filter("drg", By.IS, (text,)),)) == []
    assert found(filters=(Filter("drg", By.CONTAINS, (text,)),)) == []
    assert len(found()) == len(ward)


@pytest.mark.parametrize(
    "query",
    [
        WorklistQuery(sort="search; DROP TABLE cases"),
        WorklistQuery(sort="checked"),
        WorklistQuery(filters=(Filter("1=1", By.IS, (1,)),)),
    ],
)
def test_an_unknown_column_is_a_bug(ask: Ask, query: WorklistQuery) -> None:
    with pytest.raises(KeyError):
        ask("worklist_ids", query)


def test_values_of_a_column_come_with_their_numbers(ward: list[int], ask: Ask) -> None:
    assert list(ask("value_counts", "dept").items()) == [("03.01", 7), ("03.04", 7), ("05", 6)]  # type: ignore[attr-defined]
    assert ask("value_counts", "claimed_by") == {"wangmin": 4}
    with pytest.raises(KeyError):
        ask("value_counts", "nothing")


_NIGHT = datetime(2026, 3, 1, 0, 30)


@pytest.mark.parametrize(
    "head",
    [
        {"birth_date": date(2026, 2, 22), "admit_time": _NIGHT, "age_years": 3, "age_days": 99},
        {"birth_date": date(2026, 3, 1), "admit_time": _NIGHT, "age_years": None},
        {"birth_date": date(2025, 3, 1), "admit_time": _NIGHT, "age_years": 0, "age_days": 5},
        {"birth_date": date(2025, 3, 2), "admit_time": _NIGHT},
        {"birth_date": date(1956, 3, 2), "admit_time": _NIGHT, "age_years": 12},
        {"birth_date": date(2024, 2, 29), "admit_time": datetime(2026, 2, 28, 23)},
        {"birth_date": date(2026, 3, 2), "admit_time": _NIGHT, "age_years": 0, "age_days": 1},
        {"birth_date": date(2026, 3, 2), "age_years": 0, "age_days": 4},
        {"age_years": 44, "age_days": 4},
        {"age_years": None},
    ],
)
def test_the_age_in_the_list_is_the_age_of_the_case(
    add: Callable[..., int], ask: Ask, load: Callable[[int], StoredCase], head: dict[str, object]
) -> None:
    case_id = add(1, **head)
    (line,) = ask("worklist_rows", [case_id])
    record = load(case_id).record
    assert (line.age_years, line.age_days) == (age_years(record), age_days(record))
