"""What every service works with: the library, who works, the clock, and the engines that are in use."""

from __future__ import annotations

from dataclasses import dataclass

from app.common.clock import Clock
from app.services.engines import Engines
from app.storage.actor import Actor
from app.storage.database import Database


@dataclass(frozen=True, slots=True)
class Session:
    """Handed to every service by the composition root; holds no state of its own."""

    db: Database
    actor: Actor
    clock: Clock
    engines: Engines
