"""A comparison as a workbook: what was compared, case by case, by group, by department, scheme against scheme.

Record numbers stand for the patients; no names leave the library this way. The order is never that of money.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from app.common.progress import Progress
from app.common.texts import text
from app.exchange.compose import Sheet
from app.exchange.export import write_tables
from app.exchange.raw import TEXT
from app.services.compare import Comparison, Tally
from app.services.compare_period import period_text


def write_comparison(comparison: Comparison, path: Path, progress: Progress | None = None) -> None:
    """Write a workbook, whole or not at all. Raises :class:`UserProblem` when it cannot be written."""
    write_tables(sheets(comparison), path, progress)


def sheets(comparison: Comparison) -> list[Sheet]:
    """Return the sheets of a comparison."""
    return [
        _sheet("about", ("item", "value"), _about(comparison)),
        _sheet(
            "cases",
            ("record_no", "dept", "old", "new", "cause", "detail"),
            (
                (one.record_no, one.dept, one.old, one.new, _cause(one.difference.cause), one.difference.detail)
                for one in comparison.moved
            ),
        ),
        _sheet(
            "groups",
            ("old", "new", "count", "cause"),
            ((one.old, one.new, str(one.count), _cause(one.cause)) for one in comparison.pairs()),
        ),
        _sheet(
            "depts",
            ("dept", "cases", "moved", "share"),
            ((one.dept, str(one.cases), str(one.moved), f"{one.moved / one.cases:.1%}") for one in comparison.depts),
        ),
        _sheet(
            "schemes",
            ("change", "code", "in_old", "in_new"),
            ((text(f"compare.change.{one.change}"), one.code, one.old, one.new) for one in comparison.changes),
        ),
    ]


def _cause(cause: str) -> str:
    return text(f"compare.cause.{cause}")


def _sheet(name: str, columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Sheet:
    header = tuple(text(f"compare.column.{column}") for column in columns)
    whole = tuple(rows)
    return Sheet(text(f"compare.sheet.{name}"), header, whole, (TEXT * len(header),) * len(whole))


def _about(comparison: Comparison) -> Iterable[tuple[str, str]]:
    old, new = comparison.old, comparison.new
    amount = comparison.amount_note
    if old.amount_fen is not None and new.amount_fen is not None:
        amount = f"{_yuan(old.amount_fen)} → {_yuan(new.amount_fen)} {comparison.amount_note}"
    values = {
        "old": comparison.old_title,
        "new": comparison.new_title,
        "period": period_text(comparison.first, comparison.last),
        "cases": f"{comparison.cases:,}",
        "skipped": f"{comparison.skipped:,}",
        "moved": f"{len(comparison.moved):,}",
        "rate": f"{_rate(old)} → {_rate(new)}",
        "ambiguous": f"{old.ambiguous:,} → {new.ambiguous:,}",
        "ungrouped": f"{old.ungrouped:,} → {new.ungrouped:,}",
        "amount": amount,
    }
    yield from ((text(f"compare.about.{key}"), value) for key, value in values.items())
    yield text("compare.column.item"), text("compare.about.note")


def _rate(tally: Tally) -> str:
    return "" if tally.rate is None else f"{tally.rate:.1%}"


def _yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}"
