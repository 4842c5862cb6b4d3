"""Matchers: over the active code book, or over a list of terms and past codings that a command was given."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.codebook.book import Codebook
from app.common.clock import SystemClock
from app.common.files import write_atomic
from app.common.paths import cache_dir, home
from app.domain.coding import CodeKind
from app.exchange.streams import stream_csv
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.matching.words import Words
from app.services.assets import Assets

_JOIN: Final = "##"
_log = logging.getLogger(__name__)


def build_matcher(book: Codebook) -> FirstMatcher:
    """Return the matcher over a code book; takes a second or two for a full edition."""
    return FirstMatcher(book, words=Words((entry.name for entry in book), cache_dir()))


def warm_pinyin(matcher: FirstMatcher, kind: CodeKind, edition: str) -> None:
    """Give the matcher its pinyin index from the cache; work it out and keep it when it is not there.

    The index of an edition takes about a second to make; a damaged cache is made anew.
    """
    path = cache_dir() / f"pinyin-{edition}-{kind}.bin"
    try:
        if path.is_file() and matcher.take_pinyin(kind, path.read_bytes()):
            return
        with write_atomic(path) as out:
            out.write(matcher.pinyin_bytes(kind))
    except OSError:
        _log.warning("pinyin cache not written: %s", path.name)


def matcher_for(kind: CodeKind, *, terms: Path | None, history: Sequence[tuple[str, tuple[str, ...]]]) -> FirstMatcher:
    """Return the matcher of a command: over a CSV ``code,name``, else over the active code book."""
    if terms is None:
        past = [PastCoding(words, kind, answers) for words, answers in history]
        book = Assets(home(), SystemClock()).codebook()
        matcher = FirstMatcher(book, history=past, words=Words((entry.name for entry in book), cache_dir()))
    else:
        rows = [(cells["code"], cells["name"]) for _, cells in stream_csv(terms, ("code", "name"))]
        matcher = FirstMatcher.from_terms(rows, kind, history=history)
    if history:
        _train(matcher, kind, history)
    return matcher


def _train(matcher: FirstMatcher, kind: CodeKind, history: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    """Give a matcher the model of its past, from the cache when the same past was learned before."""
    mark = hashlib.sha256(repr(history).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    path = cache_dir() / f"model-{kind}-{mark}.npz"
    try:
        if path.is_file() and matcher.take_model(kind, path.read_bytes()):
            return
        if matcher.learn(kind):
            with write_atomic(path) as out:
                out.write(matcher.model_bytes(kind))
    except OSError:
        _log.warning("model cache not written: %s", path.name)


def history_pairs(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Return past codings of a CSV: (text, codes) or (text, standard names joined by ##)."""
    pairs = []
    for _, cells in stream_csv(path, ("text",)):
        answer = cells.get("standards") or cells.get("code") or ""
        if cells["text"] and answer:
            pairs.append((cells["text"], tuple(part for part in answer.split(_JOIN) if part)))
    return pairs
