"""Which encoding a text file has (domain.md 6.2), and whether what comes out is Chinese or rubbish."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from app.common.errors import UserProblem, Where

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_SAMPLE: Final = 200_000
_HANZI: Final = re.compile(r"[\u3400-\u9fff]")
_FOREIGN_RUN: Final = re.compile(r"[^\x00-\x7f]{2,}")
_LOST: Final = "\ufffd"
_LOST_SHARE: Final = 0.005
_RARE_SHARE: Final = 0.15
_ENOUGH: Final = 20


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a file with the codec that made it; ``bom`` tells whether a byte order mark was there."""

    text: str
    encoding: str
    bom: bool


def decode(data: bytes, where: Where, encoding: str = "") -> Decoded:
    """Return the text of a file.

    ``encoding`` is the user's choice, '' to detect: byte order mark, UTF-16 by its zero bytes, valid UTF-8, else
    GB18030. Raises :class:`UserProblem` when the result is not readable Chinese or the choice does not fit.
    """
    if encoding:
        return _as_told(data, where, encoding)
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return _checked(Decoded(data[len(bom) :].decode(codec, "replace"), codec, True), where)
    codec = _utf16(data) or _utf8_or_gb(data)
    return _checked(Decoded(data.decode(codec, "replace"), codec, False), where)


def _as_told(data: bytes, where: Where, encoding: str) -> Decoded:
    bom = next((mark for mark, codec in _BOMS if codec == encoding and data.startswith(mark)), b"")
    try:
        return Decoded(data[len(bom) :].decode(encoding), encoding, bool(bom))
    except (UnicodeDecodeError, LookupError) as fault:
        raise UserProblem(
            "import.undecodable", remedy="import.remedy.choose_encoding", where=where, encoding=encoding
        ) from fault


def _utf16(data: bytes) -> str:
    """Return the UTF-16 codec when every second byte of ASCII signs is zero, '' otherwise."""
    head = data[: 4096 & ~1]
    if len(head) < 8:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 10 < len(head) or min(even, odd) * 5 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _utf8_or_gb(data: bytes) -> str:
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError:
        return _mostly_utf8(data)
    if decoded.isascii() or _HANZI.search(decoded[:_SAMPLE]):
        return "utf-8"
    # two GB18030 signs can happen to be valid UTF-8, but then they never read as Chinese
    chinese = _HANZI.search(data[:_SAMPLE].decode("gb18030", "ignore"))
    return "gb18030" if chinese and _strict_gb(data) else "utf-8"


def _mostly_utf8(data: bytes) -> str:
    """UTF-8 with a few signs cut in half by a fixed-width export is still UTF-8."""
    sample = data[:_SAMPLE].decode("utf-8", "replace")
    foreign = sum(len(run) for run in _FOREIGN_RUN.findall(sample))
    return "utf-8" if foreign and sample.count(_LOST) < foreign * 0.02 else "gb18030"


def _strict_gb(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _checked(decoded: Decoded, where: Where) -> Decoded:
    sample = decoded.text[:_SAMPLE]
    lost = decoded.text.count(_LOST) > max(len(decoded.text) * _LOST_SHARE, 1)
    if lost or (decoded.encoding == "gb18030" and _rare(sample)) or _twice_encoded(sample):
        raise UserProblem(
            "import.wrong_encoding",
            remedy="import.remedy.choose_encoding",
            where=where,
            encoding=decoded.encoding.upper(),
        )
    return decoded


def _rare(sample: str) -> bool:
    """True when many signs stand outside GB 2312, as in 鍖荤枟 for 医疗: other text read as GB18030."""
    hanzi = _HANZI.findall(sample)
    rare = sum(1 for sign in hanzi if not sign.encode("gb2312", "ignore"))
    return len(hanzi) >= _ENOUGH and rare > len(hanzi) * _RARE_SHARE


def _twice_encoded(sample: str) -> bool:
    """True when most signs turn into other Chinese by undoing a wrong reading as GB18030."""
    raw = "".join(_FOREIGN_RUN.findall(sample)).encode("gb18030", "ignore")
    undone = len(_HANZI.findall(raw.decode("utf-8", "ignore"))) * 3
    return len(raw) >= _ENOUGH and undone > len(raw) * 0.6
