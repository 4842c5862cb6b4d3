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
    places = catalogue.places_of(numbers)
    own = list(spoken.places)
    same = np.zeros(places.shape[1], np.bool_)
    same[own] = True
    wholes = catalogue.above[own].any(axis=0)
    parts = catalogue.above[:, own].any(axis=1)
    related = same | wholes | parts
    above = catalogue.above
    everywhere = np.arange(len(above))
    unmet = [~(places & (above[place] | above[:, place] | (everywhere == place))).any(axis=1) for place in own]
    columns = [
        (places & same).sum(axis=1),
        (places & related).sum(axis=1),
        (places & ~related).sum(axis=1),
        np.sum(unmet, axis=0) if unmet else np.zeros(len(numbers)),
        (places & wholes).sum(axis=1),
        (places & parts).sum(axis=1),
    ]
    return np.stack(columns, axis=1).astype(np.float32)
