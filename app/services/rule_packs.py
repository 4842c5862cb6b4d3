"""Signed packs: rules, lists and parameters of one hospital as a file that another one can take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.domain.changes import Changes
from app.qc.faults import RuleFault
from app.qc.layers import OverrideKind, words_of
from app.qc.rule import Rule
from app.qc.ruledata import data_of
from app.services.export_note import note_export
from app.services.pack_file import Pack, read_pack, write_pack
from app.services.pack_keys import PackKey, fingerprint_of
from app.services.permits import DESK, needs
from app.services.question_table import PREFIX, QuestionTable
from app.services.rule_admin import RuleAdminService
from app.services.rule_checking import check_rule
from app.services.rule_lines import Shelf
from app.services.rule_settings import checked_items
from app.services.rule_types import Novelty, PackedRule, PackPreview
from app.services.rules import base_version
from app.services.session import Session
from app.storage import rule_writes
from app.storage.ops import Op
from app.storage.transaction import Transaction

_TRUST: Final = "rules.trust."


class RulePackService:
    """Signs with the key of this home folder; trusts keys that people have confirmed by fingerprint."""

    def __init__(self, session: Session, rules: RuleAdminService, questions: QuestionTable) -> None:
        self._session = session
        self._rules = rules
        self._questions = questions
        self._key = PackKey(session.db.path.parent)

    @needs(*DESK)
    def fingerprint(self) -> str:
        """Return the fingerprint of this library's own key, in groups of four."""
        return fingerprint_of(self._key.public())

    @needs("qc", "admin")
    def export(self, path: Path, ids: Sequence[str] = (), *, title: str = "") -> int:
        """Write hospital rules in force or drafted, changed lists, parameters and follow-up questions.

        With ``ids`` only those rules and what they name. Returns the number of rules written. Raises
        :class:`UserProblem` when there is nothing to write.
        """
        shelf = self._rules.shelf()
        own = sorted({one.rule_id for one in shelf.stored})
        unknown = [one for one in ids if one not in own]
        if unknown:
            raise UserProblem("rules.no_rule", remedy="rules.remedy.no_rule", id=unknown[0])
        rules = tuple(_stored(shelf, rule_id) for rule_id in own if not ids or rule_id in ids)
        lists, parameters = _changed(shelf)
        questions = {} if ids else self._questions.words()
        if ids:
            named = frozenset[str]().union(*(words_of(rule, shelf.effective.rules.vocabulary) for rule in rules))
            lists = {name: items for name, items in lists.items() if name in named}
            parameters = {name: value for name, value in parameters.items() if name in named}
        if not (rules or lists or parameters or questions):
            raise UserProblem("packs.nothing", remedy="packs.remedy.nothing")
        now, who = self._session.clock.now(), self._session.actor.name
        write_pack(
            path,
            Pack(title.strip() or path.stem, who, now, base_version(), rules, lists, parameters, questions),
            self._key,
        )
        note_export(self._session, path, len(rules))
        return len(rules)

    @needs("qc", "admin")
    def preview(self, path: Path) -> PackPreview:
        """Read a pack and compare it. Raises :class:`UserProblem` for a file that is no pack, damaged or changed."""
        pack = read_pack(path)
        fingerprint = fingerprint_of(pack.public)
        shelf = self._rules.shelf()
        vocabulary = shelf.effective.rules.vocabulary
        with self._session.db.read() as reader:
            known = reader.setting(f"{_TRUST}{fingerprint}")
        is_own = fingerprint == self.fingerprint()
        return PackPreview(
            path=path,
            title=pack.title,
            made_by=pack.made_by,
            made_at=pack.made_at,
            base_version=pack.base_version,
            fingerprint=fingerprint,
            signer=self._session.actor.name if is_own else str(known or ""),
            trusted=is_own or known is not None,
            rules=tuple(self._packed(pack.rules, fingerprint, shelf)),
            lists={
                name: items
                for name, items in pack.lists.items()
                if name in vocabulary.lists and vocabulary.lists[name].items != items
            },
            parameters={
                name: value
                for name, value in pack.parameters.items()
                if name in vocabulary.parameters and float(vocabulary.parameters[name]) != value
            },
            questions=self._questions.fitting(pack.questions),
            digest=pack.digest,
        )

    @needs("qc", "admin")
    def take(self, preview: PackPreview, reason: str, *, trust: bool = False, enable: bool = False) -> Changes:
        """Store what a pack brings in one operation: as drafts, or in force with ``enable``.

        ``trust`` confirms the fingerprint of an unknown signer. Raises :class:`UserProblem` without it, without a
        reason, for a file that changed since, and with ``enable`` for rules that cannot be put in force.
        """
        why, where = reason.strip(), Where(preview.path.name)
        if not why:
            raise UserProblem("rules.no_reason", remedy="rules.remedy.no_reason")
        if not (preview.trusted or trust):
            raise UserProblem("packs.unknown", remedy="packs.remedy.unknown", where=where, mark=preview.fingerprint)
        now = self.preview(preview.path)
        if now.digest != preview.digest:
            raise UserProblem("packs.other", remedy="packs.remedy.other", where=where)
        faults = tuple(f"{one.rule.id}: {one.fault}" for one in now.usable if one.fault)
        if enable and faults:
            problem = UserProblem("packs.faults", remedy="packs.remedy.faults", where=where, count=len(faults))
            problem.details = faults
            raise problem
        with self._session.db.operation(Op.TAKE_RULES, by=self._session.actor, note=f"{now.title} {why}") as tx:
            self._write(tx, now, why, enable)
            if not now.trusted:
                tx.set_setting(f"{_TRUST}{now.fingerprint}", now.made_by)
        self._rules.reload()
        return tx.changes

    def _write(self, tx: Transaction, preview: PackPreview, why: str, enable: bool) -> None:
        shelf = self._rules.shelf()
        for packed in preview.usable:
            data = data_of(replace(packed.rule, id=packed.taken_as))
            versions = shelf.versions(packed.taken_as)
            rule_writes.take_version(tx, versions, data, why, preview.fingerprint, draft=not enable)
        for name, items in preview.lists.items():
            rule_writes.add_override(tx, OverrideKind.LIST, name, checked_items(name, items), why)
        for name, value in preview.parameters.items():
            rule_writes.add_override(tx, OverrideKind.PARAMETER, name, value, why)
        for name, word in preview.questions.items():
            tx.set_setting(f"{PREFIX}{name}", dict(word))

    def _packed(self, rules: Sequence[Rule], fingerprint: str, shelf: Shelf) -> Iterable[PackedRule]:
        taken = {one.rule_id for one in shelf.stored} | {rule.id for rule in rules}
        for rule in rules:
            novelty, taken_as = _novelty(rule, fingerprint, shelf), rule.id
            if novelty is Novelty.CONFLICT:
                taken_as = self._rules.new_id(taken)
            taken.add(taken_as)
            yield PackedRule(rule, novelty, taken_as, _fault(replace(rule, id=taken_as), shelf))


def _novelty(rule: Rule, fingerprint: str, shelf: Shelf) -> Novelty:
    versions = shelf.versions(rule.id)
    if any(_latest(shelf, rule_id) == replace(rule, id=rule_id) for rule_id in {one.rule_id for one in shelf.stored}):
        return Novelty.SAME
    with suppress(KeyError):
        shelf.line(rule.id)
        return Novelty.CHANGED if versions and versions[0].origin == fingerprint else Novelty.CONFLICT
    return Novelty.NEW


def _latest(shelf: Shelf, rule_id: str) -> Rule:
    return Rule.read(shelf.versions(rule_id)[0].data, draft=True)


def _fault(rule: Rule, shelf: Shelf) -> str:
    try:
        check_rule(rule, shelf.effective.rules)
    except RuleFault as fault:
        return fault.message
    except UserProblem as problem:
        return problem.message
    return ""


def _stored(shelf: Shelf, rule_id: str) -> Rule:
    """Return a hospital rule as stored, without what overrides make of it."""
    stored = shelf.present(rule_id) or shelf.draft(rule_id)
    assert stored is not None  # noqa: S101 - it is called for ids with a stored version
    return Rule.read(stored.data, draft=True)


def _changed(shelf: Shelf) -> tuple[dict[str, tuple[str, ...]], dict[str, float]]:
    """Return the lists and parameters that the hospital changed for all."""
    vocabulary, held = shelf.effective.rules.vocabulary, shelf.effective.held
    lists = {name: vocabulary.lists[name].items for kind, name in held if kind is OverrideKind.LIST}
    parameters = {
        name: float(vocabulary.parameters[name])
        for kind, name in held
        if kind is OverrideKind.PARAMETER and name in vocabulary.parameters
    }
    return lists, parameters
