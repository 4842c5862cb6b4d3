"""The audited table of questions that went, or are to go, from the record room to physicians (domain.md 5.4)."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from app.storage.columns import (
    by_columns,
    case_number,
    id_column,
    json_column,
    number_column,
    table,
    text_column,
)

return_item: Final = table(
    "return_item",
    id_column(),
    text_column("uid", None, "length(uid) = 32"),
    case_number(),
    number_column("row_id"),
    text_column("path"),
    text_column("rule_id"),
    text_column("severity"),
    text_column("old_value"),
    text_column("question", None),
    json_column("options", "array"),
    text_column("seen"),
    text_column("suggestion"),
    text_column("due"),
    text_column("was"),
    text_column("status", None, "status IN ('noted', 'outstanding', 'answered', 'closed')"),
    text_column("sent_by"),
    text_column("sent_at"),
    text_column("escalated_at"),
    text_column("answer", "", "answer IN ('', 'changed', 'unchanged', 'appeal')"),
    text_column("answer_label"),
    text_column("answer_value"),
    text_column("answer_words"),
    text_column("answered_by"),
    text_column("answered_at"),
    text_column("answered_in"),
    text_column("verdict", "", "verdict IN ('', 'accepted', 'kept', 'withdrawn')"),
    text_column("verdict_words"),
    text_column("verdict_by"),
    text_column("verdict_at"),
    *by_columns(),
    sa.UniqueConstraint("uid"),
)
"""One question: ``row_id`` 0 is the case itself; ``was`` the state that the case came from; moments '' while missing.

``answered_in`` is the name of the file that an answer came in, '' for one that was given in the window.
"""

sa.Index("ix_return_item_case_id", return_item.c.case_id)
sa.Index("ix_return_item_status", return_item.c.status)
