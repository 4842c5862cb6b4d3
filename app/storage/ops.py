"""Names of operations. Every write is one of them; the Chinese names stand in ``resources/texts/storage.toml``."""

from __future__ import annotations

from enum import StrEnum

from app.common.texts import text


class Op(StrEnum):
    """What a write was meant to do, as it is stored in the audit."""

    IMPORT = "import"
    REIMPORT = "reimport"
    SET_FIELD = "set_field"
    SET_CODE = "set_code"
    INSERT_ROW = "insert_row"
    DELETE_ROW = "delete_row"
    MOVE_ROW = "move_row"
    SPLIT_ROW = "split_row"
    ADOPT_WHAT_IF = "adopt_what_if"
    APPLY_FIX = "apply_fix"
    APPLY_FIXES = "apply_fixes"
    AUTO_CODE = "auto_code"
    ACCEPT_PROPOSAL = "accept_proposal"
    SET_STATE = "set_state"
    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    SET_FOLLOW_UP = "set_follow_up"
    SETTLE_FOLLOW_UP = "settle_follow_up"
    SET_SETTING = "set_setting"
    CHANGE_ASSET = "change_asset"
    EXPORT = "export"
    IMPORT_PAST = "import_past"
    REVOKE_CODING = "revoke_coding"
    RESTORE_CODING = "restore_coding"
    SAVE_RULE = "save_rule"
    DROP_DRAFT = "drop_draft"
    ENABLE_RULE = "enable_rule"
    OVERRIDE_RULE = "override_rule"
    ROLL_BACK_RULE = "roll_back_rule"
    TAKE_RULES = "take_rules"
    JUDGE_RULE = "judge_rule"
    SUPPRESS = "suppress"
    LIFT_SUPPRESSION = "lift_suppression"
    REQUEST_EXCEPTION = "request_exception"
    SIGN_EXCEPTION = "sign_exception"
    REJECT_EXCEPTION = "reject_exception"
    WITHDRAW_EXCEPTION = "withdraw_exception"
    ANSWER_QUESTION = "answer_question"
    REOPEN_QUESTION = "reopen_question"
    ASK_PHYSICIAN = "ask_physician"
    RETURN_CASE = "return_case"
    ANSWER_RETURN = "answer_return"
    TAKE_ANSWERS = "take_answers"
    ACCEPT_ANSWER = "accept_answer"
    KEEP_VALUE = "keep_value"
    WITHDRAW_RETURN = "withdraw_return"
    ESCALATE_RETURN = "escalate_return"
    REFUSE = "refuse"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    LOCK = "lock"
    SAVE_PERSON = "save_person"
    SET_LOGIN = "set_login"
    ARRIVE = "arrive"
    SUBMIT = "submit"
    ATTACH_RECEIPT = "attach_receipt"
    REQUEST_UNLOCK = "request_unlock"
    DECIDE_UNLOCK = "decide_unlock"
    IMPORT_RETURNS = "import_returns"
    ARCHIVE = "archive"
    OPEN_APPEAL = "open_appeal"
    CHANGE_APPEAL = "change_appeal"
    ANSWER_APPEAL = "answer_appeal"
    CLOSE_APPEAL = "close_appeal"
    WRITE_NOTE = "write_note"
    MARK_CODE = "mark_code"
    UNMARK_CODE = "unmark_code"
    CHANGE_NOTE = "change_note"
    SETTLE_NOTE = "settle_note"
    DROP_NOTE = "drop_note"
    ADD_DOCUMENT = "add_document"
    DROP_DOCUMENT = "drop_document"
    PRINT_CASE = "print_case"
    BACK_UP = "back_up"
    RESTORE = "restore"
    OPEN_CASE = "open_case"
    SEARCH = "search"
    SET_MASK = "set_mask"
    CONFIRM_HEAD = "confirm_head"
    UNDO = "undo"
    REDO = "redo"

    @property
    def label(self) -> str:
        """The Chinese name for menus and the audit."""
        return text(f"storage.op.{self.value}")

    @property
    def is_note(self) -> bool:
        """True for what only says who came and what was seen or given away; it changes no fact."""
        return self in _NOTES

    @property
    def on_undo_stack(self) -> bool:
        """True when Ctrl+Z on a case may take it back. Imports are taken back by their own command."""
        return self in _ON_STACK


_NOTES = frozenset(
    {
        *(Op.SIGN_IN, Op.SIGN_IN_FAILED, Op.SIGN_OUT, Op.REFUSE),
        *(Op.OPEN_CASE, Op.SEARCH, Op.EXPORT),
    }
)
_ON_STACK = frozenset(
    {
        Op.SET_FIELD,
        Op.SET_CODE,
        Op.INSERT_ROW,
        Op.DELETE_ROW,
        Op.MOVE_ROW,
        Op.SPLIT_ROW,
        Op.ADOPT_WHAT_IF,
        Op.APPLY_FIX,
        Op.APPLY_FIXES,
        Op.AUTO_CODE,
        Op.ACCEPT_PROPOSAL,
        Op.SET_STATE,
        Op.CLAIM,
        Op.RELEASE,
        Op.ASSIGN,
        Op.SET_FOLLOW_UP,
        Op.SETTLE_FOLLOW_UP,
        Op.SUPPRESS,
        Op.LIFT_SUPPRESSION,
        Op.ANSWER_QUESTION,
        Op.REOPEN_QUESTION,
        Op.ASK_PHYSICIAN,
        Op.RETURN_CASE,
        Op.ANSWER_RETURN,
        Op.TAKE_ANSWERS,
        Op.ACCEPT_ANSWER,
        Op.KEEP_VALUE,
        Op.WITHDRAW_RETURN,
        Op.WRITE_NOTE,
        Op.CHANGE_NOTE,
        Op.SETTLE_NOTE,
        Op.DROP_NOTE,
        Op.ADD_DOCUMENT,
        Op.DROP_DOCUMENT,
        Op.OPEN_APPEAL,
        Op.CHANGE_APPEAL,
        Op.ANSWER_APPEAL,
        Op.CLOSE_APPEAL,
    }
)
