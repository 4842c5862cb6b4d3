"""A small made-up hospital whose wording a model can learn."""

from __future__ import annotations

import pytest

from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher

SITES = (
    "肝",
    "脾",
    "胃",
    "肾",
    "肺",
    "脑",
    "膀胱",
    "甲状腺",
    "乳房",
    "直肠",
    "食管",
    "胰腺",
    "子宫",
    "卵巢",
    "前列腺",
    "结肠",
)
ACTS = {"病损切除术": "瘤子拿掉", "活组织检查": "取块肉看看", "切开引流术": "放脓", "造口术": "开个口子"}
WAYS = ("", "今日行", "拟", "择期", "急诊", "二次")
TERMS = [(f"{n:02}.{m}", f"{site}{act}") for n, site in enumerate(SITES) for m, act in enumerate(ACTS)]
PAST = [
    (f"{way}{site}{plain}", (f"{site}{act}",)) for way in WAYS[1:] for site in SITES for act, plain in ACTS.items()
] + [
    (f"{SITES[n]}瘤子拿掉+{SITES[n + 1]}放脓", (f"{SITES[n]}病损切除术", f"{SITES[n + 1]}切开引流术"))
    for n in range(15)
]


@pytest.fixture(scope="session")
def taught() -> FirstMatcher:
    """Return a matcher that learned from the hospital's past."""
    matcher = FirstMatcher.from_terms(TERMS, CodeKind.PX, PAST)
    assert matcher.learn(CodeKind.PX)
    return matcher


@pytest.fixture(scope="session")
def untaught() -> FirstMatcher:
    """Return a matcher over the same terms and past without a model."""
    matcher = FirstMatcher.from_terms(TERMS, CodeKind.PX)
    matcher.remember([PastCoding(words, CodeKind.PX, answers) for words, answers in PAST])
    return matcher
