"""Fitting and asking LightGBM: rankers and yes/no models, always with the same outcome for the same data."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.encoder import Halves
from app.matching.learned.library import Booster

if TYPE_CHECKING:
    import lightgbm

_log = logging.getLogger(__name__)
"""Told what the library would print: it holds a sample of 20,000 rows too small wherever there are five times as many.
"""
_SHARED: Final = {
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "learning_rate": 0.05,
    "num_leaves": 31,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "min_data_in_leaf": 20,
    "lambda_l2": 1.0,
    "bin_construct_sample_cnt": 20_000,
}
_RANKING: Final = {"objective": "lambdarank", "lambdarank_truncation_level": 20, "learning_rate": 0.14}
_YES_OR_NO: Final = {
    "objective": "binary",
    "metric": "binary_logloss",
    "learning_rate": 0.1,
    "lambda_l2": 5.0,
    "min_data_in_leaf": 40,
}
_RANKERS: Final = 100
"""Trees of a ranker: beside the net, 200 slower ones rank no better and take twice as long. Not stopped by how often
the first name of texts left out is right: that measure is so uneven that one ranker had 14 trees and its neighbour 260.
"""
_MOST: Final = 600
_PATIENCE: Final = 40


class Pool:
    """Rows of features of many texts, sorted into bins once; models are fitted to some of the texts."""

    def __init__(self, tables: Sequence[Floats | Halves], right: Sequence[NDArray[np.bool_]]) -> None:
        """Take a table and what is right of its rows for each text."""
        import lightgbm  # noqa: PLC0415 - 50 MB that only a hospital with a model needs

        lightgbm.register_logger(_log, info_method_name="debug", warning_method_name="debug")
        sizes = np.array([len(table) for table in tables], np.int64)
        starts = np.concatenate(([0], np.cumsum(sizes)))
        label = np.concatenate(right).astype(np.float32)
        self._starts = starts
        rows = _stream_of()(tables, starts)
        self._whole = lightgbm.Dataset(rows, label, group=sizes, params=_SHARED).construct()

    def ranking(self, fit_on: Sequence[int], _: Sequence[int], seed: int) -> str:
        """Return the trees of a ranker fitted to some of the texts, as LightGBM writes them."""
        import lightgbm  # noqa: PLC0415 - as above

        params = {**_SHARED, **_RANKING, "seed": seed}
        return str(lightgbm.train(params, self._of(fit_on), _RANKERS).model_to_string())

    def yes_or_no(self, fit_on: Sequence[int], watched: Sequence[int], seed: int) -> str:
        """Return the trees of a yes/no model, as many as do best on the ``watched`` texts."""
        import lightgbm  # noqa: PLC0415 - as above

        booster = lightgbm.train(
            {**_SHARED, **_YES_OR_NO, "seed": seed},
            self._of(fit_on),
            _MOST,
            valid_sets=[self._of(watched)],
            callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
        )
        return str(booster.model_to_string(num_iteration=booster.best_iteration))

    def _of(self, texts: Sequence[int]) -> lightgbm.Dataset:
        rows = [np.arange(self._starts[text], self._starts[text + 1]) for text in sorted(texts)]
        return self._whole.subset(np.concatenate(rows).tolist())


@cache
def _stream_of() -> Callable[[Sequence[Floats | Halves], NDArray[np.int64]], lightgbm.Sequence]:
    """What reads the rows of all tables as the library asks for them: a part at a time, no copy of all is made.

    The class is made once, when the library is there. It knows no tables, only its instances do: a class is garbage
    that only the collector finds, and would hold 70 MB of tables until then.
    """
    import lightgbm  # noqa: PLC0415 - as above

    class Stream(lightgbm.Sequence):
        """Rows of ``tables``, which begin at ``starts``."""

        batch_size = 4096

        def __init__(self, tables: Sequence[Floats | Halves], starts: NDArray[np.int64]) -> None:
            self._tables, self._starts = tables, starts

        def __len__(self) -> int:
            return int(self._starts[-1])

        def __getitem__(self, rows: int | slice | Sequence[int]) -> NDArray[np.float64]:
            wanted = np.arange(self._starts[-1])[rows]
            of_table = np.searchsorted(self._starts, wanted, "right") - 1
            first, last = int(of_table.min()), int(of_table.max())
            part: NDArray[np.float64] = np.concatenate(self._tables[first : last + 1], dtype=np.float64)
            found: NDArray[np.float64] = part[wanted - self._starts[first]]
            return found

    return Stream


class Trees:
    """Fitted trees that answer."""

    def __init__(self, written: str) -> None:
        """Read trees as LightGBM writes them. Raises ``ValueError`` for what it cannot read."""
        self.written = written
        self._booster = Booster(written)

    def raw(self, features: Floats | Halves, first: int = 0, count: int = -1) -> Floats:
        """Return the summed leaves of each row, of ``count`` trees from the ``first`` on (-1: of all the rest)."""
        return self._booster.raw(features.astype(np.float32, copy=False), first, count)
