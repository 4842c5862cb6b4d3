"""The paper: which field stands in which line of the sheet, twelve columns to a line, in the order of the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.field import Group, Section

COLUMNS: Final = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """A field in a line: its path, the columns it takes, and a shorter label where the neighbour says the rest."""

    path: str
    span: int
    label: str = ""


Line = tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A line for every row of a group (one when there is none); ``{n}`` in its paths is the row.

    ``beside`` are other fields that share the first line and stand before it.
    """

    group: Group
    slots: Line
    beside: Line = ()

    def line(self, index: int) -> Line:
        """Return the line of a row."""
        slots = tuple(Slot(slot.path.format(n=index), slot.span, slot.label) for slot in self.slots)
        return slots if index else (*self.beside, *slots)


Part = Line | Repeat | Group
"""What a section consists of: a line, the lines of a group, or the grid of a group."""


def _line(*slots: tuple[str, int] | tuple[str, int, str]) -> Line:
    return tuple(Slot(*slot) for slot in slots)


PAPER: Final[Mapping[Section, tuple[Part, ...]]] = {
    Section.PATIENT: (
        _line(("org_code", 4), ("org_name", 4), ("pay_method", 4, "付费方式")),
        _line(("health_card_no", 3), ("insurance_card_no", 4, "医保卡号"), ("admission_count", 2), ("record_no", 3)),
        _line(("patient_name", 3), ("sex", 2), ("birth_date", 3), ("age_years", 2), ("nationality", 2)),
        Repeat(Group.NB_WEIGHT, _line(("nb_weight[{n}].weight", 3)), beside=_line(
            ("age_days", 3, "未满周岁"), ("age_months_text", 3, "未满周岁月龄"), ("nb_admit_weight", 3))),
        _line(("birthplace", 6), ("native_place", 3), ("ethnicity", 3)),
        _line(("id_type", 3), ("id_no", 4), ("occupation", 3), ("marital_status", 2)),
        _line(("current_address", 7), ("current_phone", 3), ("current_zip", 2, "邮编")),
        _line(("registered_address", 10), ("registered_zip", 2, "邮编")),
        _line(("employer_address", 7), ("employer_phone", 3), ("employer_zip", 2, "邮编")),
        _line(("contact_name", 3, "联系人"), ("contact_relation", 2, "关系"), ("contact_address", 4, "地址"),
              ("contact_phone", 3, "电话")),
    ),
    Section.STAY: (
        _line(("admit_route", 2), ("admit_time", 3), ("admit_dept", 3), ("admit_ward", 2, "病房"),
              ("transfer_depts", 2, "转科")),
        _line(("discharge_time", 3), ("discharge_dept", 4), ("discharge_ward", 2, "病房"), ("los_days", 3)),
        _line(("treat_type", 3), ("is_day_surgery", 2, "日间手术"), ("admit_state", 2), ("confirm_date", 3),
              ("clinical_path", 2, "临床路径")),
    ),
    Section.DIAGNOSIS: (
        _line(("outp_dx_name", 4, "门（急）诊诊断"), ("outp_dx_code", 2, "编码"), ("admit_dx_name", 4),
              ("admit_dx_code", 2, "编码")),
        Group.DX,
        Repeat(Group.EXT, _line(("ext[{n}].name", 8, "损伤、中毒外因"), ("ext[{n}].code", 4, "编码"))),
        Repeat(Group.PATH, _line(("path[{n}].name", 6), ("path[{n}].code", 3, "编码"), ("path[{n}].no", 3))),
        _line(("allergy_flag", 2), ("allergy_drugs", 3), ("abo", 2), ("rh", 2), ("autopsy", 3)),
    ),
    Section.OPERATION: (Group.OP,),
    Section.OTHER_CARE: (
        _line(("hbsag", 2), ("hcvab", 2), ("hivab", 2), ("transfusion_reaction", 2), ("allergy_source", 4)),
        _line(("bl_rbc", 2), ("bl_plt", 2), ("bl_plasma", 2), ("bl_whole", 2), ("bl_auto", 2), ("bl_other", 2)),
        Repeat(Group.BLOOD, _line(("blood[{n}].kind", 4), ("blood[{n}].amount", 4), ("blood[{n}].unit", 4))),
        _line(("match_outp", 3), ("match_adm", 3), ("match_op", 3), ("match_path", 3)),
        _line(("match_rad", 3), ("dx_basis", 2), ("differentiation", 2), ("infection_count", 2, "院感次数"),
              ("patient_type", 3)),
        _line(("rescue_count", 2), ("rescue_ok", 2, "抢救成功"), ("care_special_days", 2, "特级护理"),
              ("care_1_days", 2, "一级护理"), ("care_2_days", 2, "二级护理"), ("care_3_days", 2, "三级护理")),
        Repeat(Group.ICU, _line(("icu[{n}].type", 4, "重症监护病房"), ("icu[{n}].in_time", 4, "进入时间"),
                                ("icu[{n}].out_time", 4, "退出时间"))),
        _line(("vent_hours", 4), ("first_case", 3), ("teaching", 3), ("follow_up", 2)),
        _line(("follow_up_weeks", 4, "随诊期限（周）"), ("follow_up_months", 4, "（月）"),
              ("follow_up_years", 4, "（年）")),
    ),
    Section.DISCHARGE: (
        _line(("discharge_way", 4), ("transfer_org", 8)),
        _line(("readmit31_plan", 4, "31 天内再住院计划"), ("readmit31_purpose", 8)),
        _line(("coma_pre_d", 6, "颅脑损伤患者昏迷时间　入院前"), ("coma_pre_h", 3, " "),
              ("coma_pre_m", 3, " ")),
        _line(("coma_post_d", 6, "颅脑损伤患者昏迷时间　入院后"), ("coma_post_h", 3, " "),
              ("coma_post_m", 3, " ")),
    ),
    Section.STAFF: (
        _line(("dept_head", 2), ("chief_physician", 4), ("attending", 3), ("resident", 3)),
        _line(("resp_nurse", 3), ("trainee", 3), ("intern", 3), ("coder", 3)),
        _line(("record_quality", 3), ("qc_physician", 3), ("qc_nurse", 3), ("qc_date", 3)),
    ),
    Section.SETTLEMENT: (
        _line(("setl_list_no", 4), ("psn_no", 4), ("hi_type", 4)),
        _line(("special_person", 4), ("insured_area", 4), ("setl_level", 4)),
        _line(("inpatient_type", 4), ("nb_admit_type", 4), ("hi_pay_method", 4)),
        _line(("chief_doctor", 3, "主诊医师"), ("chief_doctor_code", 3), ("resp_nurse_code", 3), ("transfer_dept", 3)),
        _line(("biz_sn", 4), ("bill_code", 4), ("bill_no", 4)),
        _line(("setl_begin", 3, "结算开始"), ("setl_end", 3, "结算结束"), ("fill_dept", 3, "填报部门"),
              ("fill_person", 3, "填报人")),
        _line(("vent_d", 4, "呼吸机使用"), ("vent_h", 2, " "), ("vent_m", 2, " "),
              ("transfer_org_code", 4, "接收机构代码")),
        Repeat(Group.SETL_FEE, _line(("setl_fee[{n}].item", 3), ("setl_fee[{n}].amount", 2),
               ("setl_fee[{n}].class_a", 2), ("setl_fee[{n}].class_b", 2), ("setl_fee[{n}].own_pay", 2),
               ("setl_fee[{n}].other", 1))),
        _line(("fund_pay", 3, "基金支付"), ("fund_pool", 3, "统筹基金"), ("fund_serious", 3, "大病保险"),
              ("fund_other", 3, "其他基金")),
        _line(("psn_selfpay", 3), ("psn_ownpay", 3), ("psn_acct", 3, "个人账户"), ("psn_cash", 3, "个人现金")),
    ),
}  # fmt: skip
"""Every section of the scrolling sheet. Fees have their own strip."""

ORDER: Final = (*(section for section in PAPER if section is not Section.SETTLEMENT), Section.FEE, Section.SETTLEMENT)
"""The sections as the index lists them and the keys go through them."""


def parts() -> Iterator[tuple[Section, Part]]:
    """Yield every part with its section, in paper order."""
    for section, found in PAPER.items():
        for part in found:
            yield section, part


def repeat_of(group: Group) -> Repeat | None:
    """Return the lines of a group, None for a group that has a grid or is not on the sheet."""
    return next((part for _, part in parts() if isinstance(part, Repeat) and part.group is group), None)
