"""Undo of what was done on another page or case: first go there, then take it back, so that nobody undoes unseen."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.today import LastStep
from app.ui.page import Place, Shell


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The latest step of the user that can be taken back, and where it was made."""

    step: LastStep

    def go(self, shell: Shell) -> None:
        """Open its case at its field."""
        shell.go(Place("case", {"case": self.step.case_id, "field": self.step.path}))

    @property
    def words(self) -> str:
        """What it is, and whose record it changed."""
        return f"{self.step.name}：{self.step.what}"


def latest_elsewhere(shell: Shell, but: int = 0) -> Elsewhere | None:
    """Return the latest step on a case that can be taken back, None when there is none or it is on case ``but``."""
    step = shell.services.today.last_step()
    return Elsewhere(step) if step is not None and step.case_id != but else None
