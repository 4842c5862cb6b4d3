"""Half-typed texts in a file beside the library while a long write holds it: what a killed window had is not lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.common.files import write_atomic

_SUFFIX: Final = ".drafts"
Key = tuple[str, int, str]
"""Whose draft it is (:attr:`Actor.mark`), of which case and field."""


def aside(library: Path) -> Path:
    """Return where the drafts of a library are put while it cannot be written."""
    return library.with_suffix(_SUFFIX)


def put_aside(library: Path, drafts: Mapping[Key, str]) -> None:
    """Write the drafts beside the library, all or nothing; none take the file away. Raises ``OSError``."""
    path = aside(library)
    if not drafts:
        path.unlink(missing_ok=True)
        return
    lines = [[whose, case_id, field, typed] for (whose, case_id, field), typed in drafts.items()]
    with write_atomic(path, private=True) as out:
        out.write(json.dumps(lines, ensure_ascii=False).encode())


def left_aside(library: Path) -> dict[Key, str]:
    """Return the drafts that an earlier run left beside the library; a file that cannot be read holds none."""
    try:
        lines = json.loads(aside(library).read_bytes())
        return {(str(whose), int(case_id), str(field)): str(typed) for whose, case_id, field, typed in lines}
    except (OSError, ValueError, TypeError):
        return {}
