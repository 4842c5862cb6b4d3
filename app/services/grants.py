"""The second lock: which roles may write an operation, whatever method it came through. Undo asks for the original."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.services.permits import refused
from app.services.session import Session
from app.storage.actor import Actor
from app.storage.ops import Op

_GRANTS: Final[Mapping[str, tuple[Op, ...]]] = MappingProxyType(
    {
        "coder": (
            *(Op.IMPORT, Op.REIMPORT),
            *(Op.SET_FIELD, Op.SET_CODE, Op.INSERT_ROW, Op.DELETE_ROW, Op.MOVE_ROW, Op.SPLIT_ROW),
            *(Op.APPLY_FIX, Op.APPLY_FIXES, Op.AUTO_CODE, Op.ACCEPT_PROPOSAL, Op.ADOPT_WHAT_IF),
            *(Op.ANSWER_QUESTION, Op.REOPEN_QUESTION, Op.REQUEST_EXCEPTION, Op.WITHDRAW_EXCEPTION, Op.REQUEST_UNLOCK),
        ),
        "coder admin": (Op.IMPORT_PAST, Op.REVOKE_CODING, Op.RESTORE_CODING),
        "coder qc": (
            *(Op.CLAIM, Op.RELEASE, Op.SUPPRESS, Op.LIFT_SUPPRESSION, Op.ASK_PHYSICIAN, Op.RETURN_CASE),
            *(Op.ACCEPT_ANSWER, Op.KEEP_VALUE, Op.WITHDRAW_RETURN, Op.ESCALATE_RETURN, Op.TAKE_ANSWERS, Op.ARRIVE),
        ),
        "qc": (Op.REQUEST_EXCEPTION,),
        "qc admin": (
            *(Op.SAVE_RULE, Op.DROP_DRAFT, Op.ENABLE_RULE, Op.OVERRIDE_RULE, Op.ROLL_BACK_RULE),
            *(Op.TAKE_RULES, Op.JUDGE_RULE),
        ),
        "coder qc admin": (Op.ASSIGN, Op.SET_FOLLOW_UP, Op.SETTLE_FOLLOW_UP),
        "coder qc insurance admin": (
            *(Op.SET_SETTING, Op.CHANGE_ASSET, Op.SET_STATE, Op.EXPORT, Op.ATTACH_RECEIPT),
            *(Op.WRITE_NOTE, Op.CHANGE_NOTE, Op.SETTLE_NOTE, Op.DROP_NOTE, Op.MARK_CODE, Op.UNMARK_CODE),
            *(Op.ADD_DOCUMENT, Op.DROP_DOCUMENT, Op.PRINT_CASE),
        ),
        "coder insurance": (Op.SUBMIT, Op.CHANGE_APPEAL, Op.ANSWER_APPEAL),
        "insurance": (Op.IMPORT_RETURNS, Op.ARCHIVE, Op.REQUEST_UNLOCK, Op.OPEN_APPEAL, Op.CLOSE_APPEAL),
        "insurance admin": (Op.DECIDE_UNLOCK,),
        "head insurance": (Op.SIGN_EXCEPTION, Op.REJECT_EXCEPTION, Op.SET_STATE),
        "physician": (Op.ANSWER_RETURN, Op.SET_FIELD),
        "admin": (Op.SAVE_PERSON, Op.RESTORE, Op.CONFIRM_HEAD),
    }
)
"""Roles, separated by blanks, and the operations that each of them may write."""
_ANYBODY: Final = frozenset(
    {
        *(Op.REFUSE, Op.SIGN_IN, Op.SIGN_IN_FAILED, Op.SIGN_OUT, Op.LOCK, Op.SET_LOGIN, Op.UNDO, Op.REDO),
        *(Op.OPEN_CASE, Op.SEARCH, Op.SET_MASK, Op.BACK_UP),
    }
)
"""Operations of people about themselves, the steps back, which ask for the operation that they undo, and what was read:
the method that shows it asks for the role."""


def roles_of(op: Op) -> frozenset[str] | None:
    """Return the roles that may write an operation, None for everybody; one that nobody listed is an admin's."""
    if op in _ANYBODY:
        return None
    found = {role for roles, ops in _GRANTS.items() if op in ops for role in roles.split()}
    return frozenset(found) or frozenset({"admin"})


def is_listed(op: Op) -> bool:
    """Tell whether an operation has been given its roles; a test asks it of every one."""
    return op in _ANYBODY or any(op in ops for ops in _GRANTS.values())


def guard_library(session: Session) -> None:
    """Let the library ask before every operation whether a role of the actor covers it."""

    def check(op: Op, actor: Actor) -> None:
        roles = roles_of(op)
        if roles is not None and not actor.may(*roles):
            raise refused(session, op.value, roles, actor)

    session.db.guard(check)
