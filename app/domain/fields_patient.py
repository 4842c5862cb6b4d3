"""Institution and patient (domain.md 2.2)."""

from __future__ import annotations

from app.domain.field import FieldType, Group, Requirement, Section, TextForm
from app.domain.fields_entry import Entries

_MUST, _R, _C = Requirement.MUST, Requirement.REQUIRED, Requirement.CONDITIONAL
_INT, _DATE = FieldType.INT, FieldType.DATE
_NUMBER = TextForm.NUMBER
_stay = Entries(Section.PATIENT, "stay")
_f = Entries(Section.PATIENT, "patient")
_weight = Entries(Section.PATIENT, "newborn_weight", Group.NB_WEIGHT)

# fmt: off
FIELDS = (
    _stay("org_code", "组织机构代码", "ZZJGDM | P900 | A01", form=_NUMBER, length=22, required=_MUST,
          headings="医疗机构代码 机构代码 医院代码"),
    _stay("org_name", "医疗机构名称", "USERNAME JGMC | P6891 | A02", length=80, required=_MUST,
          headings="医疗机构 机构名称 医院名称"),
    _stay("pay_method", "医疗付费方式", "YLFKFS | P1 | A46C", length=3, dictionary="D-PAY", required=_R,
          headings="付费方式 医疗付款方式 费别"),
    _f("insurance_card_no", "医疗保险手册(卡)号", "| P686 |", form=_NUMBER, length=50, headings="医保卡号 医疗保险号"),
    _f("health_card_no", "健康卡号", "JKKH | P800 | A47", form=_NUMBER, length=50, required=_R,
       headings="居民健康卡号"),
    _stay("admission_count", "住院次数", "ZYCS | P2 | A49", _INT, length=4, required=_MUST, unit="次", span=2,
          headings="第几次住院 次数"),
    _stay("record_no", "病案号", "BAH | P3 | A48", form=_NUMBER, length=50, required=_MUST,
          headings="病历号 住院病案号 病案号码"),
    _f("patient_name", "姓名", "XM | P4 | A11", length=40, required=_R, headings="患者姓名 病人姓名"),
    _f("sex", "性别", "XB | P5 | A12C", length=1, dictionary="D-SEX", required=_MUST, span=2, headings="性别代码"),
    _f("birth_date", "出生日期", "CSRQ | P6 | A13", _DATE, required=_R, headings="出生年月日 出生时间"),
    _f("age_years", "年龄", "NL | P7 | A14", _INT, length=3, required=_R, unit="岁", computed=True, span=2,
       headings="年龄(岁) 岁"),
    _f("age_days", "年龄不足1周岁的年龄(天)", "| P66 | A16", _INT, length=3, required=_C, unit="天", computed=True,
       headings="(年龄不足1周岁的)年龄(天) 不足1周岁年龄(天) 新生儿年龄(天) 年龄(天) 天龄"),
    _f("age_months_text", "年龄不足1周岁的年龄(月)", "BZYZSNL BZYZS_NL | |", length=20, required=_C, unit="月",
       headings="(年龄不足1周岁的)年龄(月) 不足1周岁年龄(月) 不足一周岁年龄 年龄(月) 月龄"),
    _f("nationality", "国籍", "GJ | P12 | A15C", length=40, dictionary="D-COUNTRY", required=_R, setl="NTLY"),
    _weight("weight", "新生儿出生体重", "XSETZ{n} | P681 P682 P683 P684 P685 | A18x{n:02d}", _INT, length=6,
            required=_C,
            unit="克", main="XSECSTZ XSETZ |", setl="NWB_BIR_WT", headings="新生儿出生体重{n} 新生儿出生体重(克){n}",
            headings_main="新生儿出生体重 新生儿出生体重(克) 出生体重"),
    _f("nb_admit_weight", "新生儿入院体重", "XSERYTZ | P67 | A17", _INT, length=6, required=_C, unit="克",
       setl="NWB_ADM_WT", headings="新生儿入院体重(克) 入院体重"),
    _f("birthplace", "出生地", "CSD | | A22", length=200, required=_R, parts="P101 P102 P103", span=6,
       headings="出生地址 出生地点"),
    _f("native_place", "籍贯", "GG | | A23C", length=50, dictionary="D-PROVINCE", required=_R,
       headings="籍贯(省) 籍贯省"),
    _f("ethnicity", "民族", "MZ | P11 | A19C", length=2, dictionary="D-ETHNIC", required=_R, headings="民族代码"),
    _f("id_type", "证件类别", "| | A20N", length=1, dictionary="D-IDTYPE", required=_R,
       headings="证件类型 患者证件类别"),
    _f("id_no", "身份证号", "SFZH | P13 | A20", form=_NUMBER, length=18, required=_R, span=4,
       headings="证件号码 身份证号码 患者证件号码 身份证"),
    _f("occupation", "职业", "ZY | P9 | A38C", length=2, dictionary="D-OCC", required=_R, headings="职业代码"),
    _f("marital_status", "婚姻", "HY | P8 | A21C", length=1, dictionary="D-MARRY", required=_R, span=2,
       headings="婚姻状况 婚姻状态"),
    _f("current_address", "现住址", "XZZ | P801 | A26", length=200, required=_R, span=6, headings="现住地址 家庭住址"),
    _f("current_phone", "电话", "DH | P802 | A27", form=_NUMBER, length=40, required=_R,
       headings="现住址电话 患者电话 联系电话 本人电话"),
    _f("current_zip", "现住址邮编", "YB1 | P803 | A28C", form=_NUMBER, length=6, required=_R,
       headings="邮编 现住址邮政编码 邮政编码"),
    _f("registered_address", "户口地址", "HKDZ | P17 | A24", length=200, required=_R, span=6, headings="户籍地址"),
    _f("registered_zip", "户口邮编", "YB2 | P171 | A25C", form=_NUMBER, length=6, required=_R,
       headings="户口地址邮编 户口地址邮政编码 户口邮政编码"),
    _f("employer_address", "工作单位及地址", "GZDWJDZ | P14 | A29", length=200, required=_R, span=6, setl="EMP_ADDR",
       headings="工作单位 单位地址 单位名称及地址"),
    _f("employer_phone", "单位电话", "DWDH | P15 | A30", form=_NUMBER, length=20, required=_R, headings="工作单位电话"),
    _f("employer_zip", "单位邮编", "YB3 | P16 | A31C", form=_NUMBER, length=6, required=_R, setl="EMP_POSCODE",
       headings="单位邮政编码 工作单位邮编"),
    _f("contact_name", "联系人姓名", "LXRXM | P18 | A32", length=40, required=_R, headings="联系人"),
    _f("contact_relation", "联系人关系", "GX | P19 | A33C", length=1, dictionary="D-REL", required=_R, span=2,
       setl="PATN_RLTS", headings="关系 与患者关系 联系人与患者关系"),
    _f("contact_address", "联系人地址", "DZ | P20 | A34", length=200, required=_R, span=4),
    _f("contact_phone", "联系人电话", "DH2 DH1 | P21 | A35", form=_NUMBER, length=40, required=_R),
)
# fmt: on
