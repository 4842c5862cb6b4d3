"""The audited table of what people note about codes: favourites, annotations, what the code book should have."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from app.storage.columns import by_columns, id_column, number_column, table, text_column

code_mark: Final = table(
    "code_mark",
    id_column(),
    text_column("what", None, "what IN ('favourite', 'note', 'wish')"),
    text_column("kind", None, "kind IN ('dx', 'px')"),
    text_column("code"),
    text_column("words"),
    number_column("shared"),
    text_column("ended"),
    text_column("ended_by"),
    *by_columns(),
)
"""``words`` are those of an annotation, or the query that found nothing; ``ended`` is when or why it holds no more."""

sa.Index("ix_code_mark_what", code_mark.c.what)
