"""Allergy, blood group, tests, agreement of diagnoses, coma, ventilation, transfusion, staff (domain.md 2.4, 2.7)."""

from __future__ import annotations

from app.domain.field import FieldType, Requirement, Section
from app.domain.fields_entry import Entries

_R, _C = Requirement.REQUIRED, Requirement.CONDITIONAL
_INT, _DECIMAL = FieldType.INT, FieldType.DECIMAL
_dx = Entries(Section.DIAGNOSIS, "care")
_care = Entries(Section.OTHER_CARE, "care")
_out = Entries(Section.DISCHARGE, "care")
_staff = Entries(Section.STAFF, "staff")

# fmt: off
FIELDS = (
    _dx("allergy_flag", "药物过敏", "YWGM | | C24C", length=1, dictionary="D-HAVE", required=_R, span=2,
        headings="有无药物过敏 是否药物过敏"),
    _dx("allergy_source", "过敏源", "| P371 |", length=100),
    _dx("allergy_drugs", "过敏药物", "GMYW | P372 | C25", length=200, required=_C, span=4, headings="过敏药物名称"),
    _dx("autopsy", "死亡患者尸检", "SWHZSJ SJ | P57 | C34C", length=1, dictionary="D-YES", required=_C, span=2,
        headings="尸检 是否尸检"),
    _dx("abo", "血型", "XX | P62 | C26C", length=1, dictionary="D-ABO", required=_R, span=2, headings="ABO血型"),
    _dx("rh", "Rh", "RH | P63 | C27C", length=1, dictionary="D-RH", required=_R, span=2, headings="Rh血型"),
    _dx("hbsag", "HBsAg", "| P38 | F10", length=1, dictionary="D-TEST", span=2),
    _dx("hcvab", "HCV-Ab", "| P39 | F11", length=1, dictionary="D-TEST", span=2),
    _dx("hivab", "HIV-Ab", "| P40 | F12", length=1, dictionary="D-TEST", span=2),
    _dx("match_outp", "门诊与出院诊断符合", "| P411 |", length=1, dictionary="D-MATCH", headings="门诊与出院"),
    _dx("match_adm", "入院与出院诊断符合", "| P412 |", length=1, dictionary="D-MATCH", headings="入院与出院"),
    _dx("match_op", "术前与术后诊断符合", "| P413 |", length=1, dictionary="D-MATCH", headings="术前与术后"),
    _dx("match_path", "临床与病理诊断符合", "| P414 |", length=1, dictionary="D-MATCH", headings="临床与病理"),
    _dx("match_rad", "放射与病理诊断符合", "| P415 |", length=1, dictionary="D-MATCH", headings="放射与病理"),
    _dx("infection_count", "医院感染总次数", "| P689 |", _INT, unit="次", span=2),
    _dx("dx_basis", "最高诊断依据", "| P687 |", length=1),
    _dx("differentiation", "分化程度", "| P688 |", length=1),
    _out("coma_pre_d", "颅脑损伤患者入院前昏迷(天)", "RYQ_T | | C28", _INT, required=_C, unit="天", span=2,
         setl="BFADM_COMA_DAYS", headings="入院前昏迷天 入院前昏迷时间(天) 颅脑损伤患者入院前昏迷时间(天)"),
    _out("coma_pre_h", "颅脑损伤患者入院前昏迷(小时)", "RYQ_XS | P731 | C29", _INT, length=2, required=_C, unit="小时",
         span=2, setl="BFADM_COMA_HOURS",
         headings="入院前昏迷小时 入院前昏迷时间(小时) 颅脑损伤患者入院前昏迷时间(小时)"),
    _out("coma_pre_m", "颅脑损伤患者入院前昏迷(分钟)", "RYQ_F RYQ_FZ | P732 | C30", _INT, length=2, required=_C,
         unit="分钟", span=2, setl="BFADM_COMA_MINUTES",
         headings="入院前昏迷分钟 入院前昏迷时间(分钟) 颅脑损伤患者入院前昏迷时间(分钟)"),
    _out("coma_post_d", "颅脑损伤患者入院后昏迷(天)", "RYH_T | | C31", _INT, required=_C, unit="天", span=2,
         setl="AFADM_COMA_DAYS", headings="入院后昏迷天 入院后昏迷时间(天) 颅脑损伤患者入院后昏迷时间(天)"),
    _out("coma_post_h", "颅脑损伤患者入院后昏迷(小时)", "RYH_XS | P733 | C32", _INT, length=2, required=_C, unit="小时",
         span=2, setl="AFADM_COMA_HOURS",
         headings="入院后昏迷小时 入院后昏迷时间(小时) 颅脑损伤患者入院后昏迷时间(小时)"),
    _out("coma_post_m", "颅脑损伤患者入院后昏迷(分钟)", "RYH_F RYH_FZ | P734 | C33", _INT, length=2, required=_C,
         unit="分钟", span=2, setl="AFADM_COMA_MINUTES",
         headings="入院后昏迷分钟 入院后昏迷时间(分钟) 颅脑损伤患者入院后昏迷时间(分钟)"),
    _care("vent_hours", "有创呼吸机使用时间", "| P72 | C47", _INT, required=_C, unit="小时",
          headings="有创呼吸机使用时间(小时) 呼吸机使用时间 呼吸机使用时间(小时)"),
    _care("transfusion_reaction", "输血反应", "| P64 | F21", length=1, dictionary="D-TRANSFUSION", required=_C, span=2),
    _care("bl_rbc", "红细胞", "| P651 | F22", _DECIMAL, required=_C, unit="单位", span=2, headings="输红细胞"),
    _care("bl_plt", "血小板", "| P652 | F23", _DECIMAL, required=_C, unit="治疗量", span=2, headings="输血小板"),
    _care("bl_plasma", "血浆", "| P653 | F24", _DECIMAL, required=_C, unit="ml", span=2, headings="输血浆"),
    _care("bl_whole", "全血", "| P654 | F25", _DECIMAL, required=_C, unit="ml", span=2, headings="输全血"),
    _care("bl_auto", "自体回输", "| P655 | F26", _DECIMAL, required=_C, unit="单位", span=2, headings="自体血回输"),
    _care("bl_other", "输血其他", "| P656 |", _DECIMAL, required=_C, span=2),
    _care("first_case", "本院第一例", "| P58 |", length=1, dictionary="D-YES", span=2),
    _care("patient_type", "手术患者类型", "| P581 |", length=1, span=2),
    _care("follow_up", "随诊", "| P60 |", length=1, dictionary="D-YES", span=2),
    _care("follow_up_weeks", "随诊期限(周)", "| P611 |", _INT, unit="周", span=2, headings="随诊周"),
    _care("follow_up_months", "随诊期限(月)", "| P612 |", _INT, unit="月", span=2, headings="随诊月"),
    _care("follow_up_years", "随诊期限(年)", "| P613 |", _INT, unit="年", span=2, headings="随诊年"),
    _care("teaching", "示教病例", "| P59 |", length=1, dictionary="D-YES", span=2, headings="示教"),
    _staff("dept_head", "科主任", "KZR | P431 | B22", length=40, required=_R),
    _staff("chief_physician", "主任（副主任）医师", "ZRYS | P432 | B23", length=40, required=_R,
           headings="主任医师 主(副主)任医师"),
    _staff("attending", "主治医师", "ZZYS | P433 | B24", length=40, required=_R),
    _staff("resident", "住院医师", "ZYYS | P434 | B25", length=40, required=_R),
    _staff("resp_nurse", "责任护士", "ZRHS | P819 | B26", length=40, required=_R, setl="RESP_NURS_NAME"),
    _staff("trainee", "进修医师", "JXYS | P435 | B27", length=40),
    _staff("intern", "实习医师", "SXYS | P436 P437 | B28", length=40, headings="研究生实习医师"),
    _staff("coder", "编码员", "BMY | P438 | B29", length=40, required=_R),
    _staff("record_quality", "病案质量", "BAZL | P44 | B30C", length=1, dictionary="D-GRADE", span=2),
    _staff("qc_physician", "质控医师", "ZKYS | P45 | B31", length=40),
    _staff("qc_nurse", "质控护士", "ZKHS | P46 | B32", length=40),
    _staff("qc_date", "质控日期", "ZKRQ | P47 | B33", FieldType.DATE),
)
# fmt: on
