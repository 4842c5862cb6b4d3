"""A text as the learned matcher looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.matching.grams import Codes, Floats, grams
from app.matching.learned.catalogue import Catalogue, Spoken
from app.matching.learned.encoder import WIDTH, Encoder
from app.matching.learned.hashing import Buckets, hashed
from app.matching.query import Query, analyse
from app.matching.splitting import split_joined, split_texts

MOST_SEGMENTS: Final = 8
_NO_VECTORS: Final = np.zeros((0, WIDTH), np.float32)
_NO_BUCKETS: Final = np.zeros(0, np.uint16)


@dataclass(frozen=True, slots=True)
class Question:
    """The query, the text in canonical form, its grams, what it says, its parts; vectors of the text and the parts.

    ``grams`` are of the plain form, ``buckets`` the hashed ones of the canonical form.
    """

    query: Query
    canonical: str
    grams: Codes
    spoken: Spoken
    segments: tuple[str, ...]
    vectors: Floats
    buckets: Buckets

    @property
    def plain(self) -> str:
        """The text as it is compared."""
        return self.query.wordings[0].plain

    @property
    def other(self) -> str:
        """The text in the words that names prefer, with its short forms spelt out."""
        return self.query.wordings[-1].plain


def ask(texts: Sequence[str], catalogue: Catalogue, encoder: Encoder) -> list[Question | None]:
    """Return the question of each text, None for one that says nothing."""
    heard = [_heard(text, catalogue) for text in texts]
    rows = hashed([part for one in heard if one for part in (one.canonical, *one.segments)])
    vectors = encoder.vectors(rows) if len(rows) else _NO_VECTORS
    ends = np.cumsum([1 + len(one.segments) if one else 0 for one in heard]).tolist()
    return [
        one and replace(one, vectors=vectors[low:high], buckets=rows.buckets[rows.starts[low] : rows.starts[low + 1]])
        for one, low, high in zip(heard, [0, *ends], ends, strict=False)
    ]


def _heard(text: str, catalogue: Catalogue) -> Question | None:
    """The question of a text, still without vectors."""
    lexicon = catalogue.ranker.lexicon
    normal = lexicon.spelling.normal(text)
    query = analyse(normal, lexicon)
    if not query.wordings:
        return None
    canonical = lexicon.canonical(normal)
    parts = [lexicon.spelling.normal(part) for piece in split_texts(text) for part in split_joined(piece)]
    segments = tuple(lexicon.canonical(part) for part in parts if part)[:MOST_SEGMENTS] if len(parts) > 1 else ()
    spoken = catalogue.spoken(query.wordings[-1].source)
    return Question(query, canonical, grams(query.wordings[0].plain), spoken, segments, _NO_VECTORS, _NO_BUCKETS)
