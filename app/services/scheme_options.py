"""Settings of a scheme from an official workbook: what is reported of an edition but not in its file.

They are off until the user sets them (design/scheme-workbook.md, 〔unverified〕) and are kept as facts of the asset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from app.common.errors import UserProblem
from app.domain.coding import CodeKind
from app.drg.scheme import Scheme
from app.drg.tariffs import named
from app.drg.workbook import WorkbookOptions

_APART: Final = re.compile(r"[\s,，;；、|]+")
_YES: Final = "1"


def options_of(facts: Mapping[str, str]) -> WorkbookOptions:
    """Return the options that an asset's facts hold."""
    days = facts.get("newborn_qy_days", "")
    return WorkbookOptions(
        frozenset(facts.get("grey_px", "").split()),
        int(days) if days else None,
        facts.get("procedure_only") == _YES,
    )


def facts_of(options: WorkbookOptions) -> dict[str, str]:
    """Return options as facts of an asset."""
    return {
        "grey_px": " ".join(sorted(options.grey_px)),
        "newborn_qy_days": "" if options.newborn_qy_days is None else str(options.newborn_qy_days),
        "procedure_only": _YES if options.procedure_only else "",
    }


def read_options(scheme: Scheme, grey_px: str, newborn_qy_days: str, *, procedure_only: bool) -> WorkbookOptions:
    """Return options as typed: codes with blanks or commas between them, days as a whole number or nothing.

    Raises :class:`UserProblem` for codes that no list of procedures of the scheme has and for days that are none.
    """
    codes = frozenset(code for code in _APART.split(grey_px) if code)
    known = {code for one in scheme.sets.values() if one.kind is not CodeKind.DX for code in one.rows}
    unknown = sorted(codes - known)
    if unknown:
        raise UserProblem(
            "assets.grey_unknown", remedy="assets.remedy.grey_unknown", count=len(unknown), codes=named(unknown)
        )
    days = newborn_qy_days.strip()
    if days and not (days.isascii() and days.isdecimal() and 0 < int(days) <= 366):
        raise UserProblem("assets.qy_days", remedy="assets.remedy.qy_days", given=days)
    return WorkbookOptions(codes, int(days) if days else None, procedure_only)
