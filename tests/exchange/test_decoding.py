"""Encodings of domain.md 6.2."""

from __future__ import annotations

import pytest

from app.common.errors import UserProblem, Where
from app.exchange.decoding import decode

TEXT = "病案号,姓名,主要诊断\r\n00123456,王测（测试）,急性阑尾炎伴穿孔𠀀\r\n"
HERE = Where("batch.csv")


@pytest.mark.parametrize(
    ("prefix", "codec", "bom"),
    [
        (b"", "utf-8", False),
        (b"\xef\xbb\xbf", "utf-8", True),
        (b"", "gb18030", False),
        (b"\x84\x31\x95\x33", "gb18030", True),
        (b"\xff\xfe", "utf-16-le", True),
        (b"\xfe\xff", "utf-16-be", True),
        (b"", "utf-16-le", False),
        (b"", "utf-16-be", False),
    ],
)
def test_encoding_is_found(prefix: bytes, codec: str, bom: bool) -> None:
    found = decode(prefix + TEXT.encode(codec), HERE)
    assert (found.text, found.encoding, found.bom) == (TEXT, codec, bom)


def test_a_short_gbk_word_that_is_valid_utf8_stays_chinese() -> None:
    """联通 in GBK happens to be two valid UTF-8 signs."""
    assert decode("联通".encode("gbk"), HERE).text == "联通"


def test_plain_ascii_is_utf8() -> None:
    assert decode(b"BAH,XM\n1,2\n", HERE).encoding == "utf-8"


def test_a_sign_cut_in_half_does_not_change_the_encoding() -> None:
    whole = TEXT * 40
    data = whole.encode()[:-3] + "案".encode()[:2] + b"\r\n"
    assert decode(data, HERE).encoding == "utf-8"


@pytest.mark.parametrize(
    "data",
    [
        ("医疗机构付费方式健康卡号住院次数" * 5).encode().decode("gb18030", "replace").encode(),
        ("醫療機構付費方式健康卡號住院次數病歷號碼" * 5).encode("big5"),
        bytes(range(128, 256)) * 20,
    ],
    ids=["encoded twice", "Big5", "binary"],
)
def test_rubbish_is_refused_with_the_encoding_named(data: bytes) -> None:
    with pytest.raises(UserProblem) as caught:
        decode(data, HERE)
    assert caught.value.key == "import.wrong_encoding"
    assert "batch.csv" in str(caught.value)


def test_the_user_may_choose() -> None:
    assert decode("醫院".encode("big5"), HERE, "big5").text == "醫院"


def test_a_choice_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UserProblem) as caught:
        decode(TEXT.encode("gb18030"), HERE, "utf-8")
    assert caught.value.key == "import.undecodable"


def test_traditional_utf8_is_not_rubbish() -> None:
    text = "醫療機構付費方式健康卡號住院次數病歷號碼" * 10
    assert decode(text.encode(), HERE).text == text
