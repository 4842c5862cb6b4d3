"""Cases as columns: the bits of the lists that their codes are in, and their numbers. Filled as rules ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import chain
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from app.domain.coding import CodeKind
from app.domain.grouping import GroupInput
from app.drg.facts import SEX, Facts
from app.drg.rule import CodeSet, Count, In, Node, Number, Severity, walk
from app.drg.scheme import Scheme


class Role(StrEnum):
    """Which codes of a case: the first, those from the second on, all."""

    MAIN = "main"
    OTHER = "other"
    ANY = "any"


BITS = 63  # lists in a word: a mask is then a plain positive integer
UNKNOWN = 0  # number of every code that is in no list
_NO_CODE = ("",)
_OF_CASE: dict[CodeKind, Callable[[GroupInput], tuple[str, ...]]] = {
    CodeKind.DX: attrgetter("dx"),
    CodeKind.PX: attrgetter("px"),
}

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Place = tuple[int, int]
"""Where a list lies: number of the word and mask in it."""


class Lists:
    """The lists that rules look in for one kind of code. ``words[code]`` has the bits of a code's lists.

    The words of a code lie together: a code costs one look into memory, however many lists there are.
    """

    def __init__(self, members: Sequence[CodeSet], others: Iterable[str], ignored: Iterable[str] = ()) -> None:
        gone = set(ignored)
        codes = dict.fromkeys(chain(*(one.rows for one in members), others))
        self.ids = {code: number for number, code in enumerate((one for one in codes if one not in gone), 1)}
        self.size = len(self.ids) + 1
        self.words: Ints = np.zeros((self.size, (len(members) + BITS - 1) // BITS), np.int64)
        self._places: dict[int, Place] = {}
        for number, one in enumerate(members):
            word, bit = divmod(number, BITS)
            self.words[self.numbers(one.rows), word] |= 1 << bit
            self._places[id(one)] = word, 1 << bit

    def numbers(self, codes: Iterable[str]) -> Ints:
        """Return the numbers of the codes that there are."""
        number = self.ids.get
        found: Ints = np.array([number(code, UNKNOWN) for code in codes], np.int64)
        return found[np.flatnonzero(found)]

    def place(self, members: CodeSet) -> Place:
        """Return where a list lies."""
        return self._places[id(members)]


class Exclusion:
    """A severity list by number of the code: who is in it, by which tables it can be cancelled and cancels others."""

    def __init__(self, severity: Severity, lists: Lists) -> None:
        self.member = np.zeros(lists.size, np.bool_)
        self.member[lists.numbers(severity.tables)] = True
        tables = sorted({table for own in severity.tables.values() for table in own})
        place = {table: divmod(number, BITS) for number, table in enumerate(tables)}
        width = (len(tables) + BITS - 1) // BITS
        self.own = _bits(severity.tables, place, width, lists)
        self.excluded = _bits(severity.excluded, place, width, lists)


def _bits(tables: Mapping[str, frozenset[str]], place: Mapping[str, Place], width: int, lists: Lists) -> list[Ints]:
    """Return words of table bits by number of the code."""
    kept = [np.zeros(lists.size, np.int64) for _ in range(width)]
    by_table: dict[str, list[str]] = {}
    for code, names in tables.items():
        for name in names:
            if name in place:
                by_table.setdefault(name, []).append(code)
    for name, codes in by_table.items():
        word, bit = place[name]
        kept[word][lists.numbers(codes)] |= 1 << bit
    return kept


class Layout:
    """Which bit each list of a scheme has."""

    def __init__(self, scheme: Scheme, nodes: Iterable[Node]) -> None:
        asked: dict[CodeKind, dict[int, CodeSet]] = {kind: {} for kind in CodeKind}
        for node in chain.from_iterable(map(walk, nodes)):
            if isinstance(node, In | Count):
                for which in node.codes:
                    asked[which.kind].update((id(one), one) for one in node.sets if isinstance(one, CodeSet))
        severe = chain.from_iterable((level.tables, level.excluded) for level in (scheme.mcc, scheme.cc))
        self.ignored = scheme.ignored_px
        self.lists = {
            CodeKind.DX: Lists(list(asked[CodeKind.DX].values()), chain.from_iterable(severe)),
            CodeKind.PX: Lists(list(asked[CodeKind.PX].values()), (), scheme.ignored_px),
        }
        self.severities = {id(level): Exclusion(level, self.lists[CodeKind.DX]) for level in (scheme.mcc, scheme.cc)}


class Columns:
    """A chunk of cases. Every column is made at its first use."""

    def __init__(self, layout: Layout, cases: Sequence[GroupInput]) -> None:
        self._layout = layout
        self._cases = cases
        self._codes: dict[CodeKind, _CodeColumns] = {}
        self._numbers: dict[Number, Floats] = {}
        self._severe: dict[int, Bools] = {}
        self._facts: dict[int, Facts] = {}

    def words(self, kind: CodeKind, role: Role, word: int) -> Ints:
        """Return for each case the bits of the lists in one word that its codes of a role are in."""
        return self._of(kind).words(role, word)

    def has_px(self) -> Bools:
        """Return whether each case has a procedure that takes part."""
        ignored = self._layout.ignored
        if not ignored:
            return self._of(CodeKind.PX).given
        return np.fromiter((bool(set(case.px) - ignored) for case in self._cases), np.bool_, len(self._cases))

    def number(self, which: Number) -> Floats:
        """Return a number of each case, NaN where it is missing."""
        found = self._numbers.get(which)
        if found is None:
            if which is Number.SEX:
                values = [SEX.get(case.sex) for case in self._cases]
            else:
                values = list(map(attrgetter(which.value), self._cases))
            found = self._numbers[which] = np.array(values, np.float64)
        return found

    def severe(self, level: Severity) -> Bools:
        """Return whether another diagnosis of each case counts for a severity list."""
        found = self._severe.get(id(level))
        if found is None:
            found = self._severe[id(level)] = self._of(CodeKind.DX).severe(self._layout.severities[id(level)])
        return found

    def facts(self, at: int) -> Facts:
        """Return one case as the rules of the single case see it."""
        found = self._facts.get(at)
        if found is None:
            found = self._facts[at] = Facts(self._cases[at], self._layout.ignored)
        return found

    def _of(self, kind: CodeKind) -> _CodeColumns:
        found = self._codes.get(kind)
        if found is None:
            found = self._codes[kind] = _CodeColumns(self._layout.lists[kind], map(_OF_CASE[kind], self._cases))
        return found


class _CodeColumns:
    """The codes of one kind in one flat column of numbers; case ``i`` has those from ``starts[i]`` on, main first."""

    def __init__(self, lists: Lists, given: Iterable[tuple[str, ...]]) -> None:
        whole = [codes or _NO_CODE for codes in given]
        counts = np.fromiter(map(len, whole), np.int64, len(whole))
        self._lists = lists
        self._counts = counts
        self._starts = np.cumsum(counts) - counts
        number = lists.ids.get
        self._flat = np.array([number(code, UNKNOWN) for code in chain.from_iterable(whole)], np.int64)
        self._main = self._flat[self._starts]
        self._words: dict[Role, Ints] = {}
        self._whole = whole

    @property
    def given(self) -> Bools:
        """Whether each case has a code."""
        return np.array([codes is not _NO_CODE for codes in self._whole], np.bool_)

    def words(self, role: Role, word: int) -> Ints:
        """Return one word of bits for each case."""
        found = self._words.get(role)
        if found is None:
            found = self._words[role] = np.ascontiguousarray(self._make(role).T)
        column: Ints = found[word]
        return column

    def _make(self, role: Role) -> Ints:
        bits = self._lists.words
        if role is Role.MAIN:
            main: Ints = bits[self._main]
            return main
        every = bits[self._flat]
        if role is Role.OTHER:
            every[self._starts] = 0
        joined: Ints = np.bitwise_or.reduceat(every, self._starts, axis=0)
        return joined

    def severe(self, which: Exclusion) -> Bools:
        """Return whether a code from the second on is a member that the tables of the first do not cancel."""
        member = which.member[self._flat]
        member[self._starts] = False
        at = np.flatnonzero(member)
        owner = np.repeat(np.arange(len(self._counts)), self._counts)[at]
        codes, main = self._flat[at], self._main[owner]
        cancelled = np.zeros(len(at), np.bool_)
        for own, excluded in zip(which.own, which.excluded, strict=True):
            cancelled |= (own[codes] & excluded[main]) != 0
        found = np.zeros(len(self._counts), np.bool_)
        found[owner[~cancelled]] = True
        return found
