"""Diagnoses, pathology, external causes, operations, intensive care, transfusion rows (domain.md 2.4-2.6, 2.9)."""

from __future__ import annotations

from app.domain.field import FieldType, Group, Requirement, Section, TextForm
from app.domain.fields_entry import Entries

_MUST, _C = Requirement.MUST, Requirement.CONDITIONAL
_TIME, _DX = FieldType.DATETIME, FieldType.DX_CODE
_NUMBER, _VERBATIM = TextForm.NUMBER, TextForm.VERBATIM
_dx = Entries(Section.DIAGNOSIS, "diagnosis", Group.DX)
_ext = Entries(Section.DIAGNOSIS, "external_cause", Group.EXT)
_path = Entries(Section.DIAGNOSIS, "pathology", Group.PATH)
_op = Entries(Section.OPERATION, "operation", Group.OP)
_icu = Entries(Section.OTHER_CARE, "icu", Group.ICU)
_blood = Entries(Section.OTHER_CARE, "transfusion", Group.BLOOD)


def _p_rows(first: str, start: int) -> str:
    """Return the P headings of ten rows: ``first`` are rows 1-5, then every 12th number from ``start``."""
    return " ".join([first, *(f"P{start + 12 * row}" for row in range(5))])


# fmt: off
_DIAGNOSIS = (
    _dx("code", "诊断编码", "JBDM{k} ZYZD_JBBM{k} | P321 P324 P327 P3291 P3294 P3297 P3281 P3284 P3287 P3271 P3274"
        " | C06x{k:02d}C", _DX, length=20, required=_MUST, main="JBDM ZYZD_JBBM | C03C", setl="DIAG_CODE",
        headings="其他诊断编码{k} 其他诊断{k}编码 出院其他诊断编码{k} 其他诊断疾病编码{k}",
        headings_main="主要诊断编码 出院主要诊断编码 主要诊断疾病编码 主诊断编码"),
    _dx("name", "诊断名称", "QTZD{k} | P322 P325 P328 P3292 P3295 P3298 P3282 P3285 P3288 P3272 P3275 | C07x{k:02d}N",
        form=_VERBATIM, length=100, required=_MUST, main="ZYZD | C04N", span=6,
        headings="其他诊断{k} 其他诊断名称{k} 其他诊断{k}名称 出院其他诊断{k} 出院其他诊断名称{k}",
        headings_main="主要诊断 主要诊断名称 出院主要诊断 出院主要诊断名称 主诊断"),
    _dx("adm_cond", "入院病情", "RYBQ{k} | P805 P806 P807 P808 P809 P810 P811 P812 P813 P814 P815 | C08x{k:02d}C",
        length=1, dictionary="D-COND", required=_C, main="RYBQ XY_RYBQ | C05C", span=1, setl="ADM_COND_TYPE",
        headings="其他诊断入院病情{k} 其他诊断{k}入院病情 出院其他诊断入院病情{k} 入院病情{k}",
        headings_main="主要诊断入院病情 入院病情 出院主要诊断入院病情"),
    _dx("outcome", "出院情况", "| P323 P326 P329 P3293 P3296 P3299 P3283 P3286 P3289 P3273 P3276 | F06x{k:02d}",
        length=1, dictionary="D-OUTCOME", main="| F05", span=1,
        headings="其他诊断出院情况{k} 其他诊断{k}出院情况", headings_main="主要诊断出院情况 出院情况"),
    _dx("source_text", "医师诊断", form=_VERBATIM, length=200, span=4),
)

_CAUSE_AND_PATHOLOGY = (
    _ext("code", "损伤、中毒外部原因编码", "| P361 P363 P365 |", _DX, length=20, required=_C, main="H23 JBBM1 | C12C",
         headings="损伤、中毒的外部原因编码{n} 损伤中毒外部原因编码{n}",
         headings_main="损伤、中毒外部原因编码 损伤、中毒的外部原因编码 损伤中毒外部原因编码 损伤外部原因编码"),
    _ext("name", "损伤、中毒外部原因", "| P362 P364 P366 |", form=_VERBATIM, length=100, required=_C,
         main="WBYY | C13N", span=6, headings="损伤、中毒的外部原因{n} 损伤中毒外部原因{n}",
         headings_main="损伤、中毒外部原因 损伤、中毒的外部原因 损伤中毒外部原因 损伤、中毒的外部原因名称 外部原因"),
    _path("code", "病理诊断编码", "| P351 P353 P355 | F07x{k:02d}C", FieldType.MORPHOLOGY_CODE, length=20, required=_C,
          main="JBMM JBBM2 | C09C", headings="病理诊断编码{n}", headings_main="病理诊断编码 病理疾病编码"),
    _path("name", "病理诊断", "| P352 P354 P356 | F08x{k:02d}N", form=_VERBATIM, length=100, required=_C,
          main="BLZD | C10N", span=6, headings="病理诊断{n} 病理诊断名称{n}", headings_main="病理诊断 病理诊断名称"),
    _path("no", "病理号", "| P816 P817 P818 | F09x{k:02d}", form=_NUMBER, length=50, required=_C, main="BLH | C11",
          headings="病理号{n}", headings_main="病理号"),
)

_OPERATION = (
    _op("code", "手术及操作编码", f"SSJCZBM{{n}} | {_p_rows('P490 P4911 P4922 P4533 P4544', 45002)} | C35x{{k:02d}}C",
        FieldType.PX_CODE, length=20, required=_C, main="| C14x01C", setl="OPRN_OPRT_CODE",
        headings="手术及操作编码{n} 手术编码{n} 手术操作编码{n}",
        headings_main="手术及操作编码 主要手术编码 主要手术操作编码 主要手术及操作编码"),
    _op("date", "手术及操作日期", f"SSJCZRQ{{n}} | {_p_rows('P491 P4912 P4923 P4534 P4545', 45003)} | C37x{{k:02d}}",
        _TIME, required=_C, main="| C16x01", setl="OPRN_OPRT_DATE",
        headings="手术及操作日期{n} 手术日期{n} 手术操作日期{n}",
        headings_main="手术及操作日期 主要手术日期 主要手术操作日期 主要手术及操作日期"),
    _op("level", "手术级别", "SSJB{n} SHJB{n} | P820 P821 P822 P823 P824 P825 P826 P827 P828 P829 | C38x{k:02d}",
        length=1,
        dictionary="D-LEVEL", required=_C, main="| C17x01", span=1, headings="手术级别{n}", headings_main="手术级别"),
    _op("name", "手术及操作名称", f"SSJCZMC{{n}} | {_p_rows('P492 P4913 P4924 P4535 P4546', 45004)} | C36x{{k:02d}}N",
        form=_VERBATIM, length=100, required=_C, main="| C15x01N", span=6,
        headings="手术及操作名称{n} 手术名称{n} 手术操作名称{n}",
        headings_main="手术及操作名称 主要手术名称 主要手术操作名称 主要手术及操作名称 主要手术"),
    _op("source_text", "医师手术", form=_VERBATIM, length=200, span=4),
    _op("kind", "操作类别", dictionary="D-OPKIND", computed=True, span=2),
    _op("hours", "手术持续时间", f"| {_p_rows('P494 P4915 P4526 P4537 P4548', 45006)} | F14x{{k:02d}}",
        FieldType.DECIMAL, unit="小时", main="| F13", span=2, headings="手术持续时间{n}", headings_main="手术持续时间"),
    _op("surgeon", "术者", f"SZ{{n}} | {_p_rows('P495 P4916 P4527 P4538 P4549', 45007)} | C39x{{k:02d}}", length=40,
        required=_C, main="| C18x01", span=2, headings="术者{n} 手术者{n}", headings_main="术者"),
    _op("assist1", "Ⅰ助", f"YZ{{n}} | {_p_rows('P496 P4917 P4528 P4539 P4550', 45008)} | C40x{{k:02d}}", length=40,
        required=_C, main="| C19x01", span=2, headings="Ⅰ助{n} 一助{n}", headings_main="Ⅰ助 一助"),
    _op("assist2", "Ⅱ助", f"EZ{{n}} | {_p_rows('P497 P4918 P4529 P4540 P4551', 45009)} | C41x{{k:02d}}", length=40,
        required=_C, main="| C20x01", span=2, headings="Ⅱ助{n} 二助{n}", headings_main="Ⅱ助 二助"),
    _op("incision", "切口等级", f"QKDJ{{n}} | {_p_rows('P499 P4920 P4531 P4542 P4553', 45012)} | C42x{{k:02d}}C",
        length=1, dictionary="D-CUT", required=_C, main="| C21x01C", span=1,
        headings="切口等级{n} 切口愈合等级{n}", headings_main="切口等级 切口愈合等级"),
    _op("healing", "愈合类别", f"QKYHLB{{n}} QKYLB{{n}} | {_p_rows('P499 P4920 P4531 P4542 P4553', 45012)}"
        " | C42x{k:02d}C", length=1, dictionary="D-HEAL", required=_C, main="| C21x01C", span=1,
        headings="切口愈合类别{n} 愈合类别{n} 切口愈合等级{n} 愈合等级{n}",
        headings_main="切口愈合类别 愈合类别 切口愈合等级 愈合等级"),
    _op("anes_method", "麻醉方式", f"MZFS{{n}} | {_p_rows('P498 P4919 P4530 P4541 P4552', 45010)} | C43x{{k:02d}}C",
        length=6, dictionary="D-ANES", required=_C, main="| C22x01C", span=2, setl="ANST_WAY",
        headings="麻醉方式{n}", headings_main="麻醉方式"),
    _op("asa", "ASA分级", f"| {_p_rows('P4981 P4982 P4983 P4984 P4985', 45011)} | F16x{{k:02d}}", length=1,
        dictionary="D-ASA", main="| F15", span=1, headings="ASA分级{n} 麻醉分级{n}", headings_main="ASA分级 麻醉分级"),
    _op("anes_doctor", "麻醉医师", f"MZYS{{n}} | {_p_rows('P4910 P4921 P4532 P4543 P4554', 45013)} | C44x{{k:02d}}",
        length=40, required=_C, main="| C23x01", span=2, headings="麻醉医师{n}", headings_main="麻醉医师"),
    _op("nnis", "NNIS分级", length=1, dictionary="D-NNIS", span=1, headings="NNIS分级{n}", headings_main="NNIS分级"),
    _op("elective", "手术类型", length=1, dictionary="D-ELECTIVE", span=1, headings="手术类型{n}",
        headings_main="手术类型"),
    _op("begin", "手术开始时间", "", _TIME, required=_C, headings="手术开始时间{n}", headings_main="手术开始时间"),
    _op("end", "手术结束时间", "", _TIME, required=_C, headings="手术结束时间{n}", headings_main="手术结束时间"),
    _op("anes_begin", "麻醉开始时间", "", _TIME, required=_C, setl="ANST_BEGNTIME", headings="麻醉开始时间{n}",
        headings_main="麻醉开始时间"),
    _op("anes_end", "麻醉结束时间", "", _TIME, required=_C, setl="ANST_ENDTIME", headings="麻醉结束时间{n}",
        headings_main="麻醉结束时间"),
    _op("surgeon_code", "术者代码", form=_NUMBER, length=30, required=_C, setl="OPER_DR_CODE",
        headings="术者代码{n} 术者医师代码{n}", headings_main="术者代码 术者医师代码"),
    _op("anes_doctor_code", "麻醉医师代码", form=_NUMBER, length=30, required=_C, setl="ANST_DR_CODE",
        headings="麻醉医师代码{n}", headings_main="麻醉医师代码"),
)

_CARE_ROWS = (
    _icu("type", "重症监护病房类型", "| P6911 P6914 P6917 P6920 P6923 | C48x{n:02d}C", length=10, dictionary="D-ICU",
         required=_C, setl="SCS_CUTD_WARD_TYPE", headings="重症监护病房类型{n} 重症监护室名称{n}",
         headings_main="重症监护病房类型 重症监护室名称"),
    _icu("in_time", "进重症监护室时间", "| P6912 P6915 P6918 P6921 P6924 | C49x{n:02d}C", _TIME, required=_C,
         setl="SCS_CUTD_INPOOL_TIME", headings="进重症监护室时间{n} 进入时间{n}", headings_main="进重症监护室时间"),
    _icu("out_time", "出重症监护室时间", "| P6913 P6916 P6919 P6922 P6925 | C50x{n:02d}C", _TIME, required=_C,
         setl="SCS_CUTD_EXIT_TIME", headings="出重症监护室时间{n} 退出时间{n}", headings_main="出重症监护室时间"),
    _blood("kind", "输血品种", length=10, dictionary="D-BLOOD", required=_C, setl="BLD_CAT", headings="输血品种{n}",
           headings_main="输血品种"),
    _blood("amount", "输血量", "", FieldType.DECIMAL, required=_C, setl="BLD_AMT", headings="输血量{n}",
           headings_main="输血量"),
    _blood("unit", "输血计量单位", length=4, dictionary="D-BLOODUNIT", required=_C, setl="BLD_UNT",
           headings="输血计量单位{n}", headings_main="输血计量单位"),
)
# fmt: on

FIELDS = (*_DIAGNOSIS, *_CAUSE_AND_PATHOLOGY, *_OPERATION, *_CARE_ROWS)
