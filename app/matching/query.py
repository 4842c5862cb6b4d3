"""What is made of a text before it is looked up: its wordings and what each says on every axis."""

from __future__ import annotations

from dataclasses import dataclass

from app.matching.axes import Said
from app.matching.lexicon import Expansion, KindLexicon
from app.matching.sites import Places


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

    ``strict`` is its plain form with nothing taken for noise. ``shares`` tells how much of the text each known short
    form covers (0-1), the widest first.
    """

    normal: str
    strict: str
    wordings: tuple[Wording, ...]
    shares: tuple[tuple[Expansion, float], ...]


def analyse(normal: str, lexicon: KindLexicon) -> Query:
    """Return the query of a text in normal form. A text that says nothing has no wording."""
    plain = lexicon.plain(normal)
    found: dict[str, Wording] = {}
    _add(found, plain, normal, lexicon, None)
    shares = _expansions(plain, normal, lexicon)
    if shares:
        widest = shares[0][0]
        expansion = widest if lexicon.plain(widest.meaning) != lexicon.plain(widest.normal) else None
        for form in dict.fromkeys((plain, lexicon.canonical(normal), normal)):
            expanded = lexicon.expanding.replace(form)
            _add(found, lexicon.plain(expanded), expanded, lexicon, expansion)
    wordings = tuple(wording for wording in found.values() if wording.plain)
    return Query(normal, lexicon.title(normal), wordings, tuple(shares))


def _add(found: dict[str, Wording], plain: str, source: str, lexicon: KindLexicon, expansion: Expansion | None) -> None:
    """Add a wording and the same in the words that names prefer."""
    canonical = lexicon.canonical(source)
    said, places = lexicon.axes.read(canonical), lexicon.sites.read(canonical)
    found.setdefault(plain, Wording(plain, said, places, 0.0, expansion, canonical))
    rewritten = lexicon.rewritten(plain)
    found.setdefault(rewritten, Wording(rewritten, said, places, 0.02, expansion, canonical))


def _expansions(plain: str, normal: str, lexicon: KindLexicon) -> list[tuple[Expansion, float]]:
    shares: dict[Expansion, tuple[Expansion, float]] = {}
    for text in dict.fromkeys((lexicon.canonical(normal), normal, plain)):
        if any(share == 1 for _, share in shares.values()):
            break  # the plain form lacks the sides: what it finds as a whole may be another operation
        for word, start, end in lexicon.expanding.find(text):
            expansion, share = lexicon.expansions[word], (end - start) / len(text)
            if expansion not in shares or share > shares[expansion][1]:
                shares[expansion] = (expansion, share)
    return sorted(shares.values(), key=lambda pair: -pair[1])
