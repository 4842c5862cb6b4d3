"""Names that differ in nothing that matters to the reader, as one group: 水痘脑膜炎 and 水痘性脑膜炎."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.domain.coding import Candidate, MatchKind
from app.matching.lexicon import KindLexicon

_LITTLE: Final = re.compile("(?<=.)\u6027|[\u7684\u4f34\u6709\u53ca\u548c\u4e0e\u6216]")
"""Words of one character that names have or have not: 性 but at the beginning, 的 伴 有 及 和 与 或."""
_SIGNS: Final = re.compile("[+\\-\uff0b\uff0d]")
_SUBCATEGORY: Final = 5


def near_key(candidate: Candidate, lexicon: KindLexicon) -> str:
    """Return what nearly identical names of one subcategory have in common; signs of a test's result count."""
    said = _LITTLE.sub("", lexicon.canonical(lexicon.spelling.normal(candidate.name)))
    signs = "".join(_SIGNS.findall(candidate.name))
    return f"{candidate.code[:_SUBCATEGORY]} {said} {signs}"


def grouped(candidates: Sequence[Candidate], lexicon: KindLexicon) -> tuple[tuple[Candidate, ...], ...]:
    """Return candidates in groups of nearly the same name, in the order of the first of each.

    Within a group the exact name comes first, then what the hospital uses most, then the order of the candidates.
    """
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(near_key(candidate, lexicon), []).append(candidate)
    return tuple(tuple(sorted(group, key=_habit)) for group in groups.values())


def _habit(candidate: Candidate) -> tuple[bool, int]:
    return (candidate.kind is not MatchKind.EXACT, -candidate.uses)
