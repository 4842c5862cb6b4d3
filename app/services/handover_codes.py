"""Codes between the two editions: uploads take the clinical one, the settlement list the insurance one (6.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.codebook.book import Codebook
from app.codebook.editions import NONE, EditionMap, EditionPairs
from app.domain.case import CaseRecord, FieldPath
from app.domain.field import FieldType
from app.domain.fields import field as field_of
from app.services.handover_types import Edition

_CODES: Final = frozenset({FieldType.DX_CODE, FieldType.PX_CODE})


@dataclass(frozen=True, slots=True)
class CodeFault:
    """A code that has no equivalent: field, code, kind of the reason, what else is to be known."""

    path: str
    code: str
    kind: str
    detail: str = ""


class EditionCodes:
    """Turns the codes of a record into those of one edition."""

    def __init__(self, book: Codebook, maps: EditionMap, pairs: EditionPairs, stored: Edition, wanted: Edition) -> None:
        self._book = book
        self._map: Mapping[str, str] = maps.pairs
        self._pairs = pairs
        self._stored = stored
        self._wanted = wanted

    def convert(self, record: CaseRecord) -> tuple[CaseRecord, list[CodeFault]]:
        """Return the record with the codes of the edition that is wanted, and the codes that have no equivalent."""
        faults: list[CodeFault] = []
        for path, code in _codes(record):
            found, fault, detail = self._target(code)
            if fault:
                faults.append(CodeFault(path, code, fault, detail))
            elif found != code:
                record = record.with_value(path, found)
        return record, faults

    def _target(self, code: str) -> tuple[str, str, str]:
        """Return the code of the wanted edition, or why there is none and what is to be known of that."""
        if self._stored is self._wanted:
            return self._own(code)
        return self._to_clinical(code) if self._wanted is Edition.CLINICAL else self._to_insurance(code)

    def _own(self, code: str) -> tuple[str, str, str]:
        if code in self._book:
            return code, "", ""
        if self._wanted is Edition.CLINICAL:
            return (code, "", "") if code in self._map else ("", "unknown", "")
        return self._to_insurance(code)

    def _to_insurance(self, code: str) -> tuple[str, str, str]:
        target = self._map.get(code, "")
        if target and target != NONE:
            return target, "", ""
        return "", "none" if target else self._lacking(), ""

    def _to_clinical(self, code: str) -> tuple[str, str, str]:
        if code not in self._book and code in self._map:
            return code, "", ""  # the record has a code of the clinical edition already
        sources = self._pairs.clinical(code)
        if code in sources or len(sources) == 1:
            return (code if code in sources else sources[0]), "", ""
        if sources:
            return "", "several", " ".join(sources)
        return "", self._lacking(), ""

    def _lacking(self) -> str:
        return "unmapped" if self._map else "no_map"


def _codes(record: CaseRecord) -> Iterator[tuple[str, str]]:
    for group, index, row in record.each_row():
        for name, value in row.values.items():
            path = str(FieldPath(group, index, name))
            if isinstance(value, str) and value and field_of(path).type in _CODES:
                yield path, value
