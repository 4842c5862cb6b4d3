"""Signed packs: rules, lists and parameters of one hospital as a file that another one can take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.domain.changes import Changes
from app.services.rule_types import PackPreview
from app.services.session import Session


class RulePackService:
    """Signs with the key of this home folder; trusts keys that people have confirmed by fingerprint."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fingerprint(self) -> str:
        """Return the fingerprint of this library's own key, in groups of four."""
        raise NotImplementedError

    def export(self, path: Path, ids: Sequence[str] = (), *, title: str = "") -> int:
        """Write hospital rules in force or drafted (() all), changed lists and parameters; return the rules written."""
        raise NotImplementedError

    def preview(self, path: Path) -> PackPreview:
        """Read a pack and compare it. Raises :class:`UserProblem` for a file that is no pack, damaged or changed."""
        raise NotImplementedError

    def take(self, preview: PackPreview, reason: str, *, trust: bool = False, enable: bool = False) -> Changes:
        """Store what a pack brings in one operation: as drafts, or in force with ``enable``.

        ``trust`` confirms the fingerprint of an unknown signer. Raises :class:`UserProblem` without it, without a
        reason, for a file that changed since, and for rules that cannot be taken.
        """
        raise NotImplementedError
