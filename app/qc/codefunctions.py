"""Functions about codes: which ranges they are in, their category, whether code book or dictionary knows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from app.codebook.codes import category3, category4
from app.domain.coding import CodeKind
from app.domain.dictionaries import DICTIONARIES
from app.domain.field import FieldType, Group
from app.qc.codesets import CodeSet
from app.qc.compiler import Compiler, Env, Function, argument
from app.qc.context import Book
from app.qc.faults import Unanswerable
from app.qc.fieldterms import bound_field, indexed_field, spec_of
from app.qc.loops import Rows, any_row
from app.qc.memo import Memo, OneAtATime
from app.qc.operators import WORDED, tested
from app.qc.quick import Coded, Quick
from app.qc.scope import Scope
from app.qc.syntax import Call, Dictionary, Name, Node
from app.qc.terms import Kind, Read, Term, derived

_CUT: Final = 20_000
_CODED: Final = frozenset({Group.DX, Group.OP, Group.PATH, Group.EXT})


def _has(compiler: Compiler, call: Call, env: Env) -> Term:
    node = argument(compiler, call, 0, of=2)
    if not isinstance(node, Name) or compiler.group(node.name, node) not in _CODED:
        raise compiler.fault("not_coded_rows", node)
    return _rows_in(compiler, call, env, Rows(Group(node.name)), call.args[1])


def _has_rows(rows: Rows) -> Function:
    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        return _rows_in(compiler, call, env, rows, argument(compiler, call, 0, of=1))

    return build


def _rows_in(compiler: Compiler, call: Call, env: Env, rows: Rows, where: Node) -> Term:
    codes, lists = compiler.code_set(where)
    group = rows.group or Group.DX
    loop, _ = compiler.loop(env, group, call)
    term = any_row(rows, loop.slot, _code_in(_code(group, slot=loop.slot), codes))
    read = _any_code(group, rows.start, codes, term)
    return replace(term, read=read, lists=lists, quick=Quick(read, read, (Coded(group, codes, rows.start),)))


def _any_code(group: Group, start: int, codes: CodeSet, term: Term) -> Read:
    """Return the same answer as ``term`` from the record's list of codes, which is made once."""
    walk, answers = term.read, codes.answers

    def read(scope: Scope) -> object:
        found = scope.codes(group)
        if len(found) <= start:
            return walk(scope)
        answer: bool | None = False
        for code in found[start:] if start else found:
            if not code:
                answer = None
            elif answers[code]:
                return True
        return answer

    return read


def _code(group: Group, *, slot: int = -1, index: int = 0) -> Term:
    spec = spec_of(group, "code")
    assert spec is not None, group  # noqa: S101  # every group of _CODED has the field
    return bound_field(spec, slot) if slot >= 0 else indexed_field(spec, index)


def _code_in(code: Term, codes: CodeSet) -> Term:
    return derived(Kind.BOOL, tested(code, codes.__contains__), code)


def _main_in(group: Group) -> Function:
    def build(compiler: Compiler, call: Call, _: Env) -> Term:
        codes, lists = compiler.code_set(argument(compiler, call, 0, of=1))
        term = _code_in(_code(group), codes)
        return replace(term, lists=lists, quick=Quick(term.read, term.read, (Coded(group, codes, single=True),)))

    return build


def _cut(shorten: Callable[[str], str]) -> Function:
    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        term = compiler.term(argument(compiler, call, 0, of=1), env)
        if term.kind not in WORDED:
            raise compiler.fault("not_a_code", call.args[0])
        value, short = term.read, Memo(shorten, _CUT)

        def read(scope: Scope) -> str | None:
            found = value(scope)
            return None if found is None else short[str(found)]

        return derived(Kind.CODE, read, term)

    return build


def _known(compiler: Compiler, call: Call, env: Env) -> Term:
    term = compiler.term(argument(compiler, call, 0, of=1), env)
    if term.access is None or term.kind is not Kind.CODE:
        raise compiler.fault("not_a_code", call.args[0])
    kind = CodeKind.PX if term.access.spec.type is FieldType.PX_CODE else CodeKind.DX
    text = term.text or term.read

    def has(book: Book, code: str) -> bool:
        entry = book.get(code)
        return entry is not None and entry.kind is kind

    answers = OneAtATime(has)

    def read(scope: Scope) -> bool | None:
        code = text(scope)
        if code is None:
            return None
        if scope.context.codebook is None:
            raise Unanswerable("no_codebook")
        return answers.of(scope.context.codebook, str(code))

    return derived(Kind.BOOL, read, term)


def _begins(compiler: Compiler, call: Call, env: Env) -> Term:
    term = compiler.term(argument(compiler, call, 0, of=2), env)
    node = call.args[1]
    if not isinstance(node, Dictionary) or node.id not in DICTIONARIES:
        raise compiler.fault("not_a_dictionary", node)
    text, known = term.text or term.read, DICTIONARIES[node.id]
    longest = max(len(name) for entry in known.entries for name in (entry.code, entry.label, *entry.aliases))
    answers = Memo[str, bool](lambda start: known.find_start(start) is not None)

    def read(scope: Scope) -> bool | None:
        found = text(scope)
        return None if found is None else answers[str(found)[: 2 * longest]]  # twice: folding may take blanks out

    return derived(Kind.BOOL, read, term)


def _department(code: str) -> str:
    """Return the main department number: 03 of 03.04 and of the settlement list's A03.04."""
    return code.removeprefix("A").partition(".")[0]


FUNCTIONS: Final[Mapping[str, Function]] = {
    "has": _has,
    "has_other": _has_rows(Rows(Group.DX, 1)),
    "has_op": _has_rows(Rows(Group.OP)),
    "main_in": _main_in(Group.DX),
    "main_op_in": _main_in(Group.OP),
    "c3": _cut(category3),
    "c4": _cut(category4),
    "first3": _cut(_department),
    "known": _known,
    "begins": _begins,
}
"""Functions of codes by name."""
