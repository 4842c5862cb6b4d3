"""The pages of the window by key, made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from app.ui.late import PageClass
from app.ui.page import Page, PageSpec


class PageTable(Mapping[str, Page]):
    """Knows all pages of a user; :attr:`made` are those that exist."""

    def __init__(self, specs: Sequence[PageSpec], make: Callable[[PageSpec], Page]) -> None:
        self._specs = {spec.key: spec for spec in specs}
        self._make = make
        self._pages: dict[str, Page] = {}

    def __getitem__(self, key: str) -> Page:
        """Return a page. Raises ``KeyError`` for one that is not there for this user."""
        if key not in self._pages:
            self._pages[key] = self._make(self._specs[key])
        return self._pages[key]

    def __contains__(self, key: object) -> bool:
        """True for a page that is there for this user, made or not."""
        return key in self._specs

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)

    def fetch(self, key: str) -> Iterator[None]:
        """Import the modules of a page, a few at a step. Nothing is made."""
        make = self._specs[key].make
        if isinstance(make, PageClass):
            yield from make.load_steps()

    @property
    def made(self) -> tuple[Page, ...]:
        """The pages that were asked for so far."""
        return tuple(self._pages.values())
