"""Reference schemes and labelled cases, read here with csv and zipfile: the engine opens no files."""

from __future__ import annotations

import csv
import html
import re
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from app.domain.grouping import GroupInput, GroupResult, GroupStatus
from app.domain.tables import RawRow, RawTable
from app.drg.lint import LintReport
from app.drg.package import load_package
from app.drg.scheme import Scheme
from app.drg.workbook import load_workbook

Loaded = tuple[Scheme, LintReport]
Labelled = list[tuple[GroupInput, GroupResult]]


def read_csv(path: Path) -> RawTable:
    """Return a CSV file as a raw table."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        header = tuple(next(reader))
        rows = [RawRow(reader.line_num, tuple(row)) for row in reader]
    return RawTable(path.name, "", header, rows)


def read_package(folder: Path) -> tuple[dict[str, RawTable], Mapping[str, object]]:
    """Return the tables and the description of a scheme package."""
    tables = {path.stem: read_csv(path) for path in folder.glob("*.csv")}
    return tables, tomllib.loads((folder / "scheme.toml").read_text(encoding="utf-8"))


_ROW = re.compile(r'<row r="(\d+)"[^>]*>(.*?)</row>', re.DOTALL)
_CELL = re.compile(r'<c r="([A-Z]+)\d+"[^>]*?(?:/>|>(?:<is><t[^>]*>(.*?)</t></is>|<v>(.*?)</v>)?</c>)', re.DOTALL)


def read_sheets(path: Path) -> dict[str, RawTable]:
    """Return the sheets of a workbook with inline texts, the first row of each as its header.

    Reading the reference workbook with openpyxl takes 13 s; this takes one.
    """
    tables = {}
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode()
        for number, title in enumerate(re.findall(r'<sheet name="([^"]+)"', book), 1):
            text = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            rows = [RawRow(int(row), _cells(cells)) for row, cells in _ROW.findall(text)]
            tables[title] = RawTable(path.name, title, rows[0].cells, rows[1:], rows[0].number)
    return tables


def _cells(text: str) -> tuple[str, ...]:
    cells = [""] * 8
    for column, inline, value in _CELL.findall(text):
        cells[ord(column) - ord("A")] = html.unescape(inline or value)
    return tuple(cells)


def read_cases(path: Path) -> Labelled:
    """Return labelled cases as grouping input and expected result."""

    def number(text: str) -> int | None:
        return int(text) if text else None

    def codes(text: str) -> tuple[str, ...]:
        return tuple(text.split("|")) if text else ()

    with path.open(encoding="utf-8", newline="") as handle:
        return [
            (
                GroupInput(
                    dx=codes(row["dx"]),
                    px=codes(row["px"]),
                    sex=row["sex"],
                    age_years=number(row["age_years"]),
                    age_days=number(row["age_days"]),
                    weight_g=number(row["birth_weight_g"]),
                    los_days=number(row["los_days"]),
                    discharge=number(row["discharge"]),
                    dept=row["dept"],
                ),
                GroupResult(row["mdc"], row["adrg"], row["drg"], GroupStatus(row["status"])),
            )
            for row in csv.DictReader(handle)
        ]


@pytest.fixture(scope="session")
def scheme_of(reference: Path) -> Callable[[str], Loaded]:
    """Return a function that loads a reference scheme once: a package name, or ``name.xlsx``."""

    @cache
    def load(name: str) -> Loaded:
        path = reference / "schemes" / name
        if path.suffix == ".xlsx":
            return load_workbook(read_sheets(path), name=path.stem)
        return load_package(*read_package(path))

    return load


@pytest.fixture(scope="session")
def cases_of(reference: Path) -> Callable[[str], Labelled]:
    """Return a function that reads the labelled cases of a scheme once."""

    @cache
    def read(name: str) -> Labelled:
        return read_cases(reference / "cases" / f"{name}.csv")

    return read


@pytest.fixture(scope="session")
def read_table() -> Callable[[Path], RawTable]:
    """Return the function that reads a CSV file."""
    return read_csv


def csv_table(name: str, text: str) -> RawTable:
    """Return a table of a small package from CSV text."""
    lines = [line.strip() for line in text.strip().splitlines()]
    rows = [RawRow(number, tuple(line.split(","))) for number, line in enumerate(lines[1:], 2)]
    return RawTable(f"{name}.csv", "", tuple(lines[0].split(",")), rows)


MINI = {
    "mdc": """order,mdc,name,condition
        1,MDCA,先期分组,main_px in valid_px
        2,MDCB,神经系统,main_dx in mdc_dx
        3,MDCN,女性生殖,main_dx in mdc_dx and sex == female
        4,MDCP,新生儿,main_dx in mdc_dx and age_years == 0""",
    "mdc_dx": "mdc,site,code\n MDCB,,B1\n MDCB,,B2\n MDCB,,B3\n MDCN,,N1\n MDCP,,P1",
    "adrg": """mdc,order,adrg,name,condition,no_drg
        MDCA,1,AA1,移植,main_px in px1,next
        MDCB,1,BB1,开颅,main_px in px1,next
        MDCB,2,BQY,歧义,main_px in valid_px,adrg
        MDCB,3,BR1,脑病,main_dx in dx1,adrg
        MDCN,1,NR1,妇科,main_dx in mdc_dx,next
        MDCP,1,PS1,早产,main_dx in mdc_dx and weight_g < 1500,next""",
    "adrg_dx": "adrg,list,code\n BR1,dx1,B1",
    "adrg_px": "adrg,list,code\n AA1,px1,37.51\n BB1,px1,01.2",
    "drg": """adrg,order,drg,name,condition
        AA1,1,AA19,移植,always
        BB1,1,BB11,开颅伴MCC,has_mcc
        BB1,2,BB13,开颅伴CC,has_mcc or has_cc
        BB1,3,BB15,开颅,always
        BR1,1,BR11,脑病伴MCC,has_mcc
        NR1,1,NR19,妇科,always
        PS1,1,PS19,早产,always""",
    "mcc": "code,exclusion\n M1,1\n M2,2",
    "cc": "code,exclusion\n C1,1\n C2,",
    "exclusion": "table,code\n 1,B1",
    "valid_px": "code\n 01.2\n 37.51\n 99.1",
}


@pytest.fixture
def mini_tables() -> dict[str, RawTable]:
    """Return the tables of a small package, to be changed by a test."""
    tables = {name: csv_table(name, text) for name, text in MINI.items()}
    groups = [RawRow(20, ("BB1", "9", "BB19", "开颅未细分", "always"))]
    drg = tables["drg"]
    tables["drg"] = RawTable(drg.file, "", drg.header, [*drg.rows, *groups])
    return tables


@pytest.fixture
def mini(mini_tables: dict[str, RawTable]) -> Scheme:
    """Return a small scheme: pre-MDC, an MDC with severity groups and QY, one by sex, one by age and weight."""
    return load_package(mini_tables, {"id": "mini", "title": "小方案", "no_group_code": "0000A"})[0]


@pytest.fixture(scope="session")
def make_table() -> Callable[[str, str], RawTable]:
    """Return the function that makes a table from CSV text."""
    return csv_table


@pytest.fixture(scope="session")
def read_package_of() -> Callable[[Path], tuple[dict[str, RawTable], Mapping[str, object]]]:
    """Return the function that reads the tables and the description of a scheme package."""
    return read_package
