"""Grouping, payment and history in an appeal pack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.common.texts import text
from app.domain.grouping import GroupStatus, StepOutcome
from app.domain.report import ReportSection
from app.drg.rule import Severity
from app.services.appeal_parts import PackSource, or_dash, section, table
from app.services.pricing import why_text
from app.services.types import Price

_PATH: Final = (
    ("no", 5),
    ("kind", 9),
    ("group", 8),
    ("title", 20),
    ("outcome", 13),
    ("rule", 34),
    ("facts", 34),
    ("source", 22),
)
_SEVERITY: Final = (
    ("no", 4),
    ("code", 14),
    ("name", 28),
    ("level", 7),
    ("table", 12),
    ("lists_main", 12),
    ("counts", 18),
    ("place", 16),
)
_HISTORY: Final = (("at", 24), ("who", 12), ("what", 16), ("changes", 56), ("drg", 20))


def path(source: PackSource) -> ReportSection:
    """Return every rule that was tried, up to the hit and beside it, with what decided and where it stands."""
    grouping = source.grouping
    explanation = grouping.explanation
    steps = explanation.steps if explanation else ()
    rows = (
        (
            str(number),
            text(f"appeal.level.{step.level}"),
            step.code,
            step.name,
            text(f"appeal.outcome.{step.outcome}"),
            or_dash(step.rule),
            text("appeal.join").join(step.facts),
            step.source,
        )
        for number, step in enumerate(steps, 1)
    )
    result = text("appeal.path.no_result")
    is_grouped = False
    if explanation:
        found = explanation.result
        is_grouped = found.status is GroupStatus.GROUPED
        result = text("appeal.path.result", drg=found.drg, name=explanation.name, status=str(found.status))
    hits = [at for at, step in enumerate(steps) if step.outcome is StepOutcome.HIT]
    return section(
        "path",
        (table("path", _PATH, rows, strong=hits),) if steps else (),
        count=len(steps),
        lacks=0 if is_grouped else 1,
        paragraphs=[result, grouping.sentence, text("appeal.trial") if grouping.trial else ""],
        notes=[text("appeal.path.tested")] if steps else (),
    )


def severity(source: PackSource) -> ReportSection:
    """Return the rows of the MCC, CC and exclusion tables for every secondary diagnosis, as the scheme has them."""
    levels = (source.scheme.mcc, source.scheme.cc)
    rows = [row for at, code, name in source.secondaries() for row in _severity_rows(source, at, code, name, levels)]
    main = source.main_dx
    listing = sorted({found for level in levels for found in level.excluded.get(main, ())})
    paragraphs = [text("appeal.severity.rule", main=or_dash(main))]
    if listing:
        paragraphs.append(text("appeal.severity.listed", tables=text("appeal.join").join(listing)))
    elif main:
        paragraphs.append(text("appeal.severity.not_listed"))
    if not rows:
        paragraphs.append(text("appeal.severity.no_secondary"))
    tables = (table("severity", _SEVERITY, rows),) if rows else ()
    return section("severity", tables, count=len(rows), paragraphs=paragraphs)


def _severity_rows(
    source: PackSource, at: int, code: str, name: str, levels: tuple[Severity, ...]
) -> Iterator[tuple[str, ...]]:
    own = (str(at + 1), code, name)
    listed = [level for level in levels if code in level.tables]
    for level in listed:
        excluding = level.excluding(code, source.main_dx or None)
        answer = "lists_main" if excluding else "not_lists_main"
        counts = "not_counted" if excluding else "counts"
        yield (
            *own,
            level.name,
            or_dash(text("appeal.join").join(sorted(level.tables[code]))),
            text(f"appeal.severity.{answer}"),
            text(f"appeal.facts.{counts}"),
            level.place(code),
        )
    if not listed:
        dash = text("appeal.dash")
        yield *own, dash, dash, dash, text("appeal.facts.not_counted"), text("appeal.severity.absent")


def payment(source: PackSource) -> ReportSection:
    """Return the formula with its numbers, or only the reason why there is no amount."""
    price = source.grouping.price
    amounts = tuple(_amounts(price))
    has_amount = price.settled_fen is not None or price.standard_fen is not None
    return section(
        "payment",
        (table("payment", (("item", 36), ("amount", 60)), amounts),) if amounts else (),
        lacks=0 if has_amount else 1,
        paragraphs=[why_text(price), text("appeal.payment.invented") if price.invented else ""],
        notes=[price.estimate, *price.differences, text("appeal.payment.final") if has_amount else ""],
    )


def _amounts(price: Price) -> Iterator[tuple[str, str]]:
    """Yield what is known, the formula before its result."""
    lines = (
        ("weight", f"{price.weight:.4f}" if price.weight is not None else ""),
        ("formula", price.formula),
        ("standard", _money(price.standard_fen)),
        ("cost", _money(price.cost_fen)),
        ("multiple", f"{price.multiple:.2f}" if price.multiple is not None else ""),
        ("regime", price.regime),
        ("settled_formula", price.settled_formula),
        ("settled", _money(price.settled_fen)),
        ("own", _money(price.own_fen)),
        ("fund", _money(price.fund_fen)),
        ("versions", price.versions),
    )
    yield from ((text(f"appeal.payment.{key}"), words) for key, words in lines if words)


def _money(fen: int | None) -> str:
    """Return an amount in yuan with two decimals and the minus sign of Chinese print, '' for none."""
    if fen is None:
        return ""
    sign = "\u2212" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def history(source: PackSource) -> ReportSection:
    """Return who changed what and when, with the group before and after where it changed."""
    rows = (
        (
            step.at.isoformat(sep=" "),
            step.who,
            step.what,
            "\n".join(step.changes),
            text("appeal.history.regrouped", before=_drg(step.group_before), after=_drg(step.group_after))
            if step.regroups
            else _drg(step.group_after),
        )
        for step in source.history
    )
    changed = [at for at, step in enumerate(source.history) if step.regroups]
    return section("history", (table("history", _HISTORY, rows, strong=changed),), count=len(source.history))


def _drg(code: str) -> str:
    return code or text("appeal.history.none")
