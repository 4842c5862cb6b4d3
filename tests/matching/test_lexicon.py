"""The short forms: enough of them everywhere, each with codes of the bundled book, none with two meanings."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.codebook.book import Codebook
from app.common.paths import data
from app.domain.coding import CodeKind
from app.matching.lexicon import Lexicon

CHAPTERS = {
    "infection": ("A00", "B99"),
    "tumour": ("C00", "D48"),
    "blood": ("D50", "D89"),
    "endocrine": ("E00", "E90"),
    "mental": ("F00", "F99"),
    "nervous": ("G00", "G99"),
    "eye": ("H00", "H59"),
    "ear": ("H60", "H95"),
    "circulation": ("I00", "I99"),
    "respiration": ("J00", "J99"),
    "digestion": ("K00", "K93"),
    "skin": ("L00", "L99"),
    "musculoskeletal": ("M00", "M99"),
    "urogenital": ("N00", "N99"),
    "pregnancy": ("O00", "O99"),
    "perinatal": ("P00", "P96"),
    "congenital": ("Q00", "Q99"),
    "symptom": ("R00", "R99"),
    "injury": ("S00", "T98"),
    "external": ("V01", "Y98"),
    "service": ("Z00", "Z99"),
    "special": ("U00", "U99"),
}
GROUPS = {
    "various": ("00", "00"),
    "nervous": ("01", "05"),
    "endocrine": ("06", "07"),
    "eye": ("08", "16"),
    "guided": ("17", "17"),
    "ear": ("18", "20"),
    "nose_mouth_throat": ("21", "29"),
    "respiration": ("30", "34"),
    "circulation": ("35", "39"),
    "blood_lymph": ("40", "41"),
    "digestion": ("42", "54"),
    "urinary": ("55", "59"),
    "male": ("60", "64"),
    "female": ("65", "71"),
    "obstetric": ("72", "75"),
    "musculoskeletal": ("76", "84"),
    "skin": ("85", "86"),
    "diagnostic": ("87", "99"),
}
SECTIONS = {CodeKind.DX: CHAPTERS, CodeKind.PX: GROUPS}
WIDTH = {CodeKind.DX: 3, CodeKind.PX: 2}
LEAST_PER_CHAPTER = 70
LEAST_PER_GROUP = 3


@dataclass(frozen=True)
class Entry:
    """A line of a lexicon file."""

    kind: CodeKind
    section: str
    short: str
    term: str
    prefix: str


def entries(kind: CodeKind) -> Iterator[Entry]:
    """Yield the lines of the lexicon of a kind as they stand in the file."""
    with (data("resources") / "matching" / f"lexicon_{kind}.toml").open("rb") as handle:
        for section, lines in tomllib.load(handle).items():
            for short, (term, prefix) in lines.items():
                yield Entry(kind, section, short, term, prefix)


@pytest.mark.parametrize("kind", list(CodeKind))
def test_every_entry_stands_in_the_chapter_of_its_codes(kind: CodeKind) -> None:
    for entry in entries(kind):
        first, last = SECTIONS[kind][entry.section]
        assert first <= entry.prefix[: WIDTH[kind]] <= last, entry


@pytest.mark.parametrize("kind", list(CodeKind))
def test_every_target_is_in_the_bundled_book(builtin: Codebook, kind: CodeKind) -> None:
    for entry in entries(kind):
        assert entry.term, entry
        assert len(entry.prefix) >= WIDTH[kind], entry
        assert any(found.is_leaf for found in builtin.by_prefix(entry.prefix, kind)), entry


@pytest.mark.parametrize("kind", list(CodeKind))
def test_no_target_is_the_title_of_another_category(builtin: Codebook, lexicon: Lexicon, kind: CodeKind) -> None:
    form, normal = lexicon.kinds[kind].title, lexicon.spelling.normal
    titles: dict[str, list[str]] = {}
    for found in builtin.leaves(kind):
        titles.setdefault(form(normal(found.name)), []).append(found.code)
    width = 3 if kind is CodeKind.DX else 4
    for entry in entries(kind):
        codes = titles.get(form(normal(entry.term)), [])
        assert not codes or any(code[:width] == entry.prefix[:width] for code in codes), (entry, codes)


@pytest.mark.parametrize("kind", list(CodeKind))
def test_no_short_form_stands_twice_or_means_two_things(lexicon: Lexicon, kind: CodeKind) -> None:
    seen: dict[str, Entry] = {}
    canonical: dict[str, Entry] = {}
    known = lexicon.kinds[kind]
    for entry in entries(kind):
        normal = lexicon.spelling.normal(entry.short)
        assert normal, entry
        assert normal not in seen, (entry, seen[normal])
        seen[normal] = entry
        same = canonical.setdefault(known.canonical(normal), entry)
        assert entry.prefix.startswith(same.prefix) or same.prefix.startswith(entry.prefix), (entry, same)


def test_there_are_enough_over_all_chapters_and_groups(builtin: Codebook) -> None:
    diagnoses, operations = list(entries(CodeKind.DX)), list(entries(CodeKind.PX))
    assert len(diagnoses) + len(operations) >= 6_500
    chapters = Counter(entry.section for entry in diagnoses)
    assert set(chapters) == set(CHAPTERS)
    assert all(count >= LEAST_PER_CHAPTER for name, count in chapters.items() if name != "special")
    groups = Counter(entry.prefix[:2] for entry in operations)
    wanted = {found.code[:2] for found in builtin.leaves(CodeKind.PX)}
    assert {group for group in wanted if groups[group] < LEAST_PER_GROUP} == set()


def test_every_block_of_diagnoses_has_one(builtin: Codebook) -> None:
    letters = {entry.prefix[:2] for entry in entries(CodeKind.DX)}
    wanted = {found.code[:2] for found in builtin.leaves(CodeKind.DX)}
    assert wanted == letters


def test_there_are_enough_parts_of_the_body_and_none_is_a_part_of_itself() -> None:
    with (data("resources") / "matching" / "sites.toml").open("rb") as handle:
        parts = tomllib.load(handle)["parts"]
    assert sum(map(len, parts.values())) >= 500
    for whole, children in parts.items():
        assert len(set(children)) == len(children), whole
        for child in children:
            assert not set(whole.split("|")) & set(child.split("|")), (whole, child)
