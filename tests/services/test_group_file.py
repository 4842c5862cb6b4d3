"""Cases from a file to groups in a file: exact, whole or not at all, with progress."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.common.clock import SystemClock
from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt
from app.domain.grouping import GroupInput
from app.drg.batch import CHUNK
from app.drg.scheme import Scheme
from app.services.assets import Assets
from app.services.group_file import group_file, read_cases


@pytest.fixture(scope="module")
def scheme(tmp_path_factory: pytest.TempPathFactory) -> Scheme:
    """Return the scheme that ships."""
    return Assets(tmp_path_factory.mktemp("home"), SystemClock()).starter_scheme()


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_columns_are_found_by_their_headings_and_may_be_absent(tmp_path):
    cases = write(tmp_path / "c.csv", "备注,dx,case_id,birth_weight_g", "x,A01.000||B02.100,C1,2800.5", "y,,C2")
    assert list(read_cases(cases)) == [
        ("C1", GroupInput(("A01.000", "B02.100"), (), weight_g=2800.5)),
        ("C2", GroupInput((), ())),
    ]


def test_every_row_has_its_line_in_the_order_of_the_file(scheme, tmp_path):
    count = CHUNK + 5
    cases = write(tmp_path / "c.csv", "case_id,sex,age_years,dx", *(f"C{n},male,60,I21.900" for n in range(count)))
    out = tmp_path / "out.csv"
    steps: list[tuple[int, int]] = []

    class Told:
        def step(self, done: int, total: int, note: str = "") -> None:
            steps.append((done, total))

    assert group_file(scheme, cases, out, Told()) == count
    with out.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["case_id"] for row in rows] == [f"C{n}" for n in range(count)]
    assert {row["mdc"] for row in rows} == {"MDCF"}
    assert steps == sorted(steps)
    assert steps[-1][0] <= steps[-1][1] == cases.stat().st_size


@pytest.mark.parametrize(("value", "column"), [("x", "age_years"), ("nan", "los_days"), ("inf", "age_days")])
def test_a_number_that_is_none_is_named_and_nothing_is_written(scheme, tmp_path, value, column):
    cases = write(tmp_path / "c.csv", f"case_id,dx,{column}", "C1,A01.000,1", f"C2,A01.000,{value}")
    out = write(tmp_path / "out.csv", "old")
    with pytest.raises(UserProblem) as caught:
        group_file(scheme, cases, out)
    assert (caught.value.where.row, caught.value.where.column) == (3, column)
    assert out.read_text(encoding="utf-8") == "old\n"


def test_a_cancelled_grouping_leaves_the_old_result(scheme, tmp_path):
    cases = write(tmp_path / "c.csv", "case_id,dx", *["C1,I21.900"] * 20_000)
    out = write(tmp_path / "out.csv", "old")
    with pytest.raises(Cancelled):
        group_file(scheme, cases, out, CancelAt(1))
    assert out.read_text(encoding="utf-8") == "old\n"
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == ["c.csv", "out.csv"]
