"""Matchers: over the active code book, or over a list of terms and past codings that a command was given."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.codebook.book import Codebook
from app.common.clock import SystemClock
from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.paths import cache_dir, home
from app.common.progress import Progress
from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.matching.words import Words
from app.services.assets import Assets
from app.services.lists import read_list
from app.services.prepared import prepared

_JOIN: Final = "##"
_KEPT: Final = 4
"""Models of commands in the cache; each takes 30 MB."""

History = Sequence[tuple[str, tuple[str, ...]]]
"""Past codings: texts with the codes or names they were given."""
_log = logging.getLogger(__name__)


def build_matcher(book: Codebook) -> FirstMatcher:
    """Return the matcher over a code book; takes a second or two for a full edition."""
    return FirstMatcher(book, words=Words((entry.name for entry in book), cache_dir()))


def warm_pinyin(matcher: FirstMatcher, kind: CodeKind, edition: str) -> None:
    """Tell the matcher from the cache how characters are read; work it out and keep it when it is not there.

    That takes half a second; a damaged cache is made anew.
    """
    path = cache_dir() / f"pinyin-{edition}-{kind}.bin"
    try:
        if path.is_file() and matcher.take_pinyin(kind, path.read_bytes()):
            return
        with write_atomic(path) as out:
            out.write(matcher.pinyin_bytes(kind))
    except OSError:
        _log.warning("pinyin cache not written: %s", path.name)


def matcher_for(
    kind: CodeKind, *, terms: Path | None, history: History, progress: Progress | None = None
) -> FirstMatcher:
    """Return the matcher of a command: over a table ``code,name``, else over the active code book.

    With a history it is trained on it, unless the cache has that model. Raises :class:`UserProblem` for an empty list.
    """
    if terms is None:
        past = [PastCoding(words, kind, answers) for words, answers in history]
        book = Assets(home(), SystemClock()).codebook()
        matcher = FirstMatcher(book, history=past, words=Words((entry.name for entry in book), cache_dir()))
    else:
        rows = [(row["code"], row["name"]) for row in read_list(terms, ("code", "name")) if row["name"].strip()]
        if not rows:
            raise UserProblem("import.no_rows", remedy="import.remedy.fill_rows", where=Where(terms.name))
        matcher = FirstMatcher.from_terms(rows, kind, history=history)
    with prepared(matcher, kind, "list" if terms else "active"):
        matcher.warm(kind)
        if history:
            _train(matcher, kind, history, progress)
    return matcher


def _train(matcher: FirstMatcher, kind: CodeKind, history: History, progress: Progress | None) -> None:
    """Give a matcher the model of its past, from the cache when the same past was learned before."""
    mark = hashlib.sha256(repr(history).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    path = cache_dir() / f"model-{kind}-{mark}.npz"
    try:
        if path.is_file() and matcher.take_model(kind, path.read_bytes()):
            return
        if matcher.learn(kind, progress):
            with write_atomic(path) as out:
                matcher.write_model(kind, out)
            for old in sorted(path.parent.glob("model-*.npz"), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
                old.unlink(missing_ok=True)
    except OSError:
        _log.warning("model cache not written: %s", path.name)


def history_pairs(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Return past codings of a table: (text, codes) or (text, standard names), several joined by ##.

    Raises :class:`UserProblem` for a table with neither of the columns ``standards`` and ``code``.
    """
    pairs = []
    rows = read_list(path, ("text",))
    if rows and not {"standards", "code"} & rows[0].keys():
        where = Where(path.name, row=1)
        raise UserProblem("import.no_column", remedy="import.remedy.add_column", where=where, name="standards")
    for cells in rows:
        answer = cells.get("standards") or cells.get("code") or ""
        names = tuple(dict.fromkeys(bare for part in answer.split(_JOIN) if (bare := part.strip().strip('"').strip())))
        if cells["text"] and names:
            pairs.append((cells["text"], names))
    return pairs
