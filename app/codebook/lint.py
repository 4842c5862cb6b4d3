"""What the check of an imported code table found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.common.errors import Where
from app.common.texts import text


class LintKind(StrEnum):
    """Kinds of remark; each is a text of ``resources/texts/codebook.toml`` under ``lint``."""

    UNREADABLE = "unreadable"
    NO_CODE = "no_code"
    NO_NAME = "no_name"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    SAME_NAME = "same_name"
    MIXED = "mixed"
    DAMAGED = "damaged"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class LintIssue:
    """One remark with its place and the values its text names."""

    kind: LintKind
    where: Where
    args: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        """The remark in Chinese."""
        return text(f"codebook.lint.{self.kind}", **dict(self.args))


@dataclass(frozen=True, slots=True)
class LintReport:
    """All remarks in file order. None of them stops the import."""

    issues: tuple[LintIssue, ...] = ()

    def count(self, kind: LintKind) -> int:
        """Return how many remarks are of this kind."""
        return sum(1 for issue in self.issues if issue.kind is kind)
