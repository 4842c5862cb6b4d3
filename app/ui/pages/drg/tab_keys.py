"""The lists beside the path of a case, in their order."""

from __future__ import annotations

from typing import Final

TAB_KEYS: Final = ("secondaries", "principals", "neighbours", "operations", "history")
SECONDARIES, PRINCIPALS, NEIGHBOURS, OPERATIONS, HISTORY = TAB_KEYS
