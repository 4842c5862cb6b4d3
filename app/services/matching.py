"""Matchers: over the active code book, or over a list of terms and past codings that a command was given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.codebook.book import Codebook
from app.common.clock import SystemClock
from app.common.paths import home
from app.domain.coding import CodeKind
from app.exchange.streams import stream_csv
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.services.assets import Assets

_JOIN: Final = "##"


def build_matcher(book: Codebook) -> FirstMatcher:
    """Return the matcher over a code book; takes a second or two for a full edition."""
    return FirstMatcher(book)


def matcher_for(kind: CodeKind, *, terms: Path | None, history: Sequence[tuple[str, tuple[str, ...]]]) -> FirstMatcher:
    """Return the matcher of a command: over a CSV ``code,name``, else over the active code book."""
    if terms is None:
        past = [PastCoding(words, kind, answers) for words, answers in history]
        return FirstMatcher(Assets(home(), SystemClock()).codebook(), history=past)
    rows = [(cells["code"], cells["name"]) for _, cells in stream_csv(terms, ("code", "name"))]
    return FirstMatcher.from_terms(rows, kind, history=history)


def history_pairs(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Return past codings of a CSV: (text, codes) or (text, standard names joined by ##)."""
    pairs = []
    for _, cells in stream_csv(path, ("text",)):
        answer = cells.get("standards") or cells.get("code") or ""
        if cells["text"] and answer:
            pairs.append((cells["text"], tuple(part for part in answer.split(_JOIN) if part)))
    return pairs
