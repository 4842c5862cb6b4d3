"""After an edit, running only the touched rules gives the same report as running all (property)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.case import CaseRecord, Row, Value
from app.domain.field import FieldType, Group
from app.domain.fields import FIELDS, fields_of
from app.domain.findings import QcReport
from app.domain.values import parse
from app.qc.context import QcContext, Sibling
from app.qc.engine import RuleSet
from app.qc.example_book import ExampleBook
from app.qc.examples import example_case

CELLS = {
    FieldType.DATE: ["1956-03-08", "2026-05-06", "2026-05-01", "2099-01-01", "1800-01-01", "昨天"],
    FieldType.DATETIME: ["2026-05-06 09:30:00", "2026-05-14 10:00:00", "2026-05-14", "2026-04-01 08:00:00", "x"],
    FieldType.INT: ["0", "1", "2", "8", "31", "70", "121", "-1", "x"],
    FieldType.DECIMAL: ["0", "2.5", "x"],
    FieldType.MONEY: ["0", "60", "100", "100.02", "-5", "x"],
    FieldType.LIST: ["03.04,04.01", "99.99"],
    FieldType.DX_CODE: ["I10.x00", "I21.900", "N40.x00", "O80.000", "Z37.000", "R07.400", "S06.000", "G55.1*"],
    FieldType.PX_CODE: ["47.0100", "96.7201", "60.2901", "74.1x01"],
    FieldType.MORPHOLOGY_CODE: ["M81400/3"],
    FieldType.DICT: ["1", "2", "3", "4", "5", "9", "03.04", "手术", "77"],
    FieldType.TEXT: ["高血压", "新生儿肺炎", "小儿肠炎", "12345678911", "530123202602025758", "x" * 120],
}  # fmt: skip
GROUPS = [group for group in Group if group is not Group.CASE]
CONTEXT = QcContext(today=example_case({})[1].today, codebook=ExampleBook(frozenset({"I10.x00", "I21.900", "47.0100"})))


def _row(group: Group) -> st.SearchStrategy[Row]:
    specs = st.sampled_from(fields_of(group))
    cells = specs.flatmap(lambda spec: st.tuples(st.just(spec), st.sampled_from([*CELLS[spec.type], "-", ""])))
    return st.lists(cells, max_size=40 if group is Group.CASE else 5).map(_made)


def _made(cells: list[tuple[object, str]]) -> Row:
    values: dict[str, Value] = {}
    raw: dict[str, str] = {}
    dashes = set()
    for spec, text in cells:
        parsed = parse(spec, text)  # type: ignore[arg-type]
        values[spec.id] = parsed.value  # type: ignore[attr-defined]
        if parsed.raw:
            raw[spec.id] = parsed.raw  # type: ignore[attr-defined]
        if parsed.dash:
            dashes.add(spec.id)  # type: ignore[attr-defined]
    return Row(values, raw, frozenset(dashes))


ROWS = {group: _row(group) for group in Group}
COLUMNS = st.none() | st.sets(st.sampled_from([spec.path for spec in FIELDS]), min_size=60).map(frozenset)


@st.composite
def records(draw: st.DrawFn) -> CaseRecord:
    groups = {group: tuple(draw(st.lists(ROWS[group], max_size=3))) for group in draw(st.sets(st.sampled_from(GROUPS)))}
    return CaseRecord(draw(ROWS[Group.CASE]), groups, draw(COLUMNS))


@st.composite
def edits(draw: st.DrawFn) -> tuple[CaseRecord, CaseRecord, list[str]]:
    before = after = draw(records())
    changed = []
    for _ in range(draw(st.integers(1, 3))):
        filled = [Group.CASE, *(group for group, rows in after.groups.items() if rows)]
        group = draw(st.sampled_from(filled))
        if draw(st.integers(0, 4)) == 0:
            group = draw(st.sampled_from(GROUPS))
            after = after.with_rows(group, tuple(draw(st.lists(ROWS[group], max_size=3))))
            changed.append(str(group))
            continue
        spec = draw(st.sampled_from(fields_of(group)))
        index = 0 if group is Group.CASE else draw(st.integers(0, len(after.rows(group)) - 1))
        path = spec.id if group is Group.CASE else f"{group}[{index}].{spec.id}"
        value = parse(spec, draw(st.sampled_from([*CELLS[spec.type], ""]))).value
        after = after.with_value(path, value)
        changed.append(path)
    return before, after, changed


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(edit=edits())
def test_an_edit_gives_the_report_of_a_full_check(
    rules: RuleSet, edit: tuple[CaseRecord, CaseRecord, list[str]]
) -> None:
    before, after, changed = edit
    report = rules.check_fields(after, rules.check(before, CONTEXT), changed, CONTEXT)
    assert report == rules.check(after, CONTEXT)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(record=records())
def test_a_check_changes_nothing_breaks_nothing_and_does_not_depend_on_what_ran_before(
    rules: RuleSet, record: CaseRecord
) -> None:
    report = rules.check(record, CONTEXT)
    assert report.broken == ()
    assert report == rules.check(record, CONTEXT)
    assert 13 <= report.score <= 100


def test_an_edit_runs_only_the_rules_that_read_the_field(rules: RuleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    record, context = example_case({"sex": "1", "abo": "6"})
    before = rules.check(record, context)
    ran: list[int] = []
    whole = RuleSet._report

    def counted(self: RuleSet, scope: object, plan: object, chosen: tuple[object, ...], *rest: object) -> QcReport:
        ran.append(len(chosen))
        return whole(self, scope, plan, chosen, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(RuleSet, "_report", counted)
    rules.check_fields(record.with_value("abo", "9"), before, ["abo"], context)
    rules.check(record, context)
    assert ran[0] <= 3 < ran[1]


def test_the_identity_of_a_stay_touches_the_rules_about_other_stays(rules: RuleSet) -> None:
    example: dict[str, object] = {"record_no": "1", "admission_count": "1", "admit_time": "2026-05-06 09:00:00"}
    record, context = example_case({**example, "record_no": "2"})
    before = rules.check(record, context)
    after, _ = example_case(example)
    other, _ = example_case({**example, "admit_time": "2026-01-06 09:00:00"})
    context = QcContext(today=context.today, siblings=(Sibling.of(other, after),))
    report = rules.check_fields(after, before, ["record_no"], context)
    assert {"LJ-039", "LJ-040"} <= {finding.rule_id for finding in report.findings}
