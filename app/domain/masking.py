"""What of a record names a person, and how it is hidden where a record leaves the house (周**, 3306**********0027)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

_KEPT_OF_ADDRESS: Final = 6
_HIDING: Final[Mapping[str, Callable[[str], str]]] = {
    **dict.fromkeys(("patient_name", "contact_name"), lambda shown: f"{shown[0]}**"),
    "id_no": lambda shown: _middle(shown, 4, 4),
    **dict.fromkeys(("current_phone", "employer_phone", "contact_phone"), lambda shown: _middle(shown, 3, 4)),
    **dict.fromkeys(("health_card_no", "insurance_card_no"), lambda shown: _middle(shown, 0, 4)),
    **dict.fromkeys(
        ("current_address", "registered_address", "employer_address", "contact_address"),
        lambda shown: shown[:_KEPT_OF_ADDRESS] + "*" * min(6, max(0, len(shown) - _KEPT_OF_ADDRESS)),
    ),
}
_GIVEN_AWAY: Final[Mapping[str, Callable[[str], str]]] = {
    **_HIDING,
    **dict.fromkeys(("patient_name", "contact_name"), lambda shown: f"{shown[0]}*"),
    "id_no": lambda shown: _middle(shown, 6, 4),
    **dict.fromkeys(("current_phone", "employer_phone", "contact_phone"), lambda shown: _middle(shown, 0, 4)),
}
"""What domain.md 6.5 asks of files: 张*, the first six and last four of a number, the last four of a telephone."""
PERSONAL: Final = frozenset(_HIDING)


_ID_NO: Final = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")
_MOBILE: Final = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE: Final = re.compile(r"(?<!\d)(?:0\d{2,3}[-－—\u0020]?|[(（]0\d{2,3}[)）][\u0020]?)[2-9]\d{6,7}(?!\d)")
_SAID_TELEPHONE: Final = re.compile(r"(?:电话|手机|座机|联系方式)[\uff1a:\u0020为是]{0,3}(\d[\d\u0020-]{5,14}\d)")
_SAID_NAME: Final = re.compile(
    r"(?:姓名|患者|病人|联系人|陪护人|陈述者|家属|父亲|母亲|配偶|之[子女])\u0020?[\uff1a:]\u0020?([\u4e00-\u9fff·]{2,4})(?![\u4e00-\u9fff])"
)
_SAID_ADDRESS: Final = re.compile(
    r"(?:住址|地址|家住|现住|户籍|户口|籍贯|出生地|工作单位)(?:[\uff1a:\u0020于在地址]{0,3})([^\uff0c,。；;\n\u0020]{5,60})"
)
_ADDRESS: Final = re.compile(
    r"[\u4e00-\u9fff]{2,9}(?:省|市|区|县|旗|镇|乡|街道)[\u4e00-\u9fff0-9A-Za-z-]{1,30}\d+[\u4e00-\u9fff]?(?:号|室|栋|幢|单元|组|楼|弄)(?:[\dA-Za-z-]+(?:号|室|栋|幢|单元|楼|组)){0,4}"
)


def masked_text(words: str, names: Iterable[str] = ()) -> str:
    """Return free text without identity numbers, telephones, addresses and names, each as long as it was.

    Names are those given and what the text itself calls one (姓名：…); an address is what is called one, or what runs
    from a district to a house number.
    """
    hidden = _ID_NO.sub(lambda found: _middle(found[0], 4, 4), words)
    for numbers in (_MOBILE, _LANDLINE):
        hidden = numbers.sub(lambda found: _middle(found[0], 3, 4), hidden)
    hidden = _SAID_TELEPHONE.sub(lambda found: _hidden_inside(found, 0), hidden)
    for named in (_SAID_ADDRESS, _ADDRESS):
        hidden = named.sub(lambda found: _hidden_inside(found, _KEPT_OF_ADDRESS), hidden)
    hidden = _SAID_NAME.sub(lambda found: _hidden_inside(found, 1), hidden)
    for name in names:
        hidden = hidden.replace(name, f"{name[:1]}{'*' * (len(name) - 1)}")
    return hidden


def _hidden_inside(found: re.Match[str], kept: int) -> str:
    """Return a match with its group hidden from the character ``kept`` on; without a group, all of it."""
    group = 1 if found.re.groups else 0
    start, end = found.span(group)
    inner, at = found[group], start - found.start()
    return found[0][:at] + inner[:kept] + "*" * max(0, len(inner) - kept) + found[0][at + end - start :]


def masked_in_file(field_id: str, shown: str) -> str:
    """Return a value as a file may hold it that is no official upload; a dash and other fields stay as they are."""
    hide = _GIVEN_AWAY.get(field_id)
    return hide(shown) if hide and shown not in ("", "-") else shown


def masked(field_id: str, shown: str) -> str:
    """Return a value of a field without what names a person; a dash and other fields stay as they are."""
    hide = _HIDING.get(field_id)
    return hide(shown) if hide and shown not in ("", "-") else shown


def _middle(shown: str, first: int, last: int) -> str:
    """Return a number with its middle hidden; a short one is hidden whole."""
    hidden = len(shown) - first - last
    return "*" * len(shown) if hidden <= 0 else shown[:first] + "*" * hidden + shown[-last:]
