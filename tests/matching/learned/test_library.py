"""Trees are asked through LightGBM's library itself and answer as its package does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from app.domain.coding import CodeKind
from app.matching.first import FirstMatcher
from app.matching.learned import boosting
from app.matching.learned.library import Booster

pytestmark = pytest.mark.xdist_group("taught")
_ANSWER = """
import sys
from pathlib import Path
from app.domain.coding import CodeKind
from app.matching.first import FirstMatcher
from tests.matching.learned.conftest import PAST, TERMS
matcher = FirstMatcher.from_terms(TERMS, CodeKind.PX, PAST)
assert matcher.take_model(CodeKind.PX, Path(sys.argv[1]).read_bytes())
assert matcher.match("\u80dd\u7624\u5b50\u62ff\u6389", CodeKind.PX).best.score > 0.5
assert "lightgbm" not in sys.modules, "it takes 0.3 s to import"
"""


@pytest.fixture(scope="module")
def written() -> str:
    """Return a few trees as LightGBM writes them."""
    draw = np.random.default_rng(1)
    rows = draw.random((400, 5))
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "num_leaves": 7}
    return str(lightgbm.train(settings, lightgbm.Dataset(rows, rows[:, 0] > rows[:, 3]), 12).model_to_string())


def test_trees_answer_as_the_package_does(written: str) -> None:
    rows = np.random.default_rng(2).random((50, 5)).astype(np.float32)
    booster, package = Booster(written), lightgbm.Booster(model_str=written)
    assert np.allclose(booster.raw(rows), np.asarray(package.predict(rows, raw_score=True)), atol=1e-6)
    assert np.allclose(booster.raw(rows, count=4) + booster.raw(rows, 4), booster.raw(rows), atol=1e-5)
    assert booster.raw(rows[:0]).shape == (0,)
    turned = np.asfortranarray(rows)
    assert np.array_equal(booster.raw(turned), booster.raw(rows)), "however the rows lie in memory"


def test_what_is_no_forest_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        Booster("tree\nnonsense")
    with pytest.raises(ValueError, match="another width"):
        Booster(written).raw(np.zeros((2, 3), np.float32))


def test_what_the_package_would_print_goes_to_the_log(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(boosting._SHARED, "bin_construct_sample_cnt", 100)  # it warns of less than a fifth of the rows
    tables = [np.random.default_rng(seed).random((60, 2), np.float32) for seed in range(10)]
    boosting.Pool(tables, [table[:, 0] > 0.5 for table in tables])
    assert capfd.readouterr() == ("", "")


def test_answers_need_no_package(taught: FirstMatcher, tmp_path: Path) -> None:
    model = tmp_path / "model.npz"
    model.write_bytes(taught.model_bytes(CodeKind.PX))
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", _ANSWER, str(model)], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
