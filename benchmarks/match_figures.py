"""What is made of the answers of :mod:`benchmarks.match`: precision at a threshold, calibration, its picture."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

PRECISION = 0.97
STEPS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)


@dataclass(frozen=True)
class Answer:
    """What came back for a text: names best first, the set that answers it, probability and truth of the first."""

    text: str
    names: tuple[str, ...]
    chosen: tuple[str, ...]
    chance: float
    is_right: bool

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Answer:
        """Return an answer that was kept as JSON."""
        return cls(told["text"], tuple(told["names"]), tuple(told["chosen"]), told["chance"], told["is_right"])

    def told(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Bin:
    """Texts whose first answer has a probability from ``low`` up to ``high``, their mean, and how many are right."""

    low: float
    high: float
    texts: int
    right: int
    mean: float

    @property
    def share(self) -> float:
        """The share of right answers, 0-1."""
        return self.right / self.texts if self.texts else 0.0

    def told(self) -> dict[str, float]:
        """Return it for people and for JSON, in percent."""
        return {
            "from": self.low,
            "texts": self.texts,
            "mean_percent": round(100 * self.mean, 1),
            "right_percent": round(100 * self.share, 1),
        }


def bins(answers: Sequence[Answer]) -> list[Bin]:
    """Return the bins of :data:`STEPS` that hold any answer."""
    found = []
    for low, high in pairwise(STEPS):
        inside = [answer for answer in answers if answer.names and low <= answer.chance < high]
        if inside:
            mean = sum(answer.chance for answer in inside) / len(inside)
            found.append(Bin(low, min(high, 1.0), len(inside), sum(answer.is_right for answer in inside), mean))
    return found


def expected_error(curve: Sequence[Bin]) -> float:
    """Return by how much probability and truth differ on average over the texts, in percent."""
    texts = sum(one.texts for one in curve)
    return 100 * sum(one.texts * abs(one.mean - one.share) for one in curve) / max(texts, 1)


def at_precision(answers: Sequence[Answer], precision: float = PRECISION) -> tuple[float, float]:
    """Return which percent of the texts may be taken at a precision, and the precision in percent that came out.

    The least probability that gives it is chosen on one half of the texts (by checksum) and used on the other; then
    the other way round. Texts without an answer count as not taken.
    """
    halves: tuple[list[Answer], list[Answer]] = ([], [])
    for answer in answers:
        halves[zlib.crc32(answer.text.encode()) % 2].append(answer)
    taken: list[Answer] = []
    for chosen_on, used_on in (halves, halves[::-1]):
        limit = threshold(chosen_on, precision)
        taken += [answer for answer in used_on if answer.names and answer.chance >= limit]
    right = sum(answer.is_right for answer in taken)
    return 100 * len(taken) / max(len(answers), 1), 100 * right / max(len(taken), 1)


def threshold(answers: Sequence[Answer], precision: float) -> float:
    """Return the least probability from which on the answers have this precision, above 1 when there is none."""
    right, best = 0, 2.0
    ranked = sorted((answer for answer in answers if answer.names), key=lambda answer: -answer.chance)
    for count, answer in enumerate(ranked, 1):
        right += answer.is_right
        is_last = count == len(ranked) or ranked[count].chance < answer.chance
        if is_last and right >= precision * count:
            best = answer.chance
    return best


def write_plot(path: Path, curves: Mapping[str, Sequence[Bin]]) -> None:
    """Draw, for each task and mode, how often answers of a probability are right, and how many there are of them."""
    import matplotlib as mpl  # noqa: PLC0415 - a package of developers, for this picture only

    mpl.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415 - after the way of drawing is chosen

    figure, (upper, lower) = pyplot.subplots(
        2, 1, figsize=(7, 8), sharex=True, gridspec_kw={"height_ratios": (3, 1)}, layout="constrained"
    )
    upper.plot((0, 1), (0, 1), color="0.6", linestyle="--", label="as told")
    for (name, curve), marker in zip(curves.items(), "os^Dvx*P" * len(curves), strict=False):
        label = f"{name}: off by {expected_error(curve):.1f} %"
        upper.plot([one.mean for one in curve], [one.share for one in curve], marker=marker, label=label)
        middles = [(one.low + one.high) / 2 for one in curve]
        lower.plot(middles, [one.texts for one in curve], marker=marker, drawstyle="steps-mid", label=name)
    upper.set(ylabel="share of right first answers", xlim=(0, 1), ylim=(0, 1), title="Calibration")
    lower.set(xlabel="probability told", ylabel="texts")
    upper.legend(loc="upper left")
    upper.grid(visible=True, alpha=0.3)
    lower.grid(visible=True, alpha=0.3)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
