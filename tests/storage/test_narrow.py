"""Columns of numbers are kept narrow and read as they were put in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.storage.narrow import NONE, NarrowColumns

numbers = st.lists(
    st.one_of(st.just(NONE), st.sampled_from([-129, -128, -127, 127, 128, 32_767, 32_768, 2**31 - 1, 2**31, -(2**31)]))
    | st.integers(-(2**60), 2**60),
    max_size=12,
)


def array(values: list[int]) -> np.typing.NDArray[np.int64]:
    return np.array(values, np.int64)


@given(numbers)
def test_what_is_put_in_comes_out(values: list[int]) -> None:
    columns = NarrowColumns({"one": array(values)})

    assert columns["one"].tolist() == values
    assert columns["one"].dtype == np.int64
    assert [columns.at("one", row) for row in range(len(values))] == values


@given(numbers, numbers, st.data())
def test_rows_are_put_in_and_dropped_as_in_a_list(first: list[int], second: list[int], data: st.DataObject) -> None:
    places = sorted(data.draw(st.lists(st.integers(0, len(first)), min_size=len(second), max_size=len(second))))
    columns = NarrowColumns({"one": array(first)})

    columns.insert("one", array(places), array(second))
    expected = np.insert(array(first), array(places), array(second)).tolist()
    assert columns["one"].tolist() == expected

    gone = sorted(data.draw(st.sets(st.integers(0, len(expected) - 1)))) if expected else []
    columns.remove(array(gone))
    assert columns["one"].tolist() == [one for row, one in enumerate(expected) if row not in gone]


def test_small_numbers_take_one_byte_each() -> None:
    columns = NarrowColumns({"few": array([0, 5, NONE] * 100), "money": array([123_456, NONE, 7] * 100)})

    assert {name: column.itemsize for name, column in columns._kept.items()} == {"few": 1, "money": 4}
