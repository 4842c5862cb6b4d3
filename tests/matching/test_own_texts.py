"""What we wrote ourselves for matching holds no text of the reference data, which are for research only."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.common.paths import data
from app.domain.coding import CodeKind
from app.matching.lexicon import Lexicon
from benchmarks.everyday import everyday_texts

TEXTS = ("n7k_train.csv", "n7k_dev.csv", "cdn_train.csv")
NAMES = ("matching/n7k_terms.csv", "matching/icd10_v601.csv", "codebooks/*.csv")
EVERYDAY_WORD = 6
"""Up to so many characters a text is a word that everybody writes (PICC置管), whoever wrote it first."""
COMMON_TERM = 8
"""The same for the keys of a lexicon, which are terms and no whole texts."""
IN_GENERAL_USE = {"肥厚型梗阻性心肌病", "肾血管平滑肌脂肪瘤"}
"""Names of diseases that textbooks use and lists of codes write in another way."""

Normal = Callable[[str], str]


@pytest.fixture(scope="module")
def normal(lexicon: Lexicon) -> Normal:
    """Return what brings a text into the form in which texts are held against each other, without 术 at its end."""
    return lambda text: lexicon.spelling.normal(text).removesuffix("术")


@pytest.fixture(scope="module")
def foreign(reference: Path, normal: Normal) -> frozenset[str]:
    """Return the texts of the reference data in normal form."""
    return frozenset(normal(row["text"]) for name in TEXTS for row in _rows(reference / "matching" / name))


@pytest.fixture(scope="module")
def public(reference: Path, normal: Normal) -> str:
    """Return the names of the bundled books and of the reference's lists of codes, one a line, in normal form."""
    lists = [*(data("codebooks") / "builtin").glob("*.csv"), *(path for name in NAMES for path in reference.glob(name))]
    return "\n".join(sorted({normal(name) for path in lists for row in _rows(path) for name in _names(row)}))


def test_no_example_of_a_rule_is_a_text_of_others(foreign: frozenset[str], public: str, normal: Normal) -> None:
    titles = set(public.split("\n"))
    assert [text for text in _examples() if normal(text) in foreign and normal(text) not in titles] == []


def test_no_everyday_text_is_a_text_of_others(foreign: frozenset[str], public: str, normal: Normal) -> None:
    titles = set(public.split("\n"))
    long = [asked.text for asked in everyday_texts() if len(asked.text) > EVERYDAY_WORD]
    assert long
    assert [text for text in long if normal(text) in foreign and normal(text) not in titles] == []


def test_no_long_key_of_a_lexicon_is_a_text_of_others(foreign: frozenset[str], public: str, normal: Normal) -> None:
    """A key that stands within a standard name (慢性支气管炎急性加重 in …加重期) is public as well."""
    long = [key for key in _keys() if len(key) > COMMON_TERM]
    assert long
    same = {key for key in long if normal(key) in foreign and normal(key) not in public}
    assert same <= IN_GENERAL_USE


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def _names(row: dict[str, str]) -> Iterator[str]:
    return (value.strip().strip('"') for column, value in row.items() if "name" in column)


def _examples() -> Iterator[str]:
    tables = tomllib.loads(_file("rules"))
    return (line[2] for kind in CodeKind for line in tables[kind])


def _keys() -> Iterator[str]:
    lexicons = [tomllib.loads(_file(f"lexicon_{kind}")) for kind in CodeKind]
    return (key for lexicon in lexicons for section in lexicon.values() for key in section)


def _file(name: str) -> str:
    return (data("resources") / "matching" / f"{name}.toml").read_text(encoding="utf-8")
