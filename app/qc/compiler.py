"""From the syntax tree to closures, once, when a rule is loaded. Unknown names are refused with their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypeAlias

from app.domain.dictionaries import DICTIONARIES, dictionary
from app.domain.field import Group
from app.qc import operationkinds, operators
from app.qc.codepairs import CodePairs
from app.qc.codesets import CodeSet
from app.qc.faults import RuleFault
from app.qc.fieldterms import SIBLING_KINDS, bound_field, case_field, indexed_field, sibling_field, spec_of
from app.qc.logic import conjunction, disjunction, negation
from app.qc.memo import Memo
from app.qc.parser import parse
from app.qc.quick import Quick
from app.qc.scope import MAX_LOOPS, Scope
from app.qc.syntax import (
    Binary,
    Call,
    Dictionary,
    Logic,
    Membership,
    Name,
    Node,
    Not,
    Number,
    Path,
    Prev,
    Text,
)
from app.qc.syntax import Group as SetNode
from app.qc.terms import Kind, Read, Term, constant, derived, gate_of_code
from app.qc.vocabulary import LookupList, Vocabulary

_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Loop:
    """A row loop: the group it walks (None: other stays of the patient) and the slot that holds its row."""

    group: Group | None
    slot: int


@dataclass(frozen=True, slots=True)
class Env:
    """What the loops around a node have bound: rows, the element ``it``, the earlier row ``prev``."""

    loops: tuple[Loop, ...] = ()
    it: Term | None = None
    prev: Loop | None = None

    def loop(self, group: Group | None) -> tuple[Loop, Env]:
        """Return a new loop inside this place and the place inside it."""
        new = Loop(group, len(self.loops))
        return new, replace(self, loops=(*self.loops, new))


Function: TypeAlias = "Callable[[Compiler, Call, Env], Term]"


class Compiler:
    """Compiles the expressions of one rule. ``parameters`` are the rule's own constants."""

    def __init__(
        self,
        source: str,
        vocabulary: Vocabulary,
        functions: Mapping[str, Function],
        parameters: Mapping[str, Decimal] | None = None,
        _macros: tuple[str, ...] = (),
    ) -> None:
        self._source = source
        self._vocabulary = vocabulary
        self._functions = functions
        self._parameters = parameters or {}
        self._macros = _macros

    def compile(self, env: Env | None = None) -> Term:
        """Return the expression as a term. Raises :class:`RuleFault` with the place of the first fault."""
        return self.term(parse(self._source), env or Env())

    def compile_condition(self) -> Term:
        """Return the expression, which must answer yes or no."""
        return self.condition(parse(self._source), Env())

    def fault(self, key: str, node: Node, **args: object) -> RuleFault:
        """Return the refusal of a node."""
        return RuleFault(key, source=self._source, at=node.at, args=args)

    def condition(self, node: Node, env: Env) -> Term:
        """Return a node that must answer yes or no."""
        term = self.term(node, env)
        if term.kind is not Kind.BOOL:
            raise self.fault("not_a_condition", node)
        return term

    def term(self, node: Node, env: Env) -> Term:
        """Return any node that is a value."""
        match node:
            case Logic(op, items):
                parts = [self.condition(item, env) for item in items]
                return conjunction(parts) if op == "and" else disjunction(parts)
            case Not(item):
                return negation(self.condition(item, env))
            case Binary():
                return self._binary(node, env)
            case Membership():
                return self._membership(node, env)
            case Call():
                return self._call(node, env)
        return self._leaf(node, env)

    def _leaf(self, node: Node, env: Env) -> Term:
        match node:
            case Number(text):
                return constant(Kind.NUMBER, Decimal(text) if "." in text else int(text), text)
            case Text(text):
                return constant(Kind.TEXT, text, text)
            case Name():
                return self._name(node, env)
            case Path():
                return self._path(node)
            case Prev(field):
                return self._prev(node, field, env)
        raise self.fault("not_a_value", node)

    def _call(self, node: Call, env: Env) -> Term:
        if node.name not in self._functions:
            raise self.fault("unknown_function", node, name=node.name)
        return self._functions[node.name](self, node, env)

    def _path(self, node: Path) -> Term:
        spec = spec_of(self.group(node.group, node), node.field)
        if spec is None:
            raise self.fault("unknown_field", node, name=f"{node.group}[].{node.field}")
        return self._field(indexed_field(spec, node.index))

    def group(self, name: str, node: Node) -> Group:
        """Return the repeating group of that name."""
        if name not in set(Group) - {Group.CASE}:
            raise self.fault("unknown_group", node, name=name)
        return Group(name)

    def code_set(self, node: Node) -> tuple[CodeSet, frozenset[str]]:
        """Return the codes that a text of ranges or a list name stands for, with the lists used."""
        if isinstance(node, Text):
            try:
                return CodeSet(node.text), frozenset()
            except ValueError as error:
                raise self.fault("code_range", node, range=str(error)) from error
        if isinstance(node, Name) and node.name in self._vocabulary.lists:
            codes = self._vocabulary.lists[node.name].codes
            if codes is not None:
                return codes, frozenset({node.name})
        raise self.fault("not_codes", node)

    def words(self, node: Node) -> LookupList:
        """Return the list of texts that a name stands for."""
        found = self._vocabulary.lists.get(node.name) if isinstance(node, Name) else None
        if found is None or found.codes is not None:
            raise self.fault("not_a_text_list", node)
        return found

    def table(self, node: Node) -> tuple[CodePairs, frozenset[str]]:
        """Return the table of code pairs that a name stands for, with the list used."""
        found = self._vocabulary.lists.get(node.name) if isinstance(node, Name) else None
        if found is None or found.pairs is None:
            raise self.fault("not_pairs", node)
        return found.pairs, frozenset({found.name})

    def loop(self, env: Env, group: Group | None, node: Node) -> tuple[Loop, Env]:
        """Open a row loop. Refuses one too many."""
        if len(env.loops) >= MAX_LOOPS:
            raise self.fault("too_many_loops", node, limit=MAX_LOOPS)
        return env.loop(group)

    def _binary(self, node: Binary, env: Env) -> Term:
        left, right = self.term(node.left, env), self.term(node.right, env)
        try:
            if node.op in _COMPARISONS:
                return operators.compare(node.op, left, right)
            return operators.calculate(node.op, left, right)
        except operators.Mismatch as mismatch:
            raise self.fault(mismatch.key, node) from mismatch

    def _name(self, node: Name, env: Env) -> Term:
        name = node.name
        if name == "it" and env.it:
            return env.it
        for loop in reversed(env.loops):
            if loop.group is None and name in SIBLING_KINDS:
                return sibling_field(name, loop.slot)
            spec = spec_of(loop.group, name) if loop.group else None
            if spec:
                return self._field(bound_field(spec, loop.slot))
        found = self._case_name(node)
        if found is None:
            raise self.fault("unknown_name", node, name=name)
        return found

    def _field(self, term: Term) -> Term:
        return operationkinds.filled(term, self._vocabulary.lists)

    def _case_name(self, node: Name) -> Term | None:
        name = node.name
        if name in self._parameters:
            return constant(Kind.NUMBER, self._parameters[name], str(self._parameters[name]))
        if name in self._vocabulary.parameters:
            return _parameter(name, self._vocabulary.parameters[name])
        if name in self._vocabulary.macros:
            return self._macro(node)
        if name == "today":
            return Term(kind=Kind.DATE, read=lambda scope: scope.context.today)
        if name == "state":
            return Term(kind=Kind.TEXT, read=lambda scope: str(scope.context.state))
        spec = spec_of(Group.CASE, name)
        return case_field(spec) if spec else None

    def _macro(self, node: Name) -> Term:
        name = node.name
        if name in self._macros:
            raise self.fault("circular", node, name=name)
        inside = Compiler(self._vocabulary.macros[name], self._vocabulary, self._functions, None, (*self._macros, name))
        term = inside.compile()
        read = _kept(f"name:{name}", term.read)
        quick = Quick(read, _kept(f"holds:{name}", term.fires), term.gate) if term.kind is Kind.BOOL else None
        tracer = None if term.still is not None else lambda scope: scope.apart(term.trace)
        return replace(term, read=read, tracer=tracer, quick=quick)

    def _prev(self, node: Prev, field: str, env: Env) -> Term:
        spec = spec_of(env.prev.group, field) if env.prev and env.prev.group else None
        if env.prev is None or spec is None:
            raise self.fault("unknown_field", node, name=f"prev.{field}")
        return self._field(bound_field(spec, env.prev.slot))

    def _membership(self, node: Membership, env: Env) -> Term:
        item = self.term(node.item, env)
        test = self._contains(item, node, env)
        return negation(test) if node.negated else test

    def _contains(self, item: Term, node: Membership, env: Env) -> Term:
        where = node.where
        if isinstance(where, Dictionary):
            return self._in_dictionary(item, where)
        if isinstance(where, SetNode):
            return self._in_literals(item, where, env)
        if isinstance(where, Name) and where.name in self._vocabulary.lists:
            entry = self._vocabulary.lists[where.name]
            if entry.codes is None:
                return replace(_in(item, frozenset(entry.items)), lists=frozenset({entry.name}))
        if item.kind not in operators.WORDED:
            raise self.fault("not_a_code", node.item)
        codes, lists = self.code_set(where)
        return replace(_in(item, codes), lists=item.lists | lists)

    def _in_literals(self, item: Term, node: SetNode, env: Env) -> Term:
        tests = []
        for entry in node.items:
            try:
                tests.append(operators.compare("==", item, self.term(entry, env)))
            except operators.Mismatch as mismatch:
                raise self.fault(mismatch.key, entry) from mismatch
        if not tests:
            raise self.fault("empty_set", node)
        literals = [self.term(entry, env) for entry in node.items]
        if item.kind in operators.WORDED and all(literal.literal is not None for literal in literals):
            return _in(item, frozenset(literal.spelling for literal in literals))
        return disjunction(tests)

    def _in_dictionary(self, item: Term, node: Dictionary) -> Term:
        if node.id not in DICTIONARIES:
            raise self.fault("unknown_dictionary", node, name=node.id)
        if item.kind not in operators.WORDED:
            raise self.fault("not_a_text", node)
        find = dictionary(node.id).find
        answers = Memo[str, bool](lambda value: find(value) is not None)
        text = item.text or item.read

        def read(scope: Scope) -> bool | None:
            value = text(scope)
            return answers[value] if isinstance(value, str) else None

        return derived(Kind.BOOL, read, item)


def argument(compiler: Compiler, call: Call, index: int, of: int | None = None) -> Node:
    """Return an argument of a call, which must have ``of`` arguments (at least ``index + 1`` when None)."""
    count = len(call.args)
    if count <= index or (of is not None and count != of):
        raise compiler.fault("arguments", call, name=call.name, count=of or index + 1)
    return call.args[index]


def _kept(key: str, make: Read) -> Read:
    """Return a read of a derived value that is worked out once per record."""

    def read(scope: Scope) -> object:
        kept = scope.kept
        if key not in kept:
            kept[key] = scope.apart(make)
        return kept[key]

    return read


def _in(item: Term, where: frozenset[str] | CodeSet) -> Term:
    read = operators.tested(item, where.__contains__)
    scan = operators.scan_of(item, where.__contains__)
    return replace(derived(Kind.BOOL, read, item), quick=Quick(read, read, gate_of_code(item, where), scan))


def _parameter(name: str, default: Decimal) -> Term:
    def read(scope: Scope) -> object:
        value = scope.context.parameters.get(name)
        return default if value is None else Decimal(str(value))

    return Term(kind=Kind.NUMBER, read=read)
