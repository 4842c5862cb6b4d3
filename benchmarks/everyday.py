"""Short texts as physicians type them, against the bundled books: ``python -m benchmarks.everyday [--misses seen]``.

The texts are ``tests/matching/regression.csv``, written by us before the lexicon was extended. One half of them (by a
checksum of the text) was held out while that was done, and its figures stand apart: 98.2 and 100 percent, for
operations 94.6 and 98.8. After that its misses were read to name their causes, and five words followed from them.
``category`` holds the beginning of the right codes, alternatives as ``J44|J42``; for a compound text all that belong
to it are joined, as ``I10+E14``. A text counts as right first when its first answer is in any of them, and as right
among ten when each of them is there.

Whoever wrote the texts also wrote the lexicon; so, where the reference data lie beside the checkout, its short texts
with one answer (N7K dev, a tenth of CDN train) are asked as well and only the category of the answer is looked at.
Nobody writes words for these. ``bands`` counts both by band of the review; ``resources/matching/measured.toml`` holds
these counts for the review to show. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.common.clock import SystemClock
from app.domain.coding import Band, CodeKind
from app.matching.contract import Matcher
from app.services.assets import Assets
from app.services.matching import build_matcher
from benchmarks import match as reference

TEXTS = Path(__file__).resolve().parent.parent / "tests" / "matching" / "regression.csv"
TOP = 10
SHORT = 12
"""Characters of a reference text that still counts as an everyday text."""


class Half(StrEnum):
    """Which half of the texts: the one whose misses may be read, or the one held out."""

    SEEN = "seen"
    HELD_OUT = "held_out"


class Miss(StrEnum):
    """How a text is missed: not at all, right among ten only, or not even there."""

    NONE = ""
    FIRST = "first"
    TEN = "ten"


@dataclass(frozen=True)
class Everyday:
    """A text, the categories of its codes (each with alternatives), its code in the bundled book, the known miss."""

    kind: CodeKind
    text: str
    wanted: tuple[tuple[str, ...], ...]
    code: str
    miss: Miss
    cause: str

    @property
    def half(self) -> Half:
        """The half that the text belongs to."""
        return Half.HELD_OUT if zlib.crc32(self.text.encode()) % 2 else Half.SEEN

    def judge(self, codes: Sequence[str]) -> Miss:
        """Return how ten answers miss the text."""
        if not all(any(code.startswith(among) for code in codes) for among in self.wanted):
            return Miss.TEN
        first = codes[0].startswith(tuple(beginning for among in self.wanted for beginning in among))
        return Miss.NONE if first else Miss.FIRST


@dataclass(frozen=True)
class Answer:
    """A text with what came back for it."""

    asked: Everyday
    codes: tuple[str, ...]
    names: tuple[str, ...]
    band: Band

    @property
    def miss(self) -> Miss:
        """How the text is missed."""
        return self.asked.judge(self.codes)


def everyday_texts() -> list[Everyday]:
    """Return the texts in the order of the file."""
    with TEXTS.open(encoding="utf-8", newline="") as handle:
        return [
            Everyday(
                CodeKind(row["kind"]),
                row["text"],
                tuple(tuple(among.split("|")) for among in row["category"].split("+")),
                row["code"],
                Miss(row["miss"]),
                row["cause"],
            )
            for row in csv.DictReader(handle)
        ]


def reference_texts() -> list[Everyday]:
    """Return the short reference texts with one answer, () where the reference data are absent."""
    return [text for task in reference.tasks() for text in _of_task(task)] if reference.REFERENCE.is_dir() else []


def _of_task(task: reference.Task) -> Iterable[Everyday]:
    width = {CodeKind.DX: 3, CodeKind.PX: 5}[task.kind]
    codes: dict[str, set[str]] = {}
    for code, name in task.terms:
        codes.setdefault(name, set()).add(code[:width])
    for text, right in task.gold:
        if len(text) <= SHORT and len(right) == 1 and right[0] in codes:
            yield Everyday(task.kind, text, (tuple(sorted(codes[right[0]])),), "", Miss.NONE, "")


def ask(matcher: Matcher, texts: Iterable[Everyday]) -> list[Answer]:
    """Return what a matcher answers."""
    found = []
    for asked in texts:
        result = matcher.match(asked.text, asked.kind, TOP)
        codes = tuple(candidate.code for candidate in result.candidates)
        names = tuple(candidate.name for candidate in result.candidates)
        found.append(Answer(asked, codes, names, result.band))
    return found


def figures(answers: Sequence[Answer]) -> dict[str, float]:
    """Return the share of texts in percent: category first, categories among ten, code of the book first."""
    misses = Counter(answer.miss for answer in answers)
    exact = [answer.codes[:1] == (answer.asked.code,) for answer in answers if answer.asked.code]
    return {
        "texts": len(answers),
        "first": _percent(misses[Miss.NONE], len(answers)),
        "among_ten": _percent(len(answers) - misses[Miss.TEN], len(answers)),
        "code_first": _percent(sum(exact), len(exact)),
    }


def bands(answers: Sequence[Answer]) -> dict[str, dict[str, int]]:
    """Return by band of the review how many texts fall in and how many of their first answers have the category."""
    found = {}
    for band in Band:
        inside = [answer for answer in answers if answer.band is band]
        found[str(band)] = {"texts": len(inside), "right": sum(answer.miss is Miss.NONE for answer in inside)}
    return found


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _matcher() -> Matcher:
    with tempfile.TemporaryDirectory() as folder:
        return build_matcher(Assets(Path(folder), SystemClock()).builtin_codebook())


def _bench(answers: Sequence[Answer], others: Sequence[Answer]) -> dict[str, object]:
    found: dict[str, object] = {}
    for kind in CodeKind:
        of_kind = [answer for answer in answers if answer.asked.kind is kind]
        found[kind] = figures(of_kind)
        for half in Half:
            found[f"{kind}_{half}"] = figures([answer for answer in of_kind if answer.asked.half is half])
        causes = Counter(answer.asked.cause for answer in of_kind if answer.miss is not Miss.NONE)
        found[f"{kind}_causes"] = dict(causes.most_common())
        found[f"{kind}_reference"] = figures([answer for answer in others if answer.asked.kind is kind])
    found["bands"] = bands([*answers, *others])
    return found


def bench() -> dict[str, object]:
    """Return the figures by kind of code: all texts, each half, reference texts; and the misses by cause."""
    matcher = _matcher()
    return _bench(ask(matcher, everyday_texts()), ask(matcher, reference_texts()))


def main() -> None:
    """Print the figures, the last line as JSON; with ``--misses`` those of a half before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", choices=[*Half], help="name the misses of one half")
    options = parser.parse_args()
    matcher = _matcher()
    answers = ask(matcher, everyday_texts())
    for answer in answers:
        if answer.miss is not Miss.NONE and answer.asked.half == options.misses:
            wanted = "+".join("|".join(among) for among in answer.asked.wanted)
            best = " / ".join(f"{code} {name}" for code, name in zip(answer.codes[:3], answer.names, strict=False))
            print(answer.miss, answer.asked.kind, answer.asked.text, f"[{wanted}]", best)
    found = _bench(answers, ask(matcher, reference_texts()))
    for name, values in found.items():
        print(name, values)
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
