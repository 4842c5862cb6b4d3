"""Code books, grouping schemes and price tables: what ships, what was imported, which one is in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.codebook.codes import fold_code, kind_of
from app.codebook.columns import locate
from app.codebook.editions import NONE, EditionMap, EditionPairs
from app.codebook.lint import LintReport as BookLint
from app.common.clock import Clock
from app.common.errors import UserProblem, Where
from app.common.files import sha256_of
from app.common.paths import data
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.coding import CodeKind
from app.domain.findings import Severity
from app.domain.tables import RawTable
from app.drg.lint import LintReport
from app.drg.pay_rules import default_rules
from app.drg.rates import RateTable, level_name, same_level
from app.drg.scheme import Scheme
from app.drg.tariffs import WeightTable
from app.drg.workbook import WorkbookOptions
from app.exchange.readers import read_codebook_tables, read_tables
from app.services.asset_store import CODEBOOK, RATES, SCHEME, WEIGHTS, Asset, AssetStore
from app.services.book_files import load_book
from app.services.permits import free, needs
from app.services.pricing import PriceTables
from app.services.scheme_files import load_scheme, read_scheme, scheme_digest, scheme_files
from app.services.scheme_options import facts_of, options_of, read_options
from app.services.types import AssetLine, Remark, Size
from app.storage.ops import Op

if TYPE_CHECKING:
    from app.services.session import Session  # a session holds the engines, and they these

STARTER: Final = "starter"
_MOST_LINES: Final = 20
_SIZES: Final = ("mdc", "adrg", "drg", "qy", "mcc", "cc", "exclusion", "members")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or what a stored asset holds: title, facts as sentences, remarks; of a scheme its sizes."""

    title: str
    facts: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    asset_id: str = ""
    sizes: tuple[Size, ...] = ()

    def lines(self) -> list[str]:
        """Return the report line by line; many remarks are cut with a count."""
        shown = [str(remark) for remark in self.remarks[:_MOST_LINES]]
        if len(self.remarks) > _MOST_LINES:
            shown.append(text("assets.more_remarks", count=len(self.remarks) - _MOST_LINES))
        return [text("assets.imported", title=self.title), *self.facts, *shown]


class Assets:
    """Loads what is active and keeps it in memory; imports what a user brings, all or nothing."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._session: Session | None = None
        self._store = AssetStore(home, clock)
        self._books: dict[str, Codebook] = {}
        self._schemes: dict[str, Scheme] = {}
        self._conversion: tuple[Codebook, Mapping[str, str]] | None = None
        self._pairs: tuple[Codebook, EditionPairs] | None = None

    @free
    def belong_to(self, session: Session) -> None:
        """Ask for the roles of whoever works in a library; without one, as in commands on files, nobody is asked."""
        self._session = session

    # Code books

    @free
    def codebook(self) -> Codebook:
        """Return the active code book: the imported one, else the one that ships."""
        active = self._store.active(CODEBOOK)
        return self._imported_book(active) if active else self.builtin_codebook()

    @free
    def builtin_codebook(self) -> Codebook:
        """Return the book that ships (ICD-10 subcategories and ICD-9-CM-3, see ``codebooks/README.md``)."""
        if "" not in self._books:
            folder = data("codebooks") / "builtin"
            files = [folder / "icd10.csv", folder / "icd9cm3.csv"]
            self._books[""] = load_book(files, "builtin", text("assets.builtin_codebook"))
        return self._books[""]

    @free
    def edition_map(self) -> EditionMap:
        """Return the clinical → insurance map that came with the active book, an empty one without."""
        active = self._store.active(CODEBOOK)
        paths = [path for role, path in self._files(active) if _plain(role) == "map"]
        tables = [table for path in dict.fromkeys(paths) for table in read_codebook_tables(path).values()]
        return EditionMap.from_tables(tables) if tables else EditionMap()

    @free
    def conversion(self) -> Mapping[str, str]:
        """Return the insurance code of each clinical code that the active book does not have, '' where there is none.

        A code that both editions have is taken for one of the insurance edition, whatever the map makes of it.
        """
        book = self.codebook()
        if self._conversion is None or self._conversion[0] is not book:
            pairs = self.edition_map().pairs
            found = {code: "" if target == NONE else target for code, target in pairs.items() if code not in book}
            self._conversion = (book, found)
        return self._conversion[1]

    @free
    def edition_pairs(self) -> EditionPairs:
        """Return the codes of the clinical edition beside those of the active book; kept until another is active."""
        book = self.codebook()
        if self._pairs is None or self._pairs[0] is not book:
            self._pairs = (book, EditionPairs(book, self.edition_map()))
        return self._pairs[1]

    @needs("insurance", "admin")
    def import_codebook(
        self, paths: Sequence[Path], *, title: str = "", progress: Progress | None = None
    ) -> ImportReport:
        """Make the tables of ``paths`` the active code book.

        A role (diagnoses, procedures, map) that the files do not bring is carried over from the active imported
        book, else from the shipped one. Raises :class:`UserProblem`; then everything is as it was.
        """
        progress = progress or NoProgress()
        named: list[tuple[str, Path]] = []
        for number, path in enumerate(paths):
            progress.step(number, len(paths), path.name)
            named += [(role, path) for role in _roles(path)]
        named = _numbered(named)
        brought = {_plain(role) for role, _ in named}
        active = self._store.active(CODEBOOK)
        kept = [(role, path) for role, path in self._files(active) if _plain(role) not in brought]
        files = [*named, *kept]
        title = title or (active.title if active and not brought & {"dx", "px"} else paths[0].stem)
        book, report = build(self._book_tables(files), edition="import", title=title, outline=self.builtin_codebook())
        counts = {str(kind): str(len(book.leaves(kind))) for kind in CodeKind}
        progress.step(len(paths), len(paths))
        facts = {**counts, "remarks": str(len(report.issues))}
        asset = self._kept(CODEBOOK, title, partial(self._store.add, CODEBOOK, title, files, facts=facts))
        self._books = {"": self.builtin_codebook(), asset.id: book}
        self._schemes = {}
        return replace(_book_report(title, book, report), asset_id=asset.id)

    @free
    def codebook_report(self, asset_id: str) -> ImportReport:
        """Check a stored book ('' the shipped one) again; nothing is written."""
        asset = self._stored(CODEBOOK, asset_id) if asset_id else None
        tables = self._book_tables(self._files(asset))
        title = asset.title if asset else text("assets.builtin_codebook")
        book, report = build(tables, edition=asset_id, title=title, outline=self.builtin_codebook())
        return _book_report(title, book, report)

    @free
    def load_codebook(self, paths: Sequence[Path]) -> Codebook:
        """Return a code book of files without storing it (for commands that touch no library)."""
        named = _numbered([(role, path) for path in paths for role in _roles(path)])
        book, _ = build(self._book_tables(named), edition="files", title=paths[0].stem, outline=self.builtin_codebook())
        return book

    def _imported_book(self, asset: Asset) -> Codebook:
        if asset.id not in self._books:
            files = self._book_files(self._files(asset))
            self._books[asset.id] = load_book(files, asset.id, asset.title, self.builtin_codebook())
        return self._books[asset.id]

    def _book_tables(self, files: Sequence[tuple[str, Path]]) -> list[RawTable]:
        return [table for path in self._book_files(files) for table in read_tables(path)]

    def _book_files(self, files: Sequence[tuple[str, Path]]) -> list[Path]:
        """Return the files to read a book from, the shipped table in place of one that is missing."""
        roles = {_plain(role) for role, _ in files}
        wanted = [path for role, path in files if _plain(role) in ("dx", "px")]
        builtin = data("codebooks") / "builtin"
        missing = [builtin / name for role, name in (("dx", "icd10.csv"), ("px", "icd9cm3.csv")) if role not in roles]
        return list(dict.fromkeys([*wanted, *missing]))

    def _files(self, asset: Asset | None) -> list[tuple[str, Path]]:
        return [(role, self._path(asset, role)) for role, _, _ in asset.files] if asset else []

    def _path(self, asset: Asset, role: str) -> Path:
        path = self._store.path(asset, role)
        if path is None:
            raise UserProblem("assets.damaged", remedy="assets.remedy.import_again", title=asset.title)
        return path

    def _stored(self, kind: str, asset_id: str) -> Asset:
        asset = self._store.get(kind, asset_id)
        if asset is None:
            raise UserProblem("assets.gone", remedy="assets.remedy.import_again")
        return asset

    # Schemes

    @free
    def scheme(self, on: date | None = None) -> Scheme:
        """Return the scheme for a discharge date: the latest imported one in force then, else the active one.

        Without an imported scheme it is the shipped trial scheme.
        """
        asset = self._scheme_asset(on)
        return self._imported_scheme(asset) if asset else self.starter_scheme()

    def _scheme_asset(self, on: date | None) -> Asset | None:
        assets = self._store.all(SCHEME)
        dated = [a for a in assets if on and a.facts.get("valid_from") and a.facts["valid_from"] <= on.isoformat()]
        if dated:
            return max(dated, key=lambda a: (a.facts["valid_from"], a.imported_at))
        return self._store.active(SCHEME)

    @free
    def starter_scheme(self) -> Scheme:
        """Return the trial scheme that ships, expanded against the active code book."""
        book = self.codebook()
        key = f"{STARTER}:{book.edition}"
        if key not in self._schemes:
            self._schemes[key] = load_scheme(_starter_folder(), book)
        return self._schemes[key]

    @free
    def find_scheme(self, name: str) -> Scheme:
        """Return a scheme by path or by the id of an imported one. Raises :class:`UserProblem`."""
        if name == STARTER:
            return self.starter_scheme()
        for asset in self._store.all(SCHEME):
            if name in (asset.id, asset.facts.get("scheme_id")):
                return self._imported_scheme(asset)
        path = Path(name)
        if not path.exists():
            raise UserProblem("assets.scheme_not_found", remedy="assets.remedy.list_schemes", scheme=name)
        return load_scheme(path, self.codebook())

    @free
    def check_scheme(self, path: Path, progress: Progress | None = None) -> tuple[ImportReport, str]:
        """Return the report on a scheme file and the day it names ('' for none); nothing is stored.

        Raises :class:`SchemeRefused` with the whole report when it has errors, else :class:`UserProblem`.
        """
        scheme, report = read_scheme(path, self.codebook(), progress)
        return _scheme_report(scheme, report), scheme.valid_from.isoformat() if scheme.valid_from else ""

    @needs("insurance", "admin")
    def import_scheme(
        self, path: Path, *, valid_from: str | None = None, digest: str = "", progress: Progress | None = None
    ) -> ImportReport:
        """Check a scheme and keep it, as the active one unless it is for later.

        ``valid_from`` None takes the day that the file names, '' none. ``digest`` is that of the file that was
        checked before, when it must still be the same. Raises :class:`UserProblem`; then everything is as it was.
        """
        _check_date(valid_from or "")
        if digest and scheme_digest(path) != digest:
            raise UserProblem("assets.scheme_changed", remedy="assets.remedy.check_again", where=Where(path.name))
        scheme, report = read_scheme(path, self.codebook(), progress)
        named = scheme.valid_from.isoformat() if scheme.valid_from else ""
        start = named if valid_from is None else valid_from
        files = [(file.name, file) for file in scheme_files(path)]
        facts = {"scheme_id": scheme.id, "valid_from": start, "warnings": str(len(report.warnings))}
        facts |= {name: str(count) for name, count in report.counts.items()}
        (progress or NoProgress()).step(1, 1)
        is_later = start > self._store.today().isoformat()
        add = partial(self._store.add, SCHEME, scheme.title, files, facts=facts, activate=not is_later)
        asset = self._kept(SCHEME, scheme.title, add)
        self._schemes[asset.id] = scheme
        return replace(_scheme_report(scheme, report), asset_id=asset.id)

    @free
    def scheme_report(self, asset_id: str, progress: Progress | None = None) -> ImportReport:
        """Check a stored scheme ('' the shipped one) again, against the code book in use; nothing is written."""
        asset = self._stored(SCHEME, asset_id) if asset_id else None
        source = self._scheme_source(asset) if asset else _starter_folder()
        options = options_of(asset.facts) if asset else None
        name = asset.facts["scheme_id"] if asset else ""
        return _scheme_report(*read_scheme(source, self.codebook(), progress, options, name))

    @needs("insurance", "admin")
    def set_valid_from(self, asset_id: str, valid_from: str, *, kind: str = SCHEME) -> None:
        """Say from which discharge date on a scheme, or a version of weights, is used ('' for no date of its own)."""
        _check_date(valid_from)
        asset = self._stored(kind, asset_id)
        told = {"asset": asset_id, "before": asset.facts.get("valid_from", ""), "after": valid_from}
        with self._noted("valid_from", asset.title, told):
            self._store.set_facts(kind, asset_id, {"valid_from": valid_from})

    def _scheme_source(self, asset: Asset) -> Path:
        """Return file or folder of a stored scheme, its hashes checked."""
        for role, _, _ in asset.files:
            self._path(asset, role)
        names = [name for _, name, _ in asset.files]
        folder = self._store.folder(asset)
        return folder / names[0] if len(names) == 1 else folder

    def _imported_scheme(self, asset: Asset) -> Scheme:
        if asset.id not in self._schemes:
            source = self._scheme_source(asset)
            self._schemes[asset.id] = load_scheme(
                source, self.codebook(), options_of(asset.facts), asset.facts["scheme_id"]
            )
        return self._schemes[asset.id]

    @free
    def scheme_options(self, asset_id: str) -> WorkbookOptions | None:
        """Return the options of a stored workbook, None for a package: it says everything itself."""
        asset = self._stored(SCHEME, asset_id)
        is_workbook = len(asset.files) == 1 and not asset.files[0][1].lower().endswith(".zip")
        return options_of(asset.facts) if is_workbook else None

    @needs("insurance", "admin")
    def set_scheme_options(self, asset_id: str, grey_px: str, newborn_qy_days: str, *, procedure_only: bool) -> None:
        """Change the options of a stored workbook. Raises :class:`UserProblem`; then everything is as it was."""
        asset = self._stored(SCHEME, asset_id)
        options = read_options(self._imported_scheme(asset), grey_px, newborn_qy_days, procedure_only=procedure_only)
        told = {"asset": asset_id, "before": facts_of(options_of(asset.facts)), "after": facts_of(options)}
        with self._noted("scheme_options", asset.title, told):
            self._store.set_facts(SCHEME, asset_id, facts_of(options))
        self._schemes.pop(asset_id, None)

    # Prices

    @needs("insurance", "admin")
    def import_weights(
        self, path: Path, *, on: date | None = None, scheme_id: str = "", valid_from: str = ""
    ) -> ImportReport:
        """Keep a version of the weights of a scheme, by default of the one in use (on a day), beside those it has.

        ``valid_from`` is its first discharge day; '' takes the one the file names. Raises :class:`UserProblem`, with
        every difference in its details when the table is of another scheme; then everything is as it was.
        """
        _check_date(valid_from)
        scheme = self.find_scheme(scheme_id) if scheme_id else self.scheme(on)
        table = load_weights(path)
        table.check(scheme)
        start = valid_from or (table.valid_from.isoformat() if table.valid_from else "")
        facts = {"scheme_id": scheme.id, "scheme": scheme.title, "groups": str(len(table))}
        facts |= {"valid_from": start, "version": table.version}
        add = partial(self._store.add, WEIGHTS, path.stem, [("weights", path)], facts=facts, belongs_to=scheme.id)
        asset = self._kept(WEIGHTS, path.stem, add)
        return replace(_weights_report(path.stem, table, scheme), asset_id=asset.id)

    @free
    def weights_report(self, asset_id: str) -> ImportReport:
        """Hold a stored weight table ('' the shipped one) against its scheme again; nothing is written."""
        if not asset_id:
            title = text("assets.starter_weights")
            return _weights_report(title, load_weights(_starter_folder() / "weights.csv"), self.starter_scheme())
        asset = self._stored(WEIGHTS, asset_id)
        scheme = self.find_scheme(asset.facts["scheme_id"])
        return _weights_report(asset.title, load_weights(self._path(asset, "weights")), scheme)

    @needs("insurance", "admin")
    def import_rates(self, path: Path, *, city: str, level: str) -> ImportReport:
        """Keep a table of base rates, tied by the user to a city and a hospital level; the discharge picks the year."""
        table = load_rates(path)
        table.require("", level)
        years = text("drg.list_join").join(dict.fromkeys(place.year for place in table.places()))
        facts = {"city": city, "level": level, "years": years}
        asset = self._kept(RATES, path.stem, partial(self._store.add, RATES, path.stem, [("rates", path)], facts=facts))
        return replace(_rates_report(path.stem, facts, table), asset_id=asset.id)

    @free
    def rates_report(self, asset_id: str) -> ImportReport:
        """Return what a stored table of base rates holds for its place; nothing is written."""
        asset = self._stored(RATES, asset_id)
        return _rates_report(asset.title, asset.facts, load_rates(self._path(asset, "rates")))

    @free
    def prices(self, scheme: Scheme) -> PriceTables:
        """Return the tables that may price this scheme: every version of its own weights, the rates in use.

        City and level are those told when the rates were imported. Without rates in use there are none; else the
        table in use comes first and the others fill the years it does not have.
        """
        today = self._store.today()
        if scheme.trial:
            return PriceTables(today, (load_weights(_starter_folder() / "weights.csv"),), invented=True)
        own = self._weights_of(scheme.id)
        other = None if own else self._store.active(WEIGHTS)
        used = self._store.active(RATES)
        rates = [used, *(a for a in reversed(self._store.all(RATES)) if a.id != used.id)] if used else []
        rules = default_rules()
        return PriceTables(
            today,
            tuple(map(self._weights, own)),
            tuple(load_rates(self._path(asset, "rates")) for asset in rates),
            replace(rules, city=used.facts["city"], level=used.facts["level"]) if used else rules,
            foreign=self._weights(other) if other else None,
        )

    def _weights_of(self, scheme_id: str) -> list[Asset]:
        """Return the versions of a scheme's weights: the one made active, then the latest import first."""
        tables = [asset for asset in reversed(self._store.all(WEIGHTS)) if asset.facts.get("scheme_id") == scheme_id]
        return sorted(tables, key=lambda asset: not asset.active)

    def _weights(self, asset: Asset) -> WeightTable:
        start = asset.facts.get("valid_from")
        table = load_weights(self._path(asset, "weights"))
        return replace(table, valid_from=date.fromisoformat(start) if start else None)

    # Lists

    @free
    def current(self, kind: str, on: date) -> str | None:
        """Return the id of what works for a discharge on a day ('' the shipped one), None when nothing does."""
        scheme = self._scheme_asset(on)
        if kind == SCHEME:
            return scheme.id if scheme else ""
        if kind == WEIGHTS:
            return _begun(self._weights_of(scheme.facts["scheme_id"]), on) if scheme else ""
        active = self._store.active(kind)
        return active.id if active else "" if kind == CODEBOOK else None

    @free
    def file_hashes(self, kind: str, asset_id: str) -> tuple[tuple[str, str], ...]:
        """Return name and SHA-256 of the files of an asset ('' the shipped one) as they were imported."""
        if asset_id:
            named: dict[str, list[str]] = {}
            for _, name, digest in self._stored(kind, asset_id).files:
                named.setdefault(digest, []).append(name)
            # a file with two roles is stored twice, its name numbered
            return tuple((n[0] if len(n) == 1 else n[0].partition("-")[2], digest) for digest, n in named.items())
        folder = data("codebooks") / "builtin" if kind == CODEBOOK else _starter_folder()
        weights = folder / "weights.csv"
        files = [weights] if kind == WEIGHTS else [file for file in scheme_files(folder) if file != weights]
        return tuple((file.name, sha256_of(file)) for file in files)

    @free
    def lines(self, kind: str) -> tuple[AssetLine, ...]:
        """Return the shipped and imported assets of a kind for a list."""
        imported = self._store.all(kind)
        lines = [
            AssetLine(a.id, kind, a.title, a.active, False, (*sorted(a.facts.items()), ("imported_at", a.imported_at)))
            for a in imported
        ]
        shipped = {CODEBOOK: "assets.builtin_codebook", SCHEME: "assets.starter_scheme"}
        if kind in shipped:
            in_use = not any(a.active for a in imported)
            lines.insert(0, AssetLine("", kind, text(shipped[kind]), in_use, True))
        return tuple(lines)

    @free
    def listing(self, kind: str) -> list[str]:
        """Return the assets of a kind as lines for the command line; the one in use is marked."""
        return [
            text("assets.line", mark="*" if line.active else " ", id=line.id or "-", title=line.title)
            for line in self.lines(kind)
        ]

    @needs("insurance", "admin")
    def use(self, kind: str, asset_id: str) -> None:
        """Make an asset the one in use; '' goes back to the shipped one."""
        before = self._store.active(kind)
        told = {"kind": kind, "before": before.id if before else "", "after": asset_id}
        with self._noted("asset_used", self._stored(kind, asset_id).title if asset_id else "", told):
            self._store.activate(kind, asset_id or None)
        if kind == CODEBOOK:
            self._schemes = {}

    # The audit.

    def _kept(self, kind: str, title: str, add: Callable[[], Asset]) -> Asset:
        """Store an asset and note which files it came from."""
        told: dict[str, object] = {"kind": kind}
        with self._noted("asset_imported", title, told):
            asset = add()
            told |= {"asset": asset.id, "files": {name: digest for _, name, digest in asset.files}}
        return asset

    @contextmanager
    def _noted(self, event: str, title: str, told: Mapping[str, object]) -> Iterator[None]:
        """Put a change of tables into the audit of the library, where there is one; it fails with the change."""
        if self._session is None:
            yield
            return
        with self._session.db.operation(Op.CHANGE_ASSET, by=self._session.actor, note=title) as tx:
            yield
            tx.record_event(event, told)
            tx.assets_changed()


def _starter_folder() -> Path:
    return data("codebooks") / "schemes" / STARTER


def _book_report(title: str, book: Codebook, report: BookLint) -> ImportReport:
    counts = {str(kind): len(book.leaves(kind)) for kind in CodeKind}
    remarks = tuple(Remark(Severity.WARN, str(issue.where), issue.message) for issue in report.issues)
    return ImportReport(title, (text("assets.book_facts", **counts),), remarks)


def _scheme_report(scheme: Scheme, report: LintReport) -> ImportReport:
    counted = text("assets.scheme_facts", **{name: report.counts.get(name, 0) for name in ("mdc", "adrg", "drg")})
    sizes = tuple(Size(text(f"drg.count.{name}"), report.counts[name], report.published.get(name)) for name in _SIZES)
    return ImportReport(scheme.title, (counted,), scheme_remarks(report), sizes=sizes)


def scheme_remarks(report: LintReport) -> tuple[Remark, ...]:
    """Return the remarks on a scheme, errors first."""
    graded = [(Severity.ERROR, item) for item in report.errors] + [(Severity.WARN, item) for item in report.warnings]
    return tuple(Remark(severity, str(item.where), item.message, item.caret) for severity, item in graded)


def _begun(versions: Sequence[Asset], on: date) -> str | None:
    """Return the id of the latest version that has begun on a day, else of the first without a date."""
    dated = [asset for asset in versions if "" < asset.facts.get("valid_from", "") <= on.isoformat()]
    if dated:
        return max(dated, key=lambda asset: asset.facts["valid_from"]).id
    return next((asset.id for asset in versions if not asset.facts.get("valid_from")), None)


def _weights_report(title: str, table: WeightTable, scheme: Scheme) -> ImportReport:
    found = table.differences(scheme)
    told = text("payment.without_weight", count=len(found.missing))
    lines = [told, *found.lines()] if found.missing or found.unknown else []
    remarks = tuple(Remark(Severity.WARN, "", line) for line in lines)
    return ImportReport(title, (text("assets.weights_facts", count=len(table), scheme=scheme.title),), remarks)


def _rates_report(title: str, facts: Mapping[str, str], table: RateTable) -> ImportReport:
    rates = [
        text(
            "payment.rate",
            year=rate.key.year,
            insurance=rate.insurance or text("assets.every_insurance"),
            rate=f"{rate.yuan:,.2f}",
        )
        for rate in sorted(table.rates, key=lambda one: (one.key, one.insurance))
        if same_level(rate.key.level, facts["level"]) and rate.key.city in ("", facts["city"])
    ]
    return ImportReport(
        title, (text("payment.rates_facts", city=facts["city"], level=level_name(facts["level"])), *rates)
    )


def load_weights(path: Path) -> WeightTable:
    """Return the weight table of a file."""
    return WeightTable.build(read_tables(path)[0])


def load_rates(path: Path) -> RateTable:
    """Return the base rates of a file."""
    return RateTable.build(read_tables(path)[0])


def _roles(path: Path) -> list[str]:
    """Tell what a code table holds: diagnoses, procedures, or a map between editions."""
    roles: list[str] = []
    for table in read_codebook_tables(path).values():
        if locate(table, ("clinical_code", "medins_code")):
            roles.append("map")
        elif found := locate(table, ("code", "name")):
            columns, rows = found
            kinds = {kind_of(fold_code(row.cells[columns["code"]])) for row in rows if len(row.cells) > columns["code"]}
            roles += [str(kind) for kind in CodeKind if kind in kinds]
    if not roles:
        raise UserProblem("assets.no_codebook_rows", remedy="assets.remedy.check_headings", where=Where(path.name))
    return list(dict.fromkeys(roles))


def _plain(role: str) -> str:
    return role.partition(".")[0]


def _numbered(named: list[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Give a second file of the same role a name of its own: map, map.2."""
    seen: dict[str, int] = {}
    out = []
    for role, path in named:
        seen[role] = seen.get(role, 0) + 1
        out.append((role if seen[role] == 1 else f"{role}.{seen[role]}", path))
    return out


def _check_date(given: str) -> None:
    try:
        if given:
            date.fromisoformat(given)
    except ValueError as error:
        raise UserProblem("assets.bad_date", remedy="assets.remedy.date_form", given=given) from error
