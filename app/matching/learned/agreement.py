"""Where a text and names agree on axes and places, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.catalogue import Catalogue, Spoken

EQUAL: Final = 2.0
ONLY_TEXT: Final = 1.0
SILENT: Final = 0.0
ONLY_NAME: Final = -1.0
CONFLICT: Final = -2.0
SUMS: Final = ("axes_equal", "axes_conflict", "axes_only_name", "axes_only_text")
PLACES: Final = ("places_same", "places_related", "places_foreign", "places_unmet", "name_is_whole", "name_is_part")


def on_axes(
    spoken: Sequence[Spoken], owners: NDArray[np.int64], numbers: NDArray[np.int64], catalogue: Catalogue
) -> Floats:
    """Return per name one value per axis, then how many axes there are of each value (:data:`SUMS`).

    The names are those of several texts, one text after the other; ``owners`` tell whose each name is.
    """
    said, own = catalogue.said[numbers], np.stack([one.said for one in spoken])
    in_name, in_text = said != 0, (own != 0)[owners]
    agrees = (said & np.stack([one.alike for one in spoken])[owners]) != 0
    values = np.where(
        in_name & in_text,
        np.where(agrees, EQUAL, CONFLICT),
        np.where(in_name, ONLY_NAME, np.where(in_text, ONLY_TEXT, SILENT)),
    )
    sums = [(values == value).sum(axis=1) for value in (EQUAL, CONFLICT, ONLY_NAME, ONLY_TEXT)]
    return np.concatenate([values, np.stack(sums, axis=1)], axis=1).astype(np.float32)


def on_places(
    spoken: Sequence[Spoken], owners: NDArray[np.int64], numbers: NDArray[np.int64], catalogue: Catalogue
) -> Floats:
    """Return per name :data:`PLACES`: counts of places the same, related, foreign, unmet, wholes, parts.

    ``owners`` are as in :func:`on_axes`.
    """
    rows, places = catalogue.places_of(numbers)
    texts = owners[rows]
    same, wholes, parts = (np.zeros((len(spoken), catalogue.place_count), np.bool_) for _ in range(3))
    for number, one in enumerate(spoken):
        for place in one.places:
            same[number, place] = True
            wholes[number] |= catalogue.above[place]
            parts[number] |= catalogue.below[place]
    related = same | wholes | parts
    counts = [np.bincount(rows, kind[texts, places], len(numbers)) for kind in (same, related, ~related, wholes, parts)]
    counts.insert(PLACES.index("places_unmet"), _unmet(spoken, owners, rows, places, catalogue))
    return np.stack(counts, axis=1).astype(np.float32)


def _unmet(
    spoken: Sequence[Spoken],
    owners: NDArray[np.int64],
    rows: NDArray[np.int64],
    places: NDArray[np.int64],
    catalogue: Catalogue,
) -> NDArray[np.int64]:
    """How many of the places of its text have no related one in each name; ``rows`` name ``places``."""
    found = np.zeros(len(owners), np.int64)
    for turn in range(max((len(one.places) for one in spoken), default=0)):
        own = np.array([one.places[turn] if turn < len(one.places) else -1 for one in spoken], np.int64)[owners]
        met = np.bincount(rows, catalogue.related[own[rows], places], len(owners)) > 0
        found += (own >= 0) & ~met
    return found
