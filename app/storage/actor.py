"""Who does something. Until people log in there is one local account with every role."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from app.common.texts import text


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the local account: stable id, name for display, ids of the roles of domain.md 5.1."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()


ALL_ROLES = frozenset({"coder", "physician", "qc", "insurance", "head", "admin"})


def local_actor() -> Actor:
    """Return the account that works until login exists; it has every role."""
    return Actor("local", text("storage.local_actor"), ALL_ROLES)


def machine_name() -> str:
    """Return the name of this computer for the audit, '' when it has none."""
    return platform.node()
