"""A case as rules see it: codes split into main and others, numbers, the exclusion tables of the main diagnosis."""

from __future__ import annotations

from collections.abc import Container

from app.domain.grouping import GroupInput
from app.drg.rule import Codes

SEX = {"male": 1, "female": 2}


class Facts:
    """What rules are tried on. Numbers are None when missing; ``sex`` is 1 male, 2 female.

    Procedures in ``ignored`` do not take part: a principal one counts as none, others are dropped.
    """

    __slots__ = (
        "age_days",
        "age_years",
        "dept",
        "discharge",
        "dx",
        "icu_hours",
        "los_days",
        "main_dx",
        "main_px",
        "other_dx",
        "other_px",
        "px",
        "sex",
        "weight_g",
    )

    def __init__(self, case: GroupInput, ignored: Container[str] = ()) -> None:
        dx, px = case.dx, case.px
        self.dx = dx
        self.main_dx: str | None = dx[0] if dx else None
        self.other_dx = dx[1:]
        self.main_px: str | None = px[0] if px else None
        self.other_px = px[1:]
        if ignored:
            self.main_px = None if self.main_px in ignored else self.main_px
            self.other_px = tuple(code for code in self.other_px if code not in ignored)
            px = self.other_px if self.main_px is None else (self.main_px, *self.other_px)
        self.px = px
        self.sex = SEX.get(case.sex)
        self.age_years = case.age_years
        self.age_days = case.age_days
        self.weight_g = case.weight_g
        self.los_days = case.los_days
        self.icu_hours = case.icu_hours
        self.discharge = case.discharge
        self.dept = case.dept

    def codes(self, which: Codes) -> tuple[str, ...]:
        """Return the codes of one kind in their order."""
        match which:
            case Codes.MAIN_DX:
                return () if self.main_dx is None else (self.main_dx,)
            case Codes.OTHER_DX:
                return self.other_dx
            case Codes.MAIN_PX:
                return () if self.main_px is None else (self.main_px,)
            case Codes.OTHER_PX:
                return self.other_px
