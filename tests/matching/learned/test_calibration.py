"""Probabilities are brought to what was right; thresholds follow the goal."""

from __future__ import annotations

import numpy as np

from app.matching.learned.calibration import scale_of
from app.matching.learned.model import PRECISION


def test_the_scale_tells_how_often_answers_are_right() -> None:
    draw = np.random.default_rng(2)
    claimed = draw.uniform(0.05, 0.99, 4000).astype(np.float32)
    hit = draw.random(4000) < claimed**2
    told = [np.array([chance, 0.1], np.float32) for chance in claimed]
    right = [np.array([flag, False]) for flag in hit]
    scale = scale_of(told, right, [1] * 4000, exact=True)
    chances = scale.chance(claimed)
    middle = (claimed > 0.4) & (claimed < 0.6)
    assert abs(float(chances[middle].mean()) - float(hit[middle].mean())) < 0.08
    assert hit[chances >= scale.accept].mean() >= PRECISION - 1e-9


def test_without_right_answers_nothing_is_accepted() -> None:
    told = [np.array([0.9], np.float32)] * 20
    scale = scale_of(told, [np.array([False])] * 20, [1] * 20, exact=False)
    assert scale.accept == 1.0


def test_titles_are_trusted_until_the_past_says_otherwise() -> None:
    told = [np.array([0.9], np.float32)] * 60

    def trusts(hits: int, titles: int) -> bool:
        right = [np.array([place < hits or place >= titles]) for place in range(60)]
        titled = [place < titles for place in range(60)]
        return scale_of(told, right, [1] * 60, exact=True, titled=titled).trusts_titles

    assert trusts(0, 0)
    assert trusts(40, 40)
    assert not trusts(30, 40)
    assert scale_of(told, [np.array([True])] * 60, [1] * 60, exact=True).trusts_titles


def test_the_threshold_takes_in_what_belongs_to_the_answer() -> None:
    told = [np.array([0.9, 0.5, 0.3], np.float32)] * 10
    right = [np.array([True, True, False])] * 10
    scale = scale_of(told, right, [2] * 10, exact=True)
    assert 0.3 < scale.several <= 0.5
