"""Everyday texts of physicians, written by us, with the code of the bundled book that they mean."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.codebook.book import Codebook
from app.domain.coding import Band, CodeKind, MatchKind
from app.matching.first import FirstMatcher
from app.matching.lexicon import Lexicon

GOLDEN = list(csv.DictReader((Path(__file__).parent / "golden.csv").read_text("utf-8").splitlines()))


@pytest.fixture(scope="module")
def places(matcher: FirstMatcher) -> dict[str, int]:
    """Return for each golden text at which place the right code stands, 0 when it is not among ten."""
    found = {}
    for row in GOLDEN:
        codes = [candidate.code for candidate in matcher.match(row["text"], CodeKind(row["kind"])).candidates]
        right = [place for place, code in enumerate(codes, 1) if code.startswith(row["code"])]
        found[row["text"]] = right[0] if right else 0
    return found


def test_the_right_code_comes_first(places: dict[str, int]) -> None:
    wrong = [text for text, place in places.items() if place != 1]
    assert len(places) >= 280
    assert len(wrong) <= len(places) * 0.02, wrong


def test_the_right_code_is_among_ten(places: dict[str, int]) -> None:
    missing = [text for text, place in places.items() if not place]
    assert len(missing) <= len(places) * 0.01, missing


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("冠心病", CodeKind.DX, "I25.100"),
        ("2型糖尿病", CodeKind.DX, "E11.900"),
        ("Ⅱ型糖尿病", CodeKind.DX, "E11.900"),
        ("糖尿病2型", CodeKind.DX, "E11.900"),
        ("高血压病3级（极高危）", CodeKind.DX, "I10.x00"),
        ("慢阻肺急性加重", CodeKind.DX, "J44.100"),
        ("胆囊结石伴急性胆囊炎", CodeKind.DX, "K80.000"),
        ("肺炎", CodeKind.DX, "J18.900"),
        ("右侧股骨颈骨折", CodeKind.DX, "S72.000"),
        ("LC", CodeKind.PX, "51.2300"),
        ("阑尾切除术", CodeKind.PX, "47.0900"),
        ("腹腔镜下阑尾切除术", CodeKind.PX, "47.0100"),
        ("经尿道前列腺电切术", CodeKind.PX, "60.2900"),
    ],
)
def test_these_must_never_go_wrong(matcher: FirstMatcher, text: str, kind: CodeKind, code: str) -> None:
    best = matcher.match(text, kind).best
    assert best is not None
    assert best.code == code


@pytest.mark.parametrize("kind", list(CodeKind))
def test_every_short_form_leads_to_its_codes(
    matcher: FirstMatcher, lexicon: Lexicon, builtin: Codebook, kind: CodeKind
) -> None:
    expansions = {entry.short: entry for entry in lexicon.kinds[kind].expansions.values()}
    assert len(expansions) >= (1_200 if kind is CodeKind.DX else 400)
    astray = []
    for entry in expansions.values():
        if not entry.prefix:
            continue
        assert any(found.is_leaf for found in builtin.by_prefix(entry.prefix, kind)), entry
        found = matcher.match(entry.short, kind, 2)
        codes = [candidate.code for candidate in found.candidates]
        if not codes or not codes[0].startswith(entry.prefix):
            astray.append(entry.short)
            assert codes[1].startswith(entry.prefix), entry
            assert found.band is not Band.ACCEPT
    # titles that read like the short form but stand for something rarer; the coder chooses
    assert set(astray) <= {"脐疝", "肝硬化"}


def test_a_title_finds_itself_first(matcher: FirstMatcher, builtin: Codebook) -> None:
    for kind in CodeKind:
        titles = {entry.name: entry.code for entry in builtin.leaves(kind)[::60]}
        found = {name: matcher.match(name, kind, 1).candidates[0].name for name in titles}
        assert [name for name in titles if found[name] != name] == []


def test_only_exact_and_unique_answers_may_be_accepted(matcher: FirstMatcher) -> None:
    exact = matcher.match("股骨颈骨折", CodeKind.DX)
    assert exact.band is Band.ACCEPT
    assert exact.best is not None
    assert exact.best.kind is MatchKind.EXACT
    assert matcher.match("冠心病", CodeKind.DX).band is Band.CONFIRM
    assert matcher.match("股骨颈骨折？", CodeKind.DX).band is Band.SEARCH
    assert matcher.match("右手水源性肢端角化", CodeKind.DX).band is Band.SEARCH
    assert matcher.match("qwertz", CodeKind.DX).band is Band.SEARCH
