"""The hospital's layers as the library keeps them, and which of them hold today."""

from __future__ import annotations

from app.qc.layers import Layers, Override, OverrideKind, OwnRule
from app.qc.rule import Rule
from app.services.rule_types import OverrideLine
from app.storage.reads import Reader
from app.storage.rules import StoredOverride


def read_layers(reader: Reader) -> Layers:
    """Return the versions that were put in force and every override; drafts are left out."""
    own = tuple(
        OwnRule(Rule.read(stored.data, draft=True), stored.version, stored.valid_from, stored.valid_to)
        for stored in reader.stored_rules()
        if not stored.is_draft
    )
    return Layers(own, tuple(map(override_of, reader.stored_overrides())))


def override_of(stored: StoredOverride) -> Override:
    """Return a stored override as the layers take it."""
    return Override(
        stored.id,
        OverrideKind(stored.kind),
        stored.target,
        stored.value,
        stored.department,
        stored.valid_from,
        stored.valid_to,
        stored.reason,
    )


def override_line(stored: StoredOverride, in_force: bool) -> OverrideLine:
    """Return a stored override for a list."""
    return OverrideLine(
        id=stored.id,
        kind=stored.kind,
        target=stored.target,
        department=stored.department,
        value=stored.value,
        reason=stored.reason,
        valid_from=stored.valid_from,
        valid_to=stored.valid_to,
        who=stored.who,
        at=stored.at,
        in_force=in_force,
    )
