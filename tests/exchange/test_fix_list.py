"""The fix-list workbook keeps every text as it is and lets none become a formula."""

from __future__ import annotations

import random
from pathlib import Path

import openpyxl

from app.common.errors import Where
from app.common.progress import NoProgress
from app.exchange.fix_list import FixLayout, FixRow, FixSheet, read_fix_list, write_fix_list

PARTS = (
    *(
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        "\x00",
        '"',
        "'",
        "＝",
        "_x0041_",
        "_x000D_",
        " ",
        "  ",
        "张",
        "1.0",
        "007",
    ),
    *("1e5", "<b>", "&amp;", "𠀀", "\u202e", "A1", '=HYPERLINK("x")', "TRUE", "#N/A", "2026-01-01"),
)
LAYOUT = FixLayout(tuple("甲乙丙丁戊己"), frozenset({4, 5}), (6, 10, 10, 40, 10, 40), "键", "校验")


def test_2000_hostile_texts_come_back_equal_and_inert(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311 - test data that can be made again
    texts = ["".join(chance.choices(PARTS, k=chance.randint(0, 4))) for _ in range(2000)]
    rows = tuple(
        FixRow(f"{at:032d}", f"m{at}", tuple(texts[at : at + 6]), tuple(texts[:3])) for at in range(0, 1998, 6)
    )
    path = tmp_path / "h.xlsx"
    sheets = (FixSheet("科/室*?", rows[:200]), FixSheet("科_室__", rows[200:]), FixSheet("", ()))
    with path.open("w+b") as out:
        write_fix_list(out, LAYOUT, ("汇总", [("=1+1", "甲"), ()]), sheets, Where(path.name), NoProgress())
    book = openpyxl.load_workbook(path)
    assert [sheet.title for sheet in book][1:3] == ["科_室__", "科_室___2"]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    found = read_fix_list(path, LAYOUT, NoProgress())
    assert [tuple(row.cells[name] for name in LAYOUT.headings) for row in found] == [row.cells for row in rows]
    assert [(row.key, row.marks) for row in found] == [(row.key, row.marks) for row in rows]
