"""People, returns to physicians, notes, submissions: the tables around a case."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: Final[tuple[str, ...]] = ()
"""The tables, each piece with its own."""


def upgrade() -> None:
    """Create the tables; nothing is to be carried over."""
    for statements in STATEMENTS:
        for statement in statements.split(";;"):
            op.execute(statement.strip())
