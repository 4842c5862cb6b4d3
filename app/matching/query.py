"""What is made of a text before it is looked up: its wordings and what each says on every axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.matching.axes import Said
from app.matching.lexicon import Expansion, KindLexicon
from app.matching.sites import Places

REWRITTEN: Final = 0.02
"""What a wording in the words that names prefer is held less likely by."""
EXPANDED: Final = 0.01
"""What a wording with its short forms spelt out is held less likely by."""
BARE: Final = 0.02
"""What the text without the remark in brackets at its end is held less likely by."""
RULED: Final = 0.0
UNRULED: Final = 0.02
"""What the text as it stands is held less likely by where a rule says how it is meant."""
ASKED: Final = 512
"""Texts whose analysis is kept: the list of a text and its set ask for it one after the other."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say the text: ``plain`` is compared, ``cost`` is taken off, ``expansion`` is what was replaced.

    ``source`` is the wording with its sides.
    """

    plain: str
    said: Said
    places: Places
    cost: float = 0.0
    expansion: Expansion | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A text in all its wordings, the text as it stands first.

    ``strict`` is its plain form with nothing taken for noise, where a rule applies with its sides. ``shares`` tells how
    much of the text each known short form covers (0-1), the widest first.
    """

    normal: str
    strict: str
    wordings: tuple[Wording, ...]
    shares: tuple[tuple[Expansion, float], ...]


@lru_cache(ASKED)
def analyse(normal: str, lexicon: KindLexicon, bare: str = "") -> Query:
    """Return the query of a text in normal form. A text that says nothing has no wording.

    ``bare`` is the normal form without a remark in brackets, where it has one.
    """
    plain = lexicon.plain(normal)
    found: dict[str, Wording] = {}
    ruled = _ruled(lexicon.quiet(normal), lexicon)
    _add(found, plain, normal, lexicon, None, UNRULED if ruled else 0.0)
    for wording in ruled:
        found.setdefault(wording.plain, wording)
    forms: tuple[str, ...] = (lexicon.canonical(normal), normal, plain)
    if bare and bare != normal:
        _add(found, lexicon.plain(bare), bare, lexicon, None, BARE)
        forms = (*forms, bare)
    named = _named_by_rules(ruled)
    shares = named or _expansions(forms, lexicon)
    if shares and not named:
        _expand(found, forms, shares[0][0], lexicon)
    wordings = tuple(wording for wording in found.values() if wording.plain)
    strict = lexicon.canonical(normal) if ruled else lexicon.title(normal)
    return Query(normal, strict, wordings, tuple(shares))


def _expand(found: dict[str, Wording], forms: Sequence[str], widest: Expansion, lexicon: KindLexicon) -> None:
    """Add wordings with the short forms spelt out; ``widest`` is named as what was replaced."""
    expansion = widest if lexicon.plain(widest.meaning) != lexicon.plain(widest.normal) else None
    for form in dict.fromkeys(forms):
        expanded = lexicon.expanding.replace(form)
        _add(found, lexicon.plain(expanded), expanded, lexicon, expansion, EXPANDED)


def _add(
    found: dict[str, Wording],
    plain: str,
    source: str,
    lexicon: KindLexicon,
    expansion: Expansion | None,
    cost: float = 0.0,
) -> None:
    """Add a wording and the same in the words that names prefer."""
    canonical = lexicon.canonical(source)
    said, places = lexicon.axes.read(canonical), lexicon.sites.read(canonical)
    found.setdefault(plain, Wording(plain, said, places, cost, expansion, canonical))
    rewritten = lexicon.rewritten(plain)
    if rewritten not in found:
        said, places = lexicon.axes.read(other := lexicon.rewritten(canonical)), lexicon.sites.read(other)
        found[rewritten] = Wording(rewritten, said, places, cost + REWRITTEN, expansion, canonical)


def _ruled(quiet: str, lexicon: KindLexicon) -> list[Wording]:
    """Return what the rules make of the text, as it stands and in the words that names prefer."""
    found = []
    for form in dict.fromkeys((lexicon.rewritten(quiet), quiet)):
        ruled = lexicon.rules.apply(form)
        if ruled.words:
            said, places = lexicon.axes.read(ruled.text), lexicon.sites.read(ruled.text)
            expansion = Expansion(ruled.words, ruled.words, ruled.meaning, ruled.prefix)
            found.append(Wording(lexicon.plain(ruled.text), said, places, RULED, expansion, ruled.text))
    return found


def _named_by_rules(ruled: Sequence[Wording]) -> list[tuple[Expansion, float]]:
    """Return what a rule names the codes of, which outdoes the short forms that the text may hold."""
    named = [wording.expansion for wording in ruled if wording.expansion is not None and wording.expansion.prefix]
    return [(expansion, 1.0) for expansion in named[:1]]


def _expansions(forms: Sequence[str], lexicon: KindLexicon) -> list[tuple[Expansion, float]]:
    shares: dict[Expansion, tuple[Expansion, float]] = {}
    for text in dict.fromkeys(forms):
        if any(share == 1 for _, share in shares.values()):
            break  # the plain form lacks the sides: what it finds as a whole may be another operation
        for word, start, end in lexicon.expanding.find(text):
            expansion, share = lexicon.expansions[word], (end - start) / len(text)
            if expansion not in shares or share > shares[expansion][1]:
                shares[expansion] = (expansion, share)
    return sorted(shares.values(), key=lambda pair: -pair[1])
