"""People: who may sign in, what they may do, and everything around their passwords (domain.md 5.1, reliability D3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.services.passwords import Passwords, must_be_good, plain_key
from app.services.permits import EVERYONE, free, needs
from app.services.session import Session
from app.storage import people
from app.storage.actor import ALL_ROLES, DEPARTMENT_ROLES, Actor, local_actor, nobody
from app.storage.ops import Op
from app.storage.people import Attempts, Credential, StoredPerson

TRIES: Final = 5
"""Failures before the sentence counts seconds instead of tries."""
LONGEST_WAIT_S: Final = 60
_LOGIN_LENGTH: Final = 40
LOCK_MINUTES: Final = 10
"""Idle minutes after which the window locks itself, unless the hospital says otherwise."""
_LONGEST_LOCK: Final = 240
_LOCK_AFTER: Final = "people.lock_minutes"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the list of users: role ids and department codes; ``last_sign_in`` None before the first time."""

    id: int
    login: str
    name: str
    roles: frozenset[str]
    departments: frozenset[str]
    active: bool
    last_sign_in: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What is entered about somebody: login and name as typed, role ids, department codes."""

    login: str
    name: str
    roles: frozenset[str]
    departments: frozenset[str] = frozenset()


class PeopleService:
    """Signing in and out, and the users of the library. A password is never stored, logged or shown."""

    def __init__(self, session: Session, passwords: Passwords | None = None) -> None:
        self._session = session
        self._known = passwords
        if self.has_people and session.actor == local_actor():
            session.seat.take(nobody())

    @property
    @free
    def has_people(self) -> bool:
        """True once a first administrator was set up: from then on everybody signs in."""
        with self._session.db.read() as reader:
            return reader.people.any()

    @property
    @free
    def is_signed_in(self) -> bool:
        """True when somebody works here: a person, or the local account of a library without people."""
        return self._session.actor != nobody()

    @free
    def set_up(self, entry: Entry, secret: str, key: str) -> None:
        """Enter the first administrator, with the recovery key that was shown to her, and let her sit down.

        Raises :class:`UserProblem` when there is somebody already, without a name, and for a weak password.
        """
        if self.has_people:
            raise _problem("set_up_already")
        clean = self._checked(replace(entry, roles=entry.roles | {"admin"}), secret)
        new = Credential(self._passwords.hash(secret), self._passwords.hash(plain_key(key)), must_change=False)
        with self._session.db.operation(Op.SAVE_PERSON, by=local_actor(), note=clean.name) as tx:
            person_id = people.add_person(tx, clean.login, clean.name, clean.roles, clean.departments)
            people.set_credential(tx, person_id, new)
        self.sign_in(clean.login, secret)

    @free
    def sign_in(self, login: str, secret: str) -> Actor:
        """Let somebody sit down and return her. The wait after failures grows 1, 2, 4 … 60 s and outlives a restart.

        Raises :class:`UserProblem` with the same words for an unknown name, a wrong password and a person out of use.
        """
        name, person, proof = self._tried(login)
        if not self._passwords.fits(proof.hash if proof else None, secret) or person is None or not person.active:
            raise self._failed(name, person)
        with self._session.db.operation(Op.SIGN_IN, by=person.actor) as tx:
            tx.record_event("signed_in", {"login": person.login})
            if proof and self._passwords.is_stale(proof.hash):
                people.set_credential(tx, person.id, replace(proof, hash=self._passwords.hash(secret)))
            people.note_sign_in(tx, person.id, name)
        self._session.seat.take(person.actor)
        return person.actor

    @free
    def sign_out(self) -> None:
        """Let whoever sits here go; what she began goes on in her name."""
        if self.has_people and self.is_signed_in:
            with self._session.db.operation(Op.SIGN_OUT, by=self._session.actor) as tx:
                tx.record_event("signed_out", {})
            self._session.seat.take(nobody())

    @free
    def lock(self) -> None:
        """Write down that the window was locked; unlocking is signing in."""
        if self._session.db.read_only:
            return
        with self._session.db.operation(Op.LOCK, by=self._session.actor) as tx:
            tx.record_event("locked", {})

    @free
    def last_sign_in(self) -> tuple[str, datetime | None]:
        """Return the login that was used last and when, '' and None before the first time."""
        with self._session.db.read() as reader:
            seen = [(one.last_sign_in, one.login) for one in reader.people.everybody() if one.last_sign_in]
        at, login = max(seen, default=(None, ""))
        return login, at

    @property
    @free
    def lock_minutes(self) -> int:
        """Return after how many idle minutes the window locks itself, 0 for never."""
        with self._session.db.read() as reader:
            kept = reader.setting(_LOCK_AFTER)
        return kept if isinstance(kept, int) else LOCK_MINUTES

    @needs("admin")
    def set_lock_minutes(self, typed: str) -> Changes:
        """Store the idle minutes as typed. Raises :class:`UserProblem` for anything but 0 to 240."""
        minutes = int(typed) if typed.strip().isdecimal() else -1
        if not 0 <= minutes <= _LONGEST_LOCK:
            raise _problem("bad_minutes", most=_LONGEST_LOCK)
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor) as tx:
            tx.set_setting(_LOCK_AFTER, minutes)
        return tx.changes

    @free
    def must_change(self) -> bool:
        """Tell whether whoever sits here has a password that somebody else gave her."""
        mine = self._mine()
        with self._session.db.read() as reader:
            proof = reader.people.credential(mine.id) if mine else None
        return proof is not None and proof.must_change

    @free
    def my_login(self) -> str:
        """Return the login of whoever sits here, '' for the local account."""
        mine = self._mine()
        return mine.login if mine else ""

    @free
    def recover(self, login: str, key: str, secret: str, new_key: str) -> None:
        """Give an administrator a new password by her recovery key, which ``new_key`` replaces.

        Failures count as those of :meth:`sign_in`. Raises :class:`UserProblem`.
        """
        must_be_good(secret, folded(login))
        name, person, proof = self._tried(login)
        recovery = proof.recovery if proof and proof.recovery else None
        if not self._passwords.fits(recovery, plain_key(key)) or person is None or not person.active:
            raise self._failed(name, person)
        new = Credential(self._passwords.hash(secret), self._passwords.hash(plain_key(new_key)), must_change=False)
        with self._session.db.operation(Op.SET_LOGIN, by=person.actor) as tx:
            tx.record_event("recovered", {"login": person.login})
            people.set_credential(tx, person.id, new)
            people.note_failure(tx, name, 0)
        self.sign_in(person.login, secret)

    @needs(*EVERYONE)
    def change_password(self, old: str, new: str) -> None:
        """Give whoever sits here a new password. Raises :class:`UserProblem` for a wrong old one and a weak new one."""
        mine = self._mine()
        if mine is None:
            raise _problem("no_people")
        must_be_good(new, mine.login)
        name, person, proof = self._tried(mine.login)
        if proof is None or not self._passwords.fits(proof.hash, old):
            raise self._failed(name, person)
        with self._session.db.caching() as cache:
            people.note_failure(cache, name, 0)
        if old == new:
            raise _problem("same_password")
        with self._session.db.operation(Op.SET_LOGIN, by=self._session.actor) as tx:
            tx.record_event("password_changed", {"login": mine.login})
            people.set_credential(tx, mine.id, replace(proof, hash=self._passwords.hash(new), must_change=False))

    @needs(*EVERYONE)
    def names(self) -> Mapping[str, str]:
        """Return the names of all people by the ids that operations and claims carry."""
        with self._session.db.read() as reader:
            return {one.actor.id: one.name for one in reader.people.everybody()}

    @needs("admin")
    def everybody(self) -> tuple[Person, ...]:
        """Return all people, those in use first."""
        with self._session.db.read() as reader:
            return tuple(_shown(one) for one in reader.people.everybody())

    @needs("admin")
    def add(self, entry: Entry, secret: str) -> int:
        """Enter somebody with a first password, which she has to change, and return her id.

        Raises :class:`UserProblem` for a login that exists, a missing name, role or department, a weak password.
        """
        clean = self._checked(entry, secret)
        new = Credential(self._passwords.hash(secret), "", must_change=True)
        with self._session.db.operation(Op.SAVE_PERSON, by=self._session.actor, note=clean.name) as tx:
            person_id = people.add_person(tx, clean.login, clean.name, clean.roles, clean.departments)
            people.set_credential(tx, person_id, new)
        return person_id

    @needs("admin")
    def change(self, person_id: int, name: str, roles: Iterable[str], departments: Iterable[str]) -> None:
        """Write name, roles and departments. Raises :class:`UserProblem`; the last administrator stays one."""
        person = self._person(person_id)
        clean = _complete(Entry(person.login, name, frozenset(roles), frozenset(departments)))
        if "admin" not in clean.roles:
            self._must_not_be_last(person)
        with self._session.db.operation(Op.SAVE_PERSON, by=self._session.actor, note=clean.name) as tx:
            people.change_person(tx, person_id, clean.name, clean.roles, clean.departments)
        self._take_seat_again(person_id)

    @needs("admin")
    def set_active(self, person_id: int, active: bool) -> None:
        """Put somebody in or out of use. Raises :class:`UserProblem` for oneself and for the last administrator."""
        person = self._person(person_id)
        if not active:
            if person.actor.id == self._session.actor.id:
                raise _problem("not_yourself")
            self._must_not_be_last(person)
        with self._session.db.operation(Op.SAVE_PERSON, by=self._session.actor, note=person.name) as tx:
            people.set_active(tx, person_id, active)

    @needs("admin")
    def reset_password(self, person_id: int, secret: str) -> None:
        """Give somebody a first password again, which she has to change. Raises :class:`UserProblem` for a weak one."""
        person = self._person(person_id)
        must_be_good(secret, person.login)
        with self._session.db.read() as reader:
            proof = reader.people.credential(person_id)
        new = Credential(self._passwords.hash(secret), proof.recovery if proof else "", must_change=True)
        with self._session.db.operation(Op.SET_LOGIN, by=self._session.actor, note=person.name) as tx:
            tx.record_event("password_reset", {"login": person.login})
            people.set_credential(tx, person_id, new)
            people.note_failure(tx, person.login, 0)

    @property
    def _passwords(self) -> Passwords:
        """Made when first needed: a library without people never pays for it."""
        if self._known is None:
            self._known = Passwords()
        return self._known

    def _tried(self, login: str) -> tuple[str, StoredPerson | None, Credential | None]:
        """Return the folded login with what is known of it. Raises :class:`UserProblem` while it has to wait.

        The try counts as failed until it has succeeded: of several at the same moment one is let through.
        """
        name = folded(login)
        with self._session.db.caching(notes=True) as cache:
            attempts = people.attempts_of(cache, name)
            wait = self._wait(attempts)
            if not wait:
                people.note_failure(cache, name, attempts.failures + 1)
        if wait:
            raise _problem("wait", seconds=wait)
        with self._session.db.read() as reader:
            person = reader.people.of_login(name)
            proof = reader.people.credential(person.id) if person else None
        return name, person, proof

    def _wait(self, attempts: Attempts) -> int:
        """Return the seconds that a name still has to wait; a clock that was set back does not shorten it."""
        if attempts.at is None or not attempts.failures:
            return 0
        whole = timedelta(seconds=wait_after(attempts.failures))
        left = attempts.at + whole - self._session.clock.now()
        return int(min(max(left, timedelta()), whole).total_seconds())

    def _failed(self, name: str, person: StoredPerson | None) -> UserProblem:
        """Write a failure down and return what to say. What was typed as a name is kept only if it is one."""
        with self._session.db.operation(Op.SIGN_IN_FAILED, by=person.actor if person else nobody()) as tx:
            tx.record_event("sign_in_failed", {"login": person.login if person else ""})
            failures = people.attempts_of(tx, name).failures
            people.note_failure(tx, name, failures)
        if failures < TRIES:
            return _problem("wrong", left=TRIES - failures)
        return _problem("wrong_wait", seconds=wait_after(failures))

    def _mine(self) -> StoredPerson | None:
        with self._session.db.read() as reader:
            return next((one for one in reader.people.everybody() if one.actor.id == self._session.actor.id), None)

    def _person(self, person_id: int) -> StoredPerson:
        with self._session.db.read() as reader:
            found = next((one for one in reader.people.everybody() if one.id == person_id), None)
        if found is None:
            raise _problem("unknown")
        return found

    def _checked(self, entry: Entry, secret: str) -> Entry:
        clean = _complete(replace(entry, login=folded(entry.login)))
        must_be_good(secret, clean.login)
        with self._session.db.read() as reader:
            if reader.people.of_login(clean.login) is not None:
                raise _problem("login_taken", login=clean.login)
        return clean

    def _must_not_be_last(self, person: StoredPerson) -> None:
        with self._session.db.read() as reader:
            admins = {one.id for one in reader.people.everybody() if one.active and "admin" in one.roles}
        if not admins - {person.id}:
            raise _problem("last_admin")

    def _take_seat_again(self, person_id: int) -> None:
        person = self._person(person_id)
        if person.actor.id == self._session.actor.id:
            self._session.seat.take(person.actor)


def wait_after(failures: int) -> int:
    """Return the seconds to wait after so many failures in a row: 1, 2, 4 … 60."""
    return min(LONGEST_WAIT_S, 1 << min(failures - 1, 6))


def folded(login: str) -> str:
    """Return a login as it is compared: without blanks around, width and case."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:_LOGIN_LENGTH]


def _complete(entry: Entry) -> Entry:
    name = entry.name.strip()
    if not entry.login or not name:
        raise _problem("no_name")
    if not entry.roles or not entry.roles <= ALL_ROLES:
        raise _problem("no_role")
    if entry.roles & DEPARTMENT_ROLES and not entry.departments:
        raise _problem("no_department")
    return replace(entry, name=name)


def _shown(one: StoredPerson) -> Person:
    return Person(one.id, one.login, one.name, one.roles, one.departments, one.active, one.last_sign_in)


def _problem(key: str, **args: object) -> UserProblem:
    return UserProblem(f"people.{key}", remedy=f"people.remedy.{key}", where=None, **args)
