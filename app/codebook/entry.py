"""One line of a code table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.coding import CodeKind

NOTE_KINDS: Final = ("includes", "excludes", "code_also", "remark")
"""What a tabular list says beside a code or heading: what belongs there, what does not, which code goes with it."""


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """A code of one edition with its Chinese title.

    ``is_leaf`` is False for a heading, which is never proposed. ``parent`` is the code of the heading above it, ''
    without one. ``op_kind`` and ``level`` are the table's own words for operations. ``valid_from`` and ``valid_to``
    are dates as the table writes them, '' for no limit. ``grey`` codes stay in the table but cannot be settled.
    ``notes`` are what the table says beside the code: pairs of a kind of :data:`NOTE_KINDS` and its words.
    """

    code: str
    name: str
    kind: CodeKind
    is_leaf: bool = True
    parent: str = ""
    synonyms: tuple[str, ...] = ()
    op_kind: str = ""
    level: str = ""
    main_allowed: bool = True
    grey: bool = False
    valid_from: str = ""
    valid_to: str = ""
    notes: tuple[tuple[str, str], ...] = ()
