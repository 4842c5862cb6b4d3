"""Functions of what lies outside the record: its group and price, the hospital's own figures, what was charged.

``fact("multiple")`` gives one fact; ``resources/rules/names.toml`` has a name for each. A fact that is not there is
None, as a blank field is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from app.codebook.codes import category4
from app.domain.field import Group
from app.qc.codesets import CodeSet
from app.qc.compiler import Compiler, Env, Function, argument
from app.qc.context import GroupingFacts, OutsideFacts, Statistics
from app.qc.operators import WORDED
from app.qc.scope import Scope
from app.qc.syntax import Call, Text
from app.qc.terms import Kind, Read, Term, derived

READS_GROUP: Final = frozenset(
    {
        "sex",
        "birth_date",
        "admit_time",
        "discharge_time",
        "age_years",
        "age_days",
        "nb_weight[].weight",
        "nb_admit_weight",
        "admit_dept",
        "discharge_dept",
        "discharge_way",
        "dx[].code",
        "op[].code",
        "fee_total",
        "fee_self",
        "pay_method",
        "hi_type",
        "psn_selfpay",
        "psn_ownpay",
    }
)
"""What grouping and pricing read of a record: a change of one of them may change every fact about the group."""
_KEY: Final = frozenset({"org_code", "record_no", "admission_count"})
_NEEDS_GROUP: Final = frozenset({"sex", "dx[].code"})


@dataclass(frozen=True, slots=True)
class _Fact:
    """One fact: what kind of value it is, how it is read, what its change hangs on, what the file must have."""

    kind: Kind
    read: Read
    touches: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


def grouping(scope: Scope) -> GroupingFacts | None:
    """Return the group facts of the record, made once for each check; None where nobody groups."""
    source = scope.context.grouping
    return None if source is None else scope.keep("grouping", lambda _: source())


def _of_group(kind: Kind, read: Callable[[GroupingFacts], object]) -> _Fact:
    def whole(scope: Scope) -> object:
        facts = grouping(scope)
        return None if facts is None else read(facts)

    return _Fact(kind, whole, READS_GROUP, _NEEDS_GROUP)


def _of_outside(kind: Kind, read: Callable[[OutsideFacts], object]) -> _Fact:
    def whole(scope: Scope) -> object:
        facts = scope.context.outside
        return None if facts is None else read(facts)

    return _Fact(kind, whole)


def _of_library(kind: Kind, read: Callable[[Statistics, Scope], object], fact: _Fact) -> _Fact:
    """Return a figure of the library that is looked up by the department, or by the group."""

    def whole(scope: Scope) -> object:
        figures = scope.context.outside.statistics if scope.context.outside else None
        return None if figures is None else read(figures, scope)

    return replace(fact, kind=kind, read=whole)


def _day_cost(side: int) -> Callable[[Statistics, Scope], Decimal | None]:
    def read(figures: Statistics, scope: Scope) -> Decimal | None:
        found = figures.day_cost.get(_dept(scope))
        return found[side] if found else None

    return read


def _drg_cases(figures: Statistics, scope: Scope) -> int | None:
    facts = grouping(scope)
    if facts is None or not facts.drg or not figures.drg_cases:
        return None
    return len(figures.drg_cases.get(facts.drg, frozenset()) - {scope.record.key})


def _dept_los(figures: Statistics, scope: Scope) -> Decimal | None:
    facts = grouping(scope)
    return figures.dept_los.get((_dept(scope), facts.drg)) if facts else None


def _dept(scope: Scope) -> str:
    return str(scope.head.get("discharge_dept") or "")


_DEPT: Final = _Fact(Kind.TEXT, _dept, frozenset({"discharge_dept"}), frozenset({"discharge_dept"}))
_GROUP: Final = _of_group(Kind.TEXT, lambda facts: facts.drg or None)

FACTS: Final[Mapping[str, _Fact]] = {
    "group_status": _of_group(Kind.TEXT, lambda facts: str(facts.status)),
    "group_reason": _of_group(Kind.TEXT, lambda facts: facts.reason or None),
    "drg": _GROUP,
    "rw": _of_group(Kind.NUMBER, lambda facts: facts.rw),
    "pay_standard": _of_group(Kind.MONEY, lambda facts: facts.pay_standard),
    "multiple": _of_group(Kind.NUMBER, lambda facts: facts.multiple),
    "low_threshold": _of_group(Kind.NUMBER, lambda facts: facts.low_threshold),
    "high_threshold": _of_group(Kind.NUMBER, lambda facts: facts.high_threshold),
    "warning_level": _of_group(Kind.NUMBER, lambda facts: facts.warning_level),
    "pay_regime": _of_group(Kind.TEXT, lambda facts: facts.regime or None),
    "left_out": _of_group(Kind.BOOL, lambda facts: facts.excluded),
    "los_mean": _of_group(Kind.NUMBER, lambda facts: facts.los_mean),
    "first_main": _of_outside(Kind.CODE, lambda facts: facts.first_main or None),
    "first_rw": _of_outside(Kind.NUMBER, lambda facts: facts.first_rw),
    "day_cost_low": _of_library(Kind.MONEY, _day_cost(0), _DEPT),
    "day_cost_high": _of_library(Kind.MONEY, _day_cost(1), _DEPT),
    "drg_cases": _of_library(Kind.NUMBER, _drg_cases, replace(_GROUP, touches=READS_GROUP | _KEY)),
    "dept_los": _of_library(Kind.NUMBER, _dept_los, _GROUP),
}
"""Facts by name; names.toml gives each to rules under the same name."""


def _fact(compiler: Compiler, call: Call, _: Env) -> Term:
    node = argument(compiler, call, 0, of=1)
    if not isinstance(node, Text) or node.text not in FACTS:
        raise compiler.fault("unknown_fact", node, name=getattr(node, "text", ""))
    fact = FACTS[node.text]
    return Term(kind=fact.kind, read=fact.read, touches=fact.touches, needs=fact.needs)


def _of_code(kind: Kind, ask: Callable[[GroupingFacts, str, Scope], object]) -> Function:
    """Return a function that asks the group facts about a code."""

    def build(compiler: Compiler, call: Call, env: Env) -> Term:
        term = _worded(compiler, call, env)
        value = term.read

        def read(scope: Scope) -> object:
            code = value(scope)
            facts = None if code is None else grouping(scope)
            return None if facts is None else ask(facts, str(code), scope)

        whole = derived(kind, read, term)
        return replace(whole, touches=whole.touches | READS_GROUP, needs=whole.needs | _NEEDS_GROUP)

    return build


def _carries(facts: GroupingFacts, code: str, scope: Scope) -> bool:
    return code == scope.keep("carrier", lambda _: facts.carrier())


def _matched(compiler: Compiler, call: Call, env: Env) -> Term:
    term = _worded(compiler, call, env)
    value = term.read

    def read(scope: Scope) -> str | None:
        words, facts = value(scope), scope.context.outside
        return None if words is None or facts is None else facts.matched(str(words)) or None

    return derived(Kind.CODE, read, term)


def _worded(compiler: Compiler, call: Call, env: Env) -> Term:
    term = compiler.term(argument(compiler, call, 0, of=1), env)
    if term.kind not in WORDED:
        raise compiler.fault("not_a_text", call.args[0])
    return term


def _uncoded_charge(compiler: Compiler, call: Call, _: Env) -> Term:
    """Build ``uncoded_charge(LIST)``: is a word of the list charged and none of the operations beside it coded?

    An item of the list is ``word | operations``; what follows a second bar is a note for people.
    """
    node = argument(compiler, call, 0, of=1)
    words = compiler.words(node)
    try:
        wanted = [_charge(item) for item in words.items]
    except ValueError as fault:
        raise compiler.fault("code_range", node, range=str(fault)) from fault

    def read(scope: Scope) -> bool | None:
        charged = scope.context.outside.charges if scope.context.outside else None
        if charged is None:
            return None
        asked = [codes for word, codes in wanted if any(word in item for item in charged)]
        return any(not any(code in codes for code in scope.codes(Group.OP)) for codes in asked)

    paths = frozenset({"op[].code"})
    return Term(kind=Kind.BOOL, read=read, touches=paths, needs=paths, lists=frozenset({words.name}))


def _charge(item: str) -> tuple[str, CodeSet]:
    word, _, rest = item.partition("|")
    if not word.strip():
        raise ValueError(item)
    return word.strip(), CodeSet(rest.partition("|")[0])


def _listed_differs(compiler: Compiler, call: Call, _: Env) -> Term:
    """Build ``listed_dx_differ()``: does a settlement list of its own have other diagnoses, by four characters?"""
    if call.args:
        raise compiler.fault("arguments", call, name=call.name, count=0)

    def read(scope: Scope) -> bool | None:
        listed = scope.context.outside.listed_dx if scope.context.outside else None
        if listed is None:
            return None
        return {category4(code) for code in listed} != {category4(code) for code in scope.codes(Group.DX) if code}

    paths = frozenset({"dx[].code"})
    return Term(kind=Kind.BOOL, read=read, touches=paths, needs=paths)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "fact": _fact,
    "carries_group": _of_code(Kind.BOOL, _carries),
    "rw_as_main": _of_code(Kind.NUMBER, lambda facts, code, _: facts.rw_as_main(code)),
    "grouper_knows": _of_code(Kind.BOOL, lambda facts, code, _: facts.knows(code)),
    "matched_code": _matched,
    "uncoded_charge": _uncoded_charge,
    "listed_dx_differ": _listed_differs,
}
"""Functions of what lies outside the record by name."""
