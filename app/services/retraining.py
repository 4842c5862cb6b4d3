"""The hospital's own model: trained from its memory, measured, swapped in when it is no worse, taken back on wish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from time import monotonic
from typing import Final

from app import __version__
from app.common.errors import UserProblem
from app.common.progress import Progress
from app.common.texts import text
from app.domain.changes import Changes
from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.matching.learned.training import FEWEST
from app.services.permits import DESK, EVERYONE, needs
from app.services.retraining_figures import HELD_OUT_IN, Split, split
from app.services.retraining_night import parse_time, wanted
from app.services.retraining_process import train_apart
from app.services.retraining_store import ModelState, ModelStore, Training
from app.services.retraining_work import Candidate, Task
from app.services.session import Session
from app.storage.ops import Op

__all__ = [
    "ModelCard",
    "ModelState",
    "RetrainingService",
    "Trained",
    "Training",
    "kind_name",
    "report_figures",
    "report_line",
    "state_line",
]

_NIGHT: Final = "learn.night"
_SEED: Final = 1
_MINUTES: Final = len("2026-11-23 09:00")

History = Callable[[], Sequence[PastCoding]]
Trainer = Callable[[Task, Progress], Candidate]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the window shows of a kind.

    ``codings`` are all confirmed ones, ``new`` those since the last training, ``missing`` the texts that are still
    needed before the first (0 when there are enough).
    """

    kind: CodeKind
    state: ModelState
    codings: int
    new: int
    missing: int
    can_restore: bool
    trainings: tuple[Training, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training whose model is not in use yet."""

    training: Training
    candidate: Candidate


class RetrainingService:
    """Trains, one kind at a time, and keeps the models. ``history`` tells all past codings."""

    def __init__(self, session: Session, history: History, train: Trainer | None = None) -> None:
        """``train`` does the training itself; by default another process does."""
        self._session = session
        self._home = session.db.path.parent
        self._store = ModelStore(self._home)
        self._history = history
        self._train = train or self._train_apart
        session.engines.use_models(self._store.give)

    @needs(*DESK)
    def card(self, kind: CodeKind) -> ModelCard:
        """Return what is to be shown of a kind; reads the whole memory, so a job asks for it."""
        return self._card(kind, self._history())

    @needs(*DESK)
    def cards(self) -> tuple[ModelCard, ...]:
        """Return :meth:`card` of both kinds, reading the memory once."""
        history = self._history()
        return tuple(self._card(kind, history) for kind in CodeKind)

    def _card(self, kind: CodeKind, history: Sequence[PastCoding]) -> ModelCard:
        shelf = self._store.shelf(kind)
        past = [item for item in history if item.kind is kind]
        codings = _count(past)
        return ModelCard(
            kind,
            self._store.state(kind),
            codings,
            codings - shelf.trainings[0].codings if shelf.trainings else codings,
            _missing(self._split(kind, past)),
            bool(shelf.previous),
            shelf.trainings,
        )

    @needs("coder", "admin")
    def train(self, kind: CodeKind, progress: Progress) -> Trained:
        """Train on the memory in another process: minutes. Nothing is written; :meth:`adopt` does that.

        Raises :class:`UserProblem` when the past is too little or the process ends early, ``Cancelled`` when the user
        stops it.
        """
        history = [item for item in self._history() if item.kind is kind]
        parts = self._split(kind, history)
        if missing := _missing(parts):
            raise UserProblem(
                "retraining.too_few", remedy="retraining.remedy.too_few", kind=kind_name(kind), missing=missing
            )
        began = monotonic()
        task = Task(kind, parts.learned, parts.asked, self._store.content(kind), _SEED)
        found = self._train(task, progress)
        training = Training(
            kind=kind,
            at=self._session.clock.now().isoformat(sep=" "),
            who=self._session.actor.name,
            codings=_count(history),
            pairs=len(parts.learned),
            held_out=len(parts.asked),
            old=found.old,
            new=found.new,
            had_model=found.had_model,
            edition=self._session.engines.codebook.edition,
            seed=_SEED,
            version=__version__,
            seconds=round(monotonic() - began),
            is_adopted=not found.is_worse,
        )
        return Trained(training, found)

    @needs("coder", "admin")
    def adopt(self, trained: Trained) -> Training:
        """Write a trained model and use it at once; one that is worse is only noted. Returns what came of it.

        Raises :class:`UserProblem` when it cannot be written; the old model is in use then.
        """
        training = trained.training
        with self._session.db.operation(Op.CHANGE_ASSET, by=self._session.actor, note=report_line(training)) as tx:
            if training.is_adopted:
                training = self._store.adopt(training, trained.candidate.content)
            else:
                self._store.remember(training)
            tx.record_event("model", {"kind": training.kind, "file": training.file, "pairs": training.pairs})
        if training.is_adopted:
            self._session.engines.renew_model(training.kind)
        return training

    @needs(*DESK)
    def told(self, kind: CodeKind) -> list[str]:
        """Return the state of a kind and its trainings as lines, latest first."""
        card = self.card(kind)
        told = [text("retraining.told", kind=kind_name(kind), state=state_line(card))]
        return [*told, *(f"{one.at[:_MINUTES]}  {report_line(one)}" for one in card.trainings)]

    @needs("coder", "admin")
    def restore(self, kind: CodeKind) -> Changes:
        """Use the model before the current one. Raises :class:`UserProblem` when there is none."""
        if not self._store.shelf(kind).previous:
            raise UserProblem("retraining.no_previous", remedy="retraining.remedy.no_previous")
        return self._change(kind, "restored", lambda: self._store.restore(kind))

    @needs("coder", "admin")
    def switch(self, kind: CodeKind, *, on: bool) -> Changes:
        """Rank with the model or without it."""
        return self._change(kind, "on" if on else "off", lambda: self._store.switch(kind, on=on))

    @property
    @needs(*EVERYONE)
    def night(self) -> str:
        """The time at which training begins by itself, '' for never."""
        with self._session.db.read() as reader:
            return str(reader.settings(_NIGHT).get(_NIGHT, ""))

    @needs("coder", "admin")
    def set_night(self, given: str) -> Changes:
        """Set the time as typed. Raises :class:`UserProblem` that says what is wrong; nothing is stored then."""
        at = parse_time(given)
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor, note=text("retraining.night")) as tx:
            tx.set_setting(_NIGHT, f"{at:%H:%M}" if at else "")
        return tx.changes

    @needs(*EVERYONE)
    def due(self) -> tuple[CodeKind, ...]:
        """Return the kinds that should be trained by themselves now, and note that they are tried."""
        if not self._session.actor.may("coder", "admin"):
            return ()
        at, now = parse_time(self.night), self._session.clock.now()
        found = tuple(kind for kind in CodeKind if at and self._is_due(kind, now, at))
        for kind in found:
            self._store.tried(kind, now.isoformat(sep=" "))
        return found

    def _is_due(self, kind: CodeKind, now: datetime, at: time) -> bool:
        shelf = self._store.shelf(kind)
        begun = max(shelf.tried, shelf.trainings[0].at if shelf.trainings else "")
        least = wanted(now, at, datetime.fromisoformat(begun) if begun else None)
        if least is None or shelf.off:
            return False
        card = self.card(kind)
        return card.new >= least and not card.missing

    def _change(self, kind: CodeKind, event: str, work: Callable[[], None]) -> Changes:
        note = text(f"retraining.event.{event}", kind=kind_name(kind))
        with self._session.db.operation(Op.CHANGE_ASSET, by=self._session.actor, note=note) as tx:
            work()
            tx.record_event("model", {"kind": kind, "event": event})
        self._session.engines.renew_model(kind)
        return tx.changes

    def _split(self, kind: CodeKind, history: Sequence[PastCoding]) -> Split:
        leaves = {entry.code for entry in self._session.engines.codebook.leaves(kind)}
        return split(history, leaves.__contains__)

    def _train_apart(self, task: Task, progress: Progress) -> Candidate:
        return train_apart(task, self._home, progress)


def kind_name(kind: CodeKind) -> str:
    """Return what a kind is called."""
    return text(f"retraining.kind.{kind}")


def state_line(card: ModelCard) -> str:
    """Return the state of a kind and what is new since the last training, or still missing for the first."""
    key = "missing" if card.missing else "new" if card.trainings else "ready"
    state = text(f"retraining.state.{card.state}")
    return text(f"retraining.state_{key}", state=state, missing=card.missing, new=f"{card.new:,}")


def report_line(training: Training) -> str:
    """Return a training in one line: 本院模型：首选正确率 71 % → 88 %（留出 1,204 条）."""
    exact = round(training.old.first * 100) == round(training.new.first * 100)
    old, new = (_percent(figures.first, exact=exact) for figures in (training.old, training.new))
    line = text("retraining.line", old=old, new=new, count=f"{training.held_out:,}")
    if training.is_adopted:
        return line
    return text("retraining.kept" if training.had_model else "retraining.first_kept", line=line)


def report_figures(training: Training) -> list[tuple[str, str]]:
    """Return before and after in percent: first code, among five, whole set, share at 97 % precision."""
    sides = [(one.first, one.five, one.whole, one.sure) for one in (training.old, training.new)]
    return [(f"{old * 100:.1f}", f"{new * 100:.1f}") for old, new in zip(*sides, strict=True)]


def _percent(share: float, *, exact: bool) -> str:
    return text("retraining.percent_exact" if exact else "retraining.percent", value=share * 100)


def _count(history: Sequence[PastCoding]) -> int:
    return sum(item.times for item in history)


def _missing(parts: Split) -> int:
    """How many texts more are needed so that enough are left to learn from."""
    return -(-max(0, FEWEST - parts.texts) * HELD_OUT_IN // (HELD_OUT_IN - 1))
