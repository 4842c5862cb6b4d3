"""What the page of code books and schemes works with: shelves with facts in words, and a report for every import."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.findings import Severity
from app.drg.lint import SchemeRefused
from app.drg.tariffs import RateKey
from app.services.asset_store import CODEBOOK, RATES, SCHEME, WEIGHTS
from app.services.assets import Assets, ImportReport, load_rates, scheme_remarks
from app.services.scheme_files import scheme_digest
from app.services.scheme_options import options_of
from app.services.types import AssetLine, AssetReport, Remark, SchemeCheck, Shelf

KINDS: Final = (CODEBOOK, SCHEME, WEIGHTS, RATES)
_SIZES: Final = ("mdc", "adrg", "drg")
_TOML: Final = "scheme.toml"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user says beside a file: from when a scheme is used; place and level that rates are tied to.

    ``valid_from`` None takes the day that the file names. ``digest`` is that of the scheme file as it was checked.
    """

    today: date
    valid_from: str | None = None
    city: str = ""
    level: str = ""
    digest: str = ""


def shelves(assets: Assets, today: date) -> tuple[Shelf, ...]:
    """Return what ships and what was imported, by kind, with what works for a discharge today marked."""
    return tuple(Shelf(kind, tuple(_lines(assets, kind, today))) for kind in KINDS)


def bring_in(
    assets: Assets, kind: str, paths: Sequence[Path], terms: Terms, progress: Progress | None = None
) -> AssetReport:
    """Import files as an asset of a kind. A refusal comes back as its whole report; everything is then as it was."""
    try:
        report = _importers(assets, terms, progress or NoProgress())[kind]([_package(path) for path in paths])
    except SchemeRefused as refused:
        return AssetReport(kind, paths[0].name, (), scheme_remarks(refused.report), refused=True)
    except UserProblem as problem:
        return AssetReport(kind, paths[0].name, (), _problems(problem), refused=True)
    return AssetReport(kind, report.title, report.facts, report.remarks, asset_id=report.asset_id, sizes=report.sizes)


def check_scheme(assets: Assets, path: Path, progress: Progress | None = None) -> SchemeCheck:
    """Check a scheme file and store nothing. What is wrong with it comes back in the report, refused or not."""
    whole = _package(path)
    try:
        digest = scheme_digest(whole)
        report, day = assets.check_scheme(whole, progress)
    except SchemeRefused as refused:
        return SchemeCheck(path, AssetReport(SCHEME, path.name, (), scheme_remarks(refused.report), refused=True))
    except UserProblem as problem:
        return SchemeCheck(path, AssetReport(SCHEME, path.name, (), (_problem(problem),), refused=True))
    except OSError:
        unread = UserProblem("assets.unreadable", remedy="assets.remedy.check_path", where=Where(str(path)))
        return SchemeCheck(path, AssetReport(SCHEME, path.name, (), (_problem(unread),), refused=True))
    shown = AssetReport(SCHEME, report.title, report.facts, report.remarks, sizes=report.sizes)
    return SchemeCheck(path, shown, day, digest)


def report_lines(report: AssetReport) -> list[str]:
    """Return a report as lines of plain text: title, facts, sizes beside the published ones, every remark."""
    lines = [report.title, *report.facts]
    for size in report.sizes:
        stated = text("assets.size_not_stated") if size.published is None else f"{size.published:,}"
        key = "assets.size" if size.fits else "assets.size_differs"
        lines.append(text(key, label=size.label, found=f"{size.found:,}", published=stated))
    errors = sum(1 for remark in report.remarks if remark.severity is Severity.ERROR)
    lines.append(text("assets.counted", errors=errors, hints=len(report.remarks) - errors))
    return [*lines, *(f"{text(f'assets.grade.{one.severity}')} {one}" for one in report.remarks)]


def write_report(report: AssetReport, path: Path) -> None:
    """Write a report as a text file, whole or not at all. Raises :class:`UserProblem` when it cannot be written."""
    try:
        with write_atomic(path) as out:
            out.write(("\n".join(report_lines(report)) + "\n").encode("utf-8-sig"))
    except OSError as error:
        raise UserProblem("assets.cannot_write", remedy="assets.remedy.free_disk", where=Where(str(path))) from error


def _problems(problem: UserProblem) -> tuple[Remark, ...]:
    """Return a refusal with every line of its details, such as all groups that a weight table does not share."""
    return (_problem(problem), *(Remark(Severity.ERROR, "", line) for line in problem.details))


def _problem(problem: UserProblem) -> Remark:
    return Remark(Severity.ERROR, str(problem.where or ""), f"{problem.message}{problem.advice}")


def look_at(assets: Assets, kind: str, asset_id: str, progress: Progress | None = None) -> AssetReport:
    """Check a stored asset ('' the shipped one) again. Raises :class:`UserProblem` when its files are damaged."""
    report = {
        CODEBOOK: lambda: assets.codebook_report(asset_id),
        SCHEME: lambda: assets.scheme_report(asset_id, progress),
        WEIGHTS: lambda: assets.weights_report(asset_id),
        RATES: lambda: assets.rates_report(asset_id),
    }[kind]()
    return AssetReport(kind, report.title, report.facts, report.remarks, asset_id=asset_id, sizes=report.sizes)


def rate_places(path: Path) -> tuple[RateKey, ...]:
    """Return the places, years and levels of a file of base rates. Raises :class:`UserProblem`."""
    return load_rates(path).places()


def _importers(
    assets: Assets, terms: Terms, progress: Progress
) -> Mapping[str, Callable[[Sequence[Path]], ImportReport]]:
    place = {"city": terms.city, "level": terms.level}
    return {
        CODEBOOK: lambda paths: assets.import_codebook(paths, progress=progress),
        SCHEME: lambda paths: assets.import_scheme(
            paths[0], valid_from=terms.valid_from, digest=terms.digest, progress=progress
        ),
        WEIGHTS: lambda paths: assets.import_weights(paths[0], on=terms.today, valid_from=terms.valid_from or ""),
        RATES: lambda paths: assets.import_rates(paths[0], **place),
    }


def _package(path: Path) -> Path:
    """A file of a package stands for the folder it lies in."""
    return path.parent if path.name == _TOML else path


def _lines(assets: Assets, kind: str, today: date) -> list[AssetLine]:
    current = assets.current(kind, today)
    lines = list(assets.lines(kind))
    if kind == WEIGHTS:
        lines.insert(0, AssetLine("", kind, text("assets.starter_weights"), False, True))
    return [replace(line, active=line.id == current, facts=tuple(_facts(line))) for line in lines]


def _facts(line: AssetLine) -> list[tuple[str, str]]:
    """Return the facts of a line as (label, value) in words."""
    if line.builtin:
        return [_fact("origin", text(f"assets.shipped.{line.kind}"))]
    facts = dict(line.facts)
    shown = {
        CODEBOOK: ("dx", "px", "remarks"),
        SCHEME: ("valid_from", "size", "options", "warnings", "scheme_id"),
        WEIGHTS: ("scheme", "version", "valid_from", "groups"),
        RATES: ("city", "level", "years"),
    }[line.kind]
    if "drg" in facts:
        facts["size"] = text("assets.value.size", **{name: facts.get(name, "0") for name in _SIZES})
    facts["options"] = _options(facts)
    told = [_fact(name, _words(name, facts[name])) for name in shown if facts.get(name)]
    return [*told, _fact("imported_at", facts["imported_at"][:16]), _fact("checksum", line.id)]


def _options(facts: Mapping[str, str]) -> str:
    """Return the options of a workbook that are in use, '' without any."""
    options = options_of(facts)
    told = [text("assets.option.grey_px", count=len(options.grey_px))] if options.grey_px else []
    if options.newborn_qy_days is not None:
        told.append(text("assets.option.newborn_qy_days", days=options.newborn_qy_days))
    if options.procedure_only:
        told.append(text("assets.option.procedure_only"))
    return text("drg.list_join").join(told)


def _fact(name: str, value: str) -> tuple[str, str]:
    return text(f"assets.fact.{name}"), value


def _words(name: str, value: str) -> str:
    if name in ("dx", "px", "remarks", "warnings", "groups"):
        return text(f"assets.value.{name}", count=int(value))
    return text("assets.value.valid_from", day=value) if name == "valid_from" else value
