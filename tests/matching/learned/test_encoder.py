"""Hashed grams and the encoder."""

from __future__ import annotations

import numpy as np

from app.matching.learned.encoder import PARTS, WIDTH, beside, untrained
from app.matching.learned.fitting import Fit, Pairs, summed_runs
from app.matching.learned.hashing import BUCKETS, hashed

NAMES = ["肝病损切除术", "肝活组织检查", "脾病损切除术", "脾活组织检查"]
TEXTS = ["肝瘤拿掉", "肝穿刺看看", "脾瘤拿掉", "脾穿刺看看"]


def test_rows_hold_the_grams_of_their_text_only() -> None:
    both, alone = hashed(["胃炎", "肺"]), hashed(["肺"])
    assert len(both) == 2
    assert both.of(np.array([1])).buckets.tolist() == alone.buckets.tolist()
    assert both.buckets.min() >= 0
    assert both.buckets.max() < BUCKETS
    assert len(hashed([])) == 0
    assert len(hashed([""]).buckets) > 0


def test_thinning_leaves_something_of_each_row() -> None:
    rows = hashed(["胃炎", "肺"])
    thin = rows.thinned(np.zeros(len(rows.buckets), np.bool_))
    assert np.diff(thin.starts).tolist() == [1, 1]


def test_vectors_have_length_one_and_do_not_depend_on_company() -> None:
    encoder = untrained(3).encoder()
    vectors = encoder.encode(NAMES)
    assert vectors.shape == (4, WIDTH)
    assert np.allclose((vectors**2).sum(axis=1), 1, atol=1e-4)
    assert np.allclose(encoder.encode(NAMES[2:3])[0], vectors[2], atol=1e-6)
    assert encoder.encode([]).shape == (0, WIDTH)


def test_encoders_beside_each_other_are_one() -> None:
    parts = [untrained(seed, WIDTH // PARTS).encoder() for seed in range(PARTS)]
    one = beside(parts)
    assert one.table.shape == (BUCKETS, WIDTH)
    assert one.encode(NAMES[:1]).shape == (1, WIDTH)
    assert np.array_equal(one.table[:, : WIDTH // PARTS], parts[0].table)
    assert not np.array_equal(parts[0].table, parts[1].table)


def test_fitting_brings_texts_to_their_names_and_repeats() -> None:
    def fitted() -> Fit:
        fit = Fit(untrained(1), hashed(NAMES), 1)
        for _ in range(15):
            fit.round(Pairs(hashed(TEXTS), np.arange(4)), 1.0, 1.0, lambda: None)
        return fit

    encoder = fitted().encoder()
    nearest = (encoder.encode(TEXTS) @ encoder.encode(NAMES).T).argmax(axis=1)
    assert nearest.tolist() == [0, 1, 2, 3]
    assert np.array_equal(encoder.table, fitted().encoder().table)


def test_sums_of_runs_are_those_of_their_members() -> None:
    draw = np.random.default_rng(4)
    slopes, owners = draw.random((9, 3)).astype(np.float32), draw.integers(0, 9, 60)
    first = np.array([0, 1, 2, 5, 40])
    assert np.allclose(summed_runs(slopes, owners, first), np.add.reduceat(slopes[owners], first, axis=0), atol=1e-5)
