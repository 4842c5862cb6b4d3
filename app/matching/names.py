"""The forms in which a code may be meant: its title, the title without exactness, brackets, synonyms, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from app.codebook.book import Codebook
from app.domain.coding import CodeKind
from app.matching.lexicon import KindLexicon
from app.matching.shelf import Shelf

_BRACKETS: Final = re.compile("[\\[\uff3b]([^\\]\uff3d]*)[\\]\uff3d]")
_DEFAULTS: Final = ("x00", "900", "800")
"""What stands at the end of a category's code for the illness that nothing more is said of, best first."""
_PARENS: Final = re.compile("[(\uff08][^)\uff09]*[)\uff09]")


class Term(NamedTuple):
    """A code with its title and the other names it goes by; ``heading`` is a category it stands for by default.

    A named tuple, as :class:`Form`: tens of thousands are made at each start, in a third of the time.
    """

    code: str
    name: str
    synonyms: tuple[str, ...] = ()
    heading: str = ""


class Form(NamedTuple):
    """One form of a term: ``plain`` is compared, ``cost`` is taken off, ``term`` is the term's number."""

    plain: str
    term: int
    cost: float


def terms_of(book: Codebook, kind: CodeKind) -> list[Term]:
    """Return the codes of a book that may be proposed; the unspecified one of a category bears its heading's name."""
    leaves = book.leaves(kind)
    default: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for entry in leaves:
        above = book.parents(entry.code) if entry.code[4:7] in _DEFAULTS else ()
        if above and not above[0].is_leaf:
            names[above[0].code] = above[0].name
            default.setdefault(above[0].code, []).append(entry.code)
    heading = {min(codes, key=lambda code: _DEFAULTS.index(code[4:7])): names[key] for key, codes in default.items()}
    return [Term(entry.code, entry.name, entry.synonyms, heading.get(entry.code, "")) for entry in leaves]


def kept_forms(terms: Sequence[Term], lexicon: KindLexicon, shelf: Shelf) -> list[Form]:
    """Return :func:`forms_of` from a shelf, which is given them when it lacks them."""
    made: list[Form] = []

    def forms() -> list[Form]:
        if not made:
            made.extend(forms_of(terms, lexicon))
        return made

    plains = shelf.texts("plains", lambda: [form.plain for form in forms()])
    owners = shelf.array("terms", lambda: np.array([form.term for form in forms()], np.int64))
    costs = shelf.array("costs", lambda: np.array([form.cost for form in forms()], np.float64))
    if made:
        return made
    known = {cost: cost for cost in costs.tolist()}
    names = {term.name: term.name for term in terms}
    once = [names.get(plain, plain) for plain in plains]  # the same text is kept once
    return [*map(Form, once, owners.tolist(), map(known.__getitem__, costs.tolist()))]


def forms_of(terms: Sequence[Term], lexicon: KindLexicon) -> list[Form]:
    """Return all forms of all terms; a term has no form twice."""
    found: list[Form] = []
    for number, term in enumerate(terms):
        seen: set[str] = set()
        for plain, cost in _forms(term, lexicon):
            if plain and plain not in seen:
                seen.add(plain)
                found.append(Form(plain, number, cost))
    return found


def _forms(term: Term, lexicon: KindLexicon) -> Iterator[tuple[str, float]]:
    normal = lexicon.spelling.normal
    inner = _BRACKETS.findall(term.name)
    bare = _BRACKETS.sub("", term.name)
    for name in dict.fromkeys((term.name, bare, _PARENS.sub("", bare))):
        plain = lexicon.title(normal(name))
        yield plain, 0.0
        yield from _without_exactness(plain, lexicon)
    for name in (*inner, *term.synonyms):
        if len(normal(name)) > 1:
            yield lexicon.title(normal(name)), 0.02
    if term.heading:
        yield lexicon.title(normal(term.heading)), lexicon.silence.heading_cost


def _without_exactness(plain: str, lexicon: KindLexicon) -> Iterator[tuple[str, float]]:
    silence = lexicon.silence
    rest = plain
    if silence.any_nothing.search(plain):
        for pattern in silence.nothing:
            rest = pattern.sub("", rest)
        yield rest, 0.0
    loose = rest
    for pattern in silence.other:
        loose = pattern.sub("", loose)
    if loose != rest:
        yield loose, lexicon.silence.other_cost
