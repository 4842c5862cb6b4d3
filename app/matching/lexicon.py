"""All that is written down for matching: spelling, synonyms, axes, abbreviations. Data of ``resources/matching``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

from app.common.paths import data
from app.common.toml_files import read_toml
from app.domain.coding import CodeKind
from app.matching.axes import Axes, Axis
from app.matching.phrases import Phrases
from app.matching.rules import Rule, Rules
from app.matching.sites import SiteCosts, Sites
from app.matching.spelling import Spelling, SpellingData

_SHARED: Final = "any"


class Expansion(NamedTuple):
    """What a short form means: the words that replace it and the prefix of its codes ('' when words decide).

    ``short`` is as written, ``normal`` and ``meaning`` are in normal form. A named tuple: thousands are made at each
    start.
    """

    short: str
    normal: str
    meaning: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Words of titles that only make them exact, and what leaving them out costs.

    ``any_nothing`` finds whether one of ``nothing`` occurs at all, ``neither`` what names values to leave them open.
    """

    any_nothing: re.Pattern[str]
    nothing: tuple[re.Pattern[str], ...]
    other: tuple[re.Pattern[str], ...]
    other_cost: float
    heading_cost: float
    neither: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of one kind of code in normal form.

    ``both`` maps synonyms to the first of their group, ``rewrites`` words of texts to those that names prefer;
    ``noise`` decides no code; ``expansions`` tells what short forms mean; ``rules`` what whole ways of saying it mean.
    """

    both: Mapping[str, str]
    rewrites: Mapping[str, str]
    noise: Sequence[str]
    expansions: Mapping[str, Expansion]
    rules: Rules


class KindLexicon:
    """The knowledge for one kind of code. All words are in normal form."""

    def __init__(self, spelling: Spelling, vocabulary: Vocabulary, axes: Axes, sites: Sites, silence: Silence) -> None:
        self.spelling = spelling
        self.axes = axes
        self.sites = sites
        self.silence = silence
        self.rules = vocabulary.rules
        self._both = Phrases(vocabulary.both)
        expansions = vocabulary.expansions
        self.expansions = {self._both.replace(short): expansion for short, expansion in expansions.items()}
        self.expansions.update(expansions)
        self._rewrites = Phrases(vocabulary.rewrites)
        self._noise = Phrases(dict.fromkeys(vocabulary.noise, ""))

    def canonical(self, normal: str) -> str:
        """Return a normal form with each synonym replaced by the first word of its group."""
        return self._both.replace(normal)

    def plain(self, normal: str) -> str:
        """Return the form that is compared: synonyms replaced, sides and noise taken out."""
        return self.spelling.without_sides(self.quiet(normal))

    def quiet(self, normal: str) -> str:
        """Return the canonical form without noise, with its sides."""
        return self.canonical(self._noise.replace(normal) or normal)

    def title(self, normal: str) -> str:
        """Return the form in which a name is indexed: as :meth:`plain`, but nothing counts as noise."""
        return self.spelling.without_sides(self.canonical(normal))

    def rewritten(self, plain: str) -> str:
        """Return the plain form in the words that names prefer (肿瘤切除 as 病损切除)."""
        return self._rewrites.replace(plain)

    @cached_property
    def expanding(self) -> Phrases:
        """The short forms, each with its meaning."""
        return Phrases({short: expansion.meaning for short, expansion in self.expansions.items()})


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Spelling and, per kind of code, the rest."""

    spelling: Spelling
    kinds: Mapping[CodeKind, KindLexicon]
    markers: Mapping[str, tuple[str, ...]]


def _read(name: str) -> dict[str, Any]:
    return read_toml(data("resources") / "matching" / f"{name}.toml")


@cache
def standard_lexicon() -> Lexicon:
    """Return the lexicon that ships with the program (read once)."""
    names = ("normal", "synonyms", "axes", "splitting", "rules")
    normal, synonyms, axes, splitting, rules = map(_read, names)
    spelling = _spelling(normal, _read("traditional")["characters"])
    sites = _sites(spelling, _read("sites"))
    kinds = {
        kind: KindLexicon(
            spelling,
            Vocabulary(
                _groups(spelling, synonyms["both"][kind]),
                _groups(spelling, synonyms["text"][kind]),
                [spelling.normal(word) for word in synonyms["noise"][kind]],
                _expansions(spelling, _read(f"lexicon_{kind}")),
                Rules([Rule(re.compile(when), say, *prefix) for when, say, _, _, *prefix in rules[kind]]),
            ),
            _axes({**axes[_SHARED], **axes.get(kind, {})}),
            sites,
            _silence(normal["silence"], kind),
        )
        for kind in CodeKind
    }
    return Lexicon(spelling, kinds, {name: tuple(words) for name, words in splitting["markers"].items()})


def _spelling(normal: Mapping[str, Any], traditional: Mapping[str, str]) -> Spelling:
    numerals = normal["numerals"]
    return Spelling(
        SpellingData(
            {old: new for new, signs in traditional.items() for old in signs} | normal["characters"],
            normal["words"],
            numerals["one_to_ten"],
            numerals["before"],
            numerals["degree_signs"],
            tuple(normal["sides"]["words"]),
            normal["sides"]["kept_before"],
        )
    )


def _groups(spelling: Spelling, groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return word → first word of its group. A first word stands for itself, so that no part of it is replaced."""
    found: dict[str, str] = {}
    for group in groups:
        first, *others = map(spelling.normal, group)
        for word in (first, *others):
            found.setdefault(word, first)
    found.pop("", None)
    return found


def _expansions(spelling: Spelling, sections: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, Expansion]:
    found: dict[str, Expansion] = {}
    normal_of = cache(spelling.normal)  # several short forms mean the same
    for entries in sections.values():
        for short, (meaning, prefix) in entries.items():
            normal = normal_of(short)
            if normal not in found:
                found[normal] = Expansion(short, normal, normal_of(meaning), prefix)
    return found


def _axes(tables: Mapping[str, Any]) -> Axes:
    return Axes(
        [
            Axis(
                name,
                table["title"],
                {word: value for value, words in table["values"].items() for word in words},
                table["conflict"],
                table["silent"],
                table["unsaid"],
                frozenset((one, other) for one, other in table["same"]),
            )
            for name, table in tables.items()
        ]
    )


def _sites(spelling: Spelling, table: Mapping[str, Any]) -> Sites:
    parts = {
        _folded(spelling, whole): [_folded(spelling, part) for part in parts] for whole, parts in table["parts"].items()
    }
    costs = SiteCosts(*(table[name] for name in ("conflict", "silent", "unsaid", "name_alone", "text_alone")))
    return Sites(table["title"], parts, map(spelling.normal, table["no_place"]), costs)


def _folded(spelling: Spelling, words: str) -> str:
    return "|".join(map(spelling.normal, words.split("|")))


def _silence(table: Mapping[str, Any], kind: CodeKind) -> Silence:
    patterns = {key: tuple(map(re.compile, table[key])) for key in ("nothing", "other")}
    return Silence(
        re.compile("|".join(table["nothing"])),
        patterns["nothing"],
        patterns["other"],
        table["other_cost"][kind],
        table["heading_cost"],
        re.compile("|".join(table["neither"])),
    )
