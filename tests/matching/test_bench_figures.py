"""The figures of ``benchmarks.match``: thresholds, bins, picture, predictions."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.match import write_predictions
from benchmarks.match_figures import Answer, at_precision, bins, expected_error, threshold, write_plot


def answer(number: int, chance: float, is_right: bool) -> Answer:
    """Return an answer to a numbered text."""
    return Answer(f"文本{number}", ("甲", "乙"), ("甲",), chance, is_right)


def test_the_threshold_is_the_least_probability_that_gives_the_precision() -> None:
    answers = [answer(1, 0.9, True), answer(2, 0.8, True), answer(3, 0.7, False), answer(4, 0.6, True)]
    assert threshold(answers, 1.0) == 0.8
    assert threshold(answers, 0.75) == 0.6
    assert threshold(answers, 0.0) == 0.6
    assert threshold([answer(1, 0.9, False)], 0.97) > 1
    tied = [answer(1, 0.9, True), answer(2, 0.9, False)]
    assert threshold(tied, 1.0) > 1, "equal probabilities are taken or left together"


def test_the_share_is_measured_on_the_half_where_the_threshold_was_not_chosen() -> None:
    certain = [answer(number, 0.99, True) for number in range(200)]
    doubtful = [answer(number, 0.5, number % 2 == 0) for number in range(200, 400)]
    share, precision = at_precision([*certain, *doubtful])
    assert 48 <= share <= 55
    assert precision >= 95
    assert at_precision([]) == (0.0, 0.0)
    silent = [Answer(f"无{number}", (), (), 0.0, False) for number in range(400)]
    assert at_precision([*certain, *silent])[0] == pytest.approx(100 * 200 / 600)


def test_bins_hold_every_answer_and_tell_how_far_off_they_are() -> None:
    answers = [answer(number, 0.75, number % 4 != 0) for number in range(100)] + [answer(200, 1.0, True)]
    found = bins(answers)
    assert sum(one.texts for one in found) == 101
    assert found[0].told() == {"from": 0.7, "texts": 100, "mean_percent": 75.0, "right_percent": 75.0}
    assert expected_error(found) == pytest.approx(0)
    assert expected_error(bins([answer(1, 0.9, False)])) == pytest.approx(90)


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "calibration.png"
    write_plot(path, {"px": bins([answer(number, number / 40, number > 20) for number in range(40)])})
    assert path.read_bytes().startswith(b"\x89PNG")


def test_predictions_are_written_as_the_scorer_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    write_predictions(path, [Answer("阑尾炎", ("甲", "乙"), ("乙", "丙"), 0.9, True)])
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    assert rows == [
        ["text", "rank", "name", "chosen"],
        ["阑尾炎", "1", "甲", "0"],
        ["阑尾炎", "2", "乙", "1"],
        ["阑尾炎", "3", "丙", "1"],
    ]
