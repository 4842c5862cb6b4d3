"""The audited table of files that were given away."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from app.storage.columns import by_columns, id_column, json_column, number_column, table, text_column

handover_file: Final = table(
    "handover_file",
    id_column(),
    text_column("kind", None, "kind <> ''"),
    text_column("scope"),
    text_column("file_name", None, "file_name <> ''"),
    text_column("folder"),
    text_column("sha256", None, "length(sha256) = 64"),
    number_column("cases"),
    number_column("codes"),
    number_column("cells"),
    number_column("masked"),
    number_column("submission_id"),
    json_column("case_ids", "array"),
    *by_columns(),
)
"""What was written for others: which cases (runs of ids), how much, its hash, where it was put (domain.md 6.5)."""
sa.Index("ix_handover_file_sha256", handover_file.c.sha256)
