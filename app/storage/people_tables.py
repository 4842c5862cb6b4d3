"""The tables of people. ``person`` is audited; what proves who somebody is stays outside the audit.

``credential`` and ``sign_in_attempt`` hold hashes and counters: the audit says that a password was changed, never to
what, and the replay of the audit leaves both alone.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from app.storage.columns import by_columns, id_column, json_column, number_column, table, text_column, time_column

person: Final = table(
    "person",
    id_column(),
    text_column("login", None, "login <> ''"),
    text_column("name", None),
    json_column("roles", "array"),
    json_column("departments", "array"),
    sa.Column("active", sa.Integer(), sa.CheckConstraint("active IN (0, 1)"), nullable=False),
    *by_columns(),
    sa.UniqueConstraint("login"),
)
"""Who may sign in, with role ids and department codes. A person is never deleted, only put out of use."""

credential: Final = table(
    "credential",
    sa.Column(
        "person_id",
        sa.Integer(),
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    text_column("hash", None, "hash GLOB '$argon2id$*'"),
    text_column("recovery"),
    number_column("must_change"),
    time_column("at"),
    text_column("last_sign_in"),
)
"""Hash of the password and, for administrators, of the recovery key; Argon2id with its cost in the text."""

sign_in_attempt: Final = table(
    "sign_in_attempt",
    sa.Column("login", sa.Text(), primary_key=True),
    number_column("failures", None),
    time_column("at"),
)
"""Failures in a row of a name as typed, known or not: a restart does not forget them."""
