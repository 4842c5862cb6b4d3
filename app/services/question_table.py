"""The table of follow-up questions as the hospital keeps it: the shipped ones, its own words over them, its own ones.

A change is a setting of its own, so it is audited and can be taken back; what ships is never written over.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Final

from app.codebook.codes import CodeRanges
from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.changes import Changes
from app.domain.field import Group
from app.domain.findings import BrokenRule
from app.qc.faults import RuleFault
from app.qc.questions import QuestionKind, QuestionSet
from app.qc.vocabulary import Vocabulary
from app.services.permits import DESK, free, needs
from app.services.rules import shipped_questions
from app.services.session import Session
from app.storage.history import SettingChange
from app.storage.ops import Op

PREFIX: Final = "questions."
"""How the settings begin that hold the hospital's words, followed by the question's id."""
_OWN_ID: Final = "YW-{:03}"
_KEPT: Final = 200
_ANY_EXAMPLE: Final[tuple[Mapping[str, object], ...]] = ({},)
"""A hospital's question has no examples of its own; a rule must name some."""


class Origin(StrEnum):
    """Where a question comes from: as shipped, shipped and changed by the hospital, the hospital's own."""

    SHIPPED = "shipped"
    CHANGED = "changed"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class OptionEntry:
    """An answer as typed: label, range of codes ('' none), whether it adds a row, group, words of the text."""

    label: str
    codes: str = ""
    adds: bool = False
    to: Group = Group.DX
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionEntry:
    """A question as typed. ``when`` is a condition of the rule language, or just a range of diagnosis codes."""

    id: str
    kind: QuestionKind
    ask: str
    when: str
    evidence: str
    options: tuple[OptionEntry, ...]
    done: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question of the table, where it comes from, and whether it is asked."""

    entry: QuestionEntry
    origin: Origin
    on: bool


@dataclass(frozen=True, slots=True)
class QuestionStep:
    """One change of the table, and whether it is in effect and may be taken back."""

    op_id: int
    at: datetime
    who: str
    question_id: str
    reason: str
    can_undo: bool


@cache
def _shipped() -> tuple[tuple[QuestionEntry, ...], tuple[str, ...]]:
    """Return the shipped questions and the words that deny."""
    table = shipped_questions()
    return tuple(_entry(question) for question in table["question"]), tuple(table["denials"])


_LAST: list[tuple[list[dict[str, object]], Vocabulary, QuestionSet]] = []
"""The questions compiled last in this process: a library that is opened again, or another one, mostly asks the same."""


def _compiled(asked: list[dict[str, object]], words: Vocabulary) -> QuestionSet:
    """Return questions compiled; a quarter of a second unless they are those of last time."""
    for entries, vocabulary, known in _LAST:
        if (vocabulary is words or vocabulary == words) and entries == asked:
            return known
    made = QuestionSet.load(asked, words, _shipped()[1])
    _LAST[:] = [(asked, words, made)]
    return made


class QuestionTable:
    """Reads and changes the table. Every write raises :class:`UserProblem` without a reason and stores nothing then."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._stored: Mapping[str, Mapping[str, object]] = {}
        self._set: QuestionSet | None = None
        self._head = -1
        self._words: Vocabulary | None = None
        self.faults: tuple[BrokenRule, ...] = ()
        self._load()

    @free
    def lines(self) -> tuple[QuestionLine, ...]:
        """Return the shipped questions in their order, then the hospital's own."""
        self._renew()
        shipped = {entry.id: entry for entry in _shipped()[0]}
        lines = [self._line(entry, Origin.SHIPPED) for entry in shipped.values()]
        own = sorted(key for key, word in self._stored.items() if key not in shipped and "entry" in word)
        return (*lines, *(self._line(None, Origin.OWN, key) for key in own))

    @needs(*DESK)
    def new_id(self) -> str:
        """Return the next free id of the hospital."""
        return self._free(())

    @free
    def questions(self) -> QuestionSet:
        """Return the questions that are asked, compiled once for each state of the table and of the rules' lists.

        One that can no longer be compiled is left out and stands in ``faults``; the others are asked all the same.
        """
        self._renew()
        words = self._vocabulary
        if self._set is None or self._words is not words:
            asked = [_data(line.entry) for line in self.lines() if line.on]
            try:
                self._set, self.faults = _compiled(asked, words), ()
            except RuleFault:
                self._set, self.faults = _sound(asked, words)
            self._words = words
        return self._set

    @needs("coder", "admin")
    def save(self, entry: QuestionEntry, reason: str) -> Changes:
        """Store a question of the hospital, or its own words for a shipped one.

        Raises :class:`UserProblem` for what cannot be compiled; a fault in the condition carries its place.
        """
        whole = _data(entry)
        QuestionSet.load([whole], self._vocabulary)
        return self._write(entry.id, {"entry": whole, "on": True}, reason)

    @needs("coder", "admin")
    def switch(self, question_id: str, on: bool, reason: str) -> Changes:
        """Ask a question, or no longer."""
        return self._write(question_id, {**self._stored.get(question_id, {}), "on": on}, reason)

    @needs("coder", "admin")
    def restore(self, question_id: str, reason: str) -> Changes:
        """Let a shipped question be as it ships; one of the hospital's own goes."""
        return self._write(question_id, {}, reason)

    @needs(*DESK)
    def history(self) -> tuple[QuestionStep, ...]:
        """Return the changes of the table, latest first."""
        with self._session.db.read() as reader:
            steps = reader.setting_changes(PREFIX)[:_KEPT]
        undone = {step.operation.undo_of for step in steps if step.operation.op is Op.UNDO}
        return tuple(_step(step, step.operation.id in undone) for step in steps)

    @needs("coder", "admin")
    def take_back(self, op_id: int) -> Changes:
        """Undo a change as a new operation. Raises :class:`UserProblem` when the question was changed again since."""
        changes = self._session.db.undo(op_id, by=self._session.actor)
        self._load()
        return changes

    @free
    def words(self) -> Mapping[str, Mapping[str, object]]:
        """Return what the hospital says of questions, by id, as it is stored."""
        self._renew()
        return self._stored

    @free
    def fitting(self, words: Mapping[str, Mapping[str, object]]) -> dict[str, Mapping[str, object]]:
        """Return another hospital's words that differ from one's own, under free ids where both made a question.

        Raises :class:`RuleFault` for what cannot be compiled here.
        """
        self._renew()
        shipped = {entry.id for entry in _shipped()[0]}
        mine = [_normal(word, "") for word in self._stored.values()]
        found: dict[str, Mapping[str, object]] = {}
        for key, word in words.items():
            entry = word.get("entry")
            if not isinstance(entry, Mapping) and key not in shipped:
                continue
            whole = {"entry": self._checked(key, entry), "on": word.get("on")} if isinstance(entry, Mapping) else word
            if _normal(whole, "") not in mine:
                taken = key if key in shipped or key not in self._stored else self._free(found)
                found[taken] = _normal(whole, taken)
        return found

    def _free(self, taken: Container[str]) -> str:
        number = 1
        while _OWN_ID.format(number) in self._stored or _OWN_ID.format(number) in taken:
            number += 1
        return _OWN_ID.format(number)

    def _checked(self, key: str, entry: Mapping[str, object]) -> dict[str, object]:
        try:
            whole = _data(_entry({**entry, "id": key}))
        except (KeyError, ValueError) as error:
            raise RuleFault("entry_kind", rule_id=key, args={"name": str(error)}) from error
        QuestionSet.load([whole], self._vocabulary)
        return whole

    @property
    def _vocabulary(self) -> Vocabulary:
        return self._session.engines.rule_sets.for_department("").rules.vocabulary

    def _line(self, shipped: QuestionEntry | None, origin: Origin, key: str = "") -> QuestionLine:
        word = self._stored.get(shipped.id if shipped else key, {})
        own = word.get("entry")
        entry = _entry(own) if isinstance(own, Mapping) else shipped
        if entry is None:
            raise LookupError(key)
        is_changed = origin is Origin.SHIPPED and entry != shipped
        return QuestionLine(entry, Origin.CHANGED if is_changed else origin, bool(word.get("on", True)))

    def _write(self, question_id: str, word: Mapping[str, object], reason: str) -> Changes:
        if not reason.strip():
            raise UserProblem("questions.no_reason", remedy="questions.remedy.no_reason")
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor, note=reason.strip()) as tx:
            tx.set_setting(f"{PREFIX}{question_id}", word)
        self._load()
        return tx.changes

    def _renew(self) -> None:
        """Read the table anew when anything was written since: a rule pack, an undo."""
        with self._session.db.read() as reader:
            head = reader.audit_head().op_id
        if head != self._head:
            self._load()

    def _load(self) -> None:
        with self._session.db.read() as reader:
            self._head = reader.audit_head().op_id
            stored = reader.settings(PREFIX)
        words = {key.removeprefix(PREFIX): word for key, word in stored.items()}
        said = {key: word for key, word in words.items() if isinstance(word, Mapping) and word}
        if said != self._stored:
            self._stored, self._set = said, None


def _normal(word: Mapping[str, object], key: str) -> dict[str, object]:
    """Return what is said of a question as if the question had the id ``key``."""
    entry = word.get("entry")
    whole = {"entry": {**entry, "id": key, "source": key}} if isinstance(entry, Mapping) else {}
    return {**whole, "on": word.get("on") is not False}


def _sound(asked: Iterable[Mapping[str, object]], words: Vocabulary) -> tuple[QuestionSet, tuple[BrokenRule, ...]]:
    """Return those questions that can be compiled, and what is wrong with the others."""
    sound, faults = [], []
    for one in asked:
        try:
            QuestionSet.load([one], words)
        except RuleFault as fault:
            faults.append(BrokenRule(str(one["id"]), fault.message))
        else:
            sound.append(one)
    return QuestionSet.load(sound, words, _shipped()[1]), tuple(faults)


def options_text(options: tuple[OptionEntry, ...]) -> str:
    """Return answers as lines to edit: ``label = codes``, with ``+`` before one that adds a row."""
    return "\n".join(f"{'+' if one.adds else ''}{one.label}{f' = {one.codes}' if one.codes else ''}" for one in options)


def parse_options(given: str, before: tuple[OptionEntry, ...] = ()) -> tuple[OptionEntry, ...]:
    """Read such lines; an answer that keeps its label keeps its words. A range of digits leads to an operation."""
    known = {option.label: option for option in before}
    found = []
    for line in filter(None, map(str.strip, given.splitlines())):
        label, _, codes = (part.strip() for part in line.lstrip("+").partition("="))
        words = known[label].words if label in known else ()
        to = Group.OP if codes[:1].isdigit() else Group.DX
        found.append(OptionEntry(label, codes, line.startswith("+"), to, words))
    return tuple(found)


def _entry(given: Mapping[str, object]) -> QuestionEntry:
    """Return a question of the file, or as it was stored."""
    options = given.get("options")
    return QuestionEntry(
        id=str(given["id"]),
        kind=QuestionKind(str(given.get("kind", QuestionKind.DETAIL))),
        ask=str(given["ask"]),
        when=str(given["when"]).strip(),
        evidence=str(given["evidence"]),
        options=tuple(_option(one) for one in options if isinstance(one, Mapping)) if isinstance(options, list) else (),
        done=str(given.get("done", "")),
        fields=_texts(given.get("fields")),
    )


def _option(given: Mapping[str, object]) -> OptionEntry:
    to = Group(str(given.get("to", Group.DX)))
    adds = bool(given.get("adds"))
    return OptionEntry(str(given["label"]), str(given.get("codes", "")), adds, to, _texts(given.get("words")))


def _texts(given: object) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, list) else ()


def _data(entry: QuestionEntry) -> dict[str, object]:
    """Return a question as it stands in a file. Raises :class:`RuleFault` without a question or its evidence."""
    missing = [name for name in ("ask", "evidence") if not getattr(entry, name).strip()]
    if missing:
        names = text("questions.join").join(text(f"questions.entry.{name}") for name in missing)
        raise RuleFault("missing_entry", rule_id=entry.id, args={"names": names})
    options = [
        {"label": one.label, "codes": one.codes, "to": str(one.to), "words": list(one.words), "adds": one.adds}
        for one in entry.options
    ]
    return {
        "id": entry.id,
        "kind": str(entry.kind),
        "when": condition(entry.when),
        "ask": entry.ask,
        "evidence": entry.evidence,
        "done": entry.done,
        "fields": list(entry.fields),
        "source": entry.id,
        "options": options,
        "fires": list(_ANY_EXAMPLE),
        "silent": list(_ANY_EXAMPLE),
    }


def condition(when: str) -> str:
    """Return a trigger as a condition: a plain range of codes stands for a diagnosis in it."""
    try:
        CodeRanges.parse(when)
    except ValueError:
        return when.strip()
    return f'any(dx, code in "{when.strip()}")' if when.strip() else ""


def _step(step: SettingChange, is_undone: bool) -> QuestionStep:
    operation = step.operation
    can_undo = operation.op is Op.SET_SETTING and not is_undone
    question_id = step.key.removeprefix(PREFIX)
    return QuestionStep(operation.id, operation.at, operation.actor_name, question_id, operation.note, can_undo)
