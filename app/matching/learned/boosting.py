"""Fitting and asking LightGBM: rankers and yes/no models, always with the same outcome for the same data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats

_SHARED: Final = {
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "learning_rate": 0.05,
    "num_leaves": 31,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "min_data_in_leaf": 20,
    "lambda_l2": 1.0,
}
_RANKING: Final = {"objective": "lambdarank", "lambdarank_truncation_level": 20}
_YES_OR_NO: Final = {"objective": "binary", "metric": "binary_logloss"}
_RANKERS: Final = 300
"""Trees of a ranker: thousands of texts want no more, hundreds bear as many. Not stopped by how often the first name
of texts left out is right: that measure is so uneven that one ranker had 14 trees and its neighbour 260."""
_MOST: Final = 600
_PATIENCE: Final = 40


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of features, what is right, and how many rows each text has."""

    features: Floats
    right: Floats
    sizes: NDArray[np.int64]


def ranking(sample: Sample, seed: int) -> str:
    """Return the trees of a ranker, as LightGBM writes them."""
    import lightgbm  # noqa: PLC0415 - 50 MB that only a hospital with a model needs

    train = lightgbm.Dataset(sample.features, sample.right, group=sample.sizes)
    return str(lightgbm.train({**_SHARED, **_RANKING, "seed": seed}, train, _RANKERS).model_to_string())


def yes_or_no(sample: Sample, watched: Sample, seed: int) -> str:
    """Return the trees of a yes/no model, as many as do best on the ``watched`` sample."""
    import lightgbm  # noqa: PLC0415 - as above

    train = lightgbm.Dataset(sample.features, sample.right)
    booster = lightgbm.train(
        {**_SHARED, **_YES_OR_NO, "seed": seed},
        train,
        _MOST,
        valid_sets=[lightgbm.Dataset(watched.features, watched.right, reference=train)],
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
    )
    return str(booster.model_to_string(num_iteration=booster.best_iteration))


class Trees:
    """Fitted trees that answer."""

    def __init__(self, written: str) -> None:
        import lightgbm  # noqa: PLC0415 - as above

        self.written = written
        self._booster = lightgbm.Booster(model_str=written)

    def raw(self, features: Floats) -> Floats:
        """Return the summed leaves of each row."""
        found: Floats = np.asarray(self._booster.predict(features, raw_score=True, num_threads=1), np.float32)
        return found
