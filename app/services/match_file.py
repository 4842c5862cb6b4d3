"""A file of texts in, a file of codes out: ``bingan match``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.coding import Candidate, CodeKind
from app.exchange.streams import write_csv
from app.matching.contract import Matcher
from app.services.lists import read_list
from app.services.matching import History, history_pairs, matcher_for

_COLUMNS: Final = ("text", "rank", "code", "name", "score", "chosen")
_STEP: Final = 20


@dataclass(frozen=True, slots=True)
class MatchJob:
    """What to match: texts, an own list of terms or None for the active code book, past codings, how many answers."""

    kind: CodeKind
    texts: Path
    terms: Path | None = None
    history: Path | None = None
    top: int = 20


def match_file(job: MatchJob, out: Path, progress: Progress | None = None) -> int:
    """Match every different text of a table and return how many there were; only its column ``text`` is read.

    With a history a model is trained first (minutes; kept in the cache). Raises :class:`UserProblem` with file and
    column, or :class:`Cancelled`; then ``out`` is as it was.
    """
    progress = progress or NoProgress()
    wanted = [words for row in read_list(job.texts, ("text",)) if (words := row["text"]).strip()]
    if not wanted:
        raise UserProblem("import.no_rows", remedy="import.remedy.fill_rows", where=Where(job.texts.name))
    wanted = list(dict.fromkeys(wanted))
    past = history_pairs(job.history) if job.history else []
    write_csv(out, _COLUMNS, _answered(job, wanted, past, progress))
    return len(wanted)


def _answered(job: MatchJob, wanted: Sequence[str], past: History, progress: Progress) -> Iterator[tuple[object, ...]]:
    """Yield a row per answer. The file is open by then, so that a wrong folder is told before the training."""
    matcher = matcher_for(job.kind, terms=job.terms, history=past, progress=progress)
    for done, words in enumerate(wanted):
        if done % _STEP == 0:
            progress.step(done, len(wanted), text("bulk.matching"))
        yield from _rows(matcher, words, job)
    progress.step(len(wanted), len(wanted))


def _rows(matcher: Matcher, words: str, job: MatchJob) -> Iterator[tuple[object, ...]]:
    """Yield the answers to a text; ``chosen`` marks the set of codes that together answer it, beyond the top too."""
    chosen = matcher.answers(words, job.kind)
    first = matcher.match(words, job.kind, job.top).candidates
    keys = {_key(one) for one in chosen}
    ranked = {_key(one): one for one in (*first, *chosen)}
    for rank, (key, one) in enumerate(ranked.items(), 1):
        yield words, rank, one.code, one.name, f"{one.score:.4f}", int(key in keys)


def _key(candidate: Candidate) -> tuple[str, str]:
    return candidate.code, candidate.name
