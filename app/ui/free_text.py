"""Free text without what names a person: pasted documents, notes, questions, names of operations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_ADDRESS_KEPT: Final = 6
_ID_NO: Final = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")
_MOBILE: Final = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE: Final = re.compile(r"(?<!\d)(?:0\d{2,3}[-－— ]?|[(（]0\d{2,3}[)）] ?)[2-9]\d{6,7}(?!\d)")
_TOLD_NUMBER: Final = re.compile(r"(?:电话|手机|座机|联系方式)[：: 为是]{0,3}(\d[\d -]{5,14}\d)")
_TOLD_NAME: Final = re.compile(
    r"(?:姓名|患者|病人|联系人|陪护人|陈述者|家属|父亲|母亲|配偶|之[子女]) ?[：:] ?([一-鿿·]{2,4})(?=[，,。；;、\s]|$)"
)
_TOLD_ADDRESS: Final = re.compile(
    r"(?:住址|地址|家住|现住|户籍|户口|籍贯|出生地|工作单位)[：: 于在地址]{0,3}([^，,。；;\n]{5,60})"
)
_ADDRESS: Final = re.compile(
    r"[一-鿿]{2,9}(?:省|市|区|县|旗|镇|乡|街道)(?:(?!床)[一-鿿0-9A-Za-z -]){1,30}\d+ ?(?:号|室|栋|幢|单元|弄)"
    r"(?:[\dA-Za-z-]+(?:号|室|栋|幢|单元|楼|组)){0,4}"
)


def hide_people(words: str, names: Iterable[str]) -> str:
    """Return free text without identity numbers, telephones, addresses and names, as long as it was.

    Names are those given and what the text itself calls one (姓名：…); an address is what is called one, or what runs
    from a district to a house number.
    """
    hidden = _ID_NO.sub(lambda found: _kept(found[0], 4, 4), words)
    for numbers in (_MOBILE, _LANDLINE):
        hidden = numbers.sub(lambda found: _kept(found[0], 3, 4), hidden)
    hidden = _TOLD_NUMBER.sub(lambda found: _inside(found, 0), hidden)
    hidden = _TOLD_ADDRESS.sub(lambda found: _inside(found, _ADDRESS_KEPT), hidden)
    hidden = _ADDRESS.sub(lambda found: _kept(found[0], _ADDRESS_KEPT, 0), hidden)
    hidden = _TOLD_NAME.sub(lambda found: _inside(found, 1), hidden)
    for name in names:
        hidden = hidden.replace(name, _kept(name, 1, 0))
    return hidden


def _inside(found: re.Match[str], first: int) -> str:
    """Return a match with its group hidden but for its beginning."""
    at = found.start(1) - found.start()
    return found[0][:at] + _kept(found[1], first, 0)


def _kept(words: str, first: int, last: int) -> str:
    """Return words with all hidden but their beginning and end."""
    hidden = max(0, len(words) - first - last)
    return words[:first] + "*" * hidden + words[first + hidden :]
