"""Stretches of a text, what names add and leave, and what codes look like."""

from __future__ import annotations

import numpy as np

from app.matching.learned import remainder, stretches, structure
from app.matching.learned.encoder import untrained
from app.matching.learned.hashing import hashed
from app.matching.learned.stretches import fitting, stretches_of

TEXT = "胃溃疡伴高血压"
NAMES = ["胃溃疡", "高血压", "肺炎"]


def test_stretches_have_the_vectors_of_their_letters() -> None:
    encoder = untrained(5).encoder()
    held = stretches_of(TEXT, hashed([TEXT]).buckets, encoder.encode([TEXT])[0], encoder)
    pieces = [TEXT[low:high] for low, high in zip(held.low.tolist(), held.high.tolist(), strict=True)]
    assert pieces[-1] == TEXT
    assert {"胃溃疡", "高血压"} <= set(pieces)
    assert np.allclose(held.vectors, encoder.encode(pieces), atol=1e-5)


def test_each_name_finds_its_stretch() -> None:
    encoder = untrained(5).encoder()
    held = stretches_of(TEXT, hashed([TEXT]).buckets, encoder.encode([TEXT])[0], encoder)
    found = dict(zip(stretches.MEASURES, fitting(encoder.encode(NAMES), held).T, strict=True))
    assert np.allclose(found["stretch"][:2], 1, atol=1e-3)
    assert np.allclose(found["stretch_share"][:2], 3 / 7, atol=1e-3)
    assert found["stretch_place"][0] < found["stretch_place"][1]
    assert found["stretch"][2] < 0.9


def test_a_text_of_one_letter_or_of_hundreds_has_stretches() -> None:
    encoder = untrained(5).encoder()
    for text in ("癌", "癌" * 400):
        held = stretches_of(text, hashed([text]).buckets, encoder.encode([text])[0], encoder)
        assert len(held.low) <= stretches.MOST + 1
        assert fitting(encoder.encode(NAMES), held).shape == (3, len(stretches.MEASURES))


def test_a_name_that_is_the_text_adds_and_leaves_nothing() -> None:
    encoder, names = untrained(5).encoder(), hashed(["胃溃疡", "慢性胃溃疡", "肺炎"])
    vectors, lengths = encoder.summed(names)
    found = remainder.remainders(hashed(["胃溃疡"]).buckets, names, vectors * lengths[:, None], encoder)
    columns = dict(zip(remainder.MEASURES, found.T, strict=True))
    assert np.allclose([columns["added"][0], columns["left"][0]], 0, atol=1e-3)
    assert columns["added"][1] > 0
    assert columns["left_share"][2] > columns["left_share"][1]


def test_a_code_tells_its_depth_and_what_lies_below_it() -> None:
    rows = structure.structure_of(["K25", "K25.900", "M80000/3", "86.22", "86.2200x011", ""])
    columns = dict(zip(structure.MEASURES, rows.T.tolist(), strict=True))
    assert columns["code_depth"][:2] == [3, 6]
    assert columns["code_form"] == [0, 0, 1, 0, 0, 0]
    assert columns["code_above"] == [1, 0, 0, 1, 0, 0]
    assert columns["code_chapter"] == [11, 11, 13, 86, 86, structure.NONE]
    assert columns["code_fourth"] == [structure.NONE, 9, 0, 2, 2, structure.NONE]
    assert structure.structure_of([]).shape == (0, len(structure.MEASURES))
