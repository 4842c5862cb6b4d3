"""A text as the learned matcher looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.matching.grams import Codes, Floats, grams
from app.matching.learned.catalogue import Catalogue, Spoken
from app.matching.learned.encoder import Encoder
from app.matching.query import Query, analyse
from app.matching.splitting import split_joined, split_texts

MOST_SEGMENTS: Final = 8


@dataclass(frozen=True, slots=True)
class Question:
    """The query, the text in canonical form, its grams, what it says, its parts; vectors of the text and the parts."""

    query: Query
    canonical: str
    grams: Codes
    spoken: Spoken
    segments: tuple[str, ...]
    vectors: Floats

    @property
    def plain(self) -> str:
        """The text as it is compared."""
        return self.query.wordings[0].plain

    @property
    def other(self) -> str:
        """The text in the words that names prefer, with its short forms spelt out."""
        return self.query.wordings[-1].plain


def ask(text: str, catalogue: Catalogue, encoder: Encoder) -> Question | None:
    """Return the question of a text, None when it says nothing."""
    lexicon = catalogue.ranker.lexicon
    normal = lexicon.spelling.normal(text)
    query = analyse(normal, lexicon)
    if not query.wordings:
        return None
    canonical = lexicon.canonical(normal)
    parts = [lexicon.spelling.normal(part) for piece in split_texts(text) for part in split_joined(piece)]
    segments = tuple(lexicon.canonical(part) for part in parts if part)[:MOST_SEGMENTS] if len(parts) > 1 else ()
    vectors = encoder.encode([canonical, *segments])
    return Question(
        query, canonical, grams(query.wordings[0].plain), catalogue.spoken(query.wordings[-1].source), segments, vectors
    )
