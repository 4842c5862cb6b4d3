"""How fast records are checked: full checks a second on one core, one edit, one rule over many records.

The records are invented: every field filled, several diagnoses and operations, a few faults on each.
``python -m benchmarks.qc`` or ``bingan bench qc --json``.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from app.domain.case import CaseRecord, Row, Value
from app.domain.coding import CodeKind
from app.domain.dictionaries import dictionary
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import FIELDS, fields_of
from app.domain.identity import make_id
from app.qc.context import QcContext
from app.qc.engine import RuleSet
from app.services.rules import shipped_rules

CASES = 2_000
EDITS = 300
SIMULATED = 100_000
TODAY = date(2026, 11, 23)
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


class _Entry:
    kind = CodeKind.DX


class _ProcedureEntry:
    kind = CodeKind.PX


class _Book:
    """Knows every code, so that the look-up is timed and no finding comes of it."""

    edition = "bench"

    def get(self, code: str) -> _Entry | _ProcedureEntry | None:
        """Return an entry of the kind that the code's form tells."""
        return _ProcedureEntry() if code[:1].isdigit() else _Entry()


def record(number: int) -> CaseRecord:
    """Return an invented page with every field filled; the same for the same number."""
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


def _seconds(work: Callable[[], object]) -> float:
    """Return processor seconds, which other programs on the machine do not lengthen."""
    start = time.process_time()
    work()
    return time.process_time() - start


def bench() -> dict[str, object]:
    """Return the figures: cases_per_s on one core, edit_ms (mean and worst), simulate_100k_s for one dear rule."""
    load_s = _seconds(shipped_rules)
    rules = shipped_rules()
    context = QcContext(today=TODAY, codebook=_Book())
    records = [record(number) for number in range(CASES)]
    rules.check(records[0], context)
    spent = _seconds(lambda: [rules.check(each, context) for each in records])
    findings = sum(len(rules.check(each, context).findings) for each in records)
    edits = _edit_seconds(rules, records[:EDITS], context)
    return {
        "rules": sum(not compiled.off for compiled in rules.rules),
        "load_s": round(load_s, 2),
        "cases_per_s": round(CASES / spent),
        "findings_per_case": round(findings / CASES, 1),
        "edit_ms": round(1000 * sum(edits) / len(edits), 2),
        "edit_worst_ms": round(1000 * max(edits), 2),
        "simulate_100k_s": round(_simulation(rules, records, context), 1),
    }


def _edit_seconds(rules: RuleSet, records: list[CaseRecord], context: QcContext) -> list[float]:
    spent = []
    for before in records:
        report = rules.check(before, context)
        after = before.with_value("dx[0].code", "K35.800")
        start = time.perf_counter()
        rules.check_fields(after, report, ["dx[0].code"], context)
        spent.append(time.perf_counter() - start)
    return spent


def _simulation(rules: RuleSet, records: list[CaseRecord], context: QcContext) -> float:
    def run() -> None:
        for each in records:
            rules.findings("BM-005", each, context)

    return _seconds(run) * SIMULATED / len(records)


if __name__ == "__main__":
    print(json.dumps(bench(), ensure_ascii=False))
