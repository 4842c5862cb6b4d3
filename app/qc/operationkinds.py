"""The kind of an operation (domain.md 2.6) where the record does not say it: from the code table, else from a list.

A code that neither knows has no kind, and rules about kinds do not apply to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.qc.codesets import CodeSet
from app.qc.faults import RuleFault
from app.qc.fieldterms import bound_field, indexed_field, spec_of
from app.qc.memo import Memo
from app.qc.scope import Scope
from app.qc.terms import Ref, Term
from app.qc.vocabulary import LookupList

_LIST: Final = "OP_KINDS"
_WORDS: Final = Memo[str, str | None](lambda word: dictionary("D-OPKIND").find(word))


def filled(term: Term, lists: Mapping[str, LookupList]) -> Term:
    """Return a row's field; the kind of an operation also where only the row's code says it.

    The list ``OP_KINDS`` has rows ``kind | codes``; the first one that has a code counts. Raises :class:`RuleFault`
    for a row that is none.
    """
    if term.access is None or term.access.spec.path != "op[].kind":
        return term
    code, known = _code_beside(term.access.ref), Memo[str, str | None](_finder(lists.get(_LIST)))
    written, coded = term.read, code.read

    def read(scope: Scope) -> object:
        found = written(scope)
        if found is not None:
            return found
        operation = coded(scope)
        return None if operation is None else _from_book(scope, str(operation)) or known[str(operation)]

    return replace(term, read=read, text=read, touches=term.touches | code.touches)


def _code_beside(ref: Ref) -> Term:
    spec = spec_of(Group.OP, "code")
    assert spec is not None  # noqa: S101 - an operation row has a code
    return bound_field(spec, ref.slot) if ref.slot >= 0 else indexed_field(spec, ref.index)


def _from_book(scope: Scope, code: str) -> str | None:
    entry = scope.context.codebook.get(code) if scope.context.codebook else None
    return _WORDS[entry.op_kind] if entry is not None and entry.op_kind else None


def _finder(entry: LookupList | None) -> Callable[[str], str | None]:
    rows = [_row(item) for item in entry.items] if entry else []
    return lambda code: next((kind for kind, codes in rows if code in codes), None)


def _row(item: str) -> tuple[str, CodeSet]:
    word, _, codes = item.partition("|")
    kind = _WORDS[word]
    if kind is None or not codes.strip():
        raise RuleFault("list_range", args={"name": _LIST, "range": item})
    try:
        return kind, CodeSet(codes)
    except ValueError as fault:
        raise RuleFault("list_range", args={"name": _LIST, "range": str(fault)}) from fault
