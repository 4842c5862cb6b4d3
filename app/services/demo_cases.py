"""Invented stays, drawn from the templates in ``resources/demo``. The same seed gives the same stays.

Names end in （测试）, addresses and numbers are made up. Every planted slip is named, so that tests can look for it.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from app.common.paths import data
from app.domain.case import CaseRecord, Row, Value
from app.domain.derived import age_in_days, completed_years
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.fields import FEE_ITEMS
from app.domain.identity import make_id

_DASHES: Final = frozenset({"health_card_no", "employer_address", "employer_phone", "employer_zip"})
_USUAL: Final = {"fee_west": 2.2, "fee_lab": 1.1, "fee_service": 0.4, "fee_nursing": 0.3, "fee_mat_treat": 0.2}
"""Fees that every stay has, as parts of its cost beside others of 0 to 1."""
_RARE: Final = frozenset(
    {"fee_service_other", "fee_rehab", "fee_tcm", "fee_blood", "fee_albumin", "fee_globulin", "fee_clotting"}
    | {"fee_cytokine", "fee_other"}
)
_Setter = Callable[["_Draft"], None]


@dataclass(frozen=True, slots=True)
class DemoCase:
    """An invented stay and the name of the slip planted in it, '' for none."""

    record: CaseRecord
    slip: str


@dataclass(slots=True)
class _Draft:
    head: dict[str, Value]
    dx: list[dict[str, Value]]
    op: list[dict[str, Value]]


@cache
def _tables() -> tuple[list[dict[str, object]], Mapping[str, list[str]]]:
    folder = data("resources") / "demo"
    with (folder / "templates.toml").open("rb") as handle:
        templates = tomllib.load(handle)["case"]
    with (folder / "people.toml").open("rb") as handle:
        people = tomllib.load(handle)
    return templates, people


def invent(count: int, *, today: date, seed: int = 20261123) -> list[DemoCase]:
    """Return ``count`` invented stays discharged in the 20 days before ``today`` (some still in hospital).

    Every ninth stay carries one planted slip, in turn from :data:`SLIPS`.
    """
    chance = random.Random(seed)  # noqa: S311 - invented data, not a secret
    templates, _ = _tables()
    cases = []
    slips = list(SLIPS)
    for number in range(count):
        draft = _draft(templates[number % len(templates)], number, today, chance)
        slip = slips[number // 9 % len(slips)] if number % 9 == 4 else ""
        if slip:
            SLIPS[slip](draft)
        cases.append(DemoCase(_record(draft), slip))
    return cases


def _record(draft: _Draft) -> CaseRecord:
    groups = {
        Group.DX: tuple(Row(row) for row in draft.dx),
        Group.OP: tuple(Row(row) for row in draft.op),
    }
    for group, key in ((Group.PATH, "_path"), (Group.EXT, "_ext"), (Group.NB_WEIGHT, "_nb")):
        row = draft.head.pop(key, None)
        if isinstance(row, tuple):
            groups[group] = (Row(dict(zip(row[::2], row[1::2], strict=True))),)
    weight = groups.get(Group.NB_WEIGHT)
    if weight:
        groups[Group.NB_WEIGHT] = (Row({"weight": int(weight[0].text("weight"))}),)
    return CaseRecord(Row(draft.head, dashes=_DASHES), groups)


def _between(chance: random.Random, bounds: object) -> int:
    assert isinstance(bounds, list)  # noqa: S101 - our own data file
    low, high = bounds
    return chance.randint(int(low), int(high))


def _draft(template: Mapping[str, object], number: int, today: date, chance: random.Random) -> _Draft:
    los = _between(chance, template["los"])
    in_stay = number % 25 == 7
    discharge = today + timedelta(days=2) if in_stay else today - timedelta(days=chance.randint(0, 19))
    admit = discharge - timedelta(days=los)
    head = _person(template, number, admit, chance)
    admit_time = datetime(admit.year, admit.month, admit.day, chance.randint(7, 20), chance.choice((0, 10, 30)))
    head |= _stay(template, admit_time, discharge, los, chance)
    if in_stay:
        head |= dict.fromkeys(("discharge_time", "los_days", "discharge_way", "qc_date"))
    head |= _fees(template, chance)
    draft = _Draft(head, _diagnoses(template), _operations(template, admit, chance))
    _extras(template, draft, chance)
    return draft


def _person(template: Mapping[str, object], number: int, admit: date, chance: random.Random) -> dict[str, Value]:
    _, people = _tables()
    sex = int(str(template["sex"])) or chance.randint(1, 2)
    if "age_days" in template:
        birth = admit - timedelta(days=_between(chance, template["age_days"]))
    else:
        years = _between(chance, template["age"])
        birth = date(admit.year - years, 1, 1) - timedelta(days=chance.randint(1, 300))
    years = completed_years(birth, admit)
    place = chance.choice(people["places"])
    adult = years >= 22
    return {
        "org_code": "45608783X1101A1001",
        "org_name": people["hospital"][0],
        "pay_method": chance.choice(("1.1", "1.1", "2.1", "2.1", "7")),
        "record_no": f"{700100 + number:08d}",
        "admission_count": 1 + number % 3 // 2,
        "patient_name": _name(chance),
        "sex": str(sex),
        "birth_date": birth,
        "age_years": years,
        "age_days": age_in_days(birth, admit) if years == 0 else None,
        "nationality": "CHN",
        "birthplace": place,
        "native_place": dictionary("D-PROVINCE").find_start(place),
        "ethnicity": "01",
        "id_type": "1",
        "id_no": make_id("330106", birth, sex, chance.randint(10, 99)),
        "occupation": "90" if years < 7 else "31" if years < 22 else chance.choice(("27", "51", "54")),
        "marital_status": "2" if adult else "1",
        "current_address": f"{place}{people['road'][0]}{chance.randint(1, 300)}{people['road'][1]}",
        "current_phone": f"139{chance.randint(0, 9999):08d}",
        "current_zip": "310000",
        "registered_address": place,
        "registered_zip": "310000",
        "contact_name": _name(chance),
        "contact_relation": "1" if adult else "5",
        "contact_address": place,
        "contact_phone": f"138{chance.randint(0, 9999):08d}",
        "abo": str(chance.randint(1, 4)),
        "rh": "2",
    }


def _name(chance: random.Random) -> str:
    _, people = _tables()
    given = "".join(chance.sample(people["given"], chance.randint(1, 2)))
    return f"{chance.choice(people['surname'])}{given}{people['mark'][0]}"


def _stay(
    template: Mapping[str, object], admit: datetime, discharge: date, los: int, chance: random.Random
) -> dict[str, Value]:
    _, people = _tables()
    dept = str(template["dept"])
    dx = template["dx"]
    assert isinstance(dx, list)  # noqa: S101 - our own data file
    staff: dict[str, Value] = {
        key: _name(chance) for key in ("dept_head", "chief_physician", "attending", "resident", "resp_nurse")
    }
    return staff | {
        "admit_route": chance.choice(("1", "2")),
        "admit_time": admit,
        "admit_dept": dept,
        "admit_ward": people["ward"][0],
        "discharge_time": datetime(discharge.year, discharge.month, discharge.day, 10, 0),
        "discharge_dept": dept,
        "discharge_ward": people["ward"][0],
        "los_days": max(1, los),
        "outp_dx_name": str(dx[0]),
        "discharge_way": "1",
        "readmit31_plan": "1",
        "allergy_flag": "1",
        "record_quality": "1",
        "coder": None,
    }


def _fees(template: Mapping[str, object], chance: random.Random) -> dict[str, Value]:
    total = _between(chance, template["fee"]) * 100 + chance.randint(0, 99)
    shares = {item: chance.random() for item in FEE_ITEMS if chance.random() < 0.6}
    shares = {item: share for item, share in shares.items() if item not in _unlikely(template)} | _USUAL
    whole = sum(shares.values())
    fees: dict[str, Value] = dict.fromkeys(FEE_ITEMS, 0)
    fees |= {item: int(total * share / whole) for item, share in shares.items()}
    fees["fee_total"] = sum(int(str(fees[item])) for item in FEE_ITEMS)
    fees["fee_self"] = int(str(fees["fee_total"])) // 4
    return fees


def _unlikely(template: Mapping[str, object]) -> frozenset[str]:
    """Return the fees that a stay does not have: none for blood, and for operations only where there was one."""
    rows = template["op"]
    assert isinstance(rows, list)  # noqa: S101 - our own data file
    unlikely = _RARE if "pathology" in template else _RARE | {"fee_pathology"}
    return unlikely if any(anaesthesia for *_, anaesthesia in rows) else unlikely | {"fee_optreat", "fee_mat_op"}


def _diagnoses(template: Mapping[str, object]) -> list[dict[str, Value]]:
    texts = template["dx"]
    assert isinstance(texts, list)  # noqa: S101 - our own data file
    return [{"source_text": str(text), "name": str(text), "adm_cond": "1"} for text in texts]


def _operations(template: Mapping[str, object], admit: date, chance: random.Random) -> list[dict[str, Value]]:
    rows = template["op"]
    assert isinstance(rows, list)  # noqa: S101 - our own data file
    surgeon, helper, sleeper = _name(chance), _name(chance), _name(chance)
    out: list[dict[str, Value]] = []
    for text, level, incision, anaesthesia in rows:
        day = admit + timedelta(days=1)
        row: dict[str, Value] = {
            "source_text": text,
            "name": text,
            "date": datetime(day.year, day.month, day.day, 9, 0),
            "level": str(level),
            "surgeon": surgeon,
            "assist1": helper,
            "incision": str(incision),
            "healing": "1" if incision else None,
            "anes_method": anaesthesia.lstrip("0") or None,
            "anes_doctor": sleeper if anaesthesia else None,
        }
        out.append(row)
    return out


def _extras(template: Mapping[str, object], draft: _Draft, chance: random.Random) -> None:
    pathology = template.get("pathology")
    if isinstance(pathology, list):
        draft.head["_path"] = ("name", pathology[0], "code", pathology[1], "no", f"26-{chance.randint(10000, 19999)}")
    if "external" in template:
        draft.head["_ext"] = ("name", str(template["external"]))
    if "newborn_weight" in template:
        grams = _between(chance, template["newborn_weight"]) // 10 * 10
        draft.head["_nb"] = ("weight", str(grams))
        if draft.head["age_years"] == 0:
            draft.head["nb_admit_weight"] = grams
    if "vent_hours" in template:
        draft.head["vent_hours"] = _between(chance, template["vent_hours"])
    if template.get("coma"):
        draft.head |= {"coma_pre_d": 0, "coma_pre_h": 1, "coma_pre_m": 20, "coma_post_d": 0, "coma_post_h": 3}


def _late_los(draft: _Draft) -> None:
    los = draft.head["los_days"]
    draft.head["los_days"] = los + 1 if isinstance(los, int) else None


def _wrong_sex(draft: _Draft) -> None:
    draft.head["sex"] = "1" if draft.head["sex"] == "2" else "2"


def _double_diagnosis(draft: _Draft) -> None:
    draft.dx.append(dict(draft.dx[0]))


def _short_fee(draft: _Draft) -> None:
    draft.head["fee_total"] = int(str(draft.head["fee_total"])) - 12345


def _no_way(draft: _Draft) -> None:
    draft.head["discharge_way"] = None


def _bad_phone(draft: _Draft) -> None:
    draft.head["current_phone"] = "11111111111"


def _no_principal(draft: _Draft) -> None:
    draft.dx[0] |= {"source_text": None, "name": None}


def _died(draft: _Draft) -> None:
    draft.head |= {"discharge_way": "5", "autopsy": None}


def _plan_without_purpose(draft: _Draft) -> None:
    draft.head["readmit31_plan"] = "2"


def _broken_id(draft: _Draft) -> None:
    number = str(draft.head["id_no"])
    draft.head["id_no"] = number[:-1] + ("0" if number[-1] != "0" else "1")


SLIPS: Final[Mapping[str, _Setter]] = {
    "los": _late_los,
    "sex": _wrong_sex,
    "double": _double_diagnosis,
    "fee": _short_fee,
    "way": _no_way,
    "phone": _bad_phone,
    "principal": _no_principal,
    "death": _died,
    "plan": _plan_without_purpose,
    "id": _broken_id,
}
