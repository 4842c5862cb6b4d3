"""Names of fields for the mapping of columns, and the choice of a field by typing its name or initials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from app.common.pinyin import initials
from app.domain.case import FieldPath
from app.domain.field import FieldSpec, Group
from app.domain.fields import FIELDS, field

if TYPE_CHECKING:
    from app.services.imports import ColumnMap

_STEMS: Final = {Group.DX: ("诊断", "诊断"), Group.OP: ("手术及操作", "手术")}
"""Group → how its labels begin, and what stands there behind 主要 and 其他."""
_ROWS: Final = {Group.DX: 41, Group.OP: 41}
_OTHER_ROWS: Final = 5
_MOST: Final = 200
SKIP: Final = "不导入"


def field_label(path: str) -> str:
    """Return a field with its row in words: ``主要诊断编码``, ``其他手术 2 术者``, ``病理号 2``."""
    spec, at = field(path), FieldPath.parse(path)
    if at.group is Group.CASE:
        return spec.label
    if at.group not in _STEMS:
        return spec.label if at.index == 0 else f"{spec.label} {at.index + 1}"
    start, stem = _STEMS[at.group]
    which = f"主要{stem}" if at.index == 0 else f"其他{stem}{at.index}"
    if spec.id == "source_text":
        return f"{which}（医师原文）"
    return f"{which}{spec.label.removeprefix(start).removeprefix(stem)}"


def column_label(column: ColumnMap) -> str:
    """Return where a column goes: the field, several of them, a part of one, or 不导入."""
    words = " + ".join(field_label(path) for path in column.paths) or SKIP
    return f"{words}（一部分）" if column.is_part and column.paths else words


@cache
def _entries() -> tuple[tuple[str, str], ...]:
    return tuple(_all())


def _all() -> Iterator[tuple[str, str]]:
    for spec in FIELDS:
        if spec.computed:
            continue
        if spec.group is Group.CASE:
            yield spec.id, spec.label
        else:
            for index in range(_ROWS.get(spec.group, _OTHER_ROWS)):
                path = _path(spec, index)
                yield path, field_label(path)


def _path(spec: FieldSpec, index: int) -> str:
    return f"{spec.group}[{index}].{spec.id}"


class FieldChoices:
    """All fields as a dictionary field needs them; '' stands for a column that is not imported."""

    def label(self, code: str) -> str:
        """Return the name of a path, '' for an unknown one."""
        return dict(_entries()).get(code, "")

    def find(self, text: str) -> str | None:
        """Return the path whose name or identifier is typed in full."""
        return next((path for path, label in _entries() if text in (path, label)), None)

    def search(self, text: str) -> Sequence[tuple[str, str]]:
        """Return the fields whose name, identifier or initials hold the text; those that begin with it first."""
        wanted = text.casefold()
        found = [entry for entry in _entries() if wanted in f"{entry[1]} {entry[0]} {initials(entry[1])}".casefold()]
        found.sort(key=lambda entry: not entry[1].casefold().startswith(wanted))
        return found[:_MOST]
