"""Whether a text speaks of a present illness: past, suspected or denied ones are not coded as if they were."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """What a text says about the illness besides its name."""

    past: bool = False
    suspected: bool = False
    denied: bool = False

    @property
    def is_certain(self) -> bool:
        """True for a present and certain illness."""
        return not (self.past or self.suspected or self.denied)


class StatusReader:
    """Finds the marking words of ``resources/matching/splitting.toml``."""

    def __init__(self, markers: Mapping[str, Sequence[str]]) -> None:
        self._past = tuple(markers["past"])
        self._suspected = tuple(markers["suspected"])
        self._denied = tuple(markers["denied"])
        self._nothing = frozenset(markers["nothing"])

    def read(self, text: str) -> Status:
        """Return the status of a raw text; a text that says that there is nothing is denied."""
        bare = re.sub(r"\s+", "", text)
        return Status(
            past=any(word in bare for word in self._past),
            suspected=any(word in bare for word in self._suspected),
            denied=bare in self._nothing or bare.startswith(self._denied),
        )
