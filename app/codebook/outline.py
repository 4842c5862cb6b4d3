"""Chapters and blocks of the two classifications: the tree above the categories."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from app.codebook.codes import dagger, fold_code, kind_of
from app.common.paths import data
from app.common.toml_files import read_toml
from app.domain.coding import CodeKind

_FILES: Final = (("codebooks", "builtin/icd10_outline.toml"), ("resources", "codebook/icd9cm3_outline.toml"))


@dataclass(frozen=True, slots=True)
class Block:
    """A span of categories with a title; ``number`` is the chapter's 1-based number, 0 for a block inside one."""

    kind: CodeKind
    first: str
    last: str
    title: str
    number: int = 0

    @property
    def span(self) -> str:
        """``K80-K87``, or ``C50`` where first and last are the same."""
        return self.first if self.first == self.last else f"{self.first}-{self.last}"

    def holds(self, code: str) -> bool:
        """True when a folded code lies in the span."""
        return self.first <= code[: len(self.first)] <= self.last


class Outline:
    """Chapters with their blocks, by code."""

    def __init__(self, chapters: Sequence[tuple[Block, tuple[Block, ...]]]) -> None:
        self._chapters = tuple(sorted(chapters, key=lambda pair: pair[0].first))
        self._starts = [chapter.first for chapter, _ in self._chapters]

    @property
    def chapters(self) -> tuple[Block, ...]:
        """All chapters of both kinds, procedures first (digits sort before letters)."""
        return tuple(chapter for chapter, _ in self._chapters)

    def chapter(self, code: str) -> Block | None:
        """Return the chapter of a code, None when it is no code."""
        found = self._find(code)
        return found[0] if found else None

    def block(self, code: str) -> Block | None:
        """Return the block of a code (ICD-9-CM-3: its two-digit category), None outside every block."""
        found = self._find(code)
        folded = dagger(fold_code(code))
        return next((block for block in found[1] if block.holds(folded)), None) if found else None

    def blocks(self, chapter: Block) -> tuple[Block, ...]:
        """Return the blocks of a chapter."""
        return next((blocks for head, blocks in self._chapters if head == chapter), ())

    def _find(self, code: str) -> tuple[Block, tuple[Block, ...]] | None:
        folded = dagger(fold_code(code))
        kind = kind_of(folded)
        at = bisect_right(self._starts, folded[:3] if kind is CodeKind.DX else folded[:2]) - 1
        return self._chapters[at] if kind is not None and at >= 0 and self._chapters[at][0].kind is kind else None


def _read(path: Path) -> list[tuple[Block, tuple[Block, ...]]]:
    content = read_toml(path)
    kind = CodeKind(content["kind"])
    return [
        (
            Block(kind, chapter["first"], chapter["last"], chapter["title"], number),
            tuple(Block(kind, first, last, title) for first, last, title in chapter["blocks"]),
        )
        for number, chapter in enumerate(content["chapter"], 1)
    ]


@cache
def standard_outline() -> Outline:
    """Return the chapters of ICD-10 and ICD-9-CM-3 that ship with the program (read once)."""
    return Outline([pair for folder, name in _FILES for pair in _read(data(folder) / name)])
