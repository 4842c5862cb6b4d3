"""Every cause of a difference is told by the one piece whose exchange gives the insurer's group."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.codebook.book import Codebook
from app.common.clock import FixedClock
from app.domain.grouping import GroupInput
from app.drg.engine import group
from app.drg.returned import Exchange, Found, Ours, ReturnCause, Theirs, agrees, classify, exchanged
from app.drg.scheme import Scheme
from app.services.assets import Assets, load_scheme
from tests.services.conftest import NOW
from tests.small_scheme import write_package

STROKE, BLEED, HYPERTENSION, FAILURE, OPENING = "I63.900", "I61.900", "I10.x00", "J96.000", "38.1200"
SPLIT = "adrg,order,drg,name,condition\n{br1}\nBR2,1,BR29,脑出血,always\nBB1,1,BB19,动脉切开,always\n"
TIERS = "BR1,1,BR11,脑缺血伴MCC,has_mcc\nBR1,2,BR15,脑缺血不伴,always"
TABLES = {
    "mdc_dx": f"mdc,site,code\nMDCB,,{STROKE}\nMDCB,,{BLEED}\n",
    "adrg": (
        "mdc,order,adrg,name,kind,condition,no_drg\n"
        "MDCB,1,BB1,动脉手术,外科,main_px in px1 and main_dx in dx1,adrg\n"
        "MDCB,2,BR1,脑缺血性疾患,内科,main_dx in dx1,adrg\n"
        "MDCB,3,BR2,颅内出血性疾患,内科,main_dx in dx1,adrg\n"
    ),
    "adrg_dx": f"adrg,list,code\nBB1,dx1,{STROKE}\nBR1,dx1,{STROKE}\nBR2,dx1,{BLEED}\n",
    "adrg_px": f"adrg,list,code\nBB1,px1,{OPENING}\n",
    "exclusion": f"table,code\n1,{BLEED}\n",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    return Assets(tmp_path_factory.mktemp("assets"), FixedClock(NOW)).builtin_codebook()


@pytest.fixture(scope="module")
def scheme(book: Codebook, tmp_path_factory: pytest.TempPathFactory) -> Scheme:
    folder = tmp_path_factory.mktemp("a") / "方案"
    return load_scheme(write_package(folder, drg=SPLIT.format(br1=TIERS), **TABLES), book)


@pytest.fixture(scope="module")
def excluding(book: Codebook, tmp_path_factory: pytest.TempPathFactory) -> Scheme:
    """Return the scheme with an MCC that the stroke excludes and two that it does not."""
    folder = tmp_path_factory.mktemp("c") / "方案"
    tables = {
        **TABLES,
        "exclusion": f"table,code\n1,{STROKE}\n2,{BLEED}\n",
        "mcc": f"code,exclusion\n{FAILURE},1\nJ80.x00,2\nJ81.x00,2\n",
    }
    return load_scheme(write_package(folder, drg=SPLIT.format(br1=TIERS), **tables), book)


@pytest.fixture(scope="module")
def untiered(book: Codebook, tmp_path_factory: pytest.TempPathFactory) -> Scheme:
    """Return the scheme with a tier that no diagnosis leads to."""
    folder = tmp_path_factory.mktemp("d") / "方案"
    tiers = "BR1,1,BR13,脑缺血中,age_years > 200\n" + TIERS.replace("BR1,1", "BR1,2").replace(
        "BR1,2,BR15", "BR1,3,BR15"
    )
    return load_scheme(write_package(folder, drg=SPLIT.format(br1=tiers), **TABLES), book)


@pytest.fixture(scope="module")
def other(book: Codebook, tmp_path_factory: pytest.TempPathFactory) -> Scheme:
    """Return a scheme of another year that does not split."""
    folder = tmp_path_factory.mktemp("b") / "方案"
    meta = 'id = "mini2"\ntitle = "去年方案"\nyear = "2025"\nno_group_code = "0000"\n'
    package = write_package(folder, drg=SPLIT.format(br1="BR1,1,BR19,脑缺血,always"), **TABLES)
    (package / "scheme.toml").write_text(meta, "utf-8")
    return load_scheme(package, book)


def ours(scheme: Scheme, dx: tuple[str, ...], px: tuple[str, ...] = (), raw: tuple[str, ...] = ()) -> Ours:
    case = GroupInput(dx, px, "male", 60, None, None, 9)
    return Ours(case, replace(case, dx=raw or dx), group(scheme, case))


def told(scheme: Scheme, mine: Ours, theirs: Theirs, *others: Scheme) -> Found:
    """Return the cause, and check that its exchange really gives the insurer's group."""
    found = classify(scheme, mine, theirs, others)
    if found.exchange != Exchange():
        result = group(*exchanged(scheme, mine, theirs, others, found.exchange))
        assert result.drg == theirs.drg or not theirs.drg
    return found


def test_the_scheme_of_these_tests_groups_as_meant(scheme: Scheme) -> None:
    assert ours(scheme, (STROKE, FAILURE)).result.drg == "BR11"
    assert ours(scheme, (STROKE,)).result.drg == "BR15"
    assert ours(scheme, (STROKE,), (OPENING,)).result.drg == "BB19"
    assert ours(scheme, (BLEED,)).result.drg == "BR29"


def test_equal_groups_agree_and_no_group_is_no_group(scheme: Scheme) -> None:
    assert agrees(ours(scheme, (STROKE,)), Theirs("BR15"))
    assert not agrees(ours(scheme, (STROKE,)), Theirs("BR11"))
    assert agrees(ours(scheme, ("Z00.000",)), Theirs(""))
    assert agrees(replace(ours(scheme, (STROKE,)), invalid="缺性别"), Theirs(""))


def test_a_diagnosis_that_they_do_not_count(scheme: Scheme, other: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE, HYPERTENSION, FAILURE)), Theirs("BR15"), other)
    row = {"code": FAILURE, "level": "MCC", "tables": "1", "place": "方案/mcc.csv:2"}
    assert (found.cause, found.key, dict(found.args)) == (ReturnCause.SEVERITY, "uncounted", row)


def test_a_diagnosis_that_they_count_as_another_level(scheme: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE, HYPERTENSION)), Theirs("BR11"))
    args = dict(found.args)
    assert (found.cause, found.key, found.exchange) == (
        ReturnCause.SEVERITY,
        "other_level",
        Exchange("as_mcc", HYPERTENSION),
    )
    assert (args["code"], args["level"], args["their"], args["place"]) == (HYPERTENSION, "CC", "MCC", "方案/cc.csv:2")
    found = told(scheme, ours(scheme, (STROKE, "K35.900")), Theirs("BR11"))
    assert (found.key, dict(found.args)["level"]) == ("other_level", "—")


def test_an_excluded_diagnosis_that_they_count(excluding: Scheme) -> None:
    mine = ours(excluding, (STROKE, FAILURE))
    assert mine.result.drg == "BR15"
    found = told(excluding, mine, Theirs("BR11"))
    args = dict(found.args)
    assert (found.key, args["code"], args["excluded"]) == ("excluded_counted", FAILURE, "1")


def test_a_diagnosis_that_we_do_not_have(scheme: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE,)), Theirs("BR11"))
    assert (found.cause, found.key, dict(found.args)) == (ReturnCause.SEVERITY, "one_more", {"their": "MCC"})


def test_several_that_count_for_us_and_none_for_them(scheme: Scheme, excluding: Scheme) -> None:
    mine = ours(excluding, (STROKE, "J80.x00", "J81.x00"))
    assert mine.result.drg == "BR11"
    found = told(excluding, mine, Theirs("BR15"))
    assert (found.key, dict(found.args)) == ("none_counted", {"codes": "J80.x00 J81.x00"})
    assert told(scheme, ours(scheme, (STROKE, FAILURE)), Theirs("BR15")).key == "uncounted"


def test_codes_that_they_tell_name_the_one_that_decides(scheme: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE,)), Theirs("BR11", dx=(STROKE, "Z00.000", FAILURE)))
    assert (found.cause, found.key, dict(found.args)["code"]) == (ReturnCause.MAPPING, "dx_added", FAILURE)
    found = told(scheme, ours(scheme, (STROKE, HYPERTENSION, FAILURE)), Theirs("BR15", dx=(STROKE,)))
    assert (found.cause, found.key, dict(found.args)["code"]) == (ReturnCause.MAPPING, "dx_dropped", FAILURE)


def test_a_tier_that_no_exchange_reaches_is_still_of_the_cc_table(untiered: Scheme) -> None:
    found = told(untiered, ours(untiered, (STROKE, FAILURE)), Theirs("BR13"))
    assert (found.cause, found.key) == (ReturnCause.SEVERITY, "tier")


def test_codes_that_they_tell_come_first(scheme: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE, FAILURE)), Theirs("BR29", dx=(BLEED,)))
    assert (found.cause, found.key) == (ReturnCause.MAPPING, "codes")
    assert dict(found.args) == {"old": f"{STROKE} {FAILURE}", "new": BLEED}


def test_a_conversion_that_they_did_not_make(scheme: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE,), raw=(BLEED,)), Theirs("BR29"))
    assert (found.cause, found.key) == (ReturnCause.MAPPING, "unconverted")
    assert dict(found.args) == {"old": BLEED, "new": STROKE}


def test_a_procedure_that_got_lost(scheme: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE,), (OPENING,)), Theirs("BR15"))
    assert (found.cause, found.key) == (ReturnCause.MAPPING, "px_lost")


def test_another_main_diagnosis_or_procedure(scheme: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE, BLEED)), Theirs("BR29"))
    assert (found.cause, found.key, dict(found.args)) == (ReturnCause.ADRG, "main_dx", {"code": BLEED})
    found = told(scheme, ours(scheme, (STROKE,), ("99.9900", OPENING)), Theirs("BB19"))
    assert (found.cause, found.key) == (ReturnCause.ADRG, "main_px")


def test_a_group_of_ours_that_nothing_reaches(scheme: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE,)), Theirs("BR29"))
    assert (found.cause, found.key) == (ReturnCause.ADRG, "other_adrg")


def test_the_scheme_of_another_year(scheme: Scheme, other: Scheme) -> None:
    found = told(scheme, ours(scheme, (STROKE,)), Theirs("BR19"), other)
    assert (found.cause, found.exchange) == (ReturnCause.VERSION, Exchange("scheme", "mini2"))
    mine = ours(scheme, (STROKE, FAILURE), (OPENING,))
    assert told(scheme, mine, Theirs("BR15", scheme="去年方案"), other).cause is not ReturnCause.VERSION


def test_a_split_of_their_own_and_an_unknown_group(scheme: Scheme) -> None:
    assert told(scheme, ours(scheme, (STROKE,)), Theirs("BR1Z")).cause is ReturnCause.SPLIT
    assert told(scheme, ours(scheme, (STROKE,)), Theirs("XX99")).cause is ReturnCause.UNKNOWN


def test_what_is_missing_on_either_side(scheme: Scheme) -> None:
    assert told(scheme, ours(scheme, (STROKE,)), Theirs("")).cause is ReturnCause.MISSING
    invalid = replace(ours(scheme, (STROKE,)), invalid="缺性别")
    assert told(scheme, invalid, Theirs("BR15")).key == "invalid"
    assert told(scheme, ours(scheme, ("Z00.000",)), Theirs("BR15")).key == "ours"
