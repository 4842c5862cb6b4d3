"""Pages and their modules named before they are imported: the window is on the screen sooner."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from app.ui.page import Page, PageSpec, Shell


class PageClass:
    """A class of pages by module and name. Its methods, read from here, are functions that take the page.

    ``parts`` are modules that the page's own imports, named where importing all at once takes long.
    """

    def __init__(self, module: str, name: str, parts: Sequence[str] = ()) -> None:
        self.module: Final = module
        self.name: Final = name
        self.parts: Final = parts

    def load(self) -> type[Page]:
        """Import the module, if need be, and return the class. On the window's thread only.

        PySide looks the classes of widgets up without the interpreter's lock: one that comes to be in another thread
        meanwhile can end the program.
        """
        found: type[Page] = getattr(importlib.import_module(self.module), self.name)
        return found

    def load_steps(self) -> Iterator[None]:
        """Import the parts one by one, then the page's own module: a step takes some hundredths of a second."""
        for part in self.parts:
            importlib.import_module(part)
            yield
        self.load()

    def __call__(self, shell: Shell, spec: PageSpec) -> Page:
        """Make the page."""
        return self.load()(shell, spec)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Return a function that calls a method of the page it is given."""

        def call(page: Any, *args: Any, **named: Any) -> Any:
            return getattr(page, method)(*args, **named)

        return call


class PageModule:
    """A module of functions that take a page: imported when one of them is called."""

    def __init__(self, name: str) -> None:
        self.module: Final = name

    def __getattr__(self, function: str) -> Callable[..., Any]:
        """Return a function that imports the module and calls the one of this name."""

        def call(*args: Any, **named: Any) -> Any:
            return getattr(importlib.import_module(self.module), function)(*args, **named)

        return call
