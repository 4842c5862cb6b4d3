"""What the bars at the left say of an outcome: causes and departments, or kinds of difference between the schemes."""

from __future__ import annotations

from collections import Counter

from app.common.texts import text
from app.services.compare import Comparison
from app.ui.pages.compare.bars import Bar


def cause_bars(found: Comparison) -> list[Bar]:
    """Return the causes, the most frequent first, then the departments that have moved cases."""
    causes = found.causes()
    longest = max((count for _, count in causes), default=1)
    bars = [Bar("head", "", "换组原因")]
    bars += [Bar("cause", str(one), text(f"compare.cause.{one}"), count, count / longest) for one, count in causes]
    depts = sorted((line for line in found.depts if line.moved), key=lambda line: (-line.moved, line.dept))
    bars += [Bar("head", "", "科室")] if depts else []
    return [*bars, *(Bar("dept", line.dept, line.dept, line.moved) for line in depts)]


def change_bars(found: Comparison) -> list[Bar]:
    """Return how many differences of each kind there are, in the order of the list."""
    counts = Counter(str(one.change) for one in found.changes)
    longest = max(counts.values(), default=1)
    bars = [Bar("head", "", "方案差异")]
    return [*bars, *(Bar("change", kind, text(f"compare.change.{kind}"), n, n / longest) for kind, n in counts.items())]
