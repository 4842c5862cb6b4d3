"""Files in, files out: grouping, matching and checking without a library (``bingan group``, ``match``, ``qc``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.common.clock import SystemClock
from app.common.errors import UserProblem, Where
from app.common.paths import home
from app.common.texts import text
from app.domain.coding import CodeKind, MatchResult
from app.domain.grouping import GroupInput
from app.drg.engine import group
from app.drg.scheme import Scheme
from app.exchange.streams import stream_csv, write_csv
from app.matching.first import FirstMatcher
from app.services.assets import Assets
from app.services.matching import history_pairs, matcher_for
from app.services.rules import check_batch

CASE_COLUMNS: Final = ("case_id", "dx")
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


def group_file(scheme: str, cases: Path, out: Path) -> Done:
    """Group every case of a CSV (columns of reference/cases/README.md); stream, so that size does not matter.

    Raises :class:`UserProblem` with file, row and column; then ``out`` is not written.
    """
    loaded = Assets(home(), SystemClock()).find_scheme(scheme)
    rows = write_csv(out, ("case_id", "mdc", "adrg", "drg", "status"), _grouped(loaded, cases))
    return Done(rows)


def _grouped(scheme: Scheme, cases: Path) -> Iterator[tuple[str, ...]]:
    for number, cells in stream_csv(cases, CASE_COLUMNS):
        result = group(scheme, _case(cells, Where(cases.name, row=number + 1)))
        yield cells["case_id"], result.mdc, result.adrg, result.drg, str(result.status)


def _case(cells: dict[str, str], where: Where) -> GroupInput:
    return GroupInput(
        dx=_codes(cells.get("dx", "")),
        px=_codes(cells.get("px", "")),
        sex=cells.get("sex", ""),
        age_years=_int(cells, "age_years", where),
        age_days=_int(cells, "age_days", where),
        weight_g=_float(cells, "birth_weight_g", where),
        los_days=_int(cells, "los_days", where),
        discharge=_int(cells, "discharge", where),
        dept=cells.get("dept", ""),
        icu_hours=_float(cells, "icu_hours", where),
    )


def _codes(joined: str) -> tuple[str, ...]:
    return tuple(code for code in joined.split("|") if code)


def _int(cells: dict[str, str], name: str, where: Where) -> int | None:
    value = _float(cells, name, where)
    return None if value is None else int(value)


def _float(cells: dict[str, str], name: str, where: Where) -> float | None:
    typed = cells.get(name, "").strip()
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError as error:
        at = Where(where.file, where.sheet, where.row, name)
        raise UserProblem("bulk.not_a_number", remedy="bulk.remedy.fix_cell", where=at) from error


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
