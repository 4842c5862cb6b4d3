"""Files of code books as books: read and built once, then from a cache that is made anew when a file changes."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.codebook.freezing import freeze_book, thaw_book
from app.common.collecting import collecting_later
from app.common.files import sha256_of, write_atomic
from app.common.paths import cache_dir
from app.exchange.readers import read_tables

_KEPT: Final = 6
"""Books in the cache; about 4 MB each."""

_log = logging.getLogger(__name__)


def load_book(files: Sequence[Path], edition: str, title: str, outline: Codebook | None = None) -> Codebook:
    """Return the book of some files, from the cache when they were read before.

    Raises :class:`UserProblem` when they hold no code table. A cache that cannot be written is done without.
    """
    with collecting_later():
        try:
            kept = cache_dir() / f"codebook-{_key(files, edition, title, outline)}.bin"
            book = thaw_book(kept.read_bytes(), outline) if kept.exists() else None
        except OSError:  # no such file, no right to read it, no place for a cache: reading it says which
            return _read(files, edition, title, outline)
        if book is None:
            book = _read(files, edition, title, outline)
            _keep(kept, book)
        return book


def _read(files: Sequence[Path], edition: str, title: str, outline: Codebook | None) -> Codebook:
    tables = [table for path in files for table in read_tables(path)]
    return build(tables, edition=edition, title=title, outline=outline)[0]


def _key(files: Sequence[Path], edition: str, title: str, outline: Codebook | None) -> str:
    """Return what reading depends on as a name: the files, what they are called, the headings of the other book."""
    digest = hashlib.sha256(f"{edition}\n{title}\n".encode())
    for path in files:
        digest.update(f"{path.name}:{sha256_of(path)}\n".encode())
    if outline is not None:
        digest.update("\n".join(entry.code for entry in outline if not entry.is_leaf).encode())
    return digest.hexdigest()[:32]


def _keep(kept: Path, book: Codebook) -> None:
    try:
        with write_atomic(kept) as out:
            out.write(freeze_book(book))
        newest = sorted(kept.parent.glob("codebook-*.bin"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in newest[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("code book not cached: %s", type(error).__name__)
