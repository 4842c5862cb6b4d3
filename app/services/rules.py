"""Quality control as the hospital uses it: the rule files that ship, loaded once, and whole batches checked."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from app.codebook.book import Codebook
from app.codebook.codes import category3
from app.codebook.entry import CodeEntry
from app.common.clock import Clock
from app.common.paths import data
from app.common.progress import NoProgress, Progress
from app.common.toml_files import read_toml
from app.domain.case import CaseRecord, CaseState
from app.domain.coding import CodeKind, Proposal
from app.domain.findings import QcReport
from app.exchange.batch import read_batch
from app.exchange.layouts import headings_of
from app.qc.context import Book, OutsideFacts, QcContext, Sibling
from app.qc.engine import RuleSet
from app.services.documents import profile_of
from app.services.group_facts import GroupWorld, facts_source
from app.services.text_codes import TextCodes
from app.services.types import RowKey


def _files() -> list[Path]:
    return sorted((data("resources") / "rules").glob("*.toml"))


def _table(name: str) -> dict[str, Any]:
    """Return a file of ``resources/rules``. It is not kept: what is made of all of them takes less than they do."""
    return read_toml(data("resources") / "rules" / f"{name}.toml")


@cache
def shipped_rules() -> RuleSet:
    """Return the rule set of ``resources/rules``, compiled once per process."""
    tables = {path.stem: read_toml(path) for path in _files()}
    rules = [{"category": table["category"], **rule} for table in tables.values() for rule in table.get("rule", ())]
    return RuleSet.load(
        rules,
        tables["lists"],
        parameters={name: entry["value"] for name, entry in tables["parameters"].items()},
        names={name: entry["is"] for name, entry in tables["names"].items()},
        score=tables["score"],
    )


def shipped_questions() -> Mapping[str, Any]:
    """Return questions.toml as written: the follow-up questions, and the words that deny."""
    return _table("questions")


@cache
def base_version() -> str:
    """Return the version of the rules that ship."""
    return str(_table("base")["base"]["version"])


@cache
def base_digest() -> str:
    """Return a SHA-256 of the rule files that ship: another one, another base."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def list_titles() -> Mapping[str, str]:
    """Return the titles of the lookup lists by name."""
    return {name: str(entry.get("title", name)) for name, entry in _table("lists").items()}


@cache
def parameter_words() -> Mapping[str, tuple[str, str]]:
    """Return label and unit of the hospital's parameters by name."""
    entries = _table("parameters").items()
    return {name: (str(entry.get("label", name)), str(entry.get("unit", ""))) for name, entry in entries}


@dataclass(frozen=True, slots=True)
class SubcategoryBook:
    """The shipped book as rules see it: a national extension counts as known when its subcategory is.

    The shipped book ends at subcategories; a hospital that has not imported its edition yet must not be told that
    every extension code is wrong.
    """

    book: Codebook

    @property
    def edition(self) -> str:
        """The edition of the book behind."""
        return self.book.edition

    def get(self, code: str) -> CodeEntry | None:
        """Return the entry of a code, or of the subcategory it extends."""
        found = self.book.get(code)
        if found is not None:
            return found
        parents = self.book.parents(code)
        return parents[-1] if parents and category3(parents[-1].code) == category3(code) else None

    def by_prefix(self, prefix: str, kind: CodeKind) -> tuple[CodeEntry, ...]:
        """Return the entries whose code begins so; never those of a code that the book only stands in for."""
        return self.book.by_prefix(prefix, kind)

    def daggers(self, star: str) -> frozenset[str]:
        """Return the categories of the dagger codes that the book joins to an asterisk category."""
        return self.book.daggers(star)


@lru_cache(maxsize=4)
def book_for_rules(book: Codebook) -> Book:
    """Return the book to check codes with, the same for the same book."""
    return SubcategoryBook(book) if book.edition == "builtin" else book


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """One record of a checked file: its number, its row in the file, what the rules say."""

    record_no: str
    row: int
    record: CaseRecord
    report: QcReport


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """A checked file. ``headings`` gives the user's heading of a field path."""

    records: tuple[CheckedRecord, ...]
    headings: Mapping[str, str]
    not_imported: tuple[str, ...]
    broken: tuple[str, ...]


def check_batch(path: Path, world: GroupWorld, clock: Clock, progress: Progress | None = None) -> CheckedBatch:
    """Read a batch file and check every record; stays of the same patient in the file see each other."""
    batch = read_batch(path)
    reports = check_records([imported.record for imported in batch.records], world, clock, progress)
    records = tuple(
        CheckedRecord(imported.record.text("record_no"), imported.row, imported.record, report)
        for imported, report in zip(batch.records, reports, strict=True)
    )
    return CheckedBatch(records, headings_of(batch.source), missing_columns(reports), broken_rules(reports))


def check_records(
    records: Sequence[CaseRecord],
    world: GroupWorld,
    clock: Clock,
    progress: Progress | None = None,
    proposals: Sequence[Mapping[RowKey, Proposal]] = (),
) -> list[QcReport]:
    """Return the report of each record, checked as discharged cases that are being coded and grouped in ``world``.

    ``proposals`` are the open ones of each record, empty without any.
    """
    progress = progress or NoProgress()
    rules, today, outside = shipped_rules(), clock.now().date(), OutsideFacts(matched=TextCodes(world.codebook).find)
    groups = _same_patient(records)
    reports = []
    for number, record in enumerate(records):
        if number % 50 == 0:
            progress.step(number, len(records))
        context = QcContext(
            today=today,
            codebook=world.book,
            state=CaseState.CODING,
            siblings=_siblings(record, groups),
            profile=profile_of(record),
            grouping=facts_source(lambda: world, record, proposals[number] if proposals else None),
            outside=outside,
        )
        reports.append(rules.check(record, context))
    return reports


def missing_columns(reports: Iterable[QcReport]) -> tuple[str, ...]:
    """Return the field paths that rules wanted and the file does not have, each once."""
    return tuple(sorted({path for report in reports for path in report.not_imported}))


def broken_rules(reports: Iterable[QcReport]) -> tuple[str, ...]:
    """Return rules that could not be evaluated, each once with its cause."""
    return tuple(sorted({f"{rule.rule_id}: {rule.why}" for report in reports for rule in report.broken}))


def _same_patient(records: Sequence[CaseRecord]) -> Mapping[tuple[str, str], list[CaseRecord]]:
    groups: dict[tuple[str, str], list[CaseRecord]] = defaultdict(list)
    for record in records:
        for name in ("record_no", "id_no"):
            if record.text(name):
                groups[name, record.text(name)].append(record)
    return groups


def _siblings(record: CaseRecord, groups: Mapping[tuple[str, str], list[CaseRecord]]) -> tuple[Sibling, ...]:
    others: dict[int, CaseRecord] = {}
    for name in ("record_no", "id_no"):
        for other in groups.get((name, record.text(name)), ()):
            if other is not record:
                others[id(other)] = other
    return tuple(Sibling.of(other, record) for other in others.values())
