"""Past codings in the forms in which texts are compared, and as what a model learns from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.matching.contract import PastCoding
from app.matching.learned.past import Row
from app.matching.learned.training import Example
from app.matching.lexicon import KindLexicon
from app.matching.shelf import Shelf

NumberOf = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class PastForm:
    """A past coding with its text in normal, plain and canonical form and its terms by number."""

    coding: PastCoding
    normal: str
    plain: str
    canonical: str
    terms: tuple[int, ...]


def mark_of(past: Sequence[PastCoding]) -> str:
    """Return the fingerprint of past codings: their texts and codes and how often, in their order."""
    told = repr([(item.text, item.codes, item.times) for item in past])
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:24]


def forms_of_past(
    past: Sequence[PastCoding], lexicon: KindLexicon, number_of: NumberOf, shelf: Shelf | None = None
) -> list[PastForm]:
    """Return the codings of which at least one code is a term, with what lies on the ``shelf`` for them."""
    shelf = shelf or Shelf()
    normals = shelf.texts("past.normals", lambda: [lexicon.spelling.normal(item.text) for item in past])
    plains = shelf.texts("past.plains", lambda: [lexicon.plain(normal) for normal in normals])
    canonicals = shelf.texts("past.canonicals", lambda: [lexicon.canonical(normal) for normal in normals])
    found = []
    for item, normal, plain, canonical in zip(past, normals, plains, canonicals, strict=True):
        terms = tuple(dict.fromkeys(number for code in item.codes if (number := number_of(code)) is not None))
        if terms:
            found.append(PastForm(item, normal, plain, canonical, terms))
    return found


def examples_of(forms: Sequence[PastForm]) -> list[Example]:
    """Return the past for a model: each text once, with what it was given most often."""
    found: dict[str, PastForm] = {}
    for form in forms:
        known = found.get(form.canonical)
        if form.plain and (known is None or form.coding.times > known.coding.times):
            found[form.canonical] = form
    return [Example(form.coding.text, Row(form.plain, form.canonical, form.terms)) for form in found.values()]
