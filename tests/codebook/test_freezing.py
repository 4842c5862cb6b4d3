"""A book from the cache answers like the book that was read."""

from __future__ import annotations

from app.codebook.book import Codebook
from app.codebook.entry import CodeEntry
from app.codebook.freezing import freeze_book, thaw_book
from app.domain.coding import CodeKind

DX, PX = CodeKind.DX, CodeKind.PX


def _book(outline=None):
    entries = [
        CodeEntry(
            "K80.304",
            "胆总管结石伴急性胆管炎",
            DX,
            synonyms=("胆石",),
            grey=True,
            valid_from="2026-01-01",
            notes=(("includes", "石"),),
        ),
        CodeEntry("K80.300", "胆管结石伴胆管炎", DX),
        CodeEntry("51.2300", "腹腔镜胆囊切除术", PX, op_kind="手术", level="3", main_allowed=False),
    ]
    return Codebook("第一版", "书", entries, outline)


def _outline():
    return Codebook("outline", "类目", [CodeEntry("K80", "胆石症", DX, is_leaf=False)])


def test_a_thawed_book_has_the_same_entries_in_the_same_order_under_the_same_headings():
    outline = _outline()
    book = _book(outline)
    thawed = thaw_book(freeze_book(book), outline)
    assert list(thawed) == list(book)
    assert (thawed.edition, thawed.title) == ("第一版", "书")
    assert [entry.code for entry in thawed.parents("K80.304")] == ["K80", "K80.300"]
    assert thawed.find("k80304") == "K80.304"


def test_bytes_that_were_cut_or_changed_are_no_book():
    good = freeze_book(_book())
    assert thaw_book(good[:-1]) is None
    assert thaw_book(good[:-9] + bytes([good[-9] ^ 1]) + good[-8:]) is None
    assert thaw_book(b"something else") is None
