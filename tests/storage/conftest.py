"""A library made once per run and copied for every test, and invented stays to put into it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, CaseState, Row, Value
from app.domain.coding import MatchKind, Proposal
from app.domain.field import Group
from app.storage import Actor, Database, Op, StoredCase

Stay = Callable[..., CaseRecord]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty library of the current schema; copy it, never open it."""
    path = tmp_path_factory.mktemp("template") / "library.db"
    Database.open(path, clock=FixedClock(datetime(2026, 11, 23, 8))).close()
    return path


@pytest.fixture
def library(template: Path, tmp_path: Path) -> Path:
    """Return the path of an empty library of its own."""
    return Path(shutil.copy(template, tmp_path / "library.db"))


@pytest.fixture
def db(library: Path, clock: FixedClock) -> Iterator[Database]:
    """Return an open empty library."""
    with Database.open(library, clock=clock) as database:
        yield database


@pytest.fixture
def me() -> Actor:
    """Return the coder of the tests."""
    return Actor("wangmin", "王敏（测试）", frozenset({"coder"}))


def make_stay(number: int = 1, dx: Sequence[str] = ("肺炎",), op: Sequence[str] = (), **head: Value) -> CaseRecord:
    """Return an invented stay: record number from ``number``, rows with the physician's texts."""
    values: dict[str, Value] = {
        "org_code": "45608783X",
        "record_no": f"{number:08d}",
        "admission_count": 1,
        "patient_name": f"周{number}（测试）",
        "sex": "2",
        "age_years": 60 + number % 30,
        "discharge_time": datetime(2026, 11, 1 + number % 20, 10),
        "discharge_dept": "03.04",
        "fee_total": 1_000_00 + number,
    }
    rows = {
        Group.DX: tuple(Row({"source_text": text, "name": text, "adm_cond": "1"}) for text in dx),
        Group.OP: tuple(Row({"source_text": text, "name": text}) for text in op),
    }
    return CaseRecord(Row({**values, **head}), {group: mine for group, mine in rows.items() if mine})


@pytest.fixture
def stay() -> Stay:
    """Return :func:`make_stay`."""
    return make_stay


@pytest.fixture
def add(db: Database, me: Actor, stay: Stay) -> Callable[..., int]:
    """Return a function that imports one invented stay and returns its id."""

    def add(*args: Any, state: CaseState = CaseState.TO_CODE, **head: Any) -> int:
        with db.operation(Op.IMPORT, by=me) as tx:
            return tx.insert_case(stay(*args, **head), state=state)

    return add


@pytest.fixture
def load(db: Database) -> Callable[[int], StoredCase]:
    """Return a function that reads a case."""

    def load(case_id: int) -> StoredCase:
        with db.read() as reader:
            return reader.load_case(case_id)

    return load


@pytest.fixture
def ask(db: Database) -> Callable[..., Any]:
    """Return a function that calls one method of a reader: ``ask("undoable", "wangmin", 1)``."""

    def ask(method: str, *args: Any, **options: Any) -> Any:
        with db.read() as reader:
            return getattr(reader, method)(*args, **options)

    return ask


@pytest.fixture
def proposal() -> Proposal:
    """Return a proposal for a pneumonia."""
    return Proposal("J18.900", "肺炎", 0.93, MatchKind.SYNONYM, "same words")
