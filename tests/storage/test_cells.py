"""Values survive the way into columns and audit cells and back."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.case import Row, Value
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import FIELDS, field, fields_of
from app.storage.cells import decode, from_column, join, payload_of, row_of, split, to_column

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
_BY_TYPE = {
    FieldType.INT: st.integers(-(2**63), 2**63 - 1),
    FieldType.MONEY: st.integers(0, 10**13),
    FieldType.DECIMAL: st.decimals(allow_nan=False, allow_infinity=False, places=3),
    FieldType.DATE: st.dates(date(1800, 1, 1)),
    FieldType.DATETIME: st.datetimes(datetime(1800, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    FieldType.LIST: st.lists(_TEXT, min_size=1).map(tuple),
}


@st.composite
def spec_and_value(draw: st.DrawFn) -> tuple[FieldSpec, Value]:
    spec = draw(st.sampled_from(FIELDS))
    return spec, draw(_BY_TYPE.get(spec.type, _TEXT))


@given(spec_and_value())
def test_a_stored_value_comes_back(pair: tuple[FieldSpec, Value]) -> None:
    spec, value = pair
    column = to_column(spec, value)
    assert from_column(spec, column) == value
    assert decode(spec, json.loads(json.dumps(column))).value == value


@given(spec_and_value(), _TEXT)
def test_unread_text_and_dash_come_back(pair: tuple[FieldSpec, Value], typed: str) -> None:
    spec, value = pair
    specs = fields_of(spec.group)
    names = [one.id for one in specs]
    for row in (
        Row({spec.id: value}),
        Row({}, {spec.id: typed}),
        Row({}, {}, frozenset({spec.id})),
    ):
        columns, raw, dashes = split(payload_of(spec.group, row), names)
        stored = {**dict(zip(names, columns, strict=True)), "raw": raw, "dashes": dashes}
        assert row_of(specs, stored) == row
        assert join(dict(zip(names, columns, strict=True)), raw, dashes) == payload_of(spec.group, row)


@pytest.mark.parametrize("blank", [None, "", ()])
def test_blanks_are_null(blank: Value) -> None:
    assert to_column(field("transfer_depts"), blank) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("sex", 1),
        ("los_days", "12"),
        ("los_days", True),
        ("fee_total", Decimal("12.00")),
        ("birth_date", datetime(1956, 3, 8)),
        ("admit_time", date(2026, 11, 8)),
        ("bl_rbc", 2),
        ("transfer_depts", "03.04"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_bug(path: str, value: Value) -> None:
    with pytest.raises(TypeError, match=path):
        to_column(field(path), value)


def test_a_field_that_does_not_exist_is_a_bug() -> None:
    with pytest.raises(KeyError, match="colour"):
        payload_of(Group.CASE, Row({"colour": "red"}))
