"""Dictionary values, lists, and diagnosis, procedure and morphology codes as files write them (domain.md 2.1, 6.3)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from app.domain.dictionaries import Dictionary, dictionary, incision_and_healing
from app.domain.field import FieldSpec, FieldType
from app.domain.reading import ParseHints, ProblemKind, Reading, Repair, RepairKind

_WHOLE: Final = re.compile(r"(\d+)\.0+", re.ASCII)
_LIST_SEPARATORS: Final = re.compile(r"\s*(?:[,;、，；|>→]|->)\s*")
_SIGNS: Final = str.maketrans({"†": "+", "‡": "*", "＊": "*", "✳": "*", "∗": "*", "﹢": "+", "。": "."})
_LETTERS: Final = re.compile(r"(^|[+/])?([A-Za-z])")
_TWO_CODES: Final = re.compile(r"(?<=[0-9xX])/(?=[A-Z])")
_CODE: Final = re.compile(r"(?=.*\d)[A-Z0-9][A-Zx0-9.+*/-]*", re.ASCII)
_ONE_DIGIT_CHAPTER: Final = re.compile(r"\d\.\d", re.ASCII)
_JOINT_PART: Final = {"D-CUT": 0, "D-HEAL": 1}


def read_dict(spec: FieldSpec, text: str, hints: ParseHints) -> Reading:
    """Read a dictionary value: the code, its label or alias, a number with lost zeros or ``.0``.

    Incision class and healing grade also come out of a joint entry, provinces out of an address.
    """
    values = dictionary(spec.dictionary)
    if spec.dictionary in _JOINT_PART and (hints.joint or values.find(text) is None):
        return _joint(spec, text)
    if text in values:
        return Reading(text)
    code = values.find(text)
    if code is not None:
        return Reading(code, (Repair(_kind(text, code), text, code),))
    if (whole := _WHOLE.fullmatch(text)) and (code := values.find(whole[1])) is not None:
        return Reading(code, (Repair(RepairKind.NUMBER_FORM, text, code),))
    if spec.dictionary == "D-PROVINCE" and (code := values.find_start(text)) is not None:
        return Reading(code, (Repair(RepairKind.PROVINCE, text, code),))
    return Reading(problem=ProblemKind.NOT_IN_DICTIONARY)


def read_list(spec: FieldSpec, text: str) -> Reading:
    """Read dictionary values separated by commas, semicolons or arrows, in order; one unknown value refuses all."""
    parts = [part for part in _LIST_SEPARATORS.split(text) if part]
    codes = [_code_of(dictionary(spec.dictionary), part) if spec.dictionary else part for part in parts]
    if None in codes:
        return Reading(problem=ProblemKind.NOT_IN_DICTIONARY)
    value = tuple(code for code in codes if code is not None)
    plain = ",".join(value)
    return Reading(value or None, () if plain == text else (Repair(RepairKind.LIST_FORM, text, plain),))


def read_code(spec: FieldSpec, text: str, hints: ParseHints) -> Reading:
    """Read a code: upper case except the extension x, half width, no spaces, ``+`` and ``*`` for † and ＊.

    Zeros are never added or dropped, but for a procedure's lost leading zero. NUMERIC_CODE marks a procedure code
    that was a number in the spreadsheet: ``36.1`` may have been ``36.10``.
    """
    code = fold_code_text(text)
    if spec.type is FieldType.DX_CODE:
        code = _TWO_CODES.sub("+", code)
    if not _CODE.fullmatch(code):
        return Reading(problem=ProblemKind.NOT_A_CODE)
    repairs: tuple[Repair, ...] = () if code == text else (Repair(RepairKind.CODE_FORM, text, code),)
    if spec.type is not FieldType.PX_CODE:
        return Reading(code, repairs)
    if _ONE_DIGIT_CHAPTER.match(code):
        repairs = (*repairs, Repair(RepairKind.LEADING_ZERO, code, f"0{code}"))
        code = f"0{code}"
    return Reading(code, repairs, ProblemKind.NUMERIC_CODE if hints.numeric else None)


def fold_code_text(text: str) -> str:
    """Return a code as the tables print it: ``ｋ８０.２００Ｘ００３`` → ``K80.200x003``. Nothing is padded or cut."""
    folded = "".join(unicodedata.normalize("NFKC", text.translate(_SIGNS)).split())
    return _LETTERS.sub(_letter_case, folded)


def _letter_case(found: re.Match[str]) -> str:
    starts, letter = found[1], found[2]
    if starts is None and letter in "xX":
        return "x"
    return f"{starts or ''}{letter.upper()}"


def _joint(spec: FieldSpec, text: str) -> Reading:
    parts = incision_and_healing(text)
    if parts == (None, None):
        return Reading(problem=ProblemKind.NOT_IN_DICTIONARY)
    code = parts[_JOINT_PART[spec.dictionary]]
    return Reading(code, (Repair(RepairKind.JOINT, text, code),) if code is not None and code != text else ())


def _code_of(values: Dictionary, text: str) -> str | None:
    found = values.find(text)
    if found is None and (whole := _WHOLE.fullmatch(text)):
        return values.find(whole[1])
    return found


def _kind(text: str, code: str) -> RepairKind:
    if text.lstrip("0") == code.lstrip("0"):
        return RepairKind.LEADING_ZERO
    return RepairKind.LABEL
