"""Audited tables of what people do around a case: who they are, what they ask, note, submit."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from app.storage.appeal_table import appeal
from app.storage.code_table import code_mark
from app.storage.columns import (
    by_columns,
    case_number,
    id_column,
    json_column,
    number_column,
    table,
    text_column,
)
from app.storage.handover_table import handover_file
from app.storage.people_tables import person
from app.storage.return_table import return_item

submission: Final = table(
    "submission",
    id_column(),
    text_column("scheme_id"),
    text_column("scheme_title"),
    text_column("note", None),
    number_column("cases", None),
    *by_columns(),
)
"""What was submitted at once (domain.md 5.6); its cases stand in ``submission_case``."""

submission_case: Final = table(
    "submission_case",
    id_column(),
    sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), nullable=False),
    case_number(),
    number_column("version", None),
    text_column("sha256", None, "length(sha256) = 64"),
    text_column("record_no"),
    text_column("drg"),
    text_column("rw"),
    text_column("group_status"),
    *by_columns(),
    sa.UniqueConstraint("case_id", "version"),
)
"""A version of a case that was submitted; ``sha256`` names its snapshot in ``batch_source``."""

submission_receipt: Final = table(
    "submission_receipt",
    id_column(),
    sa.Column("submission_id", sa.Integer(), sa.ForeignKey("submission.id"), nullable=False),
    text_column("kind", None),
    text_column("file_name", None),
    text_column("sha256", None, "length(sha256) = 64"),
    number_column("cases", None),
    text_column("note"),
    *by_columns(),
)
"""A file that a submission went out in, or an answer that came for it."""

unlock_request: Final = table(
    "unlock_request",
    id_column(),
    case_number(),
    number_column("version", None),
    text_column("was", None, "was IN ('submitted', 'archived')"),
    text_column("reason", None),
    *by_columns(),
    text_column("insurance_name"),
    text_column("insurance_at"),
    text_column("admin_name"),
    text_column("admin_at"),
    text_column("outcome", None, "outcome IN ('open', 'approved', 'refused')"),
    text_column("note"),
)
"""A wish to change a locked case, with the words of the insurance office and, once archived, of the administrator."""

insurer_import: Final = table(
    "insurer_import",
    id_column(),
    text_column("file_name", None),
    text_column("sha256", None, "length(sha256) = 64"),
    json_column("mapping", "object"),
    text_column("scheme"),
    number_column("lines", None),
    *by_columns(),
)
"""A file of groups that the insurer returned."""

insurer_return: Final = table(
    "insurer_return",
    id_column(),
    sa.Column("import_id", sa.Integer(), sa.ForeignKey("insurer_import.id"), nullable=False),
    case_number(),
    number_column("version"),
    text_column("settlement_no"),
    text_column("drg"),
    text_column("drg_name"),
    text_column("rw"),
    sa.Column("amount_fen", sa.Integer()),
    text_column("status"),
    text_column("level"),
    text_column("scheme"),
    text_column("ours"),
    text_column("cause"),
    json_column("details", "object"),
    *by_columns(),
)
"""What the insurer grouped a case to, our group beside it, and why they differ ('' when they do not)."""

case_note: Final = table(
    "case_note",
    id_column(),
    case_number(),
    text_column("entity", None, "entity <> ''"),
    number_column("row_id"),
    text_column("field"),
    text_column("words", None, "words <> ''"),
    text_column("visibility", None, "visibility IN ('private', 'shared')"),
    *by_columns(),
    text_column("edited_at"),
    text_column("done_by"),
    text_column("done_at"),
)
"""Sticky notes on a case or on a field of it; a private one is for its author alone."""

case_document: Final = table(
    "case_document",
    id_column(),
    case_number(),
    text_column("kind"),
    text_column("title", None, "title <> ''"),
    text_column("words", None, "words <> ''"),
    *by_columns(),
)
"""Documents of the physician that somebody pasted or read from a file, as plain text."""

follow_up: Final = table(
    "follow_up",
    id_column(),
    case_number(),
    text_column("due", "", "due = '' OR due IS date(due, '+0 days')"),
    text_column("reason", None, "reason <> ''"),
    text_column("note"),
    *by_columns(),
    sa.UniqueConstraint("case_id"),
)
"""Why a case waits and on which day somebody looks at it again ('' for no day); settled ones are deleted."""

for _table, _column in (
    (case_note, "case_id"),
    (case_document, "case_id"),
    (submission_case, "submission_id"),
    (submission_receipt, "submission_id"),
    (unlock_request, "case_id"),
    (insurer_return, "case_id"),
    (insurer_return, "import_id"),
):
    sa.Index(f"ix_{_table.name}_{_column}", _table.c[_column])

DESK_TABLES: Final[tuple[sa.Table, ...]] = (
    person,
    submission,
    submission_case,
    submission_receipt,
    unlock_request,
    insurer_import,
    insurer_return,
    return_item,
    case_note,
    case_document,
    follow_up,
    code_mark,
    handover_file,
    appeal,
)
"""All of them; undo, replay and the check of the data treat them like the other tables that are no case."""
