"""Which cases are meant, as the left side names it and as a place keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from app.services.submission_types import Scope
from app.ui.pages.worklist.views import SavedView
from app.ui.ports import JsonValue

ALL: Final = "all"
CHOSEN: Final = "chosen"
"""Key of the line for a query or for cases that were chosen elsewhere."""


def scope_args(scope: Scope) -> dict[str, JsonValue]:
    """Return a scope as a place keeps it."""
    cases: list[JsonValue] = [*scope.case_ids]
    return {
        "month": scope.month,
        "batch": scope.batch_id,
        "queue": scope.queue,
        "words": scope.words,
        "cases": cases,
    }


def scope_of(args: Mapping[str, JsonValue]) -> Scope:
    """Return the scope of a place; what cannot be read is left out."""
    month, batch, queue, words, cases = (args.get(name) for name in ("month", "batch", "queue", "words", "cases"))
    return Scope(
        month if isinstance(month, str) else "",
        batch if isinstance(batch, int) else 0,
        queue if isinstance(queue, str) else "",
        words if isinstance(words, str) else "",
        tuple(one for one in cases if isinstance(one, int)) if isinstance(cases, list) else (),
    )


def scope_key(scope: Scope, views: Iterable[SavedView]) -> str:
    """Return the key of the line that stands for a scope."""
    if scope.batch_id:
        return f"b{scope.batch_id}"
    if scope.month:
        return f"m{scope.month}"
    if scope.case_ids or scope.queue or scope.words:
        same = (view.key for view in views if (view.queue, view.words) == (scope.queue, scope.words))
        return CHOSEN if scope.case_ids else next(same, CHOSEN)
    return ALL


def scope_of_key(key: str) -> Scope:
    """Return the scope of a line: all, a month of discharge, a batch."""
    if key.startswith("b"):
        return Scope(batch_id=int(key[1:]))
    return Scope(key[1:]) if key.startswith("m") else Scope()


def chosen_words(scope: Scope) -> str:
    """Return what a query or a choice of cases is called."""
    return f"选中的 {len(scope.case_ids):,} 份" if scope.case_ids else scope.words or "列表中的病案"
