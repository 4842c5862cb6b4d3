"""The audited table of objections of the insurer and requests for a single review (domain.md 5.8)."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from app.storage.columns import by_columns, case_number, id_column, json_column, number_column, table, text_column

appeal: Final = table(
    "appeal",
    id_column(),
    case_number(),
    text_column("kind", None, "kind IN ('appeal', 'special')"),
    number_column("version"),
    number_column("return_id"),
    text_column("reason_class"),
    text_column("objection", None, "objection <> ''"),
    text_column("received", None, "received IS date(received, '+0 days')"),
    text_column("due", None, "due IS date(due, '+0 days')"),
    json_column("evidence", "array"),
    text_column("answer"),
    text_column("answered", "", "answered = '' OR answered IS date(answered, '+0 days')"),
    text_column("state", None, "state IN ('open', 'answered', 'accepted', 'changed', 'refused', 'withdrawn')"),
    text_column("result"),
    text_column("drg"),
    sa.Column("amount_fen", sa.Integer()),
    text_column("closed", "", "closed = '' OR closed IS date(closed, '+0 days')"),
    *by_columns(),
)
"""What the insurer objects to or is asked to look at again: due, answered, with which result.

``version`` is the submitted version and ``return_id`` the line of the insurer that it is about, 0 when none is known.
"""
sa.Index("ix_appeal_case_id", appeal.c.case_id)
sa.Index("ix_appeal_state", appeal.c.state)
