"""How much time is left, in as few words as a column has room for."""

from __future__ import annotations

from datetime import timedelta

_HOURS_UNTIL = 24


def time_left(left: timedelta) -> str:
    """Return ``剩 6 小时``, ``剩 2 天`` or ``逾期 4 小时``: hours up to a day, then days."""
    late = left <= timedelta()
    hours = int(abs(left).total_seconds() // 3600)
    words = f"{max(hours, 1)} 小时" if hours < _HOURS_UNTIL else f"{hours // 24} 天"
    return f"逾期 {words}" if late else f"剩 {words}"
