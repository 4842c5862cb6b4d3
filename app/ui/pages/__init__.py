"""The pages. Each module here that defines ``PAGE`` is one; the others are their parts."""

from __future__ import annotations

import importlib
import pkgutil

from app.ui.page import PageSpec
from app.ui.theme import tokens


def registered() -> tuple[PageSpec, ...]:
    """Return the pages that exist, in the order of the rail, those without a place in it last."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    specs = [module.PAGE for module in modules if hasattr(module, "PAGE")]
    order = {entry.key: place for place, entry in enumerate(tokens().nav)}
    return tuple(sorted(specs, key=lambda spec: (order.get(spec.key, len(order)), spec.key)))
