"""Words for the place of a finding: ``诊断 主、3``, ``住院过程``."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.case import FieldPath
from app.domain.field import Group, Section
from app.domain.fields import field

SECTION_TITLES = {
    Section.PATIENT: "患者信息",
    Section.STAY: "住院过程",
    Section.DIAGNOSIS: "诊断",
    Section.OPERATION: "手术操作",
    Section.OTHER_CARE: "其他诊疗",
    Section.DISCHARGE: "离院与计划",
    Section.STAFF: "医师签名",
    Section.FEE: "费用",
    Section.SETTLEMENT: "结算清单",
}


def section_of(path: str) -> Section:
    """Return the section of the sheet that shows a field path."""
    at = FieldPath.parse(path)
    if at.group is Group.DX:
        return Section.DIAGNOSIS
    if at.group is Group.OP:
        return Section.OPERATION
    return field(path).section


def place_text(paths: Sequence[str]) -> str:
    """Return where a finding points: the section, and the rows of a grid by their printed number."""
    if not paths:
        return ""
    title = SECTION_TITLES[section_of(paths[0])]
    first = FieldPath.parse(paths[0]).group
    rows = [at for at in map(FieldPath.parse, paths) if at.group is first and first in (Group.DX, Group.OP)]
    if not rows:
        return title
    numbers = dict.fromkeys("主" if at.index == 0 else str(at.index + 1) for at in rows)
    return f"{title} {'、'.join(numbers)}"
