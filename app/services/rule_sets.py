"""The rules that hold for a record: base, hospital and department layers joined, kept until a layer changes."""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_right
from datetime import date

from app.common.clock import Clock
from app.domain.case import CaseRecord
from app.qc.engine import RuleSet
from app.qc.layers import Effective, Layers, effective
from app.services.rules import base_digest, shipped_rules


class RuleSets:
    """Safe to call from any thread. The day that counts is the day of the check, not that of the discharge."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.use(Layers())

    def use(self, layers: Layers) -> None:
        """Check with other layers from now on."""
        with self._lock:
            self._layers = layers
            self._departments = layers.departments()
            self._days = layers.days()
            self._known: dict[tuple[str, int], Effective] = {}
            self._mark = hashlib.sha256(repr((base_digest(), layers)).encode()).hexdigest()[:16]

    @property
    def layers(self) -> Layers:
        """The layers in use."""
        return self._layers

    @property
    def stamp(self) -> str:
        """A mark of the rules of today: a stored report with another mark was made by other rules."""
        return f"{self._mark}.{self._period(self._clock.now().date())}"

    def for_record(self, record: CaseRecord) -> RuleSet:
        """Return the rules to check a record with; the same object until a layer changes or a day brings others."""
        return self.for_department(department_of(record)).rules

    def for_department(self, department: str) -> Effective:
        """Return what holds today for a department, '' for the hospital as a whole."""
        day = self._clock.now().date()
        with self._lock:
            key = self._nearest(department), self._period(day)
            if key not in self._known:
                self._known[key] = effective(shipped_rules(), self._layers, key[0], day)
            return self._known[key]

    def _period(self, day: date) -> int:
        return bisect_right(self._days, day)

    def _nearest(self, department: str) -> str:
        """Return the longest code with words of its own that a department belongs to, '' without one."""
        code = department
        while code and code not in self._departments:
            code = code.rpartition(".")[0]
        return code


def department_of(record: CaseRecord) -> str:
    """Return the department that a stay belongs to: where it ended, else where it began; '' unknown."""
    return record.head.text("discharge_dept") or record.head.text("admit_dept")
