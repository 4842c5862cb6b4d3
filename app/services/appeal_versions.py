"""Versions and checksums in an appeal pack: what the answer was made with, so that it can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app import __version__
from app.common.texts import text
from app.domain.derived import day_of
from app.domain.report import ReportSection
from app.services.appeal_parts import PackSource, or_dash, section, table
from app.services.asset_store import CODEBOOK, RATES, SCHEME, WEIGHTS
from app.services.assets import Assets

_COLUMNS: Final = (("item", 14), ("asset", 30), ("version", 28), ("file", 26), ("sha256", 66))


def versions(source: PackSource, assets: Assets) -> ReportSection:
    """Return scheme, code book, price tables and program with the checksums of the files they were read from."""
    discharge = day_of(source.record.value("discharge_time"))
    on = discharge or source.made_at.date()
    rows = [row for kind in (SCHEME, CODEBOOK, WEIGHTS, RATES) for row in _rows(source, assets, kind)]
    program = text("appeal.versions.program_name", version=__version__)
    dash = text("appeal.dash")
    rows.append((text("appeal.versions.program"), program, __version__, dash, ""))
    return section(
        "versions",
        (table("versions", _COLUMNS, rows),),
        lacks=1 if source.grouping.trial else 0,
        paragraphs=[
            text("appeal.versions.by_discharge", day=on.isoformat()),
            text("appeal.trial") if source.grouping.trial else "",
        ],
        notes=[text("appeal.versions.kept")],
    )


def _rows(source: PackSource, assets: Assets, kind: str) -> Iterator[tuple[str, ...]]:
    """Yield one row for each file of what is in use for the case; one that says so when nothing is."""
    on = day_of(source.record.value("discharge_time")) or source.made_at.date()
    item, dash = text(f"appeal.versions.{kind}"), text("appeal.dash")
    in_use = assets.current(kind, on)
    if in_use is None:
        yield item, text("appeal.versions.none"), dash, dash, ""
        return
    title, version = _named(source, assets, kind, in_use)
    for name, digest in assets.file_hashes(kind, in_use):
        yield item, title, version, name, digest


def _named(source: PackSource, assets: Assets, kind: str, asset_id: str) -> tuple[str, str]:
    """Return title and version of an asset in words."""
    scheme = source.scheme
    if kind == SCHEME:
        return scheme.title, text("appeal.join").join(dict.fromkeys(filter(None, (scheme.id, scheme.edition))))
    if not asset_id:
        key = {CODEBOOK: "assets.builtin_codebook", WEIGHTS: "assets.starter_weights"}[kind]
        return text(key), text("appeal.versions.shipped")
    line = next(line for line in assets.lines(kind) if line.id == asset_id)
    facts = dict(line.facts)
    shown = {CODEBOOK: (), WEIGHTS: ("scheme",), RATES: ("city", "level", "years")}[kind]
    told = " ".join(facts[name] for name in shown if facts.get(name))
    return line.title, or_dash(told or facts.get("imported_at", ""))
