"""A code book as bytes and back, so that its tables are read and checked once. Who stores the bytes keys them."""

from __future__ import annotations

from typing import Any, Final, cast

from app.codebook.book import Codebook
from app.codebook.entry import CodeEntry
from app.common.sealed import seal, unseal
from app.domain.coding import CodeKind

_WHAT: Final = "codebook 2"
_Frozen = tuple[str, str, tuple[tuple[Any, ...], ...]]


def freeze_book(book: Codebook) -> bytes:
    """Return a book as bytes for :func:`thaw_book`."""
    rows = tuple(
        (
            entry.code,
            entry.name,
            str(entry.kind),
            entry.is_leaf,
            entry.parent,
            entry.synonyms,
            entry.op_kind,
            entry.level,
            entry.main_allowed,
            entry.grey,
            entry.valid_from,
            entry.valid_to,
            entry.notes,
        )
        for entry in book
    )
    return seal(_WHAT, (book.edition, book.title, rows))


def thaw_book(frozen: bytes, outline: Codebook | None = None) -> Codebook | None:
    """Return the book of bytes over the outline it was made with, None when they are of another version or damaged."""
    found = unseal(_WHAT, frozen)
    if found is None:
        return None
    edition, title, rows = cast("_Frozen", found)
    kinds = {str(kind): kind for kind in CodeKind}
    entries = (CodeEntry(code, name, kinds[kind], *rest) for code, name, kind, *rest in rows)
    return Codebook(edition, title, (_once(entry, outline) for entry in entries), outline, placed=True)


def _once(entry: CodeEntry, outline: Codebook | None) -> CodeEntry:
    """Return an entry of the outline that is the same, so that it is kept once."""
    known = outline.get(entry.code) if outline is not None else None
    return known if known == entry and known is not None else entry
