"""The stay: admission, transfer, discharge, plan (domain.md 2.3)."""

from __future__ import annotations

from app.domain.field import FieldType, Requirement, Section, TextForm
from app.domain.fields_entry import Entries

_MUST, _R, _C = Requirement.MUST, Requirement.REQUIRED, Requirement.CONDITIONAL
_INT, _DATE, _TIME, _DX = FieldType.INT, FieldType.DATE, FieldType.DATETIME, FieldType.DX_CODE
_VERBATIM = TextForm.VERBATIM
_f = Entries(Section.STAY, "stay")
_out = Entries(Section.DISCHARGE, "stay")
_care = Entries(Section.OTHER_CARE, "care")

# fmt: off
FIELDS = (
    _f("admit_route", "入院途径", "RYTJ | P804 | B11C", length=1, dictionary="D-ROUTE", required=_MUST),
    _f("is_day_surgery", "是否为日间手术", "| | B38", length=1, dictionary="D-DAYSURG", required=_R,
       headings="日间手术"),
    _f("treat_type", "治疗类别", "ZLLB | |", length=3, dictionary="D-TREAT", required=_C, setl="TRT_TYPE"),
    _f("admit_time", "入院时间", "RYSJ | P22 | B12", _TIME, required=_MUST, parts="RYSJS RYSJ_S", setl="ADM_TIME",
       headings="入院日期 入院日期时间"),
    _f("admit_dept", "入院科别", "RYKB | P23 | B13C", length=8, dictionary="D-DEPT", required=_R,
       headings="入院科室 入院科别代码"),
    _f("admit_ward", "入院病房", "RYBF | P231 | B14", length=30, required=_R, headings="入院病区"),
    _f("transfer_depts", "转科科别", "ZKKB | P24 | B21C", FieldType.LIST, length=200, dictionary="D-DEPT", required=_C,
       headings="转科科室 转科"),
    _f("discharge_time", "出院时间", "CYSJ | P25 | B15", _TIME, required=_MUST, parts="CYSJS CYSJ_S",
       setl="DSCG_TIME DSCG_DATE", headings="出院日期 出院日期时间"),
    _f("discharge_dept", "出院科别", "CYKB | P26 | B16C", length=8, dictionary="D-DEPT", required=_R, setl="DSCG_CATY",
       headings="出院科室 出院科别代码"),
    _f("discharge_ward", "出院病房", "CYBF | P261 | B17", length=30, required=_R, headings="出院病区"),
    _f("los_days", "实际住院", "SJZYTS SJZY | P27 | B20", _INT, length=6, required=_MUST, unit="天", computed=True,
       span=2, headings="实际住院(天) 实际住院天数 住院天数"),
    _f("outp_dx_code", "门(急)诊诊断编码", "JBBM | P28 | C01C", _DX, length=20, required=_R,
       setl="OTP_WM_DIAG_DISE_CODE", headings="门诊诊断编码 门(急)诊诊断疾病编码"),
    _f("outp_dx_name", "门(急)诊诊断", "MZZD MZZD_XYZD | P281 | C02N", form=_VERBATIM, length=100, required=_R, span=6,
       setl="OTP_WM_DIAG", headings="门(急)诊诊断名称 门诊诊断 门诊诊断名称"),
    _f("admit_state", "入院时情况", "| P29 | F01", length=1, dictionary="D-STATE"),
    _f("admit_dx_code", "入院诊断编码", "| P30 | F02C", _DX, length=20),
    _f("admit_dx_name", "入院诊断", "| P301 | F03N", form=_VERBATIM, length=100, span=6, headings="入院诊断名称"),
    _f("confirm_date", "入院后确诊日期", "| P31 | F04", _DATE, headings="确诊日期"),
    _f("clinical_path", "实施临床路径", "SSLCLJ | |", length=1, dictionary="D-PATHWAY", headings="临床路径"),
    _care("rescue_count", "抢救次数", "| P421 |", _INT, unit="次", span=2),
    _care("rescue_ok", "抢救成功次数", "| P422 |", _INT, unit="次", span=2, headings="成功次数"),
    _care("care_special_days", "特级护理天数", "| P561 | F17", _INT, unit="天", span=2, headings="特级护理"),
    _care("care_1_days", "一级护理天数", "| P562 | F18", _INT, unit="天", span=2, headings="一级护理"),
    _care("care_2_days", "二级护理天数", "| P563 | F19", _INT, unit="天", span=2, headings="二级护理"),
    _care("care_3_days", "三级护理天数", "| P564 | F20", _INT, unit="天", span=2, headings="三级护理"),
    _out("discharge_way", "离院方式", "LYFS | P741 | B34C", length=1, dictionary="D-WAY", required=_MUST,
         setl="DSCG_WAY", headings="出院方式"),
    _out("transfer_org", "拟接收医疗机构名称", "YZZY_YLJG YZZY_JGMC WSY_YLJG WSY_JGMC | P742 P743 | B35", length=100,
         required=_C, span=6,
         headings="拟接收机构名称 医嘱转院拟接收医疗机构名称 转社区拟接收医疗机构名称"),
    _out("readmit31_plan", "是否有出院31天内再住院计划", "SFZZYJH ZZYJH | P830 | B36C", length=1, dictionary="D-PLAN",
         required=_R, headings="31天内再住院计划 出院31天内再住院计划 31天再住院计划"),
    _out("readmit31_purpose", "目的", "MD | P831 | B37", length=100, required=_C, span=4,
         headings="再住院目的 再住院计划目的 31天内再住院目的"),
)
# fmt: on
