"""Files in, files out: matching and checking without a library (``bingan match``, ``qc``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.common.clock import SystemClock
from app.common.paths import home
from app.common.texts import text
from app.domain.coding import CodeKind, MatchResult
from app.exchange.streams import stream_csv, write_csv
from app.matching.first import FirstMatcher
from app.services.assets import Assets
from app.services.matching import history_pairs, matcher_for
from app.services.rules import check_batch

_MATCH_COLUMNS: Final = ("text", "rank", "code", "name", "score", "chosen")


@dataclass(frozen=True, slots=True)
class Done:
    """How many rows a file command wrote or read."""

    rows: int


@dataclass(frozen=True, slots=True)
class CheckDone:
    """What ``bingan qc`` did: records, findings, columns the file lacks, rules that could not be evaluated."""

    records: int
    findings: int
    not_imported: tuple[str, ...]
    broken: tuple[str, ...]


def match_file(task: str, texts: Path, out: Path, *, terms: Path | None, history: Path | None, top: int) -> Done:
    """Match every text of a CSV; only its column ``text`` is read. Raises :class:`UserProblem`."""
    kind = CodeKind(task)
    wanted = [cells["text"] for _, cells in stream_csv(texts, ("text",))]
    matcher = matcher_for(kind, terms=terms, history=history_pairs(history) if history else ())
    found = matcher.match_many(wanted, kind, top)
    write_csv(out, _MATCH_COLUMNS, _matched(matcher, wanted, kind, found))
    return Done(len(wanted))


def _matched(
    matcher: FirstMatcher, wanted: Sequence[str], kind: CodeKind, found: Mapping[str, MatchResult]
) -> Iterator[tuple[object, ...]]:
    """Yield a row per candidate; ``chosen`` marks the set of codes that together answer the text."""
    for words in wanted:
        chosen = {(one.code, one.name) for one in matcher.answers(words, kind)}
        for rank, one in enumerate(found[words].candidates, 1):
            yield words, rank, one.code, one.name, f"{one.score:.4f}", int((one.code, one.name) in chosen)


def check_file(batch: Path, out: Path) -> CheckDone:
    """Check every record of a batch file; one output row per field involved. Raises :class:`UserProblem`."""
    checked = check_batch(batch, Assets(home(), SystemClock()).codebook(), SystemClock())
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
