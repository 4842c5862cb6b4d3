"""What a matcher worked out at an earlier start, kept in the cache so that the next one is ready at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.common.collecting import collecting_later
from app.common.files import write_atomic
from app.common.paths import cache_dir
from app.domain.coding import CodeKind
from app.matching.first import FirstMatcher

_log = logging.getLogger(__name__)


@contextmanager
def prepared(matcher: FirstMatcher, kind: CodeKind, name: str) -> Iterator[None]:
    """Find in the cache what the block needs worked out; keep there what it had to work out anew.

    ``name`` tells the lists of names apart. The file holds texts of the hospital and lies with the library. A damaged
    or outdated one does no harm; one that cannot be written is done without.
    """
    path = cache_dir() / f"matching-{name}-{kind}.bin"
    with collecting_later():
        try:
            with path.open("rb") as file:
                matcher.take_prepared(kind, file)
        except OSError:
            _log.info("nothing prepared: %s", path.name)
        yield
    if not matcher.is_prepared(kind):
        try:
            with write_atomic(path) as out:
                matcher.write_prepared(kind, out)
            path.with_suffix(".npz").unlink(missing_ok=True)  # 90 MB of an earlier version
        except OSError:
            _log.warning("matching cache not written: %s", path.name)
