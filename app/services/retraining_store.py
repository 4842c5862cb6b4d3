"""Trained models on disk: files beside the library, and one small index that says which are in use.

The index is replaced whole and is the one thing that makes a model the current one: a new model lies beside the old
until then, and whatever happens before leaves the old one in use.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.domain.coding import CodeKind
from app.matching.first import FirstMatcher
from app.services.retraining_figures import Figures

KEPT: Final = 10
"""Trainings that are remembered for each kind."""
_log = logging.getLogger(__name__)


class ModelState(StrEnum):
    """What is to be said about the model of a kind."""

    NONE = "none"
    IN_USE = "in_use"
    OFF = "off"
    DAMAGED = "damaged"
    OTHER_NAMES = "other_names"
    """Trained for another code book, or by a version of the program that looks at other things."""


@dataclass(frozen=True, slots=True)
class Training:
    """What a training was and what came of it.

    ``at`` is ISO local time; ``codings`` counts every confirmed coding of the hospital at that time, ``pairs`` those it
    learned from, ``held_out`` the texts that measured it. Unless ``is_adopted`` the old stayed in use, and ``file`` and
    ``sha256`` are ''.
    """

    kind: CodeKind
    at: str
    who: str
    codings: int
    pairs: int
    held_out: int
    old: Figures
    new: Figures
    had_model: bool
    edition: str
    seed: int
    version: str
    seconds: int
    is_adopted: bool
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the index says of a kind: files in use and before, switched off, last try at night, trainings."""

    current: str = ""
    previous: str = ""
    off: bool = False
    tried: str = ""
    trainings: tuple[Training, ...] = ()

    def of(self, file: str) -> Training | None:
        """Return the training that made a file."""
        return next((one for one in self.trainings if file and one.file == file), None)


class ModelStore:
    """The models of one home folder. One process writes (the library lock sees to that)."""

    def __init__(self, home: Path) -> None:
        self._root = home / "models"
        self._states: dict[CodeKind, ModelState] = {}

    def shelf(self, kind: CodeKind) -> Shelf:
        """Return what the index says of a kind; nothing where it is missing or cannot be read."""
        return self._index().get(kind, Shelf())

    def state(self, kind: CodeKind) -> ModelState:
        """Return what became of the model of a kind when it was last given to the matcher."""
        shelf = self.shelf(kind)
        if shelf.off:
            return ModelState.OFF
        return self._states.get(kind, ModelState.IN_USE) if shelf.current else ModelState.NONE

    def content(self, kind: CodeKind) -> bytes:
        """Return the model in use, b'' when there is none or its file is not what was written."""
        shelf = self.shelf(kind)
        made = shelf.of(shelf.current)
        try:
            content = (self._root / shelf.current).read_bytes() if made else b""
        except OSError:
            return b""
        return content if made and hashlib.sha256(content).hexdigest() == made.sha256 else b""

    def give(self, matcher: FirstMatcher, kind: CodeKind) -> ModelState:
        """Let a matcher rank by the model in use, or by none, and return which it is. Never fails."""
        shelf = self.shelf(kind)
        if shelf.off or not shelf.current:
            matcher.drop_model(kind)
        elif not (content := self.content(kind)):
            self._states[kind] = ModelState.DAMAGED
            matcher.drop_model(kind)
        else:
            taken = matcher.take_model(kind, content)
            self._states[kind] = ModelState.IN_USE if taken else ModelState.OTHER_NAMES
            if not taken:
                matcher.drop_model(kind)
        if (state := self.state(kind)) in {ModelState.DAMAGED, ModelState.OTHER_NAMES}:
            _log.warning("model of %s not used: %s", kind, state)
        return state

    def adopt(self, training: Training, content: bytes) -> Training:
        """Write a model and make it the current one; the one before can be restored. Returns it as it is kept.

        Raises :class:`UserProblem` when the disk is full or cannot be written; the old model is in use then.
        """
        digest = hashlib.sha256(content).hexdigest()
        made = replace(training, file=f"{training.kind}-{training.edition}-{digest[:12]}.npz", sha256=digest)
        shelf = self.shelf(training.kind)
        before = shelf.previous if shelf.current == made.file else shelf.current
        kept = _told(replace(shelf, current=made.file, previous=before, off=False), made)
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            with write_atomic(self._root / made.file) as out:
                out.write(content)
        except OSError as error:
            raise self._full() from error
        self._put(training.kind, kept)
        return made

    def remember(self, training: Training) -> None:
        """Note a training after which the old model stayed. Raises :class:`UserProblem` as :meth:`adopt`."""
        self._put(training.kind, _told(self.shelf(training.kind), training))

    def restore(self, kind: CodeKind) -> None:
        """Change the current model for the one before it. Raises :class:`UserProblem` as :meth:`adopt`."""
        shelf = self.shelf(kind)
        if shelf.previous:
            self._put(kind, replace(shelf, current=shelf.previous, previous=shelf.current, off=False))

    def switch(self, kind: CodeKind, *, on: bool) -> None:
        """Rank with the model or without. Raises :class:`UserProblem` as :meth:`adopt`."""
        self._put(kind, replace(self.shelf(kind), off=not on))

    def tried(self, kind: CodeKind, at: str) -> None:
        """Note when a training by itself began, so that a failing one is not begun again and again."""
        self._put(kind, replace(self.shelf(kind), tried=at))

    def _index(self) -> dict[CodeKind, Shelf]:
        path = self._root / "index.json"
        try:
            held = json.loads(path.read_bytes())
            return {CodeKind(kind): _shelf(shelf) for kind, shelf in held.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            _log.warning("index of models cannot be read")
            return {}

    def _put(self, kind: CodeKind, shelf: Shelf) -> None:
        index = {**self._index(), kind: shelf}
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            with write_atomic(self._root / "index.json") as out:
                out.write(json.dumps({key: asdict(one) for key, one in index.items()}, ensure_ascii=False).encode())
        except OSError as error:
            raise self._full() from error
        self._tidy({file for one in index.values() for file in (one.current, one.previous)})

    def _tidy(self, wanted: set[str]) -> None:
        """Remove models that nothing refers to."""
        for path in self._root.glob("*.npz"):
            if path.name not in wanted:
                try:
                    path.unlink()
                except OSError:
                    _log.warning("old model not removed: %s", path.name)

    def _full(self) -> UserProblem:
        return UserProblem(
            "retraining.cannot_write", remedy="retraining.remedy.free_disk", where=Where(str(self._root))
        )


def _told(shelf: Shelf, training: Training) -> Shelf:
    """Add a training; the oldest go, save those whose models are still there."""
    rest = [one for one in shelf.trainings[KEPT - 1 :] if one.file and one.file in {shelf.current, shelf.previous}]
    return replace(shelf, trainings=(training, *shelf.trainings[: KEPT - 1], *rest))


def _shelf(held: Mapping[str, object]) -> Shelf:
    trainings = held["trainings"]
    rows = trainings if isinstance(trainings, list) else []
    return Shelf(
        current=str(held["current"]),
        previous=str(held["previous"]),
        off=bool(held["off"]),
        tried=str(held["tried"]),
        trainings=tuple(_training(one) for one in rows),
    )


def _training(held: Mapping[str, object]) -> Training:
    old, new = (Figures(**dict(held[side])) for side in ("old", "new"))  # type: ignore[call-overload]  # as written
    return Training(**{**held, "kind": CodeKind(str(held["kind"])), "old": old, "new": new})  # type: ignore[arg-type]  # as written
