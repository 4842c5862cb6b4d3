"""Cached findings and groupings come back as they were saved."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from app.domain.coding import Reason
from app.domain.findings import BrokenRule, Deduction, Finding, Fix, QcReport, Severity
from app.domain.grouping import Explanation, Fact, GroupResult, GroupStatus, SecondaryNote, Step, StepOutcome
from app.storage.jsonify import from_json, to_json

REPORT = QcReport(
    findings=(
        Finding(
            "LJ-004", "逻辑", Severity.ERROR, "住院天数应为 11", "改正", ("los_days",), Fix("los_days", "11", "改")
        ),
        Finding("BM-024", "编码", Severity.HINT, "核对", "核对", ("dx[0].code", "dx[1].code")),
    ),
    broken=(BrokenRule("XN-002", "no table"),),
    not_imported=frozenset({"abo", "rh"}),
    score=96.5,
    grade="1",
    deductions=(Deduction("los", 0.5, ("LJ-004",)),),
)
EXPLANATION = Explanation(
    GroupResult("H", "HC1", "HC11", GroupStatus.GROUPED),
    (Step("mdc", "H", "肝胆胰", StepOutcome.HIT, "dx", "mdc.csv 7", (Fact("main_dx", (("code", "K80.501"),)),)),),
    (SecondaryNote("J96.000", "mcc"), SecondaryNote("I10.x00", "cc", "x3")),
    name="胆总管手术",
    detail_args=(("a", "b"),),
)


@dataclass(frozen=True, slots=True)
class Money:
    weight: Decimal | None
    why: tuple[Reason, ...] = ()


@pytest.mark.parametrize(
    "value", [QcReport(), REPORT, EXPLANATION, Money(Decimal("1.2345"), (Reason("x", (("k", "v"),)),)), Money(None)]
)
def test_a_value_comes_back(value: object) -> None:
    assert from_json(type(value), to_json(value)) == value


def test_another_kind_of_value_is_refused() -> None:
    with pytest.raises(TypeError, match="not a QcReport"):
        from_json(QcReport, '"text"')
