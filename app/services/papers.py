"""The physician's documents beside a case: pasted or read from a file, and where in them a row finds its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.texts import text
from app.domain.case import CaseRecord, FieldPath
from app.domain.changes import Changes
from app.domain.field import FieldType, Group
from app.domain.fields import field
from app.exchange.decoding import decode
from app.exchange.readers import foreign_kind
from app.matching.lexicon import standard_lexicon
from app.services.case_view import load_case
from app.services.evidence_words import Span, spans, terms_of
from app.services.pairs import cell_text
from app.services.permits import DESK, needs
from app.services.session import Session
from app.storage import beside
from app.storage.ops import Op
from app.storage.transaction import Transaction

LONGEST: Final = 200_000
"""Characters that a document may have: some hundred pages."""
_MOST_BYTES: Final = 4 * LONGEST
_TITLE: Final = 40


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """A document beside a case: what kind it is as far as its title says, plain text, who brought it and when."""

    id: int
    kind: str
    title: str
    words: str
    who: str
    at: datetime


class PaperService:
    """Adding and removing are operations of their own: audited, taken back by undo; the text itself never changes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def of_case(self, case_id: int) -> tuple[Paper, ...]:
        """Return the documents of a case in the order they came."""
        with self._session.db.read() as reader:
            load_case(reader, case_id)
            stored = reader.documents(case_id)
        return tuple(Paper(one.id, one.kind, one.title, one.words, one.who, one.at) for one in stored)

    @needs(*DESK)
    def paste(self, case_id: int, words: str, title: str = "") -> Changes:
        """Keep a text as a document; without a title its first line is one.

        Raises :class:`UserProblem` for nothing and for far too much.
        """
        return self._keep(case_id, words, title)

    def _keep(self, case_id: int, words: str, title: str, where: Where | None = None) -> Changes:
        said = _cleaned(words)
        if not said:
            raise UserProblem("papers.nothing", remedy="papers.remedy.nothing", where=where)
        if len(said) > LONGEST:
            count = len(said)
            raise UserProblem(
                "papers.too_long", remedy="papers.remedy.too_long", where=where, count=count, most=LONGEST
            )
        named = (title.strip() or said.splitlines()[0].strip())[:_TITLE]
        with self._session.db.operation(Op.ADD_DOCUMENT, by=self._session.actor) as tx:
            beside.add_document(tx, case_id, _kind(f"{named} {said[:200]}"), named, said)
            tx.record_event("document", {"title": named}, case_id)
        return _changed(tx, case_id)

    @needs(*DESK)
    def attach(self, case_id: int, path: Path) -> Changes:
        """Read a text file and keep it as a document.

        Raises :class:`UserProblem` for a file that cannot be read, is too long or is no text.
        """
        where = Where(path.name)
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise UserProblem("papers.big_file", remedy="papers.remedy.too_long", where=where)
            data = path.read_bytes()
        except OSError as fault:
            raise UserProblem("papers.unreadable", remedy="papers.remedy.unreadable", where=where) from fault
        is_marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        if foreign_kind(data) or (b"\0" in data[:4096] and not is_marked):
            raise UserProblem("papers.no_text", remedy="papers.remedy.no_text", where=where)
        try:
            words = decode(data, where).text
        except UserProblem as fault:  # what that advises is for tables
            raise UserProblem("papers.garbled", remedy="papers.remedy.no_text", where=where) from fault
        return self._keep(case_id, words, path.stem, where)

    @needs(*DESK)
    def drop(self, case_id: int, paper_id: int) -> Changes:
        """Take a document away; undo brings it back. Raises :class:`UserProblem` when it is gone."""
        found = next((one for one in self.of_case(case_id) if one.id == paper_id), None)
        if found is None:
            raise UserProblem("papers.gone", remedy="papers.remedy.gone")
        with self._session.db.operation(Op.DROP_DOCUMENT, by=self._session.actor) as tx:
            beside.drop_document(tx, paper_id)
            tx.record_event("document_gone", {"title": found.title}, case_id)
        return _changed(tx, case_id)

    @needs(*DESK)
    def evidence(self, record: CaseRecord, path: str, papers: tuple[Paper, ...]) -> dict[int, tuple[Span, ...]]:
        """Return for each document where it speaks of what stands at a field path, in the order of the text."""
        terms = terms_of(_said_at(record, path), _short_forms())
        return {paper.id: spans(paper.words, terms) for paper in papers}


@cache
def _short_forms() -> Mapping[str, str]:
    """Return what each short form of the lexicon means, for diagnoses and operations together."""
    kinds = standard_lexicon().kinds.values()
    return {one.normal: one.meaning for kind in kinds for one in kind.expansions.values()}


def _said_at(record: CaseRecord, path: str) -> list[str]:
    """Return the words at a path: of a row all that names it, of a field its value."""
    at = FieldPath.parse(path)
    if at.group is Group.CASE:
        spec = field(path)
        plain = spec.type in (FieldType.TEXT, FieldType.DATE, FieldType.DATETIME)
        return [cell_text(spec, record.head)] if plain else []
    rows = record.rows(at.group)
    if at.index >= len(rows):
        return []
    return [rows[at.index].text(name) for name in ("source_text", "name") if rows[at.index].text(name)]


def _kind(words: str) -> str:
    """Return the kind of document that a title or its first lines name, '' for none."""
    return next((kind for kind in text("papers.kinds").split() if kind in words), "")


def _cleaned(words: str) -> str:
    lines = (line.rstrip() for line in words.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n"))
    return "\n".join(lines).strip()


def _changed(tx: Transaction, case_id: int) -> Changes:
    return replace(tx.changes, cases=frozenset({case_id}))
