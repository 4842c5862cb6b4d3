"""Names that differ in nothing that matters to the reader, as one group: 水痘脑膜炎 and 水痘性脑膜炎."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from app.common.paths import data
from app.domain.coding import Candidate, MatchKind
from app.matching.lexicon import KindLexicon

_SUBCATEGORY: Final = 5


@cache
def _characters() -> Mapping[str, str]:
    with (data("resources") / "matching" / "near.toml").open("rb") as handle:
        found: Mapping[str, str] = tomllib.load(handle)
    return found


def near_key(candidate: Candidate, lexicon: KindLexicon) -> str:
    """Return what nearly identical names of one subcategory have in common; signs of a test's result count."""
    characters = _characters()
    name = lexicon.canonical(lexicon.spelling.normal(candidate.name))
    little = characters["anywhere"] + characters["but_first"]
    first = "" if name[:1] in characters["anywhere"] else name[:1]
    said = first + "".join(sign for sign in name[1:] if sign not in little)
    signs = "".join(sign for sign in candidate.name if sign in characters["signs"])
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
