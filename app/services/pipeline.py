"""A batch from file to corrected workbook in one go, without a library: import, match, check, group, export."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Final

from app.codebook.book import Codebook
from app.common.clock import Clock, SystemClock
from app.common.errors import UserProblem
from app.common.paths import home
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import CaseRecord, Row
from app.domain.coding import Band, Candidate, MatchResult, Proposal
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.fields import field
from app.domain.findings import Severity
from app.drg.scheme import Scheme
from app.exchange.batch import read_batch
from app.exchange.export import Receipt, write_corrected
from app.matching.first import FirstMatcher
from app.services.assets import Assets, load_rates, load_weights
from app.services.coding import match_rows, proposal_of, reason_text
from app.services.group_facts import GroupWorld
from app.services.group_input import with_proposals
from app.services.grouping import preview
from app.services.matching import build_matcher
from app.services.pricing import PriceTables
from app.services.results import CaseResult, added_columns, export_rows
from app.services.rules import book_for_rules, broken_rules, check_records, missing_columns
from app.services.scheme_files import load_scheme
from app.services.types import Grouping, RowKey

_WIDTHS: Final = (12, 14, 30, 14, 10, 16)


@dataclass(frozen=True, slots=True)
class PriceChoice:
    """What the user said about prices: files, and the place that the rates are for; no year: that of the discharge."""

    weights: Path | None = None
    rates: Path | None = None
    city: str = ""
    year: str = ""
    level: str = ""
    coefficient: str = "1"

    @property
    def is_tied(self) -> bool:
        """True when the user said for which hospital level the rates are to be taken."""
        return bool(self.level)


@dataclass(frozen=True, slots=True)
class ProcessReport:
    """What a run did, ready to be printed."""

    results: tuple[CaseResult, ...]
    receipt: Receipt
    rejects: tuple[str, ...]
    notes: tuple[str, ...]

    def table(self, rows: int) -> list[str]:
        """Return the first cases as lines of a table."""
        if rows <= 0:
            return []
        head = [text(f"process.column.{name}") for name in ("record", "dept", "dx", "code", "drg", "findings")]
        lines = [_line(head), "-" * (sum(_WIDTHS) + len(_WIDTHS))]
        lines += [_line(_cells(result)) for result in self.results[:rows]]
        if len(self.results) > rows:
            lines.append(text("process.more", count=len(self.results) - rows))
        return lines

    def summary(self) -> list[str]:
        """Return the counts, what the file lacks, and where the workbook is."""
        counts = Counter(_status(result.grouping) for result in self.results)
        rows = [row for result in self.results for group in (Group.DX, Group.OP) for row in result.record.rows(group)]
        found = {
            name: sum(r.report.count(s) for r in self.results)
            for name, s in zip(("e", "w", "h"), Severity, strict=True)
        }
        return [
            text("process.cases", count=len(self.results), rejected=len(self.rejects)),
            text(
                "process.codes",
                rows=sum(1 for row in rows if row.text("source_text") or row.text("code")),
                accepted=sum(len(result.accepted) for result in self.results),
                proposed=sum(len(result.proposals) for result in self.results),
            ),
            text("process.findings", **found),
            text("process.groups", groups=text("process.join").join(f"{k} {v}" for k, v in counts.most_common())),
            *self.rejects[:20],
            *self.notes,
            text("process.written", path=self.receipt.path, cells=self.receipt.cells_compared),
        ]


def process_file(
    path: Path,
    out: Path,
    *,
    scheme: str | None = None,
    price: PriceChoice | None = None,
    codebook: Sequence[Path] | None = None,
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> ProcessReport:
    """Process one batch file and write the corrected workbook (or CSV).

    Nothing but ``out`` is written; the code book and scheme are those given, else the imported ones, else those that
    ship. Only exact and unique matches are accepted, likely ones are proposed. Raises :class:`UserProblem`.
    """
    clock, progress = clock or SystemClock(), progress or NoProgress()
    assets = Assets(home(), clock)
    book = assets.load_codebook(codebook) if codebook else assets.codebook()
    batch = read_batch(path, progress=progress)
    chosen = _scheme(assets, scheme, book)
    price = price or PriceChoice()
    prices = _prices(assets, chosen, price, clock.now().date())
    untied = _untied(price, prices)
    conversion = {} if codebook else assets.conversion()
    matcher = build_matcher(book)
    coded = _code([with_ids(one.record) for one in batch.records], book, matcher, progress)
    world = GroupWorld(chosen, prices, conversion, book, book_for_rules(book))
    reports = check_records(
        [record for record, _, _ in coded], world, clock, progress, [proposals for _, proposals, _ in coded]
    )
    group = partial(_group, chosen, prices, book, conversion)
    results = tuple(
        CaseResult(record, one.row, proposals, accepted, report, group(record, proposals))
        for one, (record, proposals, accepted), report in zip(batch.records, coded, reports, strict=True)
    )
    meta = {
        "program": "bingan process",
        "codebook": book.title,
        "scheme": text("results.trial", value=chosen.title) if chosen.trial else chosen.title,
        "at": clock.now().isoformat(sep=" "),
    }
    receipt = write_corrected(
        batch.source, export_rows(results), out, added=added_columns(results), meta=meta, progress=progress
    )
    notes = [untied] if untied else []
    notes += [str(note) for note in batch.notes]
    labels = [field(path).label for path in missing_columns(reports)]
    if labels:
        notes.append(text("process.not_imported", paths=text("process.comma").join(labels)))
    notes += [text("process.broken", rule=rule) for rule in broken_rules(reports)]
    return ProcessReport(results, receipt, tuple(str(reject.problem) for reject in batch.rejects), tuple(notes))


def with_ids(record: CaseRecord) -> CaseRecord:
    """Give the rows of an unstored record running ids, so that proposals can name them."""
    for group in (Group.DX, Group.OP):
        rows = record.rows(group)
        record = record.with_rows(group, tuple(replace(row, id=number) for number, row in enumerate(rows, 1)))
    return record


_Coded = tuple[CaseRecord, Mapping[RowKey, Proposal], frozenset[RowKey]]


def _code(records: Sequence[CaseRecord], book: Codebook, matcher: FirstMatcher, progress: Progress) -> list[_Coded]:
    """Accept exact and unique matches, propose likely ones; codes that the file brought count as accepted."""
    wanted = [(at, group, row) for at, record in enumerate(records) for group, row in _open(record)]
    texts = [(group, row.text("source_text") or row.text("name")) for _, group, row in wanted]
    found = match_rows(matcher, texts, progress)
    results: list[dict[RowKey, MatchResult]] = [{} for _ in records]
    for (at, group, row), result in zip(wanted, found, strict=True):
        results[at][group, row.id] = result
    return [_apply(record, matches) for record, matches in zip(records, results, strict=True)]


def _open(record: CaseRecord) -> list[tuple[Group, Row]]:
    return [
        (group, row)
        for group in (Group.DX, Group.OP)
        for row in record.rows(group)
        if not row.get("code") and (row.text("source_text") or row.text("name"))
    ]


def _apply(record: CaseRecord, matches: Mapping[RowKey, MatchResult]) -> _Coded:
    proposals: dict[RowKey, Proposal] = {}
    sure: dict[RowKey, Candidate] = {}
    for key, result in matches.items():
        best = result.best
        if best and result.band is Band.ACCEPT:
            sure[key] = best
        elif best and result.band is Band.CONFIRM:
            proposals[key] = proposal_of(best, text("coding.join").join(map(reason_text, best.reasons)))
    for group in (Group.DX, Group.OP):
        rows = tuple(_with_code(row, sure.get((group, row.id))) for row in record.rows(group))
        record = record.with_rows(group, rows)
    coded = frozenset(
        (group, row.id) for group in (Group.DX, Group.OP) for row in record.rows(group) if row.get("code")
    )
    return record, proposals, coded


def _with_code(row: Row, best: Candidate | None) -> Row:
    return row.with_value("code", best.code).with_value("name", best.name) if best else row


def _group(
    scheme: Scheme,
    prices: PriceTables,
    book: Codebook,
    conversion: Mapping[str, str],
    record: CaseRecord,
    proposals: Mapping[RowKey, Proposal],
) -> Grouping:
    effective, used = with_proposals(record, proposals)
    return preview(scheme, effective, prices, known=book, unconfirmed=used, conversion=conversion)


def _scheme(assets: Assets, name: str | None, book: Codebook) -> Scheme:
    if name is None:
        return assets.scheme()
    path = Path(name)
    return load_scheme(path, book) if path.exists() else assets.find_scheme(name)


def _prices(assets: Assets, scheme: Scheme, choice: PriceChoice, today: date) -> PriceTables:
    """Return the tables to price with. Weights that do not belong to the scheme are refused here, before any work."""
    known = replace(assets.prices(scheme), today=today)
    if choice.weights:
        weights = load_weights(choice.weights)
        weights.check(scheme)
        known = replace(known, weights=(weights,), invented=False, foreign=None)
    if choice.rates is None or not choice.is_tied or known.invented:
        return known
    rates = load_rates(choice.rates)
    rates.require(choice.year, choice.level)
    coefficient = _coefficient(choice.coefficient)
    rules = replace(known.rules, city=choice.city, level=choice.level, coefficient=coefficient)
    return replace(known, rates=(rates,), rules=rules, year=choice.year)


def _untied(choice: PriceChoice, prices: PriceTables) -> str:
    """Return what to say about rates that are not used: for want of a hospital level, or beside invented weights."""
    if choice.rates is None or (choice.is_tied and not prices.invented):
        return ""
    if choice.is_tied:
        return text("process.invented")
    there = text("process.comma").join(f"{place.year} {place.level}" for place in load_rates(choice.rates).places())
    return text("payment.rate_not_tied", there=there)


def _coefficient(given: str) -> Decimal:
    try:
        value = Decimal(given)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or value <= 0:
        raise UserProblem("process.bad_coefficient", remedy="process.remedy.coefficient", given=given)
    return value


def _status(grouping: Grouping) -> str:
    return str(grouping.explanation.result.status) if grouping.explanation else text("results.blocked")


def _cells(result: CaseResult) -> list[str]:
    record, grouping = result.record, result.grouping
    dx = record.rows(Group.DX)
    proposal = result.proposals.get((Group.DX, dx[0].id)) if dx else None
    code = record.text("dx[0].code") or (text("process.proposed", code=proposal.code) if proposal else "")
    group = grouping.explanation.result.drg if grouping.explanation else "-"
    counts = "/".join(str(result.report.count(severity)) for severity in Severity)
    dept = record.text("discharge_dept")
    principal = " ".join(record.text("dx[0].source_text").split())
    shown = text("results.trial", value=group) if grouping.trial else group
    return [record.text("record_no"), dictionary("D-DEPT").label(dept) or dept, principal, code, shown, counts]


def _line(cells: Sequence[str]) -> str:
    return " ".join(_fit(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _fit(cell: str, width: int) -> str:
    """Cut and pad to a width in columns; Chinese takes two."""
    out, used = "", 0
    for sign in cell:
        step = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if used + step > width:
            break
        out, used = out + sign, used + step
    return out + " " * (width - used)
