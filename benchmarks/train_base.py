"""Fits the base model that ships with the program: ``python -m benchmarks.train_base [--check]``.

Its examples are made from the bundled books and our own lexicon alone: the titles of codes as physicians might write
them (without 其他 and 未特指, words exchanged by our synonyms, sides added, parts reordered, letters lost) and the
short forms of the lexicon, each asked as if the lexicon did not know it. No reference text and no everyday text of
the tests is among them. Writes ``resources/matching/base_dx.npz``, ``base_px.npz`` and ``base.toml``, the same ones
each time. Takes two minutes. ``--check`` measures on N7K dev and a tenth of CDN train, where they are at hand.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from app.codebook.book import Codebook
from app.common.clock import SystemClock
from app.common.paths import data
from app.domain.coding import CodeKind
from app.matching.base.forest import Forest, to_bytes
from app.matching.base.measures import COLUMNS, measures
from app.matching.base.opinion import FIRST, SecondOpinion, mark, second_opinion
from app.matching.lexicon import KindLexicon, standard_lexicon
from app.matching.names import Term, terms_of
from app.matching.query import Query, analyse
from app.matching.ranking import Ranker
from app.services.assets import Assets
from benchmarks import match as reference

FOLDER = data("resources") / "matching"
TABLES = ("axes", "lexicon_dx", "lexicon_px", "normal", "rules", "sites", "synonyms")
TITLES = {CodeKind.DX: 8_000, CodeKind.PX: 8_000}
"""Titles drawn, with repetition."""
SEED = 1
SETTINGS = {
    "objective": "lambdarank",
    "metric": "ndcg",
    "eval_at": [1],
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "learning_rate": 0.05,
    "num_leaves": 15,
    "max_depth": 6,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": SEED,
}
MOST_TREES = 200
WATCHED = 6
"""One text in so many is watched to stop in time."""
_EXACT = ("其他和未特指的", "未特指的", "未特指", "其他特指的", "其他的", "其他", "NOS", "不可归类在他处者")
_BEFORE = {
    CodeKind.DX: ("急性", "慢性", "复发性", "原发性", "继发性", "先天性", "多发性", "重度"),
    CodeKind.PX: ("全麻下", "腹腔镜下", "内镜下", "经皮", "超声引导下", "显微镜下", "经尿道"),
}
_SIDES = ("左", "右", "左侧", "右侧", "双侧")
_BRACKETS = re.compile(r"[\[［(（][^\]］)）]*[\]］)）]")


@dataclass(frozen=True)
class Example:
    """A text, the beginning of its codes, and the short form it is, which the lexicon must not know."""

    text: str
    prefix: str
    hidden: str = ""


def words_mark() -> str:
    """Return the mark of the tables that the examples and the measures are made with."""
    parts = [(FOLDER / f"{name}.toml").read_bytes().replace(b"\r\n", b"\n") for name in TABLES]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


class Writer:
    """Writes titles as a physician might."""

    def __init__(self, kind: CodeKind, seed: int) -> None:
        self._kind = kind
        self._random = random.Random(seed)
        self._others = _others(kind)
        sites: Mapping[str, Sequence[str]] = _table("sites")["parts"]
        words = (word for whole, parts in sites.items() for place in (whole, *parts) for word in place.split("|"))
        self._places = sorted({word for word in words if len(word) > 1})

    def _is(self, chance: float) -> bool:
        return self._random.random() < chance

    def written(self, title: str) -> str:
        """Return one way to write a title."""
        text = _BRACKETS.sub("", title)
        for word in _EXACT:
            text = text.replace(word, "") if self._is(0.85) else text
        text = text.replace("的", "") if self._is(0.6) else text
        parts = [part for part in re.split("[，,：]", text) if part]
        if len(parts) > 1 and self._is(0.5):
            self._random.shuffle(parts)
        return self._disturbed(self._exchanged("".join(parts)))

    def _exchanged(self, text: str) -> str:
        words = [word for word in self._others if word in text]
        self._random.shuffle(words)
        for word in words[:2]:
            if self._is(0.75):
                text = text.replace(word, self._random.choice(self._others[word]), 1)
        return text

    def _disturbed(self, text: str) -> str:
        if self._is(0.3):
            text = text.removesuffix("术")
        if self._is(0.13):
            text = self._random.choice(_BEFORE[self._kind]) + text
        if self._is(0.5) and any(place in text for place in self._places):
            text = self._random.choice(_SIDES) + text
        if len(text) > 7 and self._is(0.25):
            start = self._random.randrange(len(text) - 2)
            text = text[:start] + text[start + self._random.choice((1, 2, 2, 3)) :]
        return text

    def drawn(self, terms: Sequence[Term], count: int) -> Iterator[Term]:
        """Yield terms, each once before any twice."""
        for _ in range(0, count, len(terms)):
            yield from self._random.sample(terms, min(len(terms), count))


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _others(kind: CodeKind) -> dict[str, list[str]]:
    """Return for each word of a name what texts may say for it."""
    synonyms = _table("synonyms")
    found: dict[str, list[str]] = {}
    for group in synonyms["both"][kind]:
        words = [word for word in group if len(word) > 1]
        for word in words:
            found.setdefault(word, []).extend(other for other in words if other != word)
    for first, *others in synonyms["text"][kind]:
        found.setdefault(first, []).extend(word for word in others if len(word) > 1)
    return {word: others for word, others in found.items() if others and len(word) > 1}


def examples(kind: CodeKind, terms: Sequence[Term], lexicon: KindLexicon) -> list[Example]:
    """Return the examples of a kind, the same ones each time."""
    writer, normal = Writer(kind, SEED), lexicon.spelling.normal
    titles = {normal(term.name): term.code for term in terms}
    found = []
    for term in writer.drawn(terms, TITLES[kind]):
        text = writer.written(term.name)
        if len(normal(text)) > 2 and titles.get(normal(text), term.code) == term.code:
            found.append(Example(text, term.code))
    short = {entry.normal: entry for entry in lexicon.expansions.values()}
    return [*found, *(Example(entry.short, entry.prefix, entry.normal) for entry in short.values() if entry.prefix)]


def _asked(example: Example, lexicon: KindLexicon) -> Query:
    spelling = lexicon.spelling
    query = analyse(spelling.normal(example.text), lexicon, spelling.bare(example.text))
    if not example.hidden:
        return query
    shares = tuple((entry, share) for entry, share in query.shares if entry.normal != example.hidden)
    kept = tuple(
        wording for wording in query.wordings if wording.expansion is None or wording.expansion.normal != example.hidden
    )
    return Query(query.normal, query.strict, kept, shares)


@dataclass(frozen=True)
class Sample:
    """Rows of measures, which are right, and how many each text has."""

    rows: NDArray[np.float32]
    right: NDArray[np.float32]
    sizes: NDArray[np.int64]

    def of(self, texts: Iterable[int]) -> lightgbm.Dataset:
        """Return these texts as a data set."""
        ends = np.cumsum(self.sizes)
        chosen = list(texts)
        places = np.concatenate([np.arange(ends[text] - self.sizes[text], ends[text]) for text in chosen])
        return lightgbm.Dataset(
            self.rows[places], self.right[places], group=self.sizes[chosen], feature_name=list(COLUMNS)
        )


def sample(ranker: Ranker, asked: Iterable[Example]) -> Sample:
    """Return what the model learns from: texts whose first terms hold a right one and a wrong one."""
    rows, right = [], []
    for example in asked:
        query = _asked(example, ranker.lexicon)
        ranked = ranker.score(query)[:FIRST]
        hits = np.array([ranker.terms[scored.term].code.startswith(example.prefix) for scored in ranked], np.float32)
        if hits.any() and not hits.all():
            rows.append(measures(ranker, query, ranked))
            right.append(hits)
    return Sample(np.concatenate(rows), np.concatenate(right), np.array([len(hits) for hits in right], np.int64))


def fitted(drawn: Sample) -> Forest:
    """Return the trees that do best on the texts watched."""
    texts = np.random.default_rng(SEED).permutation(len(drawn.sizes)).tolist()
    watched = len(texts) // WATCHED
    train = drawn.of(texts[watched:])
    valid = drawn.of(texts[:watched]).set_reference(train)
    stop = lightgbm.early_stopping(40, verbose=False)
    booster = lightgbm.train(SETTINGS, train, MOST_TREES, valid_sets=[valid], callbacks=[stop])
    dump = booster.dump_model(num_iteration=booster.best_iteration)
    return forest_of([tree["tree_structure"] for tree in dump["tree_info"]])


def forest_of(trees: Sequence[Mapping[str, Any]]) -> Forest:
    """Return trees as LightGBM tells them as one forest."""
    column: list[int] = []
    limit: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
    deepest = 0

    def add(node: Mapping[str, Any], depth: int) -> int:
        nonlocal deepest
        deepest = max(deepest, depth)
        place = len(column)
        is_leaf = "leaf_value" in node
        column.append(0 if is_leaf else node["split_feature"])
        limit.append(0.0 if is_leaf else node["threshold"])
        value.append(node["leaf_value"] if is_leaf else 0.0)
        left.append(place)
        right.append(place)
        if not is_leaf:
            left[place] = add(node["left_child"], depth + 1)
            right[place] = add(node["right_child"], depth + 1)
        return place

    roots = [add(tree, 0) for tree in trees]
    whole = [np.array(numbers, np.int32) for numbers in (roots, column, left, right)]
    return Forest(whole[0], whole[1], np.array(limit), whole[2], whole[3], np.array(value), deepest)


def _book() -> Codebook:
    with tempfile.TemporaryDirectory() as folder:
        return Assets(Path(folder), SystemClock()).builtin_codebook()


def train() -> None:
    """Fit and write the models of both kinds and what they were made of."""
    book, lexicon = _book(), standard_lexicon()
    lines = [
        "# What base_dx.npz and base_px.npz were fitted with; all three are written by benchmarks/train_base.py.",
        f'words = "{words_mark()}"',
    ]
    for kind in CodeKind:
        terms = terms_of(book, kind)
        asked = examples(kind, terms, lexicon.kinds[kind])
        drawn = sample(Ranker(terms, lexicon.kinds[kind]), asked)
        forest = fitted(drawn)
        (FOLDER / f"base_{kind}.npz").write_bytes(to_bytes(forest, mark()))
        lines += [f"\n[{kind}]", f"texts = {len(drawn.sizes)}", f"trees = {len(forest.roots)}"]
        print(kind, len(asked), len(drawn.sizes), len(forest.roots), forest.depth)
    (FOLDER / "base.toml").write_text("\n".join([*lines, ""]), encoding="utf-8")


def check() -> None:
    """Print how many reference texts of one answer have it first, among five and among ten, without and with."""
    for task in reference.tasks():
        ranker = Ranker([Term(code, name) for code, name in task.terms], standard_lexicon().kinds[task.kind])
        for opinion in (SecondOpinion(None), second_opinion(task.kind)):
            print(task.name, "with" if opinion.forest else "without", _shares(ranker, task.gold, opinion))


def _shares(ranker: Ranker, gold: reference.Rows, opinion: SecondOpinion) -> list[float]:
    single = [(text, right[0]) for text, right in gold if len(set(right)) == 1]
    hits = np.zeros(3)
    for text, right in single:
        query = _asked(Example(text, ""), ranker.lexicon)
        ranked = ranker.score(query)
        names = [ranker.terms[scored.term].name for scored in opinion.ordered(ranker, query, ranked)[:10]]
        place = names.index(right) if right in names else len(names)
        hits += [place < 1, place < 5, right in names]
    return [round(float(share), 1) for share in 100 * hits / len(single)]


def main() -> None:
    """Fit the models, or measure them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="measure on reference texts instead")
    if parser.parse_args().check:
        check()
    else:
        train()


if __name__ == "__main__":
    main()
