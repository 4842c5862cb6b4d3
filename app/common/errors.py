"""The family of errors a user can do something about. Everything else is a bug."""

from __future__ import annotations

from dataclasses import dataclass

from app.common.texts import text


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a problem in a user's file: file name, sheet, spreadsheet row, column heading."""

    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        parts = [self.file, self.sheet]
        if self.row:
            parts.append(text("where.row", row=self.row))
        if self.column:
            parts.append(text("where.column", column=self.column))
        return text("where.join").join(part for part in parts if part)


class UserProblem(Exception):
    """A refusal in plain Chinese: what is wrong, where, and what to do.

    ``key`` names the sentence in ``resources/texts``; ``remedy`` names the sentence that says what to do
    (full key, for example ``import.remedy.fix_cell``). ``args`` fill both. ``str(problem)`` is the text for
    the user; ``repr`` carries the key and place only, so that a log never holds a value of a record.
    """

    details: tuple[str, ...] = ()
    """Further lines for a refusal with many places, such as the report of a scheme file."""

    def __init__(self, key: str, *, remedy: str, where: Where | None = None, **args: object) -> None:
        super().__init__(key)
        self.key = key
        self.remedy = remedy
        self.where = where
        self.fields = args

    @property
    def message(self) -> str:
        """The sentence that says what is wrong."""
        return text(self.key, **self.fields)

    @property
    def advice(self) -> str:
        """The sentence that says what to do."""
        return text(self.remedy, **self.fields)

    def __str__(self) -> str:
        place = f"{self.where}：" if self.where and str(self.where) else ""
        return f"{place}{self.message}{self.advice}"

    def __repr__(self) -> str:
        return f"UserProblem({self.key!r}, where={self.where!r})"


class Cancelled(Exception):
    """Raised inside a job when the user asked it to stop. Nothing of the job has been written."""
