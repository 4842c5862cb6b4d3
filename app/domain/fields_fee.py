"""Fees of the front page (domain.md 2.8). Money is kept in fen; contained fees name their parent."""

from __future__ import annotations

from typing import Final

from app.domain.field import FieldSpec, FieldType, Requirement, Section
from app.domain.fields_entry import Entries

_MONEY = FieldType.MONEY
_entry = Entries(Section.FEE, "fee")


def _f(id: str, label: str, layouts: str, *, headings: str = "", parent: str = "", parts: str = "") -> FieldSpec:
    return _entry(
        id, label, layouts, _MONEY, length=10, unit="元", span=2, headings=headings, parent=parent, parts=parts
    )


# fmt: off
_TOTAL = (
    _entry("fee_total", "总费用", "ZFY | P782 | D01", _MONEY, length=11, required=Requirement.MUST, unit="元",
           headings="住院总费用 住院费用总计 费用总计"),
    _entry("fee_self", "自付金额", "ZFJE | P751 | D09", _MONEY, length=11, required=Requirement.REQUIRED, unit="元",
           headings="住院总费用其中自付金额 其中自付金额 总费用其中自付金额"),
)

_CATEGORIES: Final = (
    ("综合医疗服务类", (
        _f("fee_service", "一般医疗服务费", "YLFUF YLFWF | P752 | D11"),
        _f("fee_tcm_argue", "中医辨证论治费", "BZLZF | |", parent="fee_service"),
        _f("fee_tcm_consult", "中医辨证论治会诊费", "ZYBLZHZF | |", parent="fee_service", headings="辨证论治会诊费"),
        _f("fee_treat_op", "一般治疗操作费", "ZLCZF | P754 | D12"),
        _f("fee_nursing", "护理费", "HLF | P755 | D13"),
        _f("fee_service_other", "综合医疗服务类其他费用", "QTFY | P756 | D14", headings="其他费用"),
    )),
    ("诊断类", (
        _f("fee_pathology", "病理诊断费", "BLZDF | P757 | D15"),
        _f("fee_lab", "实验室诊断费", "SYSZDF ZDF | P758 | D16"),
        _f("fee_imaging", "影像学诊断费", "YXXZDF | P759 | D17"),
        _f("fee_clinical_dx", "临床诊断项目费", "LCZDXMF | P760 | D18"),
    )),
    ("治疗类", (
        _f("fee_nonop", "非手术治疗项目费", "FSSZLXMF | P761 | D19"),
        _f("fee_physio", "临床物理治疗费", "WLZLF ZLF | P762 | D19x01", parent="fee_nonop"),
        _f("fee_optreat", "手术治疗费", "SSZLF | P763 | D20"),
        _f("fee_anes", "麻醉费", "MAF MZF | P764 | D20x01", parent="fee_optreat"),
        _f("fee_op", "手术费", "SSF | P765 | D20x02", parent="fee_optreat"),
    )),
    ("康复类", (_f("fee_rehab", "康复费", "KFF | P767 | D21"),)),
    ("中医类", (_f("fee_tcm", "中医治疗费", "ZYZLF | P768 | D22", parts="ZYL_ZYZD ZYZL ZYQT"),)),
    ("西药类", (
        _f("fee_west", "西药费", "XYF | P769 | D23"),
        _f("fee_antibiotic", "抗菌药物费", "KJYWF | P770 | D23x01", parent="fee_west", headings="抗菌药物费用"),
    )),
    ("中药类", (
        _f("fee_patent", "中成药费", "ZCYF | P771 | D24"),
        _f("fee_herb", "中草药费", "ZCYF1 | P772 | D25"),
    )),
    ("血液和血液制品类", (
        _f("fee_blood", "血费", "XF | P773 | D26"),
        _f("fee_albumin", "白蛋白类制品费", "BDBLZPF | P774 | D27"),
        _f("fee_globulin", "球蛋白类制品费", "QDBLZPF | P775 | D28"),
        _f("fee_clotting", "凝血因子类制品费", "NXYZLZPF | P776 | D29"),
        _f("fee_cytokine", "细胞因子类制品费", "XBYZLZPF | P777 | D30"),
    )),
    ("耗材类", (
        _f("fee_mat_exam", "检查用一次性医用材料费", "HCYYCLF JCYYCLF | P778 | D31"),
        _f("fee_mat_treat", "治疗用一次性医用材料费", "YYCLF | P779 | D32"),
        _f("fee_mat_op", "手术用一次性医用材料费", "YCXYYCLF SSYCXCLF | P780 | D33"),
    )),
    ("其他类", (_f("fee_other", "其他费", "QTF | P781 | D34"),)),
)
# fmt: on

FIELDS = (*_TOTAL, *(spec for _, specs in _CATEGORIES for spec in specs))

FEE_CATEGORIES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = tuple(
    (label, tuple(spec.id for spec in specs)) for label, specs in _CATEGORIES
)
"""The ten categories of the form with the identifiers of their fees in paper order, contained ones included."""

FEE_ITEMS: Final[tuple[str, ...]] = tuple(spec.id for _, specs in _CATEGORIES for spec in specs if not spec.parent)
"""The 24 numbered fees in order; their sum is ``fee_sum`` (domain.md 2.8)."""
