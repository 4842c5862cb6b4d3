"""What a search of the full page is narrowed to: a chapter of either classification, or a class of operations."""

from __future__ import annotations

from collections.abc import Sequence

from app.services.lookup import Scope
from app.ui.shell.pinyin import found_at


class ScopeChoices:
    """The scopes as a dictionary field needs them: found by number, words or pinyin initials."""

    def __init__(self, scopes: Sequence[Scope]) -> None:
        self._scopes = {scope.key: scope for scope in scopes}

    def label(self, code: str) -> str:
        """Return the words of a scope, '' for an unknown one."""
        scope = self._scopes.get(code)
        return scope.title if scope else ""

    def find(self, text: str) -> str | None:
        """Return the key of a scope by key or whole title."""
        wanted = text.strip()
        return next((key for key, scope in self._scopes.items() if wanted in (key, scope.title)), None)

    def search(self, text: str) -> Sequence[tuple[str, str]]:
        """Return (key, title) of what begins with, holds or sounds like a text; everything for ''."""
        wanted = text.strip()
        return [
            (key, scope.title)
            for key, scope in self._scopes.items()
            if not wanted or key.startswith(wanted.upper()) or found_at(wanted, scope.title)
        ]
