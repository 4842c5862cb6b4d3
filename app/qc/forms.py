"""The form of a condition: what each token of its sentence can become, and the tree after the change.

Form and text are two views of one syntax tree; :func:`written` gives the text, with the comments it had.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.common.texts import text
from app.domain.dictionaries import DICTIONARIES, Dictionary, dictionary
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import fields_of
from app.qc.parser import parse
from app.qc.phrases import Rows, rows_of, spec_at
from app.qc.printing import comments_of, printed
from app.qc.sentences import LOOPS, Token, TokenKind, Words
from app.qc.simple import CODED, COMPARISONS, IN, IS, Simple, simple_of, with_operator
from app.qc.syntax import Call, Logic, Name, Node, Not, Number, Text
from app.qc.syntax import Group as SetNode
from app.qc.trees import Place, node_at, put, taken_out, with_children

_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
_SEPARATORS: Final = re.compile(r"[、,，;；]+")
_WORDS_OPS: Final = ("==", "!=", IN, "not in", "contains", "not contains", "matches", "not matches")
_CODE_OPS: Final = (IN, "not in", "known", "not known", "begins")
_ANY_OPS: Final = ("blank", "not blank", "present", "not present", "dash", "not dash", "empty", "unreadable")
_CODES: Final = frozenset({FieldType.DX_CODE, FieldType.PX_CODE, FieldType.MORPHOLOGY_CODE})
_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.DICT, FieldType.LIST})
_WALKED: Final = (Group.DX, Group.OP, Group.PATH, Group.EXT, Group.ICU, Group.BLOOD)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a token can become: ``value`` for :func:`changed`, ``label`` for the eye."""

    value: str
    label: str


def written(tree: Node, source: str = "") -> str:
    """Return the text of a tree; comments of the text it came from stand before it."""
    return "\n".join((*comments_of(source), printed(tree)))


def editable(tree: Node, token: Token) -> str:
    """Return the text of a token as a line edit shows it: a value without quotes, anything else as formula."""
    node = node_at(tree, token.place)
    match node:
        case Text(words) | Number(words):
            return words
        case SetNode(items) if all(isinstance(item, Text | Number) for item in items):
            return text("ruleform.separator").join(item.text for item in items if isinstance(item, Text | Number))
    return printed(node)


def choices(tree: Node, token: Token, words: Words) -> tuple[Choice, ...]:
    """Return what a token can become, the present one among them; () when only typing helps."""
    node, rows = node_at(tree, token.place), loops_around(tree, token.place)
    match token.kind:
        case TokenKind.JOIN:
            return tuple(Choice(op, text(f"ruleform.join.{op}")) for op in ("and", "or"))
        case TokenKind.ROWS:
            return tuple(_loops(node))
        case TokenKind.OPERATOR:
            return tuple(Choice(op, operator_label(op)) for op in _operators(node, rows))
        case TokenKind.FIELD:
            return tuple(_subjects(node, rows, words))
        case TokenKind.VALUE:
            return tuple(_values(tree, token.place, rows, words))
    return ()


def changed(tree: Node, token: Token, value: str, words: Words) -> Node:
    """Return the tree after a token became a choice or what was typed. Raises :class:`RuleFault` for wrong text."""
    node = node_at(tree, token.place)
    match token.kind:
        case TokenKind.JOIN if isinstance(node, Logic):
            new: Node = Logic(value, node.items, 0, 0)
        case TokenKind.ROWS:
            new = _with_loop(node, value)
        case TokenKind.OPERATOR if value in _operators(node, loops_around(tree, token.place)):
            new = with_operator(node, value)
        case TokenKind.FIELD if isinstance(node, Call) and node.name in CODED and value in CODED:
            rows = (Name("dx", 0, 0),) if value == "has" else ()
            new = Call(value, (*rows, node.args[-1]), 0, 0)
        case TokenKind.VALUE:
            new = _value(value, node, _subject_spec(tree, token.place), words)
        case _:
            new = parse(value)
    return put(tree, token.place, new)


def fresh(field: str) -> Node:
    """Return the condition that a new row starts with: the field is filled in."""
    return Call("present", (parse(field),), 0, 0)


def added(tree: Node | None, condition: Node, place: Place = ()) -> Node:
    """Return the tree with one more condition behind those of the row at a place."""
    if tree is None:
        return condition
    node = node_at(tree, place)
    if isinstance(node, Logic) and node.op == "and":
        return put(tree, place, with_children(node, (*node.items, condition)))
    return put(tree, place, Logic("and", (node, condition), 0, 0))


def removed(tree: Node, token: Token) -> Node | None:
    """Return the tree without the condition that a token belongs to; None when it was the only one."""
    return taken_out(tree, condition_of(tree, token.place))


def condition_of(tree: Node, place: Place) -> Place:
    """Return the place of the innermost condition around a place that stands in a row of conditions or alone."""
    for length in range(len(place), 0, -1):
        if isinstance(node_at(tree, place[: length - 1]), Logic):
            return place[:length]
    return ()


def loops_around(tree: Node, place: Place) -> Rows:
    """Return the groups that the loops around a place walk, the outermost first."""
    found: list[Group | None] = []
    for length in range(len(place)):
        node = node_at(tree, place[:length])
        if isinstance(node, Call) and node.name in ("any", "all", "count", "sum", "pairs") and place[length]:
            found.append(rows_of(node.args[0]))
    return tuple(found)


def operator_label(op: str) -> str:
    """Return an operator in Chinese."""
    return text(f"ruleform.op.{Simple((), op).key}")


def field_choices(rows: Rows, words: Words) -> tuple[Choice, ...]:
    """Return the fields and derived values that can be named inside these loops, the nearest rows first."""
    groups = [group for group in reversed(rows) if group is not None]
    fields = [Choice(spec.id, spec.label) for group in (*groups, Group.CASE) for spec in fields_of(group)]
    return (*fields, *(Choice(name, label) for name, label in words.names.items()))


def _operators(node: Node, rows: Rows) -> tuple[str, ...]:
    parts = simple_of(node)
    if parts is None:
        return ()
    if parts.coded:
        return (IN, "not in")
    spec = spec_at(node_at(node, parts.subject), rows)
    if parts.op.removeprefix("not ") == IS:
        return (IS, "not is")
    offered = (*_by_type(spec), *_ANY_OPS)
    return offered if parts.op in offered else (parts.op, *offered)


def _by_type(spec: FieldSpec | None) -> tuple[str, ...]:
    if spec is None or spec.type not in _CODES | _TEXTS:
        return (*COMPARISONS, IN, "not in", "later")
    return _CODE_OPS if spec.type in _CODES else _WORDS_OPS


def _loops(node: Node) -> list[Choice]:
    found = []
    for group in _WALKED:
        rows = text(f"ruleform.rows.{group}")
        found += [Choice(f"{how} {group}", text(f"ruleform.loop.{how}", rows=rows)) for how in LOOPS]
    return found


def _with_loop(node: Node, value: str) -> Node:
    """Return a loop with ``any dx``, ``all op`` or ``none dx`` instead of what it says."""
    call = node.item if isinstance(node, Not) else node
    how, _, group = value.partition(" ")
    if not isinstance(call, Call) or how not in LOOPS or group not in _WALKED:
        return parse(value)
    kept = call.args[0] if rows_of(call.args[0]) == group else Name(group, 0, 0)
    loop = Call("all" if how == "all" else "any", (kept, *call.args[1:]), 0, 0)
    return Not(loop, 0, 0) if how == "none" else loop


def _subjects(node: Node, rows: Rows, words: Words) -> list[Choice]:
    if isinstance(node, Call) and node.name in CODED:
        dx = text("ruleform.rows.dx")
        return [Choice(name, text(f"ruleform.coded.{name}", rows=dx)) for name in CODED]
    return list(field_choices(rows, words))


def _values(tree: Node, place: Place, rows: Rows, words: Words) -> list[Choice]:
    spec = _subject_spec(tree, place)
    if spec is not None and spec.dictionary in DICTIONARIES:
        return [Choice(entry.code, entry.label) for entry in dictionary(spec.dictionary).entries if entry.active]
    lists = [Choice(name, title) for name, (title, _) in words.lists.items()]
    is_set = isinstance(node_at(tree, place), Text | SetNode) or printed(node_at(tree, place)) in words.lists
    return lists if is_set else list(field_choices(rows, words))


def _subject_spec(tree: Node, place: Place) -> FieldSpec | None:
    """Return the field that the value at a place is compared with."""
    for length in range(len(place) - 1, -1, -1):
        node = node_at(tree, place[:length])
        parts = simple_of(node)
        if parts is not None and place[length:] in parts.values:
            return spec_at(node_at(node, parts.subject), loops_around(tree, place[:length]))
    return None


def _value(value: str, before: Node, spec: FieldSpec | None, words: Words) -> Node:
    """Return what was typed or chosen for a value, of the kind that stands there."""
    known = dictionary(spec.dictionary) if spec is not None and spec.dictionary in DICTIONARIES else None
    if value in words.lists:
        return Name(value, 0, 0)
    if isinstance(before, SetNode):
        parts = [part.strip() for part in _SEPARATORS.split(value)]
        return SetNode(tuple(_constant(part, known) for part in parts if part), 0, 0)
    if known is not None and known.find(value):
        return _constant(value, known)
    return Text(value, 0, 0) if isinstance(before, Text) else parse(value)


def _constant(word: str, known: Dictionary | None) -> Node:
    code = (known.find(word) if known else None) or word
    return Number(code, 0, 0) if _NUMBER.fullmatch(code) else Text(code, 0, 0)
