"""Audited tables of what people do around a case: who they are, what they ask, note, submit."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

DESK_TABLES: Final[tuple[sa.Table, ...]] = ()
"""All of them; undo, replay and the check of the data treat them like the other tables that are no case."""
