"""Fitting and asking LightGBM: rankers and yes/no models, always with the same outcome for the same data."""

from __future__ import annotations

from collections.abc import Mapping
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
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "min_data_in_leaf": 20,
    "lambda_l2": 1.0,
}
RANKING: Final = {"objective": "lambdarank", "metric": "ndcg", "eval_at": [1], "lambdarank_truncation_level": 10}
YES_OR_NO: Final = {"objective": "binary", "metric": "binary_logloss"}
_PATIENCE: Final = 40


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of features, what is right, and how many rows each text has."""

    features: Floats
    right: Floats
    sizes: NDArray[np.int64]


def fitted(goal: Mapping[str, object], sample: Sample, watched: Sample, seed: int, most: int = 600) -> str:
    """Return the trees, as LightGBM writes them, that do best on the ``watched`` sample."""
    import lightgbm  # noqa: PLC0415 - 50 MB that only a hospital with a model needs

    is_ranking = goal is RANKING
    train, valid = (
        lightgbm.Dataset(part.features, part.right, group=part.sizes if is_ranking else None)
        for part in (sample, watched)
    )
    booster = lightgbm.train(
        {**_SHARED, **goal, "seed": seed},
        train,
        num_boost_round=most,
        valid_sets=[valid.set_reference(train)],
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
