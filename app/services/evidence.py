"""Which documents an appeal needs for a diagnosis or an operation, and what of them the front page itself shows.

The lists are data (``resources/drg/evidence.toml``). A tick says only that the front page shows a trace; the document
has to be enclosed all the same, and nothing here tells how a case could reach another group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.common.paths import data
from app.common.texts import text
from app.common.toml_files import read_toml
from app.domain.case import CaseRecord, Row
from app.domain.derived import SURGICAL_KINDS
from app.domain.field import FieldSpec, Group
from app.domain.fields import field
from app.domain.values import display

_FEE: Final = "fee_"


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of document. ``seen`` are the traces on the front page, any of which is enough."""

    what: str
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """The documents for codes with some prefixes ('' for the defaults), with a short note on their source."""

    id: str
    codes: tuple[str, ...]
    documents: tuple[Document, ...]
    source: str

    def length(self, code: str) -> int:
        """Return how many characters of a code the longest fitting prefix covers, 0 when none fits."""
        return max((len(prefix) for prefix in self.codes if code.startswith(prefix)), default=0)


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """One document asked for, with what the front page shows of it ('' when nothing) and the note on its source."""

    what: str
    shown: str
    source: str


@cache
def demands(kind: str) -> tuple[Demand, ...]:
    """Return the lists of ``dx``, ``op`` or ``defaults``."""
    read = read_toml(data("resources") / "drg" / "evidence.toml")
    if kind == "defaults":
        return tuple(_demand({"id": name, "codes": [], **entry}) for name, entry in read[kind].items())
    return tuple(_demand(entry) for entry in read[kind])


def _demand(entry: Mapping[str, object]) -> Demand:
    documents, codes = entry["documents"], entry["codes"]
    assert isinstance(documents, list)  # noqa: S101 - a file of the program, checked by a test
    assert isinstance(codes, list)  # noqa: S101 - as above
    made = tuple(Document(each["what"], tuple(each.get("seen", ()))) for each in documents)
    return Demand(str(entry["id"]), tuple(codes), made, str(entry["source"]))


def evidence_for(record: CaseRecord, group: Group, index: int) -> tuple[Evidence, ...]:
    """Return what an appeal needs for a coded diagnosis or operation of a record."""
    row = record.rows(group)[index]
    code = row.text("code")
    fitting = max(demands(str(group)), key=lambda demand: demand.length(code))
    chosen = [_default(group, index, row), *([fitting] if fitting.length(code) else [])]
    return tuple(
        Evidence(document.what, _shown(document.seen, record, group, row), demand.source)
        for demand in chosen
        for document in demand.documents
    )


def _default(group: Group, index: int, row: Row) -> Demand:
    if group is Group.DX:
        name = "main_dx" if index == 0 else "dx"
    else:
        name = "surgery" if row.text("kind") in SURGICAL_KINDS or row.text("incision") else "procedure"
    return next(demand for demand in demands("defaults") if demand.id == name)


def _shown(seen: Sequence[str], record: CaseRecord, group: Group, row: Row) -> str:
    traces = (trace for term in seen for trace in _traces(term, record, group, row))
    return text("appeal.evidence.join").join(dict.fromkeys(traces))


def _traces(term: str, record: CaseRecord, group: Group, row: Row) -> Iterator[str]:
    """Yield what the front page shows for one term of ``seen``."""
    kind, _, name = term.partition(":")
    if term.startswith(_FEE):
        yield from _value(field(term), record.head)
    elif kind == "op":
        yield from (f"{op.text('code')} {op.text('name')}" for op in record.rows(Group.OP) if _is_op(op, name))
    elif kind == "rows":
        count = sum(not one.is_blank() for one in record.rows(Group(name)))
        if count:
            yield text("appeal.evidence.rows", group=text(f"cases.group.{name}"), count=count)
    elif kind == "field":
        yield from _value(field(name), record.head)
    else:
        yield from _value(field(f"{group}[].{name}"), row)


def _is_op(row: Row, prefix: str) -> bool:
    return row.text("code").startswith(prefix)


def _value(spec: FieldSpec, row: Row) -> Iterator[str]:
    value = row.get(spec.id)
    if value:
        yield text("appeal.evidence.value", label=spec.label, value=display(spec, value), unit=spec.unit).rstrip()
