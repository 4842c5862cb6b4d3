"""The review of a batch by its texts: equal texts are one row, one answer codes them all, and can be taken back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import Row, Value
from app.domain.changes import Changes
from app.domain.coding import Band, Candidate, CodeKind
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.states import FOLLOWS, LOCKED
from app.services.bands import PREFIX, Limits, parsed_limit, read_limits
from app.services.cases import KINDS
from app.services.coding import open_rows, proposal_of, reason_text
from app.services.permits import DESK, needs
from app.services.review_texts import same_text
from app.services.session import Session
from app.services.types import TextGroup
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.transaction import Transaction

_OFFERED: Final = 4
_ASKED: Final = 10
_STEP: Final = 20
_COMPOUND: Final = 6
"""Characters from which a text may hold several diagnoses."""

_Key = tuple[CodeKind, str]


@dataclass(frozen=True, slots=True)
class Pick:
    """An answer to a text: its codes, several for a text that says several things.

    ``unseen`` when it was taken with its whole band: the codes stay marked as proposed until a coder finishes the case.
    """

    group: TextGroup
    codes: tuple[str, ...]
    unseen: bool = False


@dataclass(slots=True)
class _Found:
    """Where a text stands: its spellings, and the case and department of each row."""

    spellings: Counter[str] = field(default_factory=Counter)
    rows: list[tuple[int, str]] = field(default_factory=list)


class ReviewService:
    """Reads texts with progress; writes each answer as one undoable operation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def limits(self) -> Limits:
        """Return from which confidence on a text falls into which band."""
        return read_limits(self._session)

    @needs("coder", "admin")
    def set_limit(self, key: str, typed: str) -> Changes:
        """Set one of :data:`~app.services.bands.KEYS` as typed, '' for the default.

        Raises :class:`UserProblem` that says what is wrong; nothing is stored then.
        """
        value = parsed_limit(self.limits(), key, typed)
        note = text(f"review.limits.{key}")
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor, note=note) as tx:
            tx.set_setting(f"{PREFIX}{key}", value)
        return tx.changes

    @needs(*DESK)
    def texts(self, case_ids: Sequence[int], progress: Progress | None = None) -> tuple[TextGroup, ...]:
        """Return the uncoded texts of the cases, equal texts as one row, the most frequent first.

        Cases that can no longer be changed are left out.
        """
        progress = progress or NoProgress()
        where: defaultdict[_Key, _Found] = defaultdict(_Found)
        with self._session.db.read() as reader:
            for case in reader.load_cases(case_ids):
                progress.step(0, 0)
                if case.state not in LOCKED:
                    _note(case, where)
        keys = sorted(where, key=lambda key: (-len(where[key].rows), key))
        limits, groups = self.limits(), []
        for done, key in enumerate(keys):
            if done % _STEP == 0:
                progress.step(done, len(keys))
            groups.append(self._group(key[0], where[key], limits))
        progress.step(len(keys), len(keys))
        return tuple(groups)

    def _group(self, kind: CodeKind, found: _Found, limits: Limits) -> TextGroup:
        words = found.spellings.most_common(1)[0][0]
        matcher = self._session.engines.matcher
        result = limits.banded(matcher.match(words, kind, _ASKED))
        may_be_several = result.band is not Band.ACCEPT and len(words) >= _COMPOUND
        parts = matcher.answers(words, kind) if may_be_several else ()
        best = result.best
        return TextGroup(
            kind=kind,
            text=words,
            count=len(found.rows),
            case_ids=tuple(dict.fromkeys(case_id for case_id, _ in found.rows)),
            band=str(result.band),
            code=best.code if best else "",
            name=best.name if best else "",
            score=best.score if best else 0.0,
            candidates=result.candidates[:_OFFERED],
            departments=tuple(Counter(department for _, department in found.rows).most_common()),
            spellings=tuple(found.spellings),
            parts=parts if len(parts) > 1 else (),
        )

    @needs("coder")
    def take(self, group: TextGroup, *codes: str) -> Changes:
        """Code every row that has this text, as one undoable operation."""
        return self.take_all([Pick(group, codes)])

    @needs("coder")
    def take_all(self, picks: Sequence[Pick], progress: Progress | None = None) -> Changes:
        """Code every row of several texts, as one undoable operation; cancelling writes nothing.

        Of several codes the first goes into the row, each other one into a row of its own below it. A row that got a
        code or a case that was closed meanwhile is left alone. Raises :class:`UserProblem` for a code that is not in
        the book.
        """
        progress = progress or NoProgress()
        names = {code: self._name_of(code) for pick in picks for code in pick.codes}
        wanted = {(pick.group.kind, same_text(pick.group.text)): pick for pick in picks if pick.codes}
        case_ids = list(dict.fromkeys(case_id for pick in picks for case_id in pick.group.case_ids))
        with self._session.db.read() as reader:
            stored = [case for case in reader.load_cases(case_ids) if case.state not in LOCKED]
        with self._session.db.operation(Op.SET_CODE, by=self._session.actor) as tx:
            for number, case in enumerate(stored):
                progress.step(number, len(stored))
                _write(tx, case, wanted, names)
        return tx.changes

    @needs("coder")
    def undo(self, changes: Changes) -> Changes:
        """Take back what :meth:`take` or :meth:`take_all` wrote; nothing to do when it wrote nothing.

        Raises :class:`UserProblem` when something of it was changed since.
        """
        return self._session.db.undo(changes.op_id, by=self._session.actor) if changes.cases else changes

    def _name_of(self, code: str) -> str:
        name = self._session.engines.codebook.name_of(code)
        if not name:
            raise UserProblem("coding.unknown_code", remedy="coding.remedy.unknown_code", code=code)
        return name


def _note(case: StoredCase, where: defaultdict[_Key, _Found]) -> None:
    for (group, _), words in open_rows(case):
        found = where[KINDS[group], same_text(words)]
        found.spellings[words] += 1
        found.rows.append((case.case_id, _department(case)))


def _department(case: StoredCase) -> str:
    code = case.record.text("discharge_dept") or case.record.text("admit_dept")
    return dictionary("D-DEPT").label(code) or code


def _write(tx: Transaction, case: StoredCase, wanted: Mapping[_Key, Pick], names: Mapping[str, str]) -> None:
    """Write the picks into the open rows of a case; the first edit takes it from 待编码 to 编码中."""
    open_texts = {key: words for key, words in open_rows(case)}
    is_touched = False
    for group, kind in KINDS.items():
        # from below, so that what is inserted does not move the rows still to come
        for at, row in reversed(list(enumerate(case.record.rows(group)))):
            words = open_texts.get((group, row.id), "")
            pick = wanted.get((kind, same_text(words))) if words else None
            if pick is not None:
                _write_row(tx, case.case_id, (group, at, row), pick, names)
                is_touched = True
    if is_touched and case.state in FOLLOWS:
        tx.set_state(case.case_id, FOLLOWS[case.state])


def _write_row(
    tx: Transaction, case_id: int, place: tuple[Group, int, Row], pick: Pick, names: Mapping[str, str]
) -> None:
    group, at, row = place
    first, *others = pick.codes
    tx.set_code(case_id, group, row.id, first, names[first])
    offered = {one.code: one for one in (*pick.group.parts, *pick.group.candidates)}
    if pick.unseen and first in offered:
        tx.set_proposal(case_id, group, row.id, proposal_of(offered[first], _reasons(offered[first])))
    for offset, code in enumerate(others, 1):
        values: dict[str, Value] = {**row.values, "code": None, "name": names[code]}
        new = tx.insert_row(case_id, group, at + offset, values)
        tx.set_code(case_id, group, new, code, names[code])


def _reasons(candidate: Candidate) -> str:
    return text("coding.join").join(reason_text(reason) for reason in candidate.reasons)
