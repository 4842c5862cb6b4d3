"""What stands in which line of the paper form (卫医政发〔2011〕84 号), filled from a record by the field list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.domain.case import CaseRecord, FieldPath, Row
from app.domain.dictionaries import dictionary
from app.domain.field import FieldType, Group
from app.domain.fields import FEE_CATEGORIES, field
from app.domain.masking import masked
from app.domain.values import display

DX_ROWS: Final = 11
"""Lines of the diagnosis table of the form, each with two diagnoses; more are added where a record has more."""
OP_ROWS: Final = 8


@dataclass(frozen=True, slots=True)
class Item:
    """A label with its value. ``share`` of the room that the line leaves, 0 for no more than it needs.

    ``boxed``: a code in a box, behind it the ``legend`` of the codes.
    """

    label: str
    text: str = ""
    share: int = 0
    boxed: bool = False
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Items side by side; ``ruled`` draws a line below, ``indent`` moves it in."""

    items: tuple[Item, ...]
    ruled: bool = False
    indent: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Headings with their share of the width, and rows of text."""

    heads: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]


Part = Line | Table


@dataclass(frozen=True, slots=True)
class Form:
    """The form: what stands above the frame, and the parts of both sides."""

    head: tuple[Line, ...]
    sides: tuple[tuple[Part, ...], ...]


Spec = tuple[str, int] | tuple[str, int, str]
"""A field with its share of the line, and another label than that of the field list."""

_HEAD: Final[tuple[tuple[Spec, ...], ...]] = (
    (("org_name", 3, "医疗机构"), ("org_code", 2, "（组织机构代码）")),
    (("pay_method", 0), ("insurance_card_no", 1)),
)
_PERSON: Final[tuple[tuple[Spec, ...], ...]] = (
    (("patient_name", 2), ("sex", 0), ("birth_date", 2), ("age_years", 1), ("nationality", 1)),
    (("age_months_text", 2, "（年龄不足1周岁的）年龄"), ("nb_weight[0].weight", 2), ("nb_admit_weight", 2)),
    (("birthplace", 4), ("native_place", 2), ("ethnicity", 1)),
    (("id_no", 3), ("occupation", 2), ("marital_status", 0)),
    (("current_address", 5), ("current_phone", 2), ("current_zip", 1, "邮编")),
    (("registered_address", 6), ("registered_zip", 1, "邮编")),
    (("employer_address", 4), ("employer_phone", 2), ("employer_zip", 1, "邮编")),
    (
        ("contact_name", 1),
        ("contact_relation", 1, "关系"),
        ("contact_address", 3, "地址"),
        ("contact_phone", 2, "电话"),
    ),
)
_STAY: Final[tuple[tuple[Spec, ...], ...]] = (
    (("admit_route", 0),),
    (("admit_time", 3), ("admit_dept", 2), ("admit_ward", 1, "病房"), ("transfer_depts", 2)),
    (("discharge_time", 3), ("discharge_dept", 2), ("discharge_ward", 1, "病房"), ("los_days", 1)),
    (("outp_dx_name", 4, "门（急）诊诊断"), ("outp_dx_code", 2, "疾病编码")),
)
_BELOW_DX: Final[tuple[tuple[Spec, ...], ...]] = (
    (("ext[0].name", 4, "损伤、中毒的外部原因"), ("ext[0].code", 2, "疾病编码")),
    (("path[0].name", 4, "病理诊断"), ("path[0].code", 2, "疾病编码"), ("path[0].no", 2)),
    (("allergy_flag", 0), ("allergy_drugs", 3), ("autopsy", 0)),
    (("abo", 0), ("rh", 0)),
)
_STAFF: Final[tuple[tuple[Spec, ...], ...]] = (
    (("dept_head", 1), ("chief_physician", 1), ("attending", 1), ("resident", 1)),
    (("resp_nurse", 1), ("trainee", 1), ("intern", 1), ("coder", 1)),
    (("record_quality", 0), ("qc_physician", 1), ("qc_nurse", 1), ("qc_date", 2)),
)
_LEAVING: Final[tuple[tuple[Spec, ...], ...]] = (
    (("discharge_way", 0),),
    (("transfer_org", 1),),
    (("readmit31_plan", 0), ("readmit31_purpose", 1)),
)
_COMA: Final = (("入院前", "coma_pre"), ("入院后", "coma_post"))
_INSIDE: Final = {"fee_tcm_argue": "fee_service", "fee_tcm_consult": "fee_service"}
"""Fees that the form names inside another one, where the field list has no ``parent`` for them."""
_FEES_BESIDE: Final = 4
_SMALL: Final = 10
"""A dictionary with fewer values has its legend on the form."""
_NOTES: Final = (
    "说明：（一）医疗付费方式、科别、民族、职业等按卫生行业统一代码填写。",
    "（二）凡可由医院信息系统提供住院费用清单的，住院病案首页中可不填写“住院费用”。",
)


def form_of(record: CaseRecord, *, mask: bool = False) -> Form:
    """Return the form filled from a record, on request without what names a person."""
    fill = _Filler(record, mask)
    count = record.value("admission_count")
    number = (
        Item("健康卡号", fill.text("health_card_no"), 1),
        Item("第", "" if count is None else str(count), 0),
        Item("次住院"),
        Item("病案号", fill.text("record_no"), 1),
    )
    head = (*fill.lines(_HEAD), Line(number))
    first: tuple[Part, ...] = (
        *fill.lines(_PERSON, last_ruled=True),
        *fill.lines(_STAY, last_ruled=True),
        _dx_table(record),
        Line((Item("入院病情：" + _legend("D-COND", "，")),), ruled=True),
        *fill.lines(_BELOW_DX, last_ruled=True),
        *fill.lines(_STAFF),
    )
    second: tuple[Part, ...] = (
        _op_table(record),
        *fill.lines(_LEAVING, last_ruled=True),
        _coma(record),
        *_fees(fill),
        *(Line((Item(note),)) for note in _NOTES),
    )
    return Form(head, (first, second))


@dataclass(frozen=True, slots=True, repr=False)
class _Filler:
    """Turns field paths into items of a record."""

    record: CaseRecord
    mask: bool

    def lines(self, specs: Sequence[Sequence[Spec]], *, last_ruled: bool = False) -> Iterator[Line]:
        """Yield a line for each row of fields."""
        for number, found in enumerate(specs):
            yield Line(tuple(self.item(*one) for one in found), ruled=last_ruled and number == len(specs) - 1)

    def item(self, path: str, share: int, label: str = "") -> Item:
        """Return a field as it stands on paper."""
        spec = field(path)
        named = label or spec.label.replace("(", "（").replace(")", "）")
        if share == 0 and spec.dictionary:
            value = self.record.value(path)
            code = str(value) if value is not None else self.text(path)
            values = dictionary(spec.dictionary)
            legend = _legend(spec.dictionary, "　") if len(values) < _SMALL else values.label(code)
            return Item(named, code, 0, True, legend)
        return Item(named, self.text(path), share)

    def text(self, path: str) -> str:
        """Return the words of a field: unread text as it came, a dash, dates in words, with the unit."""
        at = FieldPath.parse(path)
        rows = (self.record.head,) if at.group is Group.CASE else self.record.rows(at.group)
        if at.index >= len(rows):
            return ""
        said = value_text(rows[at.index], path)
        return masked(at.field, said) if self.mask else said


def value_text(row: Row, path: str) -> str:
    """Return a value of a row as paper has it."""
    spec, name = field(path), FieldPath.parse(path).field
    if name in row.raw:
        return row.raw[name]
    if name in row.dashes:
        return "-"
    value = row.get(name)
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        hour = f"{value:%H}时" if isinstance(value, datetime) else ""
        return f"{value:%Y}年{value:%m}月{value:%d}日{hour}"
    if spec.dictionary and spec.type is FieldType.DICT:
        return dictionary(spec.dictionary).label(str(value)) or str(value)
    shown = display(spec, value)
    return f"{shown}{spec.unit}" if spec.unit and spec.type is not FieldType.MONEY else shown


def _legend(name: str, sign: str) -> str:
    return sign.join(f"{one.code}.{one.label}" for one in dictionary(name).entries if one.active and one.code != "0")


def _dx_table(record: CaseRecord) -> Table:
    """Two diagnoses to a line, the left half first as on the form; the main one is named."""
    rows = record.rows(Group.DX)
    height = max(DX_ROWS, (len(rows) + 1) // 2)

    def half(at: int) -> tuple[str, str, str]:
        lead = "主要诊断：" if at == 0 else "其他诊断：" if at in (1, height) else ""
        if at >= len(rows):
            return lead, "", ""
        row = rows[at]
        said = row.text("name") or " ".join(row.text("source_text").split())
        return f"{lead}{said}", row.text("code"), row.text("adm_cond")

    heads = (("出院诊断", 22), ("疾病编码", 9), ("入院病情", 5))
    return Table(heads + heads, tuple((*half(at), *half(at + height)) for at in range(height)))


def _label(row: Row, name: str) -> str:
    return value_text(row, f"op[0].{name}")


def _wound(row: Row) -> str:
    cut, heal = _label(row, "incision"), _label(row, "healing")
    return "/".join(part for part in (cut.removesuffix("类"), heal) if part)


_OP_HEADS: Final[tuple[tuple[str, int, Callable[[Row], str]], ...]] = (
    ("手术及操作编码", 10, lambda row: row.text("code")),
    ("手术及操作日期", 9, lambda row: f"{row.get('date'):%Y-%m-%d}" if isinstance(row.get("date"), date) else ""),
    ("手术级别", 5, lambda row: _label(row, "level")),
    ("手术及操作名称", 20, lambda row: row.text("name") or " ".join(row.text("source_text").split())),
    ("术者", 6, lambda row: value_text(row, "op[0].surgeon")),
    ("Ⅰ助", 6, lambda row: value_text(row, "op[0].assist1")),
    ("Ⅱ助", 6, lambda row: value_text(row, "op[0].assist2")),
    ("切口愈合等级", 7, _wound),
    ("麻醉方式", 8, lambda row: _label(row, "anes_method")),
    ("麻醉医师", 6, lambda row: value_text(row, "op[0].anes_doctor")),
)


def _op_table(record: CaseRecord) -> Table:
    rows = record.rows(Group.OP)
    blank = ("",) * len(_OP_HEADS)
    filled = [tuple(tell(row) for _, _, tell in _OP_HEADS) for row in rows]
    heads = tuple((title, share) for title, share, _ in _OP_HEADS)
    return Table(heads, (*filled, *(blank for _ in range(OP_ROWS - len(rows)))))


def _coma(record: CaseRecord) -> Line:
    items = [Item("颅脑损伤患者昏迷时间：")]
    for word, name in _COMA:
        items.append(Item(word))
        for unit in "dhm":
            value = record.value(f"{name}_{unit}")
            items += [Item("", "" if value is None else str(value), 1), Item(field(f"{name}_{unit}").unit)]
    return Line(tuple(items), ruled=True)


def _fees(fill: _Filler) -> Iterator[Line]:
    """Yield the fees in their classes, numbered as on the form; what belongs to another fee stands in brackets."""
    total, own = fill.text("fee_total"), fill.text("fee_self")
    yield Line((Item("住院费用（元）：总费用", total, 2), Item("（自付金额", own, 2), Item("）")))
    number = 0
    for at, (title, paths) in enumerate(FEE_CATEGORIES, 1):
        items: list[Item] = []
        for path in paths:
            inside = field(path).parent or _INSIDE.get(path, "")
            if not inside:
                number += 1
            lead = "其中：" if inside else f"（{number}）"
            items.append(Item(f"{lead}{field(path).label}", fill.text(path), 1))
        per_line = _FEES_BESIDE if len(items) <= _FEES_BESIDE else _FEES_BESIDE - 1
        for start in range(0, len(items), per_line):
            heading = (Item(f"{at}. {title}："),) if start == 0 else ()
            yield Line((*heading, *items[start : start + per_line]), indent=start > 0)
