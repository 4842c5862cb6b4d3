"""The hospital's rules: versions, overrides, judgements; suppressed findings and exceptions of cases."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS: Final = """
CREATE TABLE rule_version (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, rule_id TEXT NOT NULL, version INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'on')), rule TEXT DEFAULT '{}' NOT NULL CHECK (rule GLOB '{*}'),
    valid_from TEXT DEFAULT '' NOT NULL CHECK (valid_from = '' OR valid_from IS date(valid_from, '+0 days')),
    valid_to TEXT DEFAULT '' NOT NULL CHECK (valid_to = '' OR valid_to IS date(valid_to, '+0 days')),
    note TEXT DEFAULT '' NOT NULL, origin TEXT DEFAULT '' NOT NULL, actor TEXT NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)), UNIQUE (rule_id, version)
) STRICT
;;
CREATE TABLE rule_override (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('switch', 'severity', 'parameter', 'list', 'unless')),
    target TEXT NOT NULL, department TEXT DEFAULT '' NOT NULL, value TEXT NOT NULL CHECK (value <> ''),
    reason TEXT DEFAULT '' NOT NULL,
    valid_from TEXT DEFAULT '' NOT NULL CHECK (valid_from = '' OR valid_from IS date(valid_from, '+0 days')),
    valid_to TEXT DEFAULT '' NOT NULL CHECK (valid_to = '' OR valid_to IS date(valid_to, '+0 days')),
    actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at))
) STRICT
;;
CREATE TABLE rule_judgement (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, rule_id TEXT NOT NULL, case_id INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('true', 'false')), note TEXT DEFAULT '' NOT NULL, actor TEXT NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)), UNIQUE (rule_id, case_id)
) STRICT
;;
CREATE INDEX ix_rule_judgement_case_id ON rule_judgement (case_id)
;;
CREATE TABLE suppression (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL, rule_id TEXT NOT NULL,
    path TEXT DEFAULT '' NOT NULL, digest TEXT NOT NULL CHECK (length(digest) = 64), reason TEXT NOT NULL,
    actor TEXT NOT NULL, actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)),
    lifted TEXT DEFAULT '' NOT NULL, lifted_by TEXT DEFAULT '' NOT NULL, lifted_at TEXT DEFAULT '' NOT NULL
) STRICT
;;
CREATE INDEX ix_suppression_case_id ON suppression (case_id)
;;
CREATE TABLE qc_exception (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL, rule_id TEXT NOT NULL,
    amount_fen INTEGER, ratio TEXT DEFAULT '' NOT NULL, reason_class TEXT NOT NULL, reason TEXT NOT NULL,
    evidence TEXT DEFAULT '[]' NOT NULL CHECK (evidence GLOB '[[]*]'),
    valid_to TEXT NOT NULL CHECK (valid_to IS date(valid_to, '+0 days')), actor TEXT NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)),
    head_name TEXT DEFAULT '' NOT NULL, head_at TEXT DEFAULT '' NOT NULL,
    insurance_name TEXT DEFAULT '' NOT NULL, insurance_at TEXT DEFAULT '' NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
    note TEXT DEFAULT '' NOT NULL,
    CHECK (state <> 'approved' OR (head_name <> '' AND insurance_name <> '' AND head_name <> insurance_name))
) STRICT
;;
CREATE INDEX ix_qc_exception_case_id ON qc_exception (case_id)
;;
CREATE INDEX ix_finding_case_id_stamp ON finding (case_id, stamp)
"""


def upgrade() -> None:
    """Create the tables; nothing is to be carried over."""
    for statement in STATEMENTS.split(";;"):
        op.execute(statement.strip())
