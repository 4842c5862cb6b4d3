"""Templates of questions to physicians: the shipped ones, the hospital's words over them, one chosen for a place.

A change is a setting of its own, so it is audited and can be taken back; what ships is never written over.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from app.common.errors import UserProblem
from app.common.paths import data
from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.changes import Changes
from app.domain.returning import ReturnOption, ReturnQuestion, option_data, read_options
from app.services.leading import leading
from app.services.permits import DESK, needs
from app.services.return_places import place_name, row_id_of, spec_at, subject, value_text
from app.services.session import Session
from app.storage.ops import Op

_PREFIX: Final = "returns.template."
_ROW: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class ReturnTemplate:
    """A template: id, title, fields and beginnings of rule ids it is for, words with places to fill, options.

    ``is_changed``: the hospital's words stand over the shipped ones.
    """

    id: str
    title: str
    fields: tuple[str, ...]
    rules: tuple[str, ...]
    words: str
    options: tuple[ReturnOption, ...]
    is_changed: bool = False


class ReturnTemplates:
    """Reads and changes the templates of a library."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def lines(self) -> tuple[ReturnTemplate, ...]:
        """Return all templates as they are used, in the order in which they are tried."""
        with self._session.db.read() as reader:
            stored = reader.settings(_PREFIX)
        return tuple(_merged(one, stored.get(f"{_PREFIX}{one.id}")) for one in _shipped())

    @needs(*DESK)
    def question(self, record: CaseRecord, rule_id: str, path: str) -> tuple[ReturnTemplate, ReturnQuestion]:
        """Return the template for a rule and a place, and its question about a record."""
        template = self.template_for(rule_id, path)
        return template, filled(template, record, rule_id, path)

    @needs(*DESK)
    def template_for(self, rule_id: str, path: str) -> ReturnTemplate:
        """Return the template for a place: by its field, else by the rule, else the last one."""
        lines = self.lines()
        pattern = _ROW.sub("[]", path)
        by_field = (one for one in lines if path in one.fields or pattern in one.fields)
        by_rule = (one for one in lines if one.rules and rule_id.startswith(one.rules))
        first = next(by_rule, None) if rule_id.startswith(_RULES_FIRST) else None
        return first or next(by_field, None) or next(by_rule, None) or lines[-1]

    @needs("coder", "qc", "admin")
    def save(self, template_id: str, words: str, options: tuple[ReturnOption, ...]) -> Changes:
        """Store the hospital's words of a template. Raises :class:`UserProblem` for none and for leading ones."""
        if not words.strip():
            raise UserProblem("questions.nothing_asked", remedy="questions.remedy.nothing_asked")
        faults = leading(ReturnQuestion("", "", words, options))
        if faults:
            raise UserProblem("returns.is_leading", remedy="returns.remedy.is_leading", why=faults[0].message)
        return self._write(template_id, {"words": words.strip(), "options": option_data(options)})

    @needs("coder", "qc", "admin")
    def restore(self, template_id: str) -> Changes:
        """Let a template be as it ships."""
        return self._write(template_id, {})

    def _write(self, template_id: str, word: Mapping[str, object]) -> Changes:
        title = next(one.title for one in _shipped() if one.id == template_id)
        note = text("returns.template_note", title=title)
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor, note=note) as tx:
            tx.set_setting(f"{_PREFIX}{template_id}", word)
        return tx.changes


_RULES_FIRST: Final = ("BM-024", "BM-025", "ZW-", "ZL-", "SW-")
"""Rules whose question is about more than the field they name."""


def filled(template: ReturnTemplate, record: CaseRecord, rule_id: str, path: str) -> ReturnQuestion:
    """Return the question of a template about a place of a record."""
    row_id, spec = row_id_of(record, path), spec_at(path)
    places = {
        "{subject}": subject(record, path, row_id),
        "{label}": spec.label if spec is not None else place_name(path),
        "{value}": value_text(record, path, row_id) or text("returns.not_filled"),
    }
    words = template.words if path else text("returns.whole_question")
    for place, value in places.items():
        words = words.replace(place, value)
    return ReturnQuestion(rule_id, path, words, template.options)


def _merged(shipped: ReturnTemplate, stored: object) -> ReturnTemplate:
    if not isinstance(stored, Mapping) or not stored:
        return shipped
    try:
        options = read_options(stored.get("options"))
    except ValueError:  # written by a later version
        return shipped
    return replace(shipped, words=str(stored.get("words", shipped.words)), options=options, is_changed=True)


@cache
def _shipped() -> tuple[ReturnTemplate, ...]:
    with (data("resources") / "returns" / "templates.toml").open("rb") as handle:
        entries = tomllib.load(handle)["template"]
    return tuple(
        ReturnTemplate(
            id=entry["id"],
            title=entry["title"],
            fields=tuple(entry.get("fields", ())),
            rules=tuple(entry.get("rules", ())),
            words=entry["ask"],
            options=read_options([{"answer": "unchanged", **one} for one in entry["options"]]),
        )
        for entry in entries
    )
