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
