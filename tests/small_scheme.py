"""A scheme package of one group, for tests that need a scheme of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PACKAGE: Mapping[str, str] = {
    "scheme.toml": 'id = "mini"\ntitle = "小方案"\nyear = "2026"\nno_group_code = "0000"\n',
    "mdc.csv": "order,mdc,name,condition\n1,MDCB,神经系统疾病,main_dx in mdc_dx\n",
    "mdc_dx.csv": "mdc,site,code\nMDCB,,I63.900\n",
    "adrg.csv": "mdc,order,adrg,name,kind,condition,no_drg\nMDCB,1,BR1,脑缺血性疾患,内科,main_dx in dx1,adrg\n",
    "adrg_dx.csv": "adrg,list,code\nBR1,dx1,I63.900\n",
    "adrg_px.csv": "adrg,list,code\n",
    "drg.csv": "adrg,order,drg,name,condition\nBR1,1,BR19,脑缺血性疾患,always\n",
    "mcc.csv": "code,exclusion\nJ96.000,1\n",
    "cc.csv": "code,exclusion\nI10.x00,1\n",
    "exclusion.csv": "table,code\n1,I63.900\n",
    "valid_px.csv": "code\n38.1200\n",
}


def write_package(folder: Path, **changed: str) -> Path:
    """Write the package, with the tables of ``changed`` instead, and return its folder."""
    folder.mkdir()
    for name, words in {**PACKAGE, **{f"{table}.csv": words for table, words in changed.items()}}.items():
        (folder / name).write_text(words, "utf-8")
    return folder
