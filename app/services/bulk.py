"""Files in, files out: checking without a library (``bingan qc``)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.common.clock import Clock, SystemClock
from app.common.paths import home
from app.common.texts import text
from app.exchange.streams import write_csv
from app.services.assets import Assets
from app.services.group_facts import GroupWorld
from app.services.rules import book_for_rules, check_batch


@dataclass(frozen=True, slots=True)
class CheckDone:
    """What ``bingan qc`` did: records, findings, columns the file lacks, rules that could not be evaluated."""

    records: int
    findings: int
    not_imported: tuple[str, ...]
    broken: tuple[str, ...]


def check_file(batch: Path, out: Path) -> CheckDone:
    """Check every record of a batch file; one output row per field involved. Raises :class:`UserProblem`."""
    clock = SystemClock()
    checked = check_batch(batch, _world(Assets(home(), clock), clock), clock)
    header = ("record_no", "rule", "category", "severity", "field", "column", "row", "message")
    rows = [
        (
            record.record_no,
            finding.rule_id,
            finding.category,
            text(f"bulk.severity.{finding.severity}"),
            path,
            checked.headings.get(path, ""),
            record.row,
            finding.message,
        )
        for record in checked.records
        for finding in record.report.findings
        for path in finding.paths or ("",)
    ]
    write_csv(out, header, rows)
    findings = sum(len(record.report.findings) for record in checked.records)
    return CheckDone(len(checked.records), findings, checked.not_imported, checked.broken)


def _world(assets: Assets, clock: Clock) -> GroupWorld:
    """Return what is in use: code book, scheme, prices, conversion between editions."""
    book, scheme = assets.codebook(), assets.scheme(clock.now().date())
    prices = replace(assets.prices(scheme), today=clock.now().date())
    return GroupWorld(scheme, prices, assets.conversion(), book, book_for_rules(book))
