"""The engines with what is active loaded into them: rules, code book, matcher, schemes, prices."""

from __future__ import annotations

import gc
import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from app.codebook.book import Codebook
from app.codebook.editions import EditionPairs
from app.common.clock import Clock
from app.common.progress import Progress
from app.domain.case import CaseRecord, CaseState
from app.domain.coding import CodeKind, Proposal
from app.domain.findings import QcReport
from app.domain.grouping import GroupResult
from app.drg.engine import group
from app.drg.pay_rules import PayRules, default_rules
from app.drg.scheme import Scheme
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.qc.context import OutsideFacts, QcContext, Sibling
from app.services.assets import Assets
from app.services.documents import profile_of
from app.services.first_group import FirstGroup
from app.services.group_facts import GroupWorld, facts_source
from app.services.group_input import group_input, with_proposals
from app.services.grouping import preview
from app.services.hospital_figures import HospitalFigures
from app.services.matching import build_matcher, warm_pinyin
from app.services.prepared import prepared
from app.services.pricing import PriceTables, with_rules
from app.services.rule_sets import RuleSets
from app.services.rules import book_for_rules
from app.services.text_codes import TextCodes
from app.services.types import Grouping, RowKey

GiveModel = Callable[[FirstMatcher, CodeKind], object]
"""Lets a matcher rank a kind by the model that the hospital has, or by none."""


class Engines:
    """Loads lazily, keeps what it loaded, and forgets it when an asset changes. Safe to call from any thread."""

    def __init__(self, assets: Assets, clock: Clock) -> None:
        self.assets = assets
        self._clock = clock
        self._lock = threading.RLock()
        self._matcher: FirstMatcher | None = None
        self._prices: dict[str, PriceTables] = {}
        self._rules = default_rules()
        self._give_model: GiveModel = _no_model
        self._ready = False
        self._history: Callable[[], Sequence[PastCoding]] = tuple
        self.rule_sets = RuleSets(clock)
        self._figures: HospitalFigures | None = None
        self._text_codes: tuple[Codebook, TextCodes] | None = None

    @property
    def stamp(self) -> str:
        """A mark of rules, code book, scheme and prices: a report that carries another one is to be made anew."""
        scheme = self.assets.scheme(self._clock.now().date())
        tables = self.prices(scheme)
        versions = [(table.where.file, table.version) for table in tables.weights]
        paid = repr((scheme.id, versions, [rates.where.file for rates in tables.rates], tables.rules))
        mark = hashlib.sha256(paid.encode()).hexdigest()[:8]
        return f"{self.rule_sets.stamp} {self.codebook.edition} {mark}"

    def use_history(self, history: Callable[[], Sequence[PastCoding]]) -> None:
        """Match with the past codings that ``history`` returns, from now on and after every loading."""
        with self._lock:
            self._history = history
            if self._matcher is not None:
                self._matcher.remember(history())

    @property
    def is_ready(self) -> bool:
        """True once everything slow has been loaded."""
        return self._ready

    def load(self, progress: Progress) -> None:
        """Load what takes more than a moment: code book, rules, scheme, search index. A job does it at the start.

        Answers are given from :attr:`is_ready` on; what only explanations and rare searches need is built after that.
        """
        steps: tuple[Callable[[], object], ...] = (
            lambda: self.codebook,
            lambda: self.editions,
            lambda: self.rule_sets.for_department(""),
            lambda: self.prices(self.assets.scheme(self._clock.now().date())),
            self.renew_figures,
            lambda: self._warm(CodeKind.DX),
            lambda: self._warm(CodeKind.PX),
            lambda: self.matcher.warm_search(CodeKind.DX),
            lambda: self.matcher.warm_search(CodeKind.PX),
        )
        for number, step in enumerate(steps):
            progress.step(number, len(steps))
            step()
        self._ready = True
        progress.step(len(steps), len(steps))
        self.matcher.warm_words()
        self.codebook.warm()
        self._texts().find("")

    def _warm(self, kind: CodeKind) -> None:
        with prepared(self.matcher, kind, self.codebook.edition):
            self._give_model(self.matcher, kind)
            self.matcher.warm(kind)
            warm_pinyin(self.matcher, kind, self.codebook.edition)

    def forget(self) -> None:
        """Load everything anew at the next use, because a code book, scheme or price table changed."""
        with self._lock:
            self._matcher = None
            self._prices = {}
            self._ready = False
        gc.unfreeze()  # the window froze what is given up here

    def use_models(self, give: GiveModel) -> None:
        """Take the models of the hospital from ``give``, from the next load on and for a matcher that is there."""
        self._give_model = give
        for kind in CodeKind:
            self.renew_model(kind)

    def renew_model(self, kind: CodeKind) -> None:
        """Let the matcher rank by the model that is in use now; one that is not there yet gets it when it is loaded."""
        matcher = self._matcher
        if matcher is not None:
            self._give_model(matcher, kind)

    def forget_prices(self) -> None:
        """Read weights and rates anew at the next use; nothing else is touched."""
        with self._lock:
            self._prices = {}

    @property
    def rules(self) -> PayRules:
        """The payment rules of the hospital."""
        return self._rules

    def use_rules(self, rules: PayRules) -> None:
        """Price with other rules from now on."""
        self._rules = rules

    @property
    def codebook(self) -> Codebook:
        """The active code book."""
        with self._lock:
            return self.assets.codebook()

    @property
    def conversion(self) -> Mapping[str, str]:
        """Codes of the clinical edition with those of the active book they are grouped as."""
        with self._lock:
            return self.assets.conversion()

    @property
    def editions(self) -> EditionPairs:
        """The codes of the clinical edition beside those of the active book."""
        with self._lock:
            return self.assets.edition_pairs()

    @property
    def matcher(self) -> FirstMatcher:
        """The matcher over the active code book; building it takes seconds, so a job does it at the start."""
        with self._lock:
            if self._matcher is None:
                matcher = build_matcher(self.assets.codebook())
                matcher.remember(self._history())
                self._matcher = matcher
            return self._matcher

    @property
    def loaded_matcher(self) -> FirstMatcher | None:
        """The matcher if it has been built, None before."""
        return self._matcher

    def scheme_for(self, record: CaseRecord) -> Scheme:
        """Return the scheme in force on the discharge date (today while in hospital)."""
        discharge = record.value("discharge_time")
        day = discharge.date() if isinstance(discharge, datetime) else discharge
        with self._lock:
            return self.assets.scheme(day if isinstance(day, date) else self._clock.now().date())

    def prices(self, scheme: Scheme) -> PriceTables:
        """Return the price tables of a scheme with the rules of the hospital."""
        with self._lock:
            if scheme.id not in self._prices:
                self._prices[scheme.id] = self.assets.prices(scheme)
            return with_rules(self._prices[scheme.id], self._rules, self._clock.now().date())

    def world(self, record: CaseRecord) -> GroupWorld:
        """Return what rules group and price a record with."""
        scheme = self.scheme_for(record)
        book = self.codebook
        return GroupWorld(scheme, self.prices(scheme), self.conversion, book, book_for_rules(book))

    def context(
        self,
        record: CaseRecord,
        state: CaseState,
        siblings: tuple[Sibling, ...] = (),
        proposals: Mapping[RowKey, Proposal] | None = None,
        first: FirstGroup | None = None,
    ) -> QcContext:
        """Return the world around a check of a record. It is grouped, with its open proposals, when a rule asks.

        ``first`` is the case's first grouping, None where it is not known.
        """
        return QcContext(
            today=self._clock.now().date(),
            codebook=book_for_rules(self.codebook),
            state=state,
            siblings=siblings,
            conversion=self.conversion,
            profile=profile_of(record),
            grouping=facts_source(partial(self.world, record), record, proposals),
            outside=OutsideFacts(
                statistics=self._figures.current() if self._figures else None,
                first_main=first.main if first else "",
                first_rw=first.rw if first else None,
                matched=self._texts().find,
            ),
        )

    def check(
        self,
        record: CaseRecord,
        state: CaseState,
        siblings: tuple[Sibling, ...] = (),
        proposals: Mapping[RowKey, Proposal] | None = None,
        first: FirstGroup | None = None,
    ) -> QcReport:
        """Run every rule on a record."""
        context = self.context(record, state, siblings, proposals, first)
        return self.rule_sets.for_record(record).check(record, context)

    def use_figures(self, figures: HospitalFigures) -> None:
        """Check with the hospital's own figures, once :meth:`renew_figures` has worked them out."""
        self._figures = figures

    def renew_figures(self) -> None:
        """Work the hospital's own figures out if they are an hour old; takes a second for 100,000 stays."""
        if self._figures is not None:
            self._figures.renew()

    def _texts(self) -> TextCodes:
        """Return the names of the active code book; the shipped book's subcategories name no text."""
        book = self.codebook
        with self._lock:
            if self._text_codes is None or self._text_codes[0] is not book:
                self._text_codes = (book, TextCodes(book))
            return self._text_codes[1]

    def preview(self, record: CaseRecord, proposals: Mapping[RowKey, Proposal]) -> Grouping:
        """Group a record with its open proposals and price it."""
        effective, unconfirmed = with_proposals(record, proposals)
        scheme = self.scheme_for(record)
        return preview(
            scheme,
            effective,
            self.prices(scheme),
            known=self.codebook,
            unconfirmed=unconfirmed,
            conversion=self.conversion,
        )

    def group(self, record: CaseRecord, proposals: Mapping[RowKey, Proposal]) -> GroupResult:
        """Return only the group, for lists and effects."""
        effective, _ = with_proposals(record, proposals)
        return group(self.scheme_for(record), group_input(effective, self.conversion))


def _no_model(_matcher: FirstMatcher, _kind: CodeKind) -> None:
    """Stand in until the hospital's models are known."""
