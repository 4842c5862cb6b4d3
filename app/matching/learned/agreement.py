"""Where a text and names agree on axes and places, as numbers."""

from __future__ import annotations

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


def on_axes(spoken: Spoken, numbers: NDArray[np.int64], catalogue: Catalogue) -> Floats:
    """Return per name one value per axis, then how many axes there are of each value (:data:`SUMS`)."""
    said = catalogue.said[numbers]
    in_name, in_text = said != 0, (spoken.said != 0)[None, :]
    agrees = (said & spoken.alike[None, :]) != 0
    values = np.where(
        in_name & in_text,
        np.where(agrees, EQUAL, CONFLICT),
        np.where(in_name, ONLY_NAME, np.where(in_text, ONLY_TEXT, SILENT)),
    )
    sums = [(values == value).sum(axis=1) for value in (EQUAL, CONFLICT, ONLY_NAME, ONLY_TEXT)]
    return np.concatenate([values, np.stack(sums, axis=1)], axis=1).astype(np.float32)


def on_places(spoken: Spoken, numbers: NDArray[np.int64], catalogue: Catalogue) -> Floats:
    """Return per name :data:`PLACES`: counts of places the same, related, foreign, unmet, wholes, parts."""
    places, own = catalogue.places_of(numbers).astype(np.float32), list(spoken.places)
    if not own:
        nothing = np.zeros(len(numbers), np.float32)
        return np.stack([nothing, nothing, places.sum(axis=1), nothing, nothing, nothing], axis=1)
    same = np.zeros(places.shape[1], np.bool_)
    same[own] = True
    wholes, parts = catalogue.above[own].any(axis=0), catalogue.above[:, own].any(axis=1)
    related = same | wholes | parts
    met = places @ catalogue.related[own].T.astype(np.float32) > 0
    counts = places @ np.stack([same, related, ~related, wholes, parts], axis=1).astype(np.float32)
    found: Floats = np.insert(counts, PLACES.index("places_unmet"), (~met).sum(axis=1), axis=1)
    return found
