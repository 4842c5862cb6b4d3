"""Past codings of imported files: what was taken from a file is kept whole and spread into lines from there."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa

from app.domain.past import JOIN, PastLine, text_key
from app.storage.cells import dump
from app.storage.tables import batch_source, coding_past

MOST_LINES: Final = 1 << 20
"""Lines that one file may bring: a line's number below this is part of its reference."""


def packed(lines: Iterable[PastLine]) -> bytes:
    """Return the lines of a file as they are kept."""
    rows = [[line.kind.value, line.text, JOIN.join(line.codes), line.times, line.by, line.last] for line in lines]
    return zlib.compress(dump(rows).encode(), 6)


def spread(connection: sa.Connection, import_id: int, lines_sha256: str) -> None:
    """Write the lines of an import. Raises ``LookupError`` when what it names is not stored."""
    query = sa.select(batch_source.c.data).where(batch_source.c.sha256 == lines_sha256)
    data = connection.execute(query).scalar()
    if data is None:
        raise LookupError(lines_sha256)
    rows = [
        {
            "ref": -(import_id * MOST_LINES + number),
            "import_id": import_id,
            "kind": kind,
            "key": text_key(text),
            "codes": codes,
            "text": text,
            "times": times,
            "by": by,
            "last": last,
        }
        for number, (kind, text, codes, times, by, last) in enumerate(json.loads(zlib.decompress(data)))
    ]
    if rows:
        connection.execute(coding_past.insert(), rows)


def copy_source(source: sa.Connection, target: sa.Connection, payload: Mapping[str, object]) -> None:
    """Give ``target`` what an import names, for rebuilding its lines there."""
    wanted = batch_source.select().where(batch_source.c.sha256 == payload["lines_sha256"])
    known = target.execute(wanted).first()
    found = source.execute(wanted).first()
    if found is not None and known is None:
        target.execute(batch_source.insert().values(sha256=found.sha256, data=found.data))
