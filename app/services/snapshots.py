"""Snapshots of submitted cases: canonical JSON, the same bytes for the same facts, compared field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.common.texts import text
from app.domain.field import FieldSpec, Group
from app.domain.fields import fields_of
from app.drg.scheme import Scheme
from app.services.case_view import change_text
from app.storage.cells import decode, dump, payload_of
from app.storage.load import StoredCase
from app.storage.submissions import Group as Grouped

FORMAT: Final = 1
"""Number of this form of snapshot; a later program must still read it."""
_SPECS: Final = {group: {spec.id: spec for spec in fields_of(group)} for group in Group}


@dataclass(frozen=True, slots=True, repr=False)
class SnapshotChange:
    """A place that differs between two versions, in words."""

    path: str
    label: str
    old: str
    new: str

    def __repr__(self) -> str:
        return f"SnapshotChange({self.path})"


def snapshot_of(stored: StoredCase, version: int, group: Grouped, scheme: Scheme) -> bytes:
    """Return a case as it is submitted for the ``version``-th time: every value, its group and the scheme."""
    record = stored.record
    return dump(
        {
            "format": FORMAT,
            "version": version,
            "case": stored.case_id,
            "case_version": stored.version,
            "head": payload_of(Group.CASE, record.head),
            "rows": {
                str(kind): [payload_of(kind, row) for row in rows] for kind, rows in record.groups.items() if rows
            },
            "group": {
                "drg": group.drg,
                "rw": group.rw,
                "status": group.status,
                "scheme": scheme.id,
                "scheme_title": scheme.title,
            },
        }
    ).encode()


def differences(old: bytes, new: bytes) -> tuple[SnapshotChange, ...]:
    """Return what differs between two snapshots in the order of the form: head, rows by number, group."""
    before, after = json.loads(old), json.loads(new)
    changes = list(_fields(Group.CASE, "", before["head"], after["head"]))
    for group in Group:
        rows = (before["rows"].get(str(group), []), after["rows"].get(str(group), []))
        for index in range(max(map(len, rows))):
            was, now = (side[index] if index < len(side) else {} for side in rows)
            changes += _fields(group, f"{group}[{index}].", was, now)
    for name in ("drg", "rw", "status", "scheme_title"):
        if before["group"][name] != after["group"][name]:
            label = text(f"submission.snapshot.{name}")
            changes.append(SnapshotChange(f"group.{name}", label, before["group"][name], after["group"][name]))
    return tuple(changes)


def _fields(
    group: Group, prefix: str, was: Mapping[str, object], now: Mapping[str, object]
) -> tuple[SnapshotChange, ...]:
    return tuple(
        SnapshotChange(
            f"{prefix}{name}", _label(group, prefix, spec), _words(spec, was.get(name)), _words(spec, now.get(name))
        )
        for name, spec in _SPECS[group].items()
        if was.get(name) != now.get(name)
    )


def _label(group: Group, prefix: str, spec: FieldSpec) -> str:
    if not prefix:
        return spec.label
    number = int(prefix[prefix.index("[") + 1 : prefix.index("]")]) + 1
    return text("submission.snapshot.row", group=text(f"cases.group.{group}"), number=number, label=spec.label)


def _words(spec: FieldSpec, cell: object) -> str:
    return change_text(spec, decode(spec, cell))
