"""2,000 texts that a spreadsheet would run go through every export of the program and come back equal and inert."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from app.common.errors import UserProblem
from benchmarks import hostile

ROOT: Final = Path(__file__).parents[2]
WRITERS: Final = frozenset(
    {"write_atomic", "write_tables", "write_workbook", "write_csv", "write_report", "encode_records", "write_package"}
)
"""What writes a file: whoever calls one of them writes an export, or has its reason below."""
NO_EXPORTS: Final = {
    "app.exchange.xlsx_write": "fills the workbooks of the others",
    "app.exchange.textfile": "encodes the lines of the others",
    "app.common.toml_files": "settings",
    "app.common.pinyin": "cache",
    "app.matching.words": "cache",
    "app.services.matching": "cache",
    "app.services.book_files": "cache",
    "app.services.prepared": "cache",
    "app.services.scheme_files": "cache",
    "app.services.asset_store": "copies of imported assets",
    "app.services.asset_reports": "lines of plain text",
    "app.services.retraining_store": "models",
    "app.services.pack_keys": "the key of this place",
    "app.services.front_page": "a drawn page",
    "app.services.submission": "a file of the insurer, exactly as it came",
    "app.storage.restoring": "a wish to restore",
    "app.storage.heads": "heads of the audit",
    "app.storage.draft_aside": "half-typed text beside the library",
    "app.services.group_file": "results for programs, exactly as they are",
    "app.services.match_file": "results for programs, exactly as they are",
    "app.services.bulk": "results for programs, exactly as they are",
    "app.services.demo": "invented cases",
    "app.services.demo_submission": "invented cases",
}


def modules_that_write() -> set[str]:
    found = set()
    for path in sorted((ROOT / "app").rglob("*.py")):
        if "ui" in path.relative_to(ROOT / "app").parts[:1]:
            continue
        names = {
            node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
        }
        if names & WRITERS:
            found.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return found


def test_every_module_that_writes_a_file_is_tried_or_has_its_reason() -> None:
    tried = frozenset().union(*(modules for _, modules in hostile.EXPORTS.values()))
    assert modules_that_write() - NO_EXPORTS.keys() <= tried


@pytest.mark.parametrize("name", hostile.EXPORTS)
def test_2000_hostile_texts_come_back_equal_and_inert(name: str, tmp_path: Path) -> None:
    assert hostile.through(name, hostile.texts(2000), tmp_path) == {"unequal": 0, "alive": 0}


# marked.xlsx quotes a file that was read, which holds no such text.
@pytest.mark.parametrize("name", [one for one in hostile.EXPORTS if one.endswith(".xlsx") and one != "marked.xlsx"])
@pytest.mark.parametrize("word", hostile.IMPOSSIBLE, ids=["noncharacter", "surrogate", "megabyte"])
def test_what_no_cell_can_hold_is_refused_and_no_file_is_left(name: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(UserProblem) as refused:
        hostile.EXPORTS[name][0](["a", word], tmp_path)
    assert refused.value.where is not None
    assert not list(tmp_path.glob("*.xlsx"))


@pytest.mark.parametrize("name", ["batch.csv", "people.csv", "l2.csv", "l3.csv", "lists.json", "rules.json"])
def test_a_megabyte_in_one_cell_comes_back_from_text(name: str, tmp_path: Path) -> None:
    assert hostile.through(name, ["a", hostile.LONG], tmp_path) == {"unequal": 0, "alive": 0}


def test_the_judge_sees_what_is_unequal_and_what_is_alive(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes("a,b\r\n=1+1,+2\r\n".encode("utf-8-sig"))
    assert hostile.judge(path, ["=1+1", "@x"]) == {"unequal": 1, "alive": 1}
