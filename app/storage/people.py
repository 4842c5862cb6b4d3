"""People, what proves who they are, and their failed attempts: read and written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.storage.actor import Actor
from app.storage.caches import CacheWriter
from app.storage.cells import dump
from app.storage.people_tables import credential, person, sign_in_attempt
from app.storage.transaction import Transaction

_FORGOTTEN_AFTER: Final = timedelta(days=1)
"""Failures older than this count no more; it also keeps the table of attempts small."""


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """Somebody who may sign in, or might once. ``last_sign_in`` is None before the first time."""

    id: int
    login: str
    name: str
    roles: frozenset[str]
    departments: frozenset[str]
    active: bool
    last_sign_in: datetime | None

    @property
    def actor(self) -> Actor:
        """The person as operations name her; the id never changes."""
        return Actor(f"p{self.id}", self.name, self.roles, self.departments)


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """Argon2id hashes of the password and of the recovery key ('' for none); never shown, logged or audited."""

    hash: str
    recovery: str
    must_change: bool


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failures in a row and the moment of the last one."""

    failures: int = 0
    at: datetime | None = None


class PeopleReads:
    """Reads of people inside the transaction of a reader."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def everybody(self) -> list[StoredPerson]:
        """Return all people, those in use first, by login."""
        query = _people().order_by(person.c.active.desc(), person.c.login)
        return [_person(row) for row in self._connection.execute(query)]

    def of_login(self, login: str) -> StoredPerson | None:
        """Return the person of a login, None when there is none."""
        row = self._connection.execute(_people().where(person.c.login == login)).first()
        return _person(row) if row else None

    def any(self) -> bool:
        """Tell whether anybody was ever entered."""
        return self._connection.execute(sa.select(person.c.id).limit(1)).first() is not None

    def credential(self, person_id: int) -> Credential | None:
        """Return what proves who somebody is, None while no password was set."""
        row = self._connection.execute(credential.select().where(credential.c.person_id == person_id)).first()
        return Credential(row.hash, row.recovery, bool(row.must_change)) if row else None

    def attempts(self, login: str) -> Attempts:
        """Return the failures in a row of a name as typed."""
        row = self._connection.execute(sign_in_attempt.select().where(sign_in_attempt.c.login == login)).first()
        return Attempts(row.failures, datetime.fromisoformat(row.at)) if row else Attempts()


def add_person(tx: Transaction, login: str, name: str, roles: Iterable[str], departments: Iterable[str]) -> int:
    """Enter somebody and return the id of the row."""
    words = {"login": login, "name": name, "roles": dump(sorted(roles)), "departments": dump(sorted(departments))}
    return tx.insert_signed(person.name, {**words, "active": 1})


def change_person(tx: Transaction, person_id: int, name: str, roles: Iterable[str], departments: Iterable[str]) -> None:
    """Write name, roles and departments. Raises ``LookupError`` for an unknown id."""
    for column, value in {
        "name": name,
        "roles": dump(sorted(roles)),
        "departments": dump(sorted(departments)),
    }.items():
        tx.set_column(person.name, person_id, column, value)


def set_active(tx: Transaction, person_id: int, active: bool) -> None:
    """Put somebody in or out of use. Raises ``LookupError`` for an unknown id."""
    tx.set_column(person.name, person_id, "active", int(active))


def set_credential(tx: CacheWriter, person_id: int, new: Credential) -> None:
    """Store what proves who somebody is; only that it changed belongs into the audit, which the caller writes."""
    values = {"hash": new.hash, "recovery": new.recovery, "must_change": int(new.must_change), "at": tx.at}
    mine = credential.c.person_id == person_id
    if not tx.connection.execute(credential.update().where(mine).values(values)).rowcount:
        tx.connection.execute(credential.insert().values(person_id=person_id, **values))


def note_sign_in(tx: CacheWriter, person_id: int, login: str) -> None:
    """Note that somebody signed in: the failures before are forgotten."""
    mine = credential.c.person_id == person_id
    tx.connection.execute(credential.update().where(mine).values(last_sign_in=tx.at))
    tx.connection.execute(sign_in_attempt.delete().where(sign_in_attempt.c.login == login))


def attempts_of(tx: CacheWriter, login: str) -> Attempts:
    """Return the failures in a row of a name as typed, inside a write: nobody else counts at the same moment."""
    return PeopleReads(tx.connection).attempts(login)


def note_failure(tx: CacheWriter, login: str, failures: int) -> None:
    """Note the failures in a row of a name; names that nobody tried for a day are forgotten."""
    old = (datetime.fromisoformat(tx.at) - _FORGOTTEN_AFTER).isoformat(sep=" ")
    here = sign_in_attempt.c.login == login
    tx.connection.execute(sign_in_attempt.delete().where(sa.or_(here, sign_in_attempt.c.at < old)))
    tx.connection.execute(sign_in_attempt.insert().values(login=login, failures=failures, at=tx.at))


def _people() -> sa.Select[tuple[object, ...]]:
    joined = person.outerjoin(credential, credential.c.person_id == person.c.id)
    return sa.select(*person.c, credential.c.last_sign_in).select_from(joined)


def _person(row: sa.Row[tuple[object, ...]]) -> StoredPerson:
    last = row.last_sign_in
    return StoredPerson(
        row.id,
        row.login,
        row.name,
        frozenset(json.loads(row.roles)),
        frozenset(json.loads(row.departments)),
        bool(row.active),
        datetime.fromisoformat(last) if last else None,
    )
