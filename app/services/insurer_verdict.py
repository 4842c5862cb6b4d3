"""Our group beside the insurer's: whether they differ, why, and both paths."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from app.common.texts import text
from app.drg.comparing import step_pairs
from app.drg.engine import group
from app.drg.explaining import explain
from app.drg.returned import Exchange, Ours, Theirs, agrees, classify, exchanged
from app.drg.scheme import Scheme
from app.drg.tiers import MORE
from app.services.asset_store import SCHEME
from app.services.assets import STARTER
from app.services.group_input import group_input, invalid, with_proposals
from app.services.insurer_types import ReturnDetail
from app.services.session import Session
from app.storage.insurer import StoredReturn, Verdict
from app.storage.load import StoredCase

_NO_CONVERSION: Final[Mapping[str, str]] = {}


class Judge:
    """Groups cases with the schemes at hand, which are read once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _schemes(self) -> list[Scheme]:
        assets = self._session.engines.assets
        return [assets.find_scheme(line.id or STARTER) for line in assets.lines(SCHEME)]

    def verdict(self, stored: StoredCase, theirs: Theirs) -> Verdict:
        """Return our group and why theirs is another one."""
        scheme = self._session.engines.scheme_for(stored.record)
        ours = self._ours(stored, scheme)
        code = "" if ours.invalid else ours.result.drg
        if agrees(ours, theirs):
            return Verdict(code, "", {})
        found = classify(scheme, ours, theirs, self._others(scheme))
        return Verdict(
            code,
            found.cause.value,
            {
                "key": found.key,
                "args": self._named(dict(found.args)),
                "exchange": [found.exchange.kind, found.exchange.piece],
                "dx": list(theirs.dx),
                "px": list(theirs.px),
            },
        )

    def detail(self, stored: StoredCase, one: StoredReturn) -> ReturnDetail:
        """Return both paths; theirs is ours with the piece exchanged that the verdict names."""
        scheme, known = self._session.engines.scheme_for(stored.record), self._session.engines.codebook
        ours, details = self._ours(stored, scheme), one.verdict.details
        path = explain(scheme, ours.case, known)
        kind, piece = _texts(details.get("exchange"), 2)
        theirs = Theirs(one.line.drg, one.line.scheme, _texts(details.get("dx")), _texts(details.get("px")))
        if not kind:
            return ReturnDetail(path, None, step_pairs(path, path), text("insurer.no_exchange"))
        others = self._others(scheme) if kind == "scheme" else []
        other, case = exchanged(scheme, ours, theirs, others, Exchange(kind, piece))
        their_path = explain(other, case, known)
        words = text(f"insurer.exchange.{kind}", piece=_piece(kind, piece, other))
        return ReturnDetail(path, their_path, step_pairs(path, their_path), words)

    def _named(self, args: dict[str, str]) -> dict[str, str]:
        """Return what a detail names with the name of its diagnosis or operation."""
        code = args.get("code", "")
        return {**args, "name": self._session.engines.codebook.name_of(code)} if code else args

    def _ours(self, stored: StoredCase, scheme: Scheme) -> Ours:
        engines = self._session.engines
        record, _ = with_proposals(stored.record, stored.proposals)
        case = group_input(record, engines.conversion)
        problems = invalid(record, engines.conversion)
        why = text("grouping.join").join(text(f"grouping.problem.{key}") for key in problems)
        return Ours(case, group_input(record, _NO_CONVERSION), group(scheme, case), why)

    def _others(self, scheme: Scheme) -> list[Scheme]:
        return [one for one in self._schemes if one is not scheme]


def _texts(value: object, count: int = 0) -> tuple[str, ...]:
    found = tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
    return (*found, *[""] * count)[:count] if count else found


def _piece(kind: str, piece: str, scheme: Scheme) -> str:
    if kind == "scheme":
        return scheme.title
    if piece == MORE:
        return text("insurer.piece.more")
    return text(f"insurer.number.{piece}") if kind == "blank" else piece
