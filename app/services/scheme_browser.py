"""What the scheme browser shows: groups as a tree, the lists a rule looks into, and where a code occurs. Only read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.codebook.book import Codebook
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.drg.rule import CodeSet, Severity
from app.drg.scheme import Adrg, Rule, Scheme
from app.services.asset_reports import shelves
from app.services.asset_store import SCHEME
from app.services.assets import STARTER
from app.services.permits import DESK, needs
from app.services.scheme_index import (
    CodeHit,
    Found,
    Occurrence,
    SchemeIndex,
    exclusion_key,
    looked_at,
)
from app.services.session import Session
from app.services.types import AssetLine

__all__ = ["BrowsedScheme", "CodeHit", "Found", "GroupDetail", "GroupNode", "ListUse", "Member", "Occurrence"]

_KEPT: Final = 2
_MOST_HITS: Final = 300


@dataclass(frozen=True, slots=True)
class GroupNode:
    """A group in the tree. ``id`` is the path of codes from the MDC down; ``children`` and ``parent`` are ids."""

    id: str
    level: Found
    code: str
    name: str
    parent: str
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListUse:
    """A list that a rule looks into: key, name in the rule, what it holds in words, what the rule looks at."""

    key: str
    name: str
    holds: str
    count: int
    how: str


@dataclass(frozen=True, slots=True)
class GroupDetail:
    """A group with its rule as written, where it stands, and the lists it looks into.

    ``note`` says what reaching it means when that is no normal group, or when none of its DRGs holds.
    """

    node: GroupNode
    rule: str
    source: str
    lists: tuple[ListUse, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A code of a list. ``severity`` is MCC or CC with the exclusion tables, in short; ``place`` its source row."""

    code: str
    name: str
    severity: str
    place: str


class BrowsedScheme:
    """One scheme made ready for browsing. ``asset_id`` is '' for the shipped one."""

    def __init__(self, asset_id: str, scheme: Scheme, book: Codebook, progress: Progress) -> None:
        self.asset_id = asset_id
        self.scheme = scheme
        self._book = book
        self.nodes: dict[str, GroupNode] = {}
        self._rules: dict[str, Rule] = {}
        self._notes: dict[str, str] = {}
        progress.step(0, 2)
        self._index = SchemeIndex(scheme, book.name_of)
        progress.step(1, 2)
        self.roots = tuple(self._read_tree())
        progress.step(2, 2)

    @property
    def title(self) -> str:
        """The title of the scheme."""
        return self.scheme.title

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What the file says of itself: edition, region, year, source as (label, value); what it lacks is left out."""
        scheme = self.scheme
        values = {
            "edition": scheme.edition,
            "region": scheme.region,
            "year": scheme.year,
            "source": scheme.source.rpartition("/")[2] if scheme.source.startswith("/") else scheme.source,
        }
        return tuple((text(f"browser.fact.{key}"), value) for key, value in values.items() if value)

    def _read_tree(self) -> Iterator[str]:
        for mdc in self.scheme.mdcs:
            top = self._free(mdc.code)
            rows = []
            for adrg in mdc.adrgs:
                row = self._free(f"{top}/{adrg.key}")
                drgs = tuple(self._add(f"{row}/{drg.code}", Found.DRG, row, drg.rule, drg.name) for drg in adrg.drgs)
                rows.append(self._add(row, Found.ADRG, top, adrg.rule, adrg.name, drgs))
                self._notes[rows[-1]] = _note(adrg)
            yield self._add(top, Found.MDC, "", mdc.rule, mdc.name, tuple(rows))

    def _free(self, wanted: str) -> str:
        """Return an id that no node has yet: a group can stand twice in its scope."""
        return wanted if wanted not in self.nodes else self._free(f"{wanted}'")

    def _add(
        self, wanted: str, level: Found, parent: str, rule: Rule, name: str, children: tuple[str, ...] = ()
    ) -> str:
        node_id = self._free(wanted)
        code = node_id.rpartition("/")[2].rstrip("'")
        self.nodes[node_id] = GroupNode(node_id, level, code, name, parent, children)
        self._rules[node_id] = rule
        self._index.add_rule(node_id, level, rule)
        return node_id

    def node_of(self, group: str) -> GroupNode | None:
        """Return the node of an id, or of a bare code (a DRG before an ADRG before an MDC); None for an unknown one."""
        if group in self.nodes:
            return self.nodes[group]
        found = [node for node in self.nodes.values() if node.code == group]
        return max(found, key=lambda node: node.id.count("/"), default=None)

    def detail(self, node_id: str) -> GroupDetail:
        """Return what there is to say of a node. Raises ``KeyError`` for an unknown one."""
        node, rule = self.nodes[node_id], self._rules[node_id]
        lists = tuple(self._use(members, how) for members, how in looked_at(rule))
        return GroupDetail(node, rule.text, rule.source, lists, self._notes.get(node_id, ""))

    def _use(self, members: CodeSet | Severity, how: str) -> ListUse:
        if isinstance(members, Severity):
            return ListUse(members.name, members.name, text("browser.holds.severity"), len(members.tables), how)
        holds = text(f"browser.holds.{members.kind}") if members.kind else ""
        return ListUse(self._index.key_of(members), members.name, holds, len(members.rows), how)

    def members(self, key: str) -> tuple[Member, ...]:
        """Return the codes of a list in the order of the file; () for one that the scheme does not have."""
        for level in (self.scheme.mcc, self.scheme.cc):
            if key == level.name:
                return tuple(self._member(code, level.place(code)) for code in level.tables)
        if key.startswith(exclusion_key("")):
            codes = self._index.principals(key.removeprefix(exclusion_key("")))
            return tuple(self._member(code, "") for code in codes)
        found = self.scheme.sets.get(key)
        return tuple(self._member(code, found.place(code)) for code in found.rows) if found else ()

    def _member(self, code: str, place: str) -> Member:
        return Member(code, self._book.name_of(code), self._index.severity(code), place)

    def find(self, query: str) -> tuple[CodeHit, ...]:
        """Return codes that start with the query or whose name holds it."""
        return self._index.find(query, _MOST_HITS)

    def occurrences(self, code: str) -> tuple[Occurrence, ...]:
        """Return every place where a code occurs in the scheme."""
        return self._index.occurrences(code)

    def note(self, code: str) -> str:
        """Return whether a code is MCC or CC, and its exclusion tables, in one sentence."""
        return self._index.note(code)

    def drgs_below(self, node_id: str) -> frozenset[str]:
        """Return the codes that a case in a node can have: its DRGs, and itself where a group has none."""
        node = self.nodes[node_id]
        below = frozenset[str]().union(*(self.drgs_below(child) for child in node.children))
        return below or frozenset({node.code})


def _note(adrg: Adrg) -> str:
    if adrg.is_ambiguous:
        return text("browser.note.ambiguous")
    return text("browser.note.fallback" if adrg.fallback else f"browser.note.{adrg.on_miss}")


class SchemeBrowserService:
    """Opens schemes for browsing and counts the library's cases in their groups."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._open: dict[str, BrowsedScheme] = {}
        self._groups: tuple[str, tuple[tuple[str, str], ...]] = ("", ())

    @needs(*DESK)
    def schemes(self) -> tuple[AssetLine, ...]:
        """Return the shipped and the imported schemes with their facts in words."""
        today = self._session.clock.now().date()
        shelf = next(shelf for shelf in shelves(self._session.engines.assets, today) if shelf.kind == SCHEME)
        return shelf.lines

    @needs(*DESK)
    def asset_of(self, name: str) -> str:
        """Return the id of a scheme by that id or by the id in its file; the one in use for an unknown name."""
        assets = self._session.engines.assets
        for line in assets.lines(SCHEME):
            if name and name in (line.id, dict(line.facts).get("scheme_id")):
                return line.id
        return "" if name == STARTER else assets.current(SCHEME, self._session.clock.now().date()) or ""

    @needs(*DESK)
    def open(self, asset_id: str, progress: Progress | None = None) -> BrowsedScheme:
        """Return a scheme ('' the shipped one) ready for browsing. Raises :class:`UserProblem` when it is damaged."""
        engines = self._session.engines
        scheme = engines.assets.find_scheme(asset_id or STARTER)
        kept = self._open.get(asset_id)
        if kept is None or kept.scheme is not scheme:
            kept = BrowsedScheme(asset_id, scheme, engines.codebook, progress or NoProgress())
            self._open = dict([*list(self._open.items())[1 - _KEPT :], (asset_id, kept)])
        return kept

    @needs(*DESK)
    def groups_in_use(self) -> tuple[tuple[str, str], ...]:
        """Return code and name of every DRG and ADRG of the scheme in use, in its order, each once."""
        scheme = self._session.engines.assets.scheme(self._session.clock.now().date())
        if self._groups[0] != scheme.id:
            adrgs = [adrg for mdc in scheme.mdcs for adrg in mdc.adrgs]
            drgs = [(drg.code, drg.name) for adrg in adrgs for drg in adrg.drgs]
            self._groups = (scheme.id, tuple(dict.fromkeys([*drgs, *((one.key, one.name) for one in adrgs)])))
        return self._groups[1]

    @needs(*DESK)
    def case_counts(self, asset_id: str) -> Mapping[str, int] | None:
        """Return how many stored cases each DRG has, None for a scheme that is not in use: it grouped none of them."""
        today = self._session.clock.now().date()
        if self._session.engines.assets.current(SCHEME, today) != asset_id:
            return None
        with self._session.db.read() as reader:
            return reader.value_counts("drg")
