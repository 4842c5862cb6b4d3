"""Follow-up questions: what a coder should look up in the record, or ask, before a code is as exact as the record is.

A question is data. Its trigger is a rule of its own, so it is compiled, traced and tried like one; its options say
where each answer leads. The codes of a record settle a question: those in ``done``, or where that is not given those
an option leads to (for ``detail`` the code of the row, for ``missing`` that of any row).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.codebook.codes import CodeRanges, ranges_of
from app.domain.case import CaseRecord, FieldPath, Row
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.domain.findings import BrokenRule, Finding, Severity
from app.qc.context import QcContext
from app.qc.engine import RuleSet
from app.qc.faults import RuleFault
from app.qc.reading import Entry
from app.qc.rule import CompiledRule, Rule, compile_rule
from app.qc.score import Scorecard
from app.qc.vocabulary import Vocabulary

CODED: Final = (Group.DX, Group.OP)
_OWN: Final = frozenset({"kind", "ask", "evidence", "options", "done"})
_OPTION: Final = frozenset({"label", "codes", "to", "words", "adds"})
_REACH: Final = 4
"""Letters between a denial and the word that it denies, at most."""
_TEXTS: Final = ("source_text", "name")


class QuestionKind(StrEnum):
    """``detail``: a code could be more exact. ``missing``: something done or given has no diagnosis that explains it.

    ``missing`` questions ask for evidence in the record; nothing is coded from a fee or a procedure alone.
    """

    DETAIL = "detail"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer: its words, the codes it leads to ('' settles the question without a code), and of which group.

    ``adds`` makes a row of its own of the answer, else it stands for the row that is asked about. ``words`` in the
    physician's text say that the record already gives this answer.
    """

    label: str
    codes: str = ""
    to: Group = Group.DX
    words: tuple[str, ...] = ()
    adds: bool = False

    @classmethod
    def read(cls, data: Mapping[str, object], owner: str) -> Option:
        """Read an entry of ``options``. Raises :class:`RuleFault`, for a range that is none too."""
        entry = Entry(data, owner)
        entry.expect(_OPTION, ("label",))
        codes, to = entry.text("codes"), entry.text("to", Group.DX)
        try:
            _in_group(codes, Group(to))
        except ValueError as error:
            raise RuleFault("list_range", rule_id=owner, args={"name": "options", "range": codes or to}) from error
        return cls(entry.text("label"), codes, Group(to), entry.texts("words"), entry.flag("adds", False))

    def holds(self, code: str) -> bool:
        """True when a code is one that this answer leads to."""
        return bool(self.codes and code) and ranges_of(self.codes).contains(code)


def _in_group(codes: str, to: Group) -> None:
    """Raise ``ValueError`` unless the range is one of the group's code set."""
    if to not in CODED:
        raise ValueError(to)
    wanted = CodeKind.DX if to is Group.DX else CodeKind.PX
    if codes and any((item.low[0].isdigit()) is (wanted is CodeKind.DX) for item in CodeRanges.parse(codes).items):
        raise ValueError(codes)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its compiled trigger, its options in the order of the table, and the codes that settle it."""

    trigger: CompiledRule
    kind: QuestionKind
    options: tuple[Option, ...]
    done: str = ""

    @property
    def id(self) -> str:
        """The permanent id."""
        return self.trigger.rule.id

    @property
    def ask(self) -> str:
        """The question as written, with placeholders."""
        return self.trigger.rule.message

    @property
    def evidence(self) -> str:
        """Where the answer stands in a record."""
        return self.trigger.rule.remedy

    def is_settled(self, record: CaseRecord, at: FieldPath | None) -> bool:
        """True when a code of the record gives the answer."""
        if self.done:
            codes = (row.text("code") for group in CODED for row in record.rows(group))
            return any(ranges_of(self.done).contains(code) for code in codes)
        if self.kind is QuestionKind.DETAIL and at is not None:
            code = record.text(f"{at.group}[{at.index}].code")
            return any(option.holds(code) for option in self.options)
        return any(option.holds(row.text("code")) for option in self.options for row in record.rows(option.to))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that stands open on a record.

    ``finding`` has its words and paths; ``at`` is the row that it is about, None for the whole case. ``told`` holds
    for each option the word of the physician's text that gives this answer, '' when none does.
    """

    question: Question
    finding: Finding
    at: FieldPath | None
    told: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Asked({self.question.id}, {self.at})"


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """The open questions of a record in display order, and those whose trigger could not be evaluated."""

    asked: tuple[Asked, ...] = ()
    broken: tuple[BrokenRule, ...] = ()


class QuestionSet:
    """Questions in the order of their table. ``denials`` are words that deny what follows them in a text."""

    def __init__(self, questions: Iterable[Question], triggers: RuleSet, denials: Iterable[str] = ()) -> None:
        self.questions = tuple(questions)
        self.triggers = triggers
        words = "|".join(map(re.escape, denials))
        self._denied = re.compile(rf"(?:{words})\w{{0,{_REACH}}}$") if words else None
        self._by_id = {question.id: question for question in self.questions}

    @classmethod
    def load(
        cls,
        entries: Iterable[Mapping[str, object]],
        vocabulary: Vocabulary,
        denials: Iterable[str] = (),
    ) -> QuestionSet:
        """Compile questions as they stand in questions.toml, over the lists, parameters and names of the rules.

        Raises :class:`RuleFault` at the first fault; one in a trigger carries its place.
        """
        questions = [_question(entry, vocabulary, order) for order, entry in enumerate(entries)]
        triggers = RuleSet([question.trigger for question in questions], vocabulary, Scorecard())
        return cls(questions, triggers, denials)

    def open(self, record: CaseRecord, context: QcContext) -> QuestionReport:
        """Return the questions that the record raises and does not answer."""
        report = self.triggers.check(record, context)
        asked = []
        for finding in report.findings:
            question, at = self._by_id[finding.rule_id], _row_of(finding)
            if not question.is_settled(record, at):
                told = tuple(self._told(option, record, at) for option in question.options)
                asked.append(Asked(question, finding, at, told))
        asked.sort(key=lambda one: one.question.kind is QuestionKind.MISSING)
        return QuestionReport(tuple(asked), report.broken)

    def _told(self, option: Option, record: CaseRecord, at: FieldPath | None) -> str:
        """Return the word of an option that the physician wrote and did not deny, in the row or anywhere."""
        rows: Iterable[Row] = record.rows(option.to)
        if at is not None and at.group is option.to:
            rows = record.rows(at.group)[at.index : at.index + 1]
        texts = [row.text(name) for row in rows for name in _TEXTS]
        return next((word for word in option.words for said in texts if self._says(said, word)), "")

    def _says(self, said: str, word: str) -> bool:
        at = said.find(word)
        return at >= 0 and not (self._denied and self._denied.search(said[:at]))


def _question(entry: Mapping[str, object], vocabulary: Vocabulary, order: int) -> Question:
    trigger = compile_rule(Rule.read(_trigger(entry)), vocabulary, order)
    return Question(trigger, _kind(entry), _options(entry), _done(entry))


def _trigger(entry: Mapping[str, object]) -> Mapping[str, object]:
    """Return the entry of a question as that of the rule that raises it."""
    kind = _kind(entry)
    rule = {name: value for name, value in entry.items() if name not in _OWN}
    words = {"category": kind.value, "severity": Severity.HINT.value}
    return {**rule, **words, "message": entry.get("ask", ""), "remedy": entry.get("evidence", "")}


def _kind(entry: Mapping[str, object]) -> QuestionKind:
    owner = str(entry.get("id", "?"))
    try:
        return QuestionKind(Entry(entry, owner).text("kind", QuestionKind.DETAIL))
    except ValueError as error:
        raise RuleFault("entry_kind", rule_id=owner, args={"name": "kind"}) from error


def _options(entry: Mapping[str, object]) -> tuple[Option, ...]:
    owner = str(entry.get("id", "?"))
    options = tuple(Option.read(option, owner) for option in Entry(entry, owner).tables("options"))
    if not any(option.codes for option in options):
        raise RuleFault("missing_entry", rule_id=owner, args={"names": "options"})
    return options


def _done(entry: Mapping[str, object]) -> str:
    owner = str(entry.get("id", "?"))
    codes = Entry(entry, owner).text("done")
    try:
        ranges_of(codes)
    except ValueError as error:
        raise RuleFault("list_range", rule_id=owner, args={"name": "done", "range": codes}) from error
    return codes


def _row_of(finding: Finding) -> FieldPath | None:
    at = FieldPath.parse(finding.paths[0]) if finding.paths else None
    return at if at is not None and at.group in CODED else None
