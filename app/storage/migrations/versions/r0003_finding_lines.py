"""Findings line by line, so that lists of rules and of their cases are counted in SQL. Filled from the reports."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS: Final = """
CREATE TABLE finding_line (
    case_id INTEGER NOT NULL, seq INTEGER NOT NULL, rule_id TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('error', 'warn', 'hint')),
    standing TEXT NOT NULL, fixes INTEGER NOT NULL, PRIMARY KEY (case_id, seq),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT
;;
CREATE INDEX ix_finding_line_rule_id_case_id ON finding_line (rule_id, case_id)
;;
INSERT INTO finding_line
SELECT finding.case_id, line."key", line.value ->> 'rule_id', line.value ->> 'severity',
       coalesce(line.value ->> 'standing', 'open'), line.value ->> 'fix' IS NOT NULL
FROM finding, json_each(finding.data, '$.findings') AS line
"""


def upgrade() -> None:
    """Create the table and put in what the stored reports say."""
    for statement in STATEMENTS.split(";;"):
        op.execute(statement.strip())
