"""Invented front pages for benchmarks: every field filled, or as a coder leaves them, with few faults."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache

from app.codebook.book import Codebook
from app.codebook.entry import CodeEntry
from app.domain.case import CaseRecord, Row, Value
from app.domain.coding import CodeKind
from app.domain.dictionaries import dictionary
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import FIELDS, fields_of
from app.domain.identity import make_id
from app.services.demo_cases import invent

TODAY = date(2026, 11, 23)
TEMPLATES = 1_000
POOL = {CodeKind.DX: 1_500, CodeKind.PX: 400}
"""How many codes of the book the pages draw from."""
MORE = 8
"""Diagnoses beside those of the template, at most."""
DX = ("I21.900", "I10.x00", "E11.900", "K80.200", "J18.900", "N40.x00", "C34.900", "S72.000", "O80.000", "Z51.102")
FILLED: dict[str, Value] = {
    **dict.fromkeys(("current_zip", "registered_zip", "employer_zip"), "310000"),
    **dict.fromkeys(("current_phone", "employer_phone", "contact_phone"), "13900000001"),
    **dict.fromkeys(("allergy_drugs", "transfer_org", "readmit31_purpose", "confirm_date")),
    "admission_count": 1,
    "contact_relation": "5",
    "kind": "手术",
}
PX = ("47.0100", "51.2300", "36.0600", "88.5500", "99.2500", "74.1x01")
STAFF = ("coder", "qc_physician", "qc_nurse", "resp_nurse")


def filled(number: int) -> CaseRecord:
    """Return a page with every field filled, whatever the rules say of it; the same for the same number."""
    dice = random.Random(number)
    born = date(1930, 1, 1) + timedelta(days=dice.randrange(33_000))
    admitted = datetime(2026, 5, 1, 9) + timedelta(hours=dice.randrange(2_000))
    days = dice.randint(1, 20)
    sex = dice.randint(1, 2)
    head = {spec.id: _value(spec, dice) for spec in FIELDS if spec.group is Group.CASE}
    head |= {
        "record_no": f"{number:08d}",
        "sex": str(sex),
        "birth_date": born,
        "age_years": (admitted.date() - born).days // 365,
        "age_days": None,
        "id_type": "1",
        "id_no": make_id("330106", born, sex, number % 100),
        "admit_time": admitted,
        "discharge_time": admitted + timedelta(days=days),
        "los_days": days,
        "fee_total": 2_400_00,
        "fee_self": 100_00,
    }
    groups = {group: _rows(group, dice) for group in (Group.DX, Group.OP, Group.PATH, Group.ICU)}
    return CaseRecord(Row(head), groups)


def _rows(group: Group, dice: random.Random) -> tuple[Row, ...]:
    count = {Group.DX: dice.randint(3, 12), Group.OP: dice.randint(0, 4)}.get(group, 1)
    return tuple(Row({spec.id: _value(spec, dice) for spec in fields_of(group)}) for _ in range(count))


def _value(spec: FieldSpec, dice: random.Random) -> Value:
    if spec.id in FILLED:
        return FILLED[spec.id]
    if spec.dictionary and spec.type is FieldType.DICT:
        return dictionary(spec.dictionary).entries[0].code
    return _BY_TYPE[spec.type](dice)


_BY_TYPE: dict[FieldType, Callable[[random.Random], Value]] = {
    FieldType.TEXT: lambda dice: f"浙江省文字{'甲乙丙丁戊'[dice.randrange(5)]}",
    FieldType.DICT: lambda dice: "1",
    FieldType.INT: lambda dice: 0,
    FieldType.DECIMAL: lambda dice: None,
    FieldType.MONEY: lambda dice: 100_00,
    FieldType.DATE: lambda dice: date(2026, 7, 25),
    FieldType.DATETIME: lambda dice: datetime(2026, 5, 2, 8) + timedelta(hours=dice.randrange(2_000)),
    FieldType.DX_CODE: lambda dice: dice.choice(DX),
    FieldType.PX_CODE: lambda dice: dice.choice(PX),
    FieldType.MORPHOLOGY_CODE: lambda dice: "M81400/3",
    FieldType.LIST: lambda dice: ("03.04",),
}


def coded(number: int, book: Codebook) -> CaseRecord:
    """Return a page as a coder leaves it: an invented stay with staff, codes and names of the book."""
    dice = random.Random(number)
    template = _templates()[number % TEMPLATES]
    head = dict(template.head.values) | {name: f"{name}（测试）" for name in STAFF}
    head["record_no"] = f"{number:08d}"
    own = [_coded(row, CodeKind.DX, book, dice) for row in template.rows(Group.DX)]
    more = [_coded(Row({"adm_cond": "1"}), CodeKind.DX, book, dice) for _ in range(dice.randint(0, MORE))]
    groups = dict(template.groups)
    groups[Group.DX] = tuple(own + more)
    groups[Group.OP] = tuple(_coded(row, CodeKind.PX, book, dice) for row in template.rows(Group.OP))
    return CaseRecord(Row(head, dashes=template.head.dashes), groups)


@cache
def _templates() -> list[CaseRecord]:
    return [case.record for case in invent(TEMPLATES, today=TODAY)]


def _coded(row: Row, kind: CodeKind, book: Codebook, dice: random.Random) -> Row:
    entry = dice.choice(_pool(book, kind))
    return Row({**row.values, "code": entry.code, "name": entry.name, "source_text": entry.name})


@cache
def _pool(book: Codebook, kind: CodeKind) -> list[CodeEntry]:
    leaves = [entry for entry in book.entries(kind) if entry.is_leaf and not entry.code.startswith("M")]
    return random.Random(7).sample(leaves, POOL[kind])
