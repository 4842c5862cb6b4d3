"""People, returns to physicians, notes, submissions: the tables around a case."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0005"
down_revision = "0004"

SUBMISSIONS: Final = """
CREATE TABLE submission (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, scheme_id TEXT DEFAULT '' NOT NULL, scheme_title TEXT DEFAULT
    '' NOT NULL, note TEXT NOT NULL, cases INTEGER NOT NULL, actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT
    NULL, at TEXT NOT NULL CHECK (at IS datetime(at))
) STRICT
;;
CREATE TABLE submission_case (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, submission_id INTEGER NOT NULL, case_id INTEGER NOT NULL,
    version INTEGER NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64), record_no TEXT DEFAULT '' NOT
    NULL, drg TEXT DEFAULT '' NOT NULL, rw TEXT DEFAULT '' NOT NULL, group_status TEXT DEFAULT '' NOT NULL,
    actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)),
    UNIQUE (case_id, version), FOREIGN KEY(submission_id) REFERENCES submission (id)
) STRICT
;;
CREATE INDEX ix_submission_case_submission_id ON submission_case (submission_id)
;;
CREATE TABLE submission_receipt (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, submission_id INTEGER NOT NULL, kind TEXT NOT NULL, file_name
    TEXT NOT NULL, sha256 TEXT NOT NULL CHECK (length(sha256) = 64), cases INTEGER NOT NULL, note TEXT DEFAULT
    '' NOT NULL, actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS
    datetime(at)), FOREIGN KEY(submission_id) REFERENCES submission (id)
) STRICT
;;
CREATE INDEX ix_submission_receipt_submission_id ON submission_receipt (submission_id)
;;
CREATE TABLE unlock_request (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL, version INTEGER NOT NULL, was TEXT
    NOT NULL CHECK (was IN ('submitted', 'archived')), reason TEXT NOT NULL, actor TEXT NOT NULL, actor_name
    TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)), insurance_name TEXT DEFAULT '' NOT
    NULL, insurance_at TEXT DEFAULT '' NOT NULL, admin_name TEXT DEFAULT '' NOT NULL, admin_at TEXT DEFAULT ''
    NOT NULL, outcome TEXT NOT NULL CHECK (outcome IN ('open', 'approved', 'refused')), note TEXT DEFAULT '' NOT
    NULL
) STRICT
;;
CREATE INDEX ix_unlock_request_case_id ON unlock_request (case_id)
;;
CREATE TABLE insurer_import (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, file_name TEXT NOT NULL, sha256 TEXT NOT NULL CHECK
    (length(sha256) = 64), mapping TEXT DEFAULT '{}' NOT NULL CHECK (mapping GLOB '{*}'), scheme TEXT DEFAULT ''
    NOT NULL, lines INTEGER NOT NULL, actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL
    CHECK (at IS datetime(at))
) STRICT
;;
CREATE TABLE insurer_return (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, import_id INTEGER NOT NULL, case_id INTEGER NOT NULL, version
    INTEGER DEFAULT 0 NOT NULL, settlement_no TEXT DEFAULT '' NOT NULL, drg TEXT DEFAULT '' NOT NULL, drg_name
    TEXT DEFAULT '' NOT NULL, rw TEXT DEFAULT '' NOT NULL, amount_fen INTEGER, status TEXT DEFAULT '' NOT NULL,
    level TEXT DEFAULT '' NOT NULL, scheme TEXT DEFAULT '' NOT NULL, ours TEXT DEFAULT '' NOT NULL, cause TEXT
    DEFAULT '' NOT NULL, details TEXT DEFAULT '{}' NOT NULL CHECK (details GLOB '{*}'), actor TEXT NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)), FOREIGN KEY(import_id)
    REFERENCES insurer_import (id)
) STRICT
;;
CREATE INDEX ix_insurer_return_case_id ON insurer_return (case_id)
;;
CREATE INDEX ix_insurer_return_import_id ON insurer_return (import_id)
"""

BESIDE: Final = """
CREATE TABLE case_note (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL, entity TEXT NOT NULL CHECK (entity <> ''),
    row_id INTEGER DEFAULT 0 NOT NULL, field TEXT DEFAULT '' NOT NULL, words TEXT NOT NULL CHECK (words <> ''),
    visibility TEXT NOT NULL CHECK (visibility IN ('private', 'shared')), actor TEXT NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)),
    edited_at TEXT DEFAULT '' NOT NULL, done_by TEXT DEFAULT '' NOT NULL, done_at TEXT DEFAULT '' NOT NULL
) STRICT
;;
CREATE INDEX ix_case_note_case_id ON case_note (case_id)
;;
CREATE TABLE case_document (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL, kind TEXT DEFAULT '' NOT NULL,
    title TEXT NOT NULL CHECK (title <> ''), words TEXT NOT NULL CHECK (words <> ''), actor TEXT NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at))
) STRICT
;;
CREATE INDEX ix_case_document_case_id ON case_document (case_id)
"""

RETURNS: Final = """
CREATE TABLE return_item (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL CHECK (length(uid) = 32), case_id INTEGER
    NOT NULL, row_id INTEGER DEFAULT 0 NOT NULL, path TEXT DEFAULT '' NOT NULL, rule_id TEXT DEFAULT '' NOT NULL,
    severity TEXT DEFAULT '' NOT NULL, old_value TEXT DEFAULT '' NOT NULL, question TEXT NOT NULL, options TEXT
    DEFAULT '[]' NOT NULL CHECK (options GLOB '[[]*]'), seen TEXT DEFAULT '' NOT NULL, suggestion TEXT DEFAULT ''
    NOT NULL, due TEXT DEFAULT '' NOT NULL, was TEXT DEFAULT '' NOT NULL, status TEXT NOT NULL CHECK
    (status IN ('noted', 'outstanding', 'answered', 'closed')), sent_by TEXT DEFAULT '' NOT NULL, sent_at TEXT
    DEFAULT '' NOT NULL, escalated_at TEXT DEFAULT '' NOT NULL, answer TEXT DEFAULT '' NOT NULL CHECK
    (answer IN ('', 'changed', 'unchanged', 'appeal')), answer_label TEXT DEFAULT '' NOT NULL, answer_value TEXT
    DEFAULT '' NOT NULL, answer_words TEXT DEFAULT '' NOT NULL, answered_by TEXT DEFAULT '' NOT NULL, answered_at
    TEXT DEFAULT '' NOT NULL, answered_in TEXT DEFAULT '' NOT NULL, verdict TEXT DEFAULT '' NOT NULL CHECK
    (verdict IN ('', 'accepted', 'kept', 'withdrawn')), verdict_words TEXT DEFAULT '' NOT NULL, verdict_by TEXT
    DEFAULT '' NOT NULL, verdict_at TEXT DEFAULT '' NOT NULL, actor TEXT NOT NULL, actor_name TEXT DEFAULT ''
    NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)), UNIQUE (uid)
) STRICT
;;
CREATE INDEX ix_return_item_case_id ON return_item (case_id)
;;
CREATE INDEX ix_return_item_status ON return_item (status)
"""

FOLLOW_UPS: Final = """
CREATE TABLE follow_up (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL, due TEXT DEFAULT '' NOT NULL CHECK
    (due = '' OR due IS date(due, '+0 days')), reason TEXT NOT NULL CHECK (reason <> ''), note TEXT DEFAULT '' NOT
    NULL, actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)),
    UNIQUE (case_id)
) STRICT
"""

PEOPLE: Final = """
CREATE TABLE person (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, login TEXT NOT NULL CHECK (login <> ''), name TEXT NOT NULL,
    roles TEXT DEFAULT '[]' NOT NULL CHECK (roles GLOB '[[]*]'), departments TEXT DEFAULT '[]' NOT NULL CHECK
    (departments GLOB '[[]*]'), active INTEGER NOT NULL CHECK (active IN (0, 1)), actor TEXT NOT NULL, actor_name
    TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)), UNIQUE (login)
) STRICT
;;
CREATE TABLE credential (
    person_id INTEGER NOT NULL, hash TEXT NOT NULL CHECK (hash GLOB '$argon2id$*'), recovery TEXT DEFAULT '' NOT
    NULL, must_change INTEGER DEFAULT 0 NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)), last_sign_in TEXT
    DEFAULT '' NOT NULL, PRIMARY KEY (person_id), FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE sign_in_attempt (
    login TEXT NOT NULL, failures INTEGER NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)), PRIMARY KEY (login)
) STRICT
"""

CODE_MARKS: Final = """
CREATE TABLE code_mark (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL CHECK (what IN ('favourite', 'note', 'wish')),
    kind TEXT NOT NULL CHECK (kind IN ('dx', 'px')), code TEXT DEFAULT '' NOT NULL, words TEXT DEFAULT '' NOT NULL,
    shared INTEGER DEFAULT 0 NOT NULL, ended TEXT DEFAULT '' NOT NULL, ended_by TEXT DEFAULT '' NOT NULL, actor TEXT
    NOT NULL, actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at))
) STRICT
;;
CREATE INDEX ix_code_mark_what ON code_mark (what)
"""

AUDIT: Final = """
CREATE INDEX ix_audit_operation_actor_at ON audit_operation (actor, at)
;;
CREATE INDEX ix_audit_operation_op_at ON audit_operation (op, at)
;;
CREATE INDEX ix_audit_change_field ON audit_change (field) WHERE field != ''
"""

HANDOVERS: Final = """
CREATE TABLE handover_file (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL CHECK (kind <> ''), scope TEXT DEFAULT '' NOT
    NULL, file_name TEXT NOT NULL CHECK (file_name <> ''), folder TEXT DEFAULT '' NOT NULL, sha256 TEXT NOT NULL
    CHECK (length(sha256) = 64), cases INTEGER DEFAULT 0 NOT NULL, codes INTEGER DEFAULT 0 NOT NULL, cells INTEGER
    DEFAULT 0 NOT NULL, masked INTEGER DEFAULT 0 NOT NULL, submission_id INTEGER DEFAULT 0 NOT NULL, case_ids TEXT
    DEFAULT '[]' NOT NULL CHECK (case_ids GLOB '[[]*]'), actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT NULL,
    at TEXT NOT NULL CHECK (at IS datetime(at))
) STRICT
;;
CREATE INDEX ix_handover_file_sha256 ON handover_file (sha256)
"""

STATEMENTS: Final[tuple[str, ...]] = (PEOPLE, SUBMISSIONS, BESIDE, RETURNS, FOLLOW_UPS, CODE_MARKS, HANDOVERS, AUDIT)
"""The tables, each piece with its own."""


def upgrade() -> None:
    """Create the tables; nothing is to be carried over."""
    for statements in STATEMENTS:
        for statement in statements.split(";;"):
            op.execute(statement.strip())
