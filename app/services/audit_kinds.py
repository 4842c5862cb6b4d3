"""Kinds of operations, as the audit is filtered by them: every operation is of exactly one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.storage.ops import Op

KINDS: Final[Mapping[str, frozenset[Op]]] = MappingProxyType(
    {
        "edit": frozenset(
            {
                *(Op.SET_FIELD, Op.SET_CODE, Op.INSERT_ROW, Op.DELETE_ROW, Op.MOVE_ROW, Op.SPLIT_ROW),
                *(Op.ADOPT_WHAT_IF, Op.APPLY_FIX, Op.APPLY_FIXES, Op.AUTO_CODE, Op.ACCEPT_PROPOSAL),
                *(Op.ANSWER_QUESTION, Op.REOPEN_QUESTION, Op.UNDO, Op.REDO),
            }
        ),
        "read": frozenset({Op.OPEN_CASE, Op.SEARCH, Op.SET_MASK}),
        "give": frozenset({Op.EXPORT, Op.PRINT_CASE, Op.ATTACH_RECEIPT, Op.BACK_UP}),
        "person": frozenset(
            {
                *(Op.SIGN_IN, Op.SIGN_IN_FAILED, Op.SIGN_OUT, Op.LOCK, Op.REFUSE, Op.SAVE_PERSON, Op.SET_LOGIN),
                Op.CONFIRM_HEAD,
            }
        ),
        "import": frozenset({Op.IMPORT, Op.REIMPORT, Op.IMPORT_PAST, Op.IMPORT_RETURNS, Op.RESTORE}),
        "flow": frozenset(
            {
                *(Op.SET_STATE, Op.CLAIM, Op.RELEASE, Op.ASSIGN, Op.SET_FOLLOW_UP, Op.SETTLE_FOLLOW_UP, Op.ARRIVE),
                *(Op.SUBMIT, Op.REQUEST_UNLOCK, Op.DECIDE_UNLOCK, Op.ARCHIVE, Op.REQUEST_EXCEPTION),
                *(Op.OPEN_APPEAL, Op.CHANGE_APPEAL, Op.ANSWER_APPEAL, Op.CLOSE_APPEAL),
                *(Op.SIGN_EXCEPTION, Op.REJECT_EXCEPTION, Op.WITHDRAW_EXCEPTION, Op.SUPPRESS, Op.LIFT_SUPPRESSION),
            }
        ),
        "ask": frozenset(
            {
                *(Op.ASK_PHYSICIAN, Op.RETURN_CASE, Op.ANSWER_RETURN, Op.TAKE_ANSWERS, Op.ACCEPT_ANSWER),
                *(Op.KEEP_VALUE, Op.WITHDRAW_RETURN, Op.ESCALATE_RETURN),
            }
        ),
        "beside": frozenset(
            {
                *(Op.WRITE_NOTE, Op.CHANGE_NOTE, Op.SETTLE_NOTE, Op.DROP_NOTE, Op.ADD_DOCUMENT, Op.DROP_DOCUMENT),
                *(Op.MARK_CODE, Op.UNMARK_CODE, Op.REVOKE_CODING, Op.RESTORE_CODING),
            }
        ),
        "rule": frozenset(
            {
                *(Op.SAVE_RULE, Op.DROP_DRAFT, Op.ENABLE_RULE, Op.OVERRIDE_RULE, Op.ROLL_BACK_RULE, Op.TAKE_RULES),
                *(Op.JUDGE_RULE, Op.SET_SETTING, Op.CHANGE_ASSET),
            }
        ),
    }
)
"""Keys of ``audit.kind`` in the order they are shown."""


def ops_of(kind: str) -> frozenset[Op]:
    """Return the operations of a kind or of an operation's own name; none for '', which asks for all."""
    if kind in KINDS:
        return KINDS[kind]
    return frozenset({Op(kind)}) if kind in tuple(Op) else frozenset()
