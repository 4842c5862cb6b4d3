"""Objections of the insurer with their deadlines."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0006"
down_revision = "0005"

APPEALS: Final = """
CREATE TABLE appeal (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN
    ('appeal', 'special')), version INTEGER DEFAULT 0 NOT NULL, return_id INTEGER DEFAULT 0 NOT NULL,
    reason_class TEXT DEFAULT '' NOT NULL, objection TEXT NOT NULL CHECK (objection <> ''), received TEXT NOT NULL
    CHECK (received IS date(received, '+0 days')), due TEXT NOT NULL CHECK (due IS date(due, '+0 days')), evidence
    TEXT DEFAULT '[]' NOT NULL CHECK (evidence GLOB '[[]*]'), answer TEXT DEFAULT '' NOT NULL, answered TEXT
    DEFAULT '' NOT NULL CHECK (answered = '' OR answered IS date(answered, '+0 days')), state TEXT NOT NULL CHECK
    (state IN ('open', 'answered', 'accepted', 'changed', 'refused', 'withdrawn')), result TEXT DEFAULT '' NOT NULL,
    drg TEXT DEFAULT '' NOT NULL, amount_fen INTEGER, closed TEXT DEFAULT '' NOT NULL CHECK (closed = '' OR closed
    IS date(closed, '+0 days')), actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK
    (at IS datetime(at))
) STRICT
;;
CREATE INDEX ix_appeal_case_id ON appeal (case_id)
;;
CREATE INDEX ix_appeal_state ON appeal (state)
"""

STATEMENTS: Final[tuple[str, ...]] = (APPEALS,)
"""The tables, each piece with its own."""


def upgrade() -> None:
    """Create the tables; nothing is to be carried over."""
    for statements in STATEMENTS:
        for statement in statements.split(";;"):
            op.execute(statement.strip())
