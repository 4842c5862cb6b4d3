"""Who does something. A library without people has one local account with every role."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Final

from app.common.texts import text

LOCAL: Final = "local"
"""Id of the account that works in a library without people."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the local account: stable id, name for display, ids of the roles of domain.md 5.1.

    ``departments`` are the codes of the departments that a physician or head of department belongs to.
    """

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    @property
    def mark(self) -> str:
        """What marks things kept for this person alone: her id, '' for the local account."""
        return "" if self.id == LOCAL else self.id

    def may(self, *roles: str) -> bool:
        """True when the person has one of the roles."""
        return not self.roles.isdisjoint(roles)

    def sees(self, department: str) -> bool:
        """True when cases of a department may be shown: all to the record room, their own to physicians and heads."""
        return self.may(*ALL_ROLES - DEPARTMENT_ROLES) or department in self.departments


ALL_ROLES: Final = frozenset({"coder", "physician", "qc", "insurance", "head", "admin"})
DEPARTMENT_ROLES: Final = frozenset({"physician", "head"})
"""Roles that reach no further than the departments of the person."""


def local_actor() -> Actor:
    """Return the account that works in a library without people; it has every role."""
    return Actor(LOCAL, text("storage.local_actor"), ALL_ROLES)


def nobody() -> Actor:
    """Return who works in a library with people before anyone has signed in; it has no role."""
    return Actor("nobody", text("storage.nobody"))


def machine_name() -> str:
    """Return the name of this computer for the audit, '' when it has none."""
    return platform.node()
