"""Functions that ask the active code book about a code: its name, its level, what it must be coded together with.

Without a code book they cannot be evaluated. A code that the book does not have as written is not applicable here:
BM-001 and BM-002 say that it is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from app.codebook.codes import asterisk, category3, dagger, fold_code
from app.domain.coding import CodeKind
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.qc.compiler import Compiler, Env, Function, argument
from app.qc.context import Book, Entry
from app.qc.faults import Unanswerable
from app.qc.loops import Rows
from app.qc.memo import Memo, OneAtATime
from app.qc.operators import WORDED
from app.qc.scope import Scope
from app.qc.syntax import Call
from app.qc.terms import Kind, Term, derived
from app.qc.valuefunctions import fold

_SUBCATEGORY: Final = 4
"""Letters and digits of a diagnosis code without its fifth and sixth place."""
_FOLDED: Final = Memo[str, str](lambda name: fold(name).casefold(), 20_000)
_LEVELS: Final = Memo[str, str | None](lambda word: dictionary("D-LEVEL").find(word))
_Answer: TypeAlias = Callable[[Book, str], object]


def _book(scope: Scope) -> Book:
    if scope.context.codebook is None:
        raise Unanswerable("no_codebook")
    return scope.context.codebook


def _entry(book: Book, code: str) -> Entry | None:
    """Return the entry of exactly this code; a stand-in (a code's subcategory) is none."""
    entry = book.get(code)
    return entry if entry is not None and entry.code == code else None


def _of_code(kind: Kind, answer: _Answer) -> Function:
    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        term = _code(compiler, call, env, of=1)
        value, answers = term.read, OneAtATime(answer)

        def read(scope: Scope) -> object:
            code = value(scope)
            return None if code is None else answers.of(_book(scope), str(code))

        return derived(kind, read, term)

    return build


def _code(compiler: Compiler, call: Call, env: Env, of: int) -> Term:
    term = compiler.term(argument(compiler, call, 0, of=of), env)
    if term.kind is not Kind.CODE:
        raise compiler.fault("not_a_code", call.args[0])
    return term


def _name(book: Book, code: str) -> str | None:
    entry = _entry(book, code)
    return entry.name if entry is not None else None


def _level(book: Book, code: str) -> str | None:
    """Return the level of an operation in the hospital's table as a code of D-LEVEL; blank when it has none."""
    entry = _entry(book, code)
    return _LEVELS[entry.level] if entry is not None and entry.level else None


def _unfinished(book: Book, code: str) -> bool:
    """Tell whether a code is a category or subcategory that the book divides further."""
    folded = fold_code(code)
    if sum(char.isalnum() and char != "x" for char in folded) > _SUBCATEGORY or "x" in folded:
        return False
    return any(entry.code != folded for entry in book.by_prefix(folded, CodeKind.DX))


def _needs_star(book: Book, code: str) -> bool:
    """Tell whether the book has a dagger code only together with its asterisk code, and it stands alone here."""
    if asterisk(code) or _entry(book, code) is not None:
        return False
    return any(asterisk(entry.code) and dagger(entry.code) == code for entry in book.by_prefix(code, CodeKind.DX))


def _other_edition(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``other_edition(code)``: only the other edition has the code; blank where the two are not known apart."""
    term = _code(compiler, call, env, of=1)
    value = term.read

    def read(scope: Scope) -> bool | None:
        code = value(scope)
        return None if code is None or not scope.context.conversion else code in scope.context.conversion

    return derived(Kind.BOOL, read, term)


def _called(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``called(code, name)``: the name is the book's name of the code or one of its synonyms, after folding."""
    code, name = _code(compiler, call, env, of=2), compiler.term(call.args[1], env)
    if name.kind not in WORDED:
        raise compiler.fault("not_a_text", call.args[1])
    value, words, entries = code.read, name.read, OneAtATime(_entry)

    def read(scope: Scope) -> bool | None:
        coded, written = value(scope), words(scope)
        if coded is None or written is None:
            return None
        entry = entries.of(_book(scope), str(coded))
        return None if entry is None else _is_name(str(written), entry)

    return derived(Kind.BOOL, read, code, name)


def _is_name(written: str, entry: Entry) -> bool:
    if written == entry.name:
        return True
    folded = _FOLDED[written]
    return folded == _FOLDED[entry.name] or any(folded == _FOLDED[synonym] for synonym in entry.synonyms)


def _has_dagger(compiler: Compiler, call: Call, env: Env) -> Term:
    """Build ``has_dagger(code)``: a diagnosis of the record is a dagger code of this asterisk code.

    Blank when the book has no dagger code for it.
    """
    term = _code(compiler, call, env, of=1)
    value = term.read

    def read(scope: Scope) -> bool | None:
        code = value(scope)
        if code is None:
            return None
        known = _book(scope).daggers(category3(str(code)))
        return any(category3(other) in known for other in scope.codes(Group.DX)) if known else None

    found = derived(Kind.BOOL, read, term)
    return replace(found, touches=found.touches | Rows(Group.DX).touches | {"dx[].code"})


FUNCTIONS: Final[Mapping[str, Function]] = {
    "book_name": _of_code(Kind.TEXT, _name),
    "book_level": _of_code(Kind.TEXT, _level),
    "unfinished": _of_code(Kind.BOOL, _unfinished),
    "needs_star": _of_code(Kind.BOOL, _needs_star),
    "called": _called,
    "other_edition": _other_edition,
    "has_dagger": _has_dagger,
}
"""Functions of the code book by name."""
