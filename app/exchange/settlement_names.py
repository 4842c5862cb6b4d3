"""Interface names as the hospital's platform wants them: names of items and nodes of the settlement list, exchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.common.errors import UserProblem
from app.domain.field import Group
from app.exchange.settlement import NODE, Document, Node, parts

Names = Mapping[str, str]
"""Names that stand instead of the built-in ones, by :attr:`InterfaceName.key`."""
NO_NAMES: Final[Names] = {}
_FORM: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class InterfaceName:
    """A name: of an item (``label``) or, with '' for a label, of the node of a part; ``chosen`` is what is written."""

    key: str
    part: str
    label: str
    built_in: str
    chosen: str
    unverified: bool

    @property
    def is_own(self) -> bool:
        """True when the hospital chose another name than the built-in one."""
        return self.chosen != self.built_in


def interface_names(names: Names = NO_NAMES) -> Iterator[InterfaceName]:
    """Yield every name in the order of the list, the node of a repeating group before its items."""
    for part in parts():
        if part.group is not Group.CASE:
            yield InterfaceName(part.node, part.title, "", part.node, names.get(part.node, part.node), unverified=True)
        for item in part.items:
            key = f"{part.node}.{item.name}"
            yield InterfaceName(key, part.title, item.label, item.name, names.get(key, item.name), item.unverified)


def chosen(names: Names, key: str, name: str) -> dict[str, str]:
    """Return the names with one changed; the built-in name or '' takes the change back.

    Raises :class:`UserProblem` for a name that is none, one that stands twice, and ``LookupError`` for an unknown key.
    """
    known = {one.key: one for one in interface_names(names)}
    one, wanted = known[key], name.strip()
    if wanted in ("", one.built_in):
        return {other: given for other, given in names.items() if other != key}
    if not _FORM.fullmatch(wanted):
        raise UserProblem("handover.bad_name", remedy="handover.remedy.bad_name", name=wanted)
    beside = [other for other in known.values() if other.key != key and _place(other.key) == _place(key)]
    twin = next((other for other in beside if other.chosen == wanted), None)
    if twin is not None:
        label = twin.label or twin.part
        raise UserProblem("handover.name_twice", remedy="handover.remedy.name_twice", name=wanted, label=label)
    return {**names, key: wanted}


def renamed(one: Document, names: Names) -> Document:
    """Return a list with the chosen names instead of the built-in ones; itself when none is chosen."""
    if not names:
        return one
    return {
        names.get(node, node): _renamed(node, found, names)
        if isinstance(found, dict)
        else [_renamed(node, row, names) for row in found]
        for node, found in one.items()
    }


def _renamed(node: str, row: Node, names: Names) -> Node:
    return {names.get(f"{node}.{name}", name): value for name, value in row.items()}


def _place(key: str) -> str:
    """Return where a name must be unique: among the nodes, or within its node."""
    return key.partition(".")[0] if "." in key else NODE + "."
