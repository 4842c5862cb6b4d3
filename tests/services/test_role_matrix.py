"""Every role against every operation: what is forbidden is refused, changes no table and writes one line of audit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from app.common.errors import UserProblem
from app.services.composition import Services
from app.services.grants import is_listed, roles_of
from app.services.later import later
from app.services.permits import declared
from app.storage.actor import ALL_ROLES, Actor, local_actor, nobody
from app.storage.check import table_hashes
from app.storage.database import Database
from app.storage.ops import Op

ROLES = [*sorted(ALL_ROLES), "nobody"]
AUDIT = {"audit_operation", "audit_change", "sqlite_sequence"}
Cell = tuple[str, object, str, bool]


def _actor(role: str) -> Actor:
    return nobody() if role == "nobody" else Actor(f"p-{role}", "试（测试）", frozenset({role}), frozenset({"03.04"}))


def _services_of(services: Services) -> Iterator[tuple[str, object]]:
    """Yield every service with its name, and those that a service shows as its part."""
    made = {name for name in vars(services) if not name.startswith("_") and name != "session"}
    for name in sorted(made | {name for name, value in vars(Services).items() if isinstance(value, later)}):
        service = getattr(services, name)
        yield name, service
        for part_name, part in vars(service).items():
            if not part_name.startswith("_") and hasattr(part, "_session"):
                yield f"{name}.{part_name}", part


def _cells(services: Services) -> Iterator[Cell]:
    """Yield service name, service, method name, and whether it is a property, for all public methods."""
    for name, service in _services_of(services):
        for method, value in vars(type(service)).items():
            if not method.startswith("_") and (isinstance(value, property) or callable(value)):
                yield name, service, method, isinstance(value, property)


def _key(service: object, method: str) -> str:
    value = vars(type(service))[method]
    function = value.fget if isinstance(value, property) else value
    return f"{function.__module__}:{function.__qualname__}"


def _try(service: Any, method: str, is_property: bool) -> str:
    """Call with an argument that no method has: a permitted call gets as far as that, a refused one does not."""
    try:
        if is_property:
            getattr(service, method)
        else:
            getattr(service, method)(no_such_argument=1)
    except UserProblem as problem:
        return problem.key
    except TypeError:
        return "let through"
    return "let through"


def _hashes(services: Services) -> dict[str, str]:
    with services.session.db.read() as reader:
        found = table_hashes(reader._connection)
    return {name: digest for name, digest in found.items() if name not in AUDIT}


def _refusals(db: Database) -> list[tuple[str, str, int]]:
    with closing(sqlite3.connect(db.path)) as file:
        return file.execute("SELECT actor, op, changes FROM audit_operation ORDER BY id").fetchall()


def test_every_public_method_of_every_service_names_its_roles(services: Services) -> None:
    known = declared()
    assert [
        _key(service, method) for _, service, method, _ in _cells(services) if _key(service, method) not in known
    ] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_it_may_and_nothing_else(services: Services, role: str) -> None:
    known, actor = declared(), _actor(role)
    services.session.seat.take(actor)
    before, rows = _hashes(services), len(_refusals(services.session.db))
    wrong, forbidden = [], 0
    for name, service, method, is_property in _cells(services):
        roles = known[_key(service, method)]
        may = not roles or actor.may(*roles)
        forbidden += not may
        if _try(service, method, is_property) != ("let through" if may else "people.refused"):
            wrong.append(f"{name}.{method}")
    assert wrong == []
    assert _hashes(services) == before
    assert _refusals(services.session.db)[rows:] == [(actor.id, Op.REFUSE.value, 1)] * forbidden
    assert forbidden > 0


def test_every_operation_has_been_given_its_roles() -> None:
    assert [op for op in Op if not is_listed(op)] == []


def test_the_library_refuses_a_write_and_its_undo_and_redo(services: Services) -> None:
    db = services.session.db
    ops = [op for op in Op if op not in (Op.UNDO, Op.REDO)]
    written = [(op, _write(db, op, local_actor(), 1), _write(db, op, local_actor(), 2)) for op in ops]
    for _, _, second in written:
        db.undo(second, by=local_actor())
    before = _hashes(services)
    for actor in map(_actor, ROLES):
        rows, forbidden = len(_refusals(db)), 0
        for op, first, second in written:
            roles = roles_of(op)
            if roles is not None and not actor.may(*roles):
                forbidden += 3
                assert _refused(lambda op=op, by=actor: _write(db, op, by, 3)), op
                assert _refused(lambda first=first, by=actor: db.undo(first, by=by)), op
                assert _refused(lambda second=second, by=actor: db.redo(second, by=by)), op
        assert _refusals(db)[rows:] == [(actor.id, Op.REFUSE.value, 1)] * forbidden
        assert forbidden > 0
    assert _hashes(services) == before


def _refused(step: Callable[[], object]) -> bool:
    with pytest.raises(UserProblem) as caught:
        step()
    return caught.value.key == "people.refused"


def _write(db: Database, op: Op, by: Actor, number: int) -> int:
    with db.operation(op, by=by) as tx:
        tx.set_setting(f"test.{op}.{number}", True)
    return tx.changes.op_id


def test_nobody_who_codes_by_another_role_changes_a_code(services: Services) -> None:
    """Codes may be changed only by coders (domain.md 5.1)."""
    for op in (Op.SET_CODE, Op.AUTO_CODE, Op.ACCEPT_PROPOSAL, Op.APPLY_FIX, Op.APPLY_FIXES, Op.ADOPT_WHAT_IF):
        assert roles_of(op) == {"coder"}
    known = declared()
    for method in ("accept", "accept_all", "apply_fix", "move_row", "adopt"):
        assert known[f"app.services.cases:CaseService.{method}"] == {"coder"}
    assert services.people.is_signed_in
