"""One line of a code table."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.coding import CodeKind


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """A code of one edition with its Chinese title.

    ``is_leaf`` is False for a heading, which is never proposed. ``parent`` is the code of the heading above it, ''
    without one. ``op_kind`` and ``level`` are the table's own words for operations. ``valid_from`` and ``valid_to``
    are dates as the table writes them, '' for no limit. ``grey`` codes stay in the table but cannot be settled.
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
