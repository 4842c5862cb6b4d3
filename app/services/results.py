"""The result columns of an exported batch: codes proposed and accepted, group, weight, findings (domain.md 6.5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.coding import Proposal
from app.domain.field import Group
from app.domain.findings import QcReport, Severity
from app.exchange.compose import ExportRow
from app.exchange.export import AddedColumn
from app.services.pricing import why_text
from app.services.types import Grouping, RowKey

_CODED: Final = ("accepted_code", "accepted_name", "proposed_code", "proposed_name")
_CASE: Final = (
    "mdc",
    "adrg",
    "drg",
    "drg_name",
    "group_status",
    "weight",
    "standard",
    "price_note",
    "grouping",
    "score",
    "errors",
    "warns",
    "hints",
    "findings",
)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A record with everything the program says about it. Rows are keyed by group and row id.

    ``accepted`` are rows whose code a person confirmed or that matched exactly and uniquely.
    """

    record: CaseRecord
    row: int
    proposals: Mapping[RowKey, Proposal]
    accepted: frozenset[RowKey]
    report: QcReport
    grouping: Grouping


def added_columns(results: Sequence[CaseResult]) -> list[AddedColumn]:
    """Return the headings of the result columns: four per coded row that occurs, then those of the case."""
    coded = [
        AddedColumn(text(f"results.{name}", row=_row_name(group, index)))
        for group, index in _coded_rows(results)
        for name in _CODED
    ]
    return [*coded, *(AddedColumn(text(f"results.{name}")) for name in _CASE)]


def export_rows(results: Sequence[CaseResult]) -> list[ExportRow]:
    """Return the rows to write: the record with accepted codes, and the values of :func:`added_columns`."""
    places = _coded_rows(results)
    return [
        ExportRow(
            result.record,
            result.row,
            tuple(value for place in places for value in _coded(result, *place)) + _case_values(result),
        )
        for result in results
    ]


def _coded_rows(results: Sequence[CaseResult]) -> list[tuple[Group, int]]:
    most = {
        group: max((len(result.record.rows(group)) for result in results), default=0) for group in (Group.DX, Group.OP)
    }
    return [(group, index) for group, count in most.items() for index in range(count)]


def _row_name(group: Group, index: int) -> str:
    return text(f"results.main_{group}") if index == 0 else text(f"results.other_{group}", number=index)


def _coded(result: CaseResult, group: Group, index: int) -> tuple[str, str, str, str]:
    rows = result.record.rows(group)
    if index >= len(rows):
        return "", "", "", ""
    row, key = rows[index], (group, rows[index].id)
    code, name = (row.text("code"), row.text("name")) if key in result.accepted else ("", "")
    proposal = None if row.text("code") else result.proposals.get(key)
    return code, name, proposal.code if proposal else "", proposal.name if proposal else ""


def _case_values(result: CaseResult) -> tuple[str | int | float, ...]:
    grouping, report = result.grouping, result.report
    explanation, price = grouping.explanation, grouping.price
    group = explanation.result if explanation else None

    def trial(value: str) -> str:
        return text("results.trial", value=value) if grouping.trial else value

    blocked = text("results.blocked")
    standard = price.standard_fen
    return (
        trial(group.mdc) if group else "",
        trial(group.adrg) if group else "",
        trial(group.drg) if group else trial(blocked),
        trial(explanation.name) if explanation and explanation.name else "",
        trial(str(group.status)) if group else trial(blocked),
        trial(f"{price.weight:.4f}") if price.weight is not None else "",
        f"{standard // 100}.{standard % 100:02d}" if standard is not None else "",
        why_text(price),
        trial(grouping.sentence),
        report.score,
        report.count(Severity.ERROR),
        report.count(Severity.WARN),
        report.count(Severity.HINT),
        "\n".join(finding_line(finding.rule_id, str(finding.severity), finding.message) for finding in report.findings),
    )


def finding_line(rule_id: str, severity: str, message: str) -> str:
    """Return a finding on one line: severity, rule, message."""
    return text("results.finding", severity=text(f"bulk.severity.{severity}"), rule=rule_id, message=message)
