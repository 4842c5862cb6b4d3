"""Look-up, prefixes and the tree."""

from __future__ import annotations

import pytest

from app.codebook.book import Codebook
from app.codebook.entry import CodeEntry
from app.domain.coding import CodeKind


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("k80.200", "K80.200"),
        ("I21.9", "I21.900"),
        ("I10", "I10.x00"),
        ("K802", "K80.200"),
        ("51.23", "51.2300"),
        ("0.66", "00.6600"),
        ("01.6", "01.6x00"),
        ("Ｉ２１．９", "I21.900"),
        ("36.1", None),
        ("K80.299", None),
        ("", None),
    ],
)
def test_any_spelling_finds_the_code_of_the_table(builtin: Codebook, typed: str, code: str | None) -> None:
    assert builtin.find(typed) == code


def test_look_alikes_are_proposed_only_when_one_code_fits(builtin: Codebook) -> None:
    assert builtin.find("I21.9OO") is None
    assert builtin.propose("I21.9OO") == "I21.900"
    assert builtin.propose("l21.9") == "L21.900"
    assert builtin.propose("O0.66") == "00.6600"
    assert builtin.propose("ZZ") is None


def test_headings_are_no_leaves(builtin: Codebook) -> None:
    heading = builtin.get("K80.x00")
    assert heading is not None
    assert not heading.is_leaf
    assert "K80.x00" not in {entry.code for entry in builtin.leaves(CodeKind.DX)}
    assert "I10.x00" in {entry.code for entry in builtin.leaves(CodeKind.DX)}


def test_parents_children_neighbours(builtin: Codebook) -> None:
    assert [entry.code for entry in builtin.parents("K80.200")] == ["K80.x00"]
    assert [entry.code for entry in builtin.children("K80.x00")][:2] == ["K80.000", "K80.100"]
    assert builtin.neighbours("K80.200") == builtin.children("K80.x00")
    assert builtin.neighbours("nothing") == ()
    assert [entry.code[:4] for entry in builtin.neighbours("51.2300")] == ["51.2"] * 4


def test_chapters_and_blocks(builtin: Codebook) -> None:
    chapter = builtin.chapter("K80.200")
    assert chapter is not None
    assert (chapter.number, chapter.span) == (11, "K00-K93")
    block = builtin.chapters.block("K80.200")
    assert block is not None
    assert block.span == "K80-K87"
    operations = builtin.chapter("51.2300")
    assert operations is not None
    assert operations.span == "42-54"
    assert builtin.chapter("?") is None
    assert len(builtin.chapters.chapters) == 22 + 18


def test_every_entry_has_a_chapter_and_a_block(builtin: Codebook) -> None:
    without = [entry.code for entry in builtin if not builtin.chapters.block(entry.code)]
    assert without == []


def test_prefixes_with_and_without_dot(builtin: Codebook) -> None:
    assert builtin.by_prefix("k803", CodeKind.DX) == builtin.by_prefix("K80.3", CodeKind.DX)
    assert [entry.code for entry in builtin.by_prefix("5123", CodeKind.PX)] == ["51.2300"]
    assert builtin.by_prefix("", CodeKind.DX) == ()
    assert builtin.expand_prefixes(["51.2", "60-61"], CodeKind.PX) >= {"51.2300", "60.2900", "61.0x00"}


def test_the_insurance_edition_takes_its_headings_from_the_outline(insurance: Codebook) -> None:
    assert [entry.code for entry in insurance.parents("K80.200x003")] == ["K80.x00", "K80.200"]
    assert "K80.x00" not in insurance
    assert "K80.200x003" in {entry.code for entry in insurance.neighbours("K80.200x001")}
    assert [entry.code for entry in insurance.parents("I10.x00x002")] == ["I10.x00"]


def test_a_dagger_code_alone_finds_the_only_dual_code(insurance: Codebook) -> None:
    assert insurance.find("A17.000") == "A17.000+G01*"
    assert insurance.find("a17.000+g01") == "A17.000+G01*"


def test_order_and_equality_do_not_depend_on_the_rows_order() -> None:
    rows = [CodeEntry("K80.200", "b", CodeKind.DX), CodeEntry("A00.000", "a", CodeKind.DX)]
    assert list(Codebook("e", "", rows)) == list(Codebook("e", "", rows[::-1]))
    assert len(Codebook("e", "", rows)) == 2
    assert Codebook("e", "", rows).counts[CodeKind.DX] == 2


def test_a_category_stands_under_no_heading_of_its_own_code() -> None:
    outline = Codebook("o", "类目", [CodeEntry("A06.x00", "庚", CodeKind.DX, is_leaf=False)])
    rows = [CodeEntry("A06", "庚", CodeKind.DX, is_leaf=False), CodeEntry("A06.100", "庚一", CodeKind.DX)]
    assert [entry.code for entry in Codebook("x", "x", rows, outline).parents("A06.100")] == ["A06", "A06.x00"]
    assert Codebook("x", "x", rows, outline).parents("A06") == ()
