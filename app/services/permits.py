"""Who may do what: every public method of a service names the roles of domain.md 5.1 that may call it.

A refused call raises a problem in words and writes one line into the audit, nothing else. What a permitted call does
through other services is part of it and is not asked again; the library itself refuses writes that no role of the
person covers (:mod:`app.services.grants`), so that undo does not go round this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Concatenate, Final, Literal, ParamSpec, TypeVar, cast

from app.common.errors import UserProblem
from app.common.texts import text
from app.storage.actor import Actor
from app.storage.ops import Op

if TYPE_CHECKING:
    from app.services.session import Session  # a session holds the engines, and they the assets, which are marked

Role = Literal["coder", "physician", "qc", "insurance", "head", "admin"]

DESK: Final[tuple[Role, ...]] = ("coder", "qc", "insurance", "admin")
"""The record room and the insurance office: they read every case. Physicians and heads have views of their own."""
EVERYONE: Final[tuple[Role, ...]] = (*DESK, "physician", "head")

_P = ParamSpec("_P")
_R = TypeVar("_R")
_S = TypeVar("_S")
_declared: dict[str, frozenset[str]] = {}
_session_of = cast("Callable[[object], Session | None]", attrgetter("_session"))


def needs(
    *roles: Role,
) -> Callable[[Callable[Concatenate[_S, _P], _R]], Callable[Concatenate[_S, _P], _R]]:
    """Return a decorator for a method of a service: whoever has none of ``roles`` is refused.

    The service keeps its :class:`Session` as ``_session``, None where there is no library. Put it under ``@property``
    and over ``@contextmanager``.
    """
    wanted = frozenset[str](roles)

    def mark(method: Callable[Concatenate[_S, _P], _R]) -> Callable[Concatenate[_S, _P], _R]:
        name = _key(method)
        _declared[name] = wanted

        @wraps(method)
        def guarded(self: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            session = _session_of(self)
            if session is None or session.seat.is_busy:
                return method(self, *args, **kwargs)
            with session.seat.holding():
                if not session.actor.may(*wanted):
                    raise refused(session, name, wanted)
                return method(self, *args, **kwargs)

        return guarded

    return mark


def free(method: Callable[_P, _R]) -> Callable[_P, _R]:
    """Mark a method that anyone may call, signed in or not: it shows no patient and writes no fact."""
    _declared[_key(method)] = frozenset()
    return method


def declared() -> Mapping[str, frozenset[str]]:
    """Return the roles of every marked method, by ``module:Class.method``; :func:`free` ones have none."""
    return MappingProxyType(_declared)


def refused(session: Session, operation: str, roles: frozenset[str], actor: Actor | None = None) -> UserProblem:
    """Write the refusal of an operation into the audit and return the problem to raise."""
    if session.db.takes(Op.REFUSE):
        with session.db.operation(Op.REFUSE, by=actor or session.actor) as tx:
            tx.record_event("refused", {"operation": operation, "needs": sorted(roles)})
    return UserProblem(
        "people.refused",
        remedy="people.remedy.refused",
        roles=text("people.or").join(text(f"people.role.{role}") for role in sorted(roles)),
    )


def _key(method: Callable[..., object]) -> str:
    return f"{method.__module__}:{method.__qualname__}"
