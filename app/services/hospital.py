"""What the hospital is called: name and institution code, for title bar, forms and reports; its level prices cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.services.permits import free, needs
from app.services.session import Session
from app.storage.ops import Op

_NAME: Final = "hospital.name"
_CODE: Final = "hospital.code"
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Hospital:
    """Name and institution code as typed, '' where unknown."""

    name: str = ""
    code: str = ""


class HospitalService:
    """Reads and writes the facts; every change is in the audit."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @free
    def facts(self) -> Hospital:
        """Return what is known."""
        with self._session.db.read() as reader:
            stored = reader.settings("hospital.")
        return Hospital(str(stored.get(_NAME) or ""), str(stored.get(_CODE) or ""))

    @needs("admin")
    def save(self, hospital: Hospital) -> Changes:
        """Store name and code. Raises :class:`UserProblem` for a name that no form has room for."""
        clean = Hospital(hospital.name.strip(), hospital.code.strip())
        if len(clean.name) > _LONGEST or len(clean.code) > _LONGEST:
            raise UserProblem("people.long_name", remedy="people.remedy.long_name", most=_LONGEST)
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor) as tx:
            tx.set_setting(_NAME, clean.name)
            tx.set_setting(_CODE, clean.code)
        return tx.changes
