"""Candidates from scored terms: kind of match, reasons, conflicts, highlighted characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rapidfuzz.distance import Indel

from app.domain.coding import Candidate, MatchKind, Reason
from app.matching.lexicon import Expansion
from app.matching.meanings import Meaning
from app.matching.memory import Recalled
from app.matching.names import Term
from app.matching.ranking import Scored
from app.matching.spelling import Spelling, folded_characters
from app.matching.status import Status
from app.matching.words import Words

Spans = tuple[tuple[int, int], ...]

MOST_WORDS: Final = 3
"""Words named in one reason."""
NEAR: Final = 0.45
"""Likeness from which a past text is given as a reason."""


def reason(key: str, **args: object) -> Reason:
    """Return a reason whose text is ``reason.<key>`` with these arguments."""
    return Reason(f"reason.{key}", tuple((name, str(value)) for name, value in args.items()))


def spans_of(name: str, words: str) -> Spans:
    """Return the (start, end) places of ``name`` whose characters stand in ``words`` in the same order.

    Single characters count only when they are all that matches.
    """
    letters = folded_characters(name)
    folded = "".join(sign for sign, _ in letters)
    blocks = [
        (code.dest_start, code.dest_end)
        for code in Indel.opcodes(words, folded)
        if code.tag == "equal" and code.dest_end > code.dest_start
    ]
    longer = [block for block in blocks if block[1] - block[0] > 1]
    return joined((letters[low][1], letters[high - 1][1] + 1) for low, high in longer or blocks)


def joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return places in order, those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def kind_of_match(scored: Scored, recalled: Recalled | None) -> MatchKind:
    """Return how a term was found (domain.md 2.11.7)."""
    if recalled is not None and recalled.times:
        return MatchKind.LEARNED
    words, form = scored.wording.plain, scored.form.plain
    if scored.is_exact and scored.wording.expansion is None and not scored.wording.cost:
        return MatchKind.SYNONYM if scored.form.cost else MatchKind.EXACT
    if _expansion(scored) is not None:
        return MatchKind.SYNONYM
    return MatchKind.CONTAINS if form in words or words in form else MatchKind.FUZZY


def _expansion(scored: Scored) -> Expansion | None:
    """The short form that led to the term, None when it only says the same again."""
    expansion = scored.wording.expansion or (None if scored.is_exact else scored.expansion)
    return expansion if expansion is not None and expansion.normal != expansion.meaning else None


def several(short: str, meanings: Sequence[Meaning]) -> Reason:
    """Return the reason that tells all meanings of a short form."""
    return reason("several", short=short, meanings="\u3001".join(meaning.term for meaning in meanings))


def reasons_of(
    scored: Scored, recalled: Recalled | None, term: Term, title: str, spans: Spans, uses: int, likeness: str
) -> tuple[Reason, ...]:
    """Return why a term stands in the list, the strongest reason first.

    ``uses`` tell the hospital's habit, ``likeness`` how exactly the text is the name (:func:`likeness_of`).
    """
    found: list[Reason] = []
    if recalled is not None and recalled.times:
        found.append(_learned(recalled))
    elif recalled is not None and recalled.likeness >= NEAR:
        found.append(reason("near", text=recalled.text))
    expansion = _expansion(scored)
    if expansion is not None:
        found.append(reason("expansion", short=expansion.short, meaning=expansion.meaning))
    if scored.is_exact:
        found.append(_same_words(scored, term, title, likeness))
    elif scored.wording.cost:
        found.append(reason("rewritten", plain=scored.wording.plain))
    if not found or not scored.is_exact:
        matched = "\u2026".join(term.name[start:end] for start, end in spans)
        if matched:
            found.append(reason("characters", matched=matched))
    if uses and not (recalled is not None and recalled.times):
        found.append(reason("used", times=uses))
    return tuple(found)


def _learned(recalled: Recalled) -> Reason:
    if recalled.last and recalled.by:
        return reason("learned_by", times=recalled.times, last=recalled.last, by=recalled.by)
    if recalled.last:
        return reason("learned_at", times=recalled.times, last=recalled.last)
    return reason("learned", times=recalled.times)


def likeness_of(text: str, name: str, spelling: Spelling) -> str:
    """Return the key that tells how exactly a text is a name (normal forms): in full, but for its side, in meaning."""
    if text == name:
        return "exact"
    bare = spelling.without_sides
    return "exact_but_side" if bare(text) == bare(name) else "exact_in_meaning"


def _same_words(scored: Scored, term: Term, title: str, likeness: str) -> Reason:
    if scored.form.plain == title:
        return reason("exact" if scored.wording.expansion is not None else likeness)
    if scored.form.cost and term.heading:
        return reason("heading", name=term.heading)
    return reason("silent")


def conflicts_of(scored: Scored, normal: str, status: Status, kind_is_past: bool) -> tuple[Reason, ...]:
    """Return what speaks against a term: axes that differ, words only one side has, a text that is no present illness.

    ``normal`` is the text in normal form, ``kind_is_past`` tells that the code itself stands for a past illness or a
    follow-up. What only an expansion says is not held against a code.
    """
    found: list[Reason] = []
    for difference in scored.differences:
        if difference.is_conflict:
            key = "conflict.differs"
        elif not difference.cost or (difference.text_word and not _is_said(difference.text_word, normal)):
            continue
        else:
            key = "conflict.adds" if difference.name_word else "conflict.leaves"
        said = {"axis": difference.axis.title, "text": difference.text_word, "name": difference.name_word}
        found.append(reason(key, **{name: word for name, word in said.items() if word}))
    if status.past and not kind_is_past:
        found.append(reason("conflict.past"))
    if status.suspected:
        found.append(reason("conflict.suspected"))
    return tuple(found)


def words_apart(scored: Scored, words: Words, told: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return which words the code adds and which of the text it leaves out, beyond what is ``told`` already."""
    if scored.is_exact:
        return ()
    known = "".join(word for item in told for _, word in item.args)
    text, name = scored.wording.plain, scored.form.plain
    more = [word for word in words.only_in(name, text) if word not in known]
    missing = [word for word in words.only_in(text, name) if word not in known]
    found = []
    if more:
        found.append(reason("conflict.more", words="\u3001".join(more[:MOST_WORDS])))
    if missing:
        found.append(reason("conflict.missing", words="\u3001".join(missing[:MOST_WORDS])))
    return tuple(found)


def _is_said(words: str, normal: str) -> bool:
    return any(word in normal for word in words.split("\u3001"))


def part_of(candidate: Candidate, part: str) -> Candidate:
    """Return a candidate that answers one part of a compound text."""
    return Candidate(
        candidate.code,
        candidate.name,
        candidate.score,
        candidate.kind,
        (reason("part", part=part), *candidate.reasons),
        candidate.conflicts,
        candidate.spans,
    )
