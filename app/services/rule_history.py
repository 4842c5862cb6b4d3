"""What was done to the rules, in words, from the audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.services.rule_types import RuleStep
from app.storage.audit import Operation
from app.storage.ops import Op
from app.storage.rows import Change

_TAKEN_BACK = (Op.UNDO, Op.REDO)


def steps_of(changes: Sequence[tuple[Operation, Change]], targets: Mapping[int, str], rule_id: str) -> list[RuleStep]:
    """Return the operations on rules, latest first; on one rule with ``rule_id``.

    ``targets`` gives the rule of a stored version by the id of its row, for changes that name only a column.
    """
    undone = {operation.undo_of for operation, _ in changes if operation.op is Op.UNDO}
    undone -= {operation.undo_of for operation, _ in changes if operation.op is Op.REDO}
    steps = []
    for operation, pairs in groupby(changes, key=lambda pair: pair[0]):
        mine = [change for _, change in pairs]
        names = list(dict.fromkeys(_target(change, targets) for change in mine))
        if rule_id and not any(name == rule_id or name.startswith(f"{rule_id}.") for name in names):
            continue
        can_undo = operation.op not in _TAKEN_BACK and operation.id not in undone
        what = text("rules.step", what=operation.op.label, target=text("rules.join").join(_told(mine, names)))
        steps.append(RuleStep(operation.id, operation.at, operation.actor_name, what, operation.note, can_undo))
    return steps


def _target(change: Change, targets: Mapping[int, str]) -> str:
    """Return what a change is about: a rule, a parameter, a list."""
    row = change.after if isinstance(change.after, Mapping) else change.before
    if isinstance(row, Mapping):
        return str(row.get("rule_id") or row.get("target") or "")
    return targets.get(change.row_id, "")


def _told(changes: Iterable[Change], names: Sequence[str]) -> list[str]:
    """Return each thing once, an override with its department and value."""
    told = []
    for change in changes:
        row = change.after if isinstance(change.after, Mapping) else None
        if row is not None and "target" in row:
            department = str(row["department"])
            place = text("rules.place", name=dictionary("D-DEPT").label(department) or department) if department else ""
            told.append(text("rules.word", target=row["target"], place=place, value=row["value"]))
    return list(dict.fromkeys(told)) or list(names)
