"""What only the settlement list has (domain.md 2.9)."""

from __future__ import annotations

from app.domain.field import FieldType, Group, Requirement, Section, TextForm
from app.domain.fields_entry import Entries

_R, _C = Requirement.REQUIRED, Requirement.CONDITIONAL
_INT, _DATE, _MONEY = FieldType.INT, FieldType.DATE, FieldType.MONEY
_NUMBER = TextForm.NUMBER
_f = Entries(Section.SETTLEMENT, "settlement")
_fee = Entries(Section.SETTLEMENT, "settlement_fee", Group.SETL_FEE)

# fmt: off
FIELDS = (
    _f("setl_list_no", "清单流水号", form=_NUMBER, length=30),
    _f("psn_no", "医保编号", form=_NUMBER, length=30, required=_R, setl="PSN_NO", headings="人员编号"),
    _f("hi_type", "医保类型", length=1, dictionary="D-HITYPE", required=_R),
    _f("special_person", "特殊人员类型", length=40),
    _f("insured_area", "参保地", form=_NUMBER, length=6, required=_R),
    _f("setl_level", "医保结算等级", length=1, dictionary="D-SETLLEVEL", required=_R),
    _f("nb_admit_type", "新生儿入院类型", length=1, dictionary="D-NBADMIT", required=_C, setl="NWB_ADM_TYPE"),
    _f("inpatient_type", "住院医疗类型", length=1, dictionary="D-INPTYPE", required=_R),
    _f("chief_doctor", "主诊医师姓名", length=40, required=_R, setl="CHFPDR_NAME", headings="主诊医师"),
    _f("chief_doctor_code", "主诊医师代码", form=_NUMBER, length=30, required=_R, setl="CHFPDR_CODE"),
    _f("resp_nurse_code", "责任护士代码", form=_NUMBER, length=30, required=_R, setl="RESP_NURS_CODE"),
    _f("biz_sn", "业务流水号", form=_NUMBER, length=30, required=_R, setl="BIZ_SN"),
    _f("bill_code", "票据代码", form=_NUMBER, length=30, required=_R, setl="BILL_CODE"),
    _f("bill_no", "票据号码", form=_NUMBER, length=30, required=_R, setl="BILLNO"),
    _f("setl_begin", "结算开始日期", "", _DATE, required=_R, setl="SETL_BEGNDATE", headings="结算期间开始"),
    _f("setl_end", "结算结束日期", "", _DATE, required=_R, setl="SETL_ENDDATE", headings="结算期间结束"),
    _f("hi_pay_method", "医保支付方式", length=1, dictionary="D-HIPAY", required=_R, setl="HI_PAYMTD"),
    _f("fill_dept", "医疗机构填报部门", length=40, required=_R, setl="MEDINS_FILL_DEPT", headings="填报部门"),
    _f("fill_person", "医疗机构填报人", length=40, required=_R, setl="MEDINS_FILL_PSN", headings="填报人"),
    _f("vent_d", "呼吸机使用天数", "", _INT, required=_C, unit="天", span=2, setl="VENT_USED_DAYS"),
    _f("vent_h", "呼吸机使用小时数", "", _INT, length=2, required=_C, unit="小时", span=2, setl="VENT_USED_H_CNT"),
    _f("vent_m", "呼吸机使用分钟数", "", _INT, length=2, required=_C, unit="分钟", span=2, setl="VENT_USED_M_CNT"),
    _f("transfer_org_code", "拟接收医疗机构代码", form=_NUMBER, length=22, required=_C, headings="拟接收机构代码"),
    _f("transfer_dept", "转院科别", length=8, dictionary="D-DEPT", required=_C, setl="REFL_CATY"),
    _f("fund_pay", "基金支付合计", "", _MONEY, unit="元", headings="医保基金支付"),
    _f("fund_pool", "统筹基金支付", "", _MONEY, unit="元", headings="医保统筹基金支付"),
    _f("fund_serious", "大病保险支付", "", _MONEY, unit="元", headings="大病支付"),
    _f("fund_other", "其他基金支付", "", _MONEY, unit="元", headings="其他支付"),
    _f("psn_selfpay", "个人自付", "", _MONEY, unit="元"),
    _f("psn_ownpay", "个人自费", "", _MONEY, unit="元"),
    _f("psn_acct", "个人账户支付", "", _MONEY, unit="元", headings="账户支付"),
    _f("psn_cash", "个人现金支付", "", _MONEY, unit="元", headings="现金支付"),
    _fee("item", "收费项目", length=10, dictionary="D-SETLFEE", required=_R),
    _fee("amount", "金额", "", _MONEY, required=_R, unit="元", span=2),
    _fee("class_a", "甲类", "", _MONEY, required=_R, unit="元", span=2),
    _fee("class_b", "乙类", "", _MONEY, required=_R, unit="元", span=2),
    _fee("own_pay", "自费", "", _MONEY, required=_R, unit="元", span=2),
    _fee("other", "其他", "", _MONEY, required=_R, unit="元", span=2),
)
# fmt: on
