"""The hospital's memory: confirmed codes on cases, imported past codings, revoked ones. Filled from the audit."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS: Final = """
CREATE TABLE coding_import (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, file_name TEXT NOT NULL, sha256 TEXT NOT NULL,
    lines_sha256 TEXT NOT NULL, lines INTEGER NOT NULL, actor TEXT NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at))
) STRICT
;;
CREATE TABLE coding_revoked (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL CHECK (kind IN ('dx', 'px')),
    "key" TEXT NOT NULL, codes TEXT NOT NULL, text TEXT NOT NULL, why TEXT DEFAULT '' NOT NULL,
    actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT NULL,
    at TEXT NOT NULL CHECK (at IS datetime(at)), UNIQUE (kind, "key", codes)
) STRICT
;;
CREATE TABLE coding_past (
    ref INTEGER NOT NULL, import_id INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('dx', 'px')),
    "key" TEXT NOT NULL, codes TEXT NOT NULL, text TEXT NOT NULL, times INTEGER NOT NULL,
    "by" TEXT DEFAULT '' NOT NULL, last TEXT DEFAULT '' NOT NULL, PRIMARY KEY (ref),
    FOREIGN KEY(import_id) REFERENCES coding_import (id) ON DELETE CASCADE
) STRICT
;;
CREATE INDEX ix_coding_past_import_id ON coding_past (import_id)
;;
CREATE INDEX ix_coding_past_kind_key_codes ON coding_past (kind, "key", codes)
;;
CREATE TABLE coding_evidence (
    ref INTEGER NOT NULL, case_id INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('dx', 'px')),
    "key" TEXT NOT NULL, codes TEXT NOT NULL, text TEXT NOT NULL, "by" TEXT DEFAULT '' NOT NULL,
    last TEXT NOT NULL, op_id INTEGER NOT NULL, PRIMARY KEY (ref),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE INDEX ix_coding_evidence_case_id ON coding_evidence (case_id)
;;
CREATE INDEX ix_coding_evidence_kind_key_codes ON coding_evidence (kind, "key", codes)
"""

CHANGES: Final = """
SELECT c.op_id, o.op, c.entity, c.row_id, c.field, c."after",
       CASE o.actor_name WHEN '' THEN o.actor ELSE o.actor_name END, o.at
FROM audit_change AS c JOIN audit_operation AS o ON o.id = c.op_id
WHERE c.case_id = ?
  AND (c.entity IN ('dx', 'op') AND c.field IN ('', 'code', 'code_status', 'proposal', 'name')
       OR c.entity = 'case' AND c.field = 'state')
  AND o.op NOT IN ('undo', 'redo')
  AND coalesce((SELECT later.op FROM audit_operation AS later WHERE later.undo_of = o.id
                ORDER BY later.id DESC LIMIT 1), '') <> 'undo'
ORDER BY c.op_id, c.seq
"""

ROWS: Final = """
SELECT 'dx', 'dx', 0, id, code, source_text, position FROM diagnosis
WHERE case_id = :case AND code IS NOT NULL AND source_text IS NOT NULL
UNION ALL
SELECT 'op', 'px', 1, id, code, source_text, position FROM operation
WHERE case_id = :case AND code IS NOT NULL AND source_text IS NOT NULL
ORDER BY 1, position
"""

BY_PROGRAM: Final = ("import", "reimport", "create_case", "auto_code")

_Row = tuple[int, int, str, str, str, str, str, str, int]
_Answer = tuple[str, str, int]


def upgrade() -> None:
    """Create the tables and put in what people have confirmed so far."""
    for statement in STATEMENTS.split(";;"):
        op.execute(statement.strip())
    connection = op.get_bind()
    for case_id in connection.exec_driver_sql("SELECT id FROM cases").scalars().all():
        for row in list(_evidence(connection, case_id)):
            connection.exec_driver_sql("INSERT INTO coding_evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _evidence(connection: sa.Connection, case_id: int) -> Iterator[_Row]:
    """Yield the confirmed codes of a case, equal texts as one."""
    answering, parts = _history(connection, case_id)
    found: dict[tuple[str, str], _Row] = {}
    waiting: set[tuple[str, str]] = set()
    for entity, kind, odd, row_id, code, source_text, _ in connection.execute(sa.text(ROWS), {"case": case_id}):
        answer = answering.get((entity, row_id))
        text = parts.get((entity, row_id), source_text).strip()
        place = kind, _key(text)
        if answer is None or not text:
            waiting.add(place)
            continue
        row = row_id * 2 + odd, case_id, kind, place[1], code, text, *answer
        found[place] = _joined(found[place], row) if place in found else row
    yield from (row for place, row in found.items() if place not in waiting)


def _history(
    connection: sa.Connection, case_id: int
) -> tuple[dict[tuple[str, int], _Answer | None], dict[tuple[str, int], str]]:
    """Return who answers for the code of each row, and the parts of split texts."""
    answering: dict[tuple[str, int], _Answer | None] = {}
    parts: dict[tuple[str, int], str] = {}
    for op_id, name, entity, row_id, field, after, by, at in connection.exec_driver_sql(CHANGES, (case_id,)):
        answer = by, at, op_id
        if entity == "case":
            if name == "set_state" and after == '"to_qc"':
                answering = {row: known or answer for row, known in answering.items()}
        elif field == "name":
            if name == "split_row":
                parts[entity, row_id] = str(json.loads(after) or "")
        elif field != "proposal" or after != "null":
            answering[entity, row_id] = None if field == "proposal" or name in BY_PROGRAM else answer
        elif name != "reject_proposal" and name not in BY_PROGRAM:
            answering[entity, row_id] = answer
    return answering, parts


def _joined(first: _Row, other: _Row) -> _Row:
    codes = first[4] if other[4] in first[4].split("##") else f"{first[4]}##{other[4]}"
    by, at, op_id = max(first, other, key=lambda row: row[8])[6:]
    return *first[:4], codes, first[5], by, at, op_id


def _key(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[^\w+\-./%?]+", "", folded) or folded.strip()
