"""Two schemes over a library: figures, causes, departments, export; nothing is written by it."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.common.errors import Cancelled, UserProblem
from app.common.paths import data
from app.domain.grouping import GroupStatus
from app.services.assets import Assets, load_rates, load_weights
from app.services.compare import Comparison
from app.services.compare_amounts import Amounts
from app.services.compare_export import write_comparison
from app.services.compare_period import parse_period, period_text
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.pricing import PriceTables

FIRST, LAST = date(2025, 12, 1), date(2026, 11, 30)


@pytest.fixture(scope="module")
def coded_home(template_home: Path, engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose invented cases are coded and checked."""
    home = tmp_path_factory.mktemp("coded") / "library"
    shutil.copytree(template_home, home)
    services = open_services(home, clock=engines._clock, engines=engines)
    ids = services.worklist.ids("all")
    services.coding.auto_code(ids)
    services.checking.run(ids)
    services.close()
    return home


@pytest.fixture
def home(coded_home: Path, tmp_path: Path) -> Path:
    """Return a copy of the home."""
    return Path(shutil.copytree(coded_home, tmp_path / "library"))


@pytest.fixture
def services(home: Path, engines: Engines) -> Iterator[Services]:
    """Return services over the copy, with assets of their own."""
    assets = Assets(home, engines._clock)
    assets._books[""] = engines.assets.builtin_codebook()
    opened = open_services(home, clock=engines._clock, engines=Engines(assets, engines._clock))
    yield opened
    opened.close()


def variant(services: Services, folder: Path, name: str, *, severe: bool) -> str:
    """Import the shipped scheme under another name, with or without its MCC and CC; return its id."""
    shutil.copytree(data("codebooks") / "schemes" / "starter", folder)
    for table in ("mcc", "cc") if not severe else ():
        (folder / f"{table}.csv").write_text("code,exclusion\nZ99.900,\n", "utf-8")
    described = (folder / "scheme.toml").read_text("utf-8")
    described = described.replace('id = "starter"', f'id = "{name}"').replace("trial = true", "trial = false")
    (folder / "scheme.toml").write_text(described.replace("试用分组方案", f"方案 {name}"), "utf-8")
    asset_id = services.assets.import_scheme(folder, valid_from="2027-01-01").asset_id
    services.assets_changed()
    return asset_id


@pytest.fixture
def second(services: Services, tmp_path: Path) -> str:
    """Return the id of an imported scheme: the shipped one without any MCC or CC."""
    return variant(services, tmp_path / "改", "second", severe=False)


def prints(folder: Path) -> dict[str, str]:
    """Return a digest of every file of a home; the shared memory of readers apart."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".db-shm"]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not path.name.endswith(("-shm", "-wal"))
    }


def test_figures_add_up_and_every_moved_case_has_its_cause(services: Services, second: str) -> None:
    found = services.compare.run("", second, FIRST, LAST)
    total = found.old.grouped + found.old.ambiguous + found.old.ungrouped
    assert total == found.cases == found.new.grouped + found.new.ambiguous + found.new.ungrouped
    assert found.cases + found.skipped == len(
        [row for row in services.worklist.rows(services.worklist.ids("all")) if row.discharge_time]
    )
    assert found.moved
    assert sum(count for _, count in found.causes()) == len(found.moved)
    assert {str(cause) for cause, _ in found.causes()} == {"severity"}
    assert sum(line.count for line in found.pairs()) == len(found.moved)
    assert sum(line.moved for line in found.depts) == len(found.moved)
    assert sum(line.cases for line in found.depts) == found.cases
    assert [one.record_no for one in found.moved] == sorted(one.record_no for one in found.moved)
    assert {str(change.change) for change in found.changes} >= {"mcc_out", "cc_out"}
    assert (found.old_title, found.new_title) != ("", "")


def test_the_groups_are_those_of_the_worklist(services: Services, second: str) -> None:
    found = services.compare.run("", second, FIRST, LAST)
    rows = {row.case_id: row for row in services.worklist.rows(services.worklist.ids("all"))}
    for one in found.moved:
        assert rows[one.case_id].drg == one.old
        assert rows[one.case_id].group_status == str(GroupStatus.GROUPED)


def test_one_case_is_told_by_both_schemes(services: Services, second: str) -> None:
    found = services.compare.run("", second, FIRST, LAST)
    one = found.moved[0]
    told = services.compare.case(found, one)
    assert (told.old.result.drg, told.new.result.drg) == (one.old, one.new)
    assert any(pair.parts for pair in told.pairs)
    assert one.difference.detail in told.why
    old_names, new_names = services.compare.names(found)
    assert old_names[one.old]
    assert new_names[one.new]


def test_nothing_is_written(home: Path, services: Services, second: str) -> None:
    with services.session.db.read() as reader:
        head = reader.audit_head()
    before = prints(home)
    found = services.compare.run("", second, FIRST, LAST)
    services.compare.case(found, found.moved[0])
    services.compare.period()
    assert prints(home) == before
    with services.session.db.read() as reader:
        assert reader.audit_head() == head
        assert list(reader.stale_ids(services.session.engines.stamp)) == []


def test_a_library_that_may_not_be_written_is_enough(
    home: Path, services: Services, second: str, engines: Engines
) -> None:
    services.close()
    opened = open_services(home, clock=engines._clock, engines=services.session.engines, read_only=True)
    assert opened.compare.run("", second, FIRST, LAST).moved
    opened.close()


def test_the_period_is_the_last_year_of_discharges(services: Services) -> None:
    first, last = services.compare.period()
    days = [row.discharge_time for row in services.worklist.rows(services.worklist.ids("all")) if row.discharge_time]
    assert last == max(days).date()
    assert first.day == 1
    assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == 11


def test_cases_outside_the_period_take_no_part(services: Services, second: str) -> None:
    with pytest.raises(UserProblem, match="没有可比较的病例"):
        services.compare.run("", second, date(2001, 1, 1), date(2001, 12, 31))


def test_a_scheme_is_not_compared_with_itself(services: Services) -> None:
    with pytest.raises(UserProblem, match="同一个"):
        services.compare.run("", "", FIRST, LAST)


def test_a_comparison_can_be_stopped(services: Services, second: str) -> None:
    class Stop:
        """Says stop at the first step."""

        def step(self, _done: int, _total: int, _note: str = "") -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        services.compare.run("", second, FIRST, LAST, Stop())


def test_cases_are_held_in_pieces(services: Services, second: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = services.compare.run("", second, FIRST, LAST)
    monkeypatch.setattr("app.services.compare.CHUNK", 5)
    pieces = services.compare.run("", second, FIRST, LAST)
    assert (pieces.moved, pieces.old, pieces.new, pieces.depts) == (whole.moved, whole.old, whole.new, whole.depts)


def test_there_is_no_sum_without_weights_and_rates_of_both(services: Services, second: str) -> None:
    found = services.compare.run("", second, FIRST, LAST)
    assert (found.old.amount_fen, found.new.amount_fen) == (None, None)
    assert "试用方案" in found.amount_note
    again = services.compare.run(second, "", FIRST, LAST)
    assert "权重表尚未导入" in again.amount_note


def test_with_weights_and_rates_of_both_the_sums_are_shown(services: Services, second: str, tmp_path: Path) -> None:
    third = variant(services, tmp_path / "三", "third", severe=True)
    for name in ("second", "third"):
        table = tmp_path / f"权重_{name}.csv"
        shutil.copy(data("codebooks") / "schemes" / "starter" / "weights.csv", table)
        with table.open("a", encoding="utf-8") as handle:
            handle.write("\n" * (name == "third"))  # another file for another scheme
        services.assets.import_weights(table, scheme_id=name)
    rates = tmp_path / "费率.csv"
    lines = [f"{year},III,,12000" for year in (2025, 2026)]
    rates.write_text("\n".join(["year,hospital_level,insurance,base_rate_yuan", *lines, ""]), "utf-8")
    services.assets.import_rates(rates, city="云泽", level="III")
    services.assets_changed()
    found = services.compare.run(third, second, FIRST, LAST)
    assert found.old.amount_fen is not None, found.amount_note
    assert found.new.amount_fen is not None
    assert found.old.amount_fen > found.new.amount_fen > 0, "without MCC and CC there is less"
    assert "份两方案都有支付标准" in found.amount_note
    assert found.moved


def test_the_workbook_holds_every_list_and_no_name(services: Services, second: str, tmp_path: Path) -> None:
    found = services.compare.run("", second, FIRST, LAST)
    out = tmp_path / "比较.xlsx"
    write_comparison(found, out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["说明", "逐例", "按 DRG", "按科室", "方案差异"]
    head, *rows = list(book["逐例"].iter_rows(values_only=True))
    assert head == ("病案号", "科室", "旧组", "新组", "原因", "具体差异")
    assert [row[0] for row in rows] == [one.record_no for one in found.moved]
    everything = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not everything & {one.name for one in found.moved}
    about = dict(list(book["说明"].iter_rows(values_only=True))[1:])
    assert about["换组"] == f"{len(found.moved):,}"
    assert about["支付标准合计"] == found.amount_note


def test_a_workbook_that_cannot_be_written_leaves_the_old_one(
    services: Services, second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: Comparison = services.compare.run("", second, FIRST, LAST)
    with pytest.raises(UserProblem):
        write_comparison(found, tmp_path / "没有" / "比较.xlsx")
    out = tmp_path / "比较.xlsx"
    out.write_bytes(b"old")

    def stop(*_args: object) -> None:
        raise OSError("full")

    monkeypatch.setattr("app.exchange.export.write_workbook", stop)
    with pytest.raises(UserProblem):
        write_comparison(found, out)
    assert out.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("2025-12 至 2026-11", date(2025, 12, 1), date(2026, 11, 30)),
        ("2025.2~2026.2", date(2025, 2, 1), date(2026, 2, 28)),
        ("2024年2月", date(2024, 2, 1), date(2024, 2, 29)),
        (" 2026/1 - 2026/3 ", date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_periods_are_read_as_people_write_them(given: str, first: date, last: date) -> None:
    assert parse_period(given) == (first, last)
    assert parse_period(period_text(first, last)) == (first, last)


@pytest.mark.parametrize("given", ["", "去年", "2026-13", "2026-05 至 2026-02", "26-1", "2026"])
def test_what_is_no_period_is_refused(given: str) -> None:
    with pytest.raises(UserProblem, match="不是出院月份"):
        parse_period(given)


def test_sums_count_only_cases_that_both_schemes_price(
    services: Services, second: str, monkeypatch: pytest.MonkeyPatch, make_price: Callable[..., object]
) -> None:
    monkeypatch.setattr("app.services.compare_amounts._obstacle", lambda *_args: "")
    monkeypatch.setattr("app.services.compare_amounts.price_of", make_price)
    found = services.compare.run("", second, FIRST, LAST)
    assert found.old.amount_fen is not None
    assert found.old.amount_fen == found.new.amount_fen
    assert "份两方案都有支付标准" in found.amount_note


@pytest.fixture
def make_price() -> Callable[..., object]:
    """Return a price of a hundred yuan for every normal group, none for others."""

    class Priced:
        """A price with only what is added up."""

        def __init__(self, standard_fen: int | None) -> None:
            self.standard_fen = standard_fen

    def price(_scheme: object, result: object, *_rest: object) -> Priced:
        return Priced(10_000 if getattr(result, "status", None) is GroupStatus.GROUPED else None)

    return price


def test_every_obstacle_to_a_sum_is_named(services: Services, tmp_path: Path) -> None:
    scheme = replace(services.assets.starter_scheme(), trial=False, title="甲方案")
    table = tmp_path / "权重.csv"
    table.write_text("drg,name,relative_weight\nZZ19,没有的组,1.5\n", "utf-8")
    foreign = load_weights(table)
    own = load_weights(data("codebooks") / "schemes" / "starter" / "weights.csv")
    rates = tmp_path / "费率.csv"
    rates.write_text("year,hospital_level,insurance,base_rate_yuan\n2026,I,职工,12000\n", "utf-8")
    bare = PriceTables(LAST)
    whole = replace(bare, weights=(own,), rates=(load_rates(rates),))

    def note(tables: PriceTables) -> str:
        return Amounts.of((scheme, tables), (scheme, whole)).obstacle

    assert note(bare) == "“甲方案”的权重表尚未导入，不显示合计。"
    told = note(replace(bare, foreign=foreign))
    assert told.startswith("“甲方案”没有自己的权重表；在用的权重表与它有 ")
    assert int(re.findall(r"\d+", told)[0]) == len(scheme.names) + 1
    assert note(replace(whole, rates=())) == "没有费率表，不显示合计。"
    assert "权重为虚构" in note(replace(whole, invented=True))
    assert note(whole) == ""
    nothing = Amounts.of((scheme, whole), (scheme, whole))
    assert (nothing.sums(), nothing.note()) == ((None, None), "没有一份病例在两方案都有支付标准，不显示合计。")
