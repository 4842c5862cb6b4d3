"""The program's own tables (``resources/**/*.toml``): read once by the parser, then from the cache."""

from __future__ import annotations

import hashlib
import logging
import tomllib
from pathlib import Path
from typing import Any, Final

from app.common.files import write_atomic
from app.common.paths import existing_cache
from app.common.sealed import seal, unseal

_WORTH: Final = 8_000
"""Bytes from which the cache is quicker than the parser, which takes about half a second for a million."""

_log = logging.getLogger(__name__)


def read_toml(path: Path) -> dict[str, Any]:
    """Return a table that ships with the program. Raises as :func:`tomllib.loads` and ``OSError``."""
    content = path.read_bytes()
    cache = existing_cache() if len(content) >= _WORTH else None
    if cache is None:
        return tomllib.loads(content.decode("utf-8"))
    kept = cache / f"toml-{path.stem}-{hashlib.sha256(content).hexdigest()[:16]}.bin"
    found = _from_cache(kept)
    if found is None:
        found = tomllib.loads(content.decode("utf-8"))
        _keep(kept, found)
    return found


def _from_cache(kept: Path) -> dict[str, Any] | None:
    try:
        found = unseal("table", kept.read_bytes())
    except OSError:
        return None
    return found if isinstance(found, dict) else None


def _keep(kept: Path, table: dict[str, Any]) -> None:
    try:
        sealed = seal("table", table)
        with write_atomic(kept) as out:
            out.write(sealed)
        for old in kept.parent.glob(f"{kept.stem[:-16]}*.bin"):
            if old.name != kept.name and len(old.stem) == len(kept.stem):
                old.unlink(missing_ok=True)
    except (OSError, ValueError) as error:  # no place, no right, or a date in the table: it is parsed each time then
        _log.info("table not cached: %s", type(error).__name__)
