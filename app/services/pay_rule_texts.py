"""Payment rules as people type and read them; what is wrong with a text is said in plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.drg.pay_rules import Band, Levels, Method, PayRules, Reference

_PERCENT: Final = Decimal(100)
_MOST_DAYS: Final = 999
_MOST: Final = Decimal(1_000_000)
_BAND: Final = re.compile(
    r"(?:(?:<=|≤)? ?(?P<upto>\d+(?:\.\d+)?) ?[:= ] ?|[^\d.<≤]*)(?P<multiple>\d+(?:\.\d+)?)[^\d.]*"
)
_LAST_LEVEL: Final = 3


def changed(rules: PayRules, key: str, given: str, *, alone: bool = True) -> PayRules:
    """Return the rules with one of :data:`PARAMETERS` changed to a typed text.

    ``alone`` checks that it fits the others. Raises :class:`UserProblem` that says what is wrong.
    """
    parse, _ = _KINDS[PARAMETERS[key]]
    found = replace(rules, **{key: parse(unicodedata.normalize("NFKC", given).strip())})  # type: ignore[arg-type]  # the kind gives the type
    if alone:
        _check(found, key)
    return found


def typed(rules: PayRules, key: str) -> str:
    """Return a rule as one would type it, '' for one that is off."""
    _, show = _KINDS[PARAMETERS[key]]
    return show(getattr(rules, key))


def parse_levels(given: Sequence[str]) -> Levels:
    """Return three warning levels of percentages. Raises :class:`UserProblem` unless they rise."""
    found = [_percentage(one) for one in given]
    if len(found) != _LAST_LEVEL or any(later <= earlier for earlier, later in pairwise(found)):
        raise UserProblem("payment.levels", remedy="payment.remedy.levels")
    first, second, third = found
    return first, second, third


def levels_text(levels: Levels) -> str:
    """Return three warning levels in percent, between blanks."""
    return " ".join(_as_percentage(one) for one in levels)


def bands_told(bands: Sequence[Band], key: str) -> str:
    """Return bands as a sentence: which weights have which threshold. ``key`` is low_bands or high_bands."""
    told = []
    below: Decimal | None = None
    for band in bands:
        side = "only" if below is None and band.upto is None else "last" if band.upto is None else "upto"
        where = text(f"payment.band.{side}", upto=_plain(band.upto), below=_plain(below))
        told.append(text(f"payment.band.{key}", where=where, multiple=_plain(band.multiple)))
        below = band.upto
    return text("payment.band.join").join(told)


def _check(rules: PayRules, key: str) -> None:
    """Raise :class:`UserProblem` when a rule contradicts another one."""
    edges = [band.upto for bands in (rules.low_bands, rules.high_bands) for band in bands if band.upto is not None]
    beyond = max(edges, default=Decimal(0)) + 1
    for weight in [*edges, beyond]:
        if rules.low(weight) >= rules.high(weight):
            raise UserProblem("payment.low_over_high", remedy="payment.remedy.low_over_high", weight=_plain(weight))
    upto, over = rules.los_excluded_upto, rules.los_excluded_over
    if key.startswith("los_") and upto is not None and over is not None and over <= upto:
        raise UserProblem("payment.no_days_left", remedy="payment.remedy.no_days_left", upto=upto, over=over)


def _words(given: str) -> str:
    return " ".join(given.split())


def _number(given: str) -> Decimal:
    try:
        value = Decimal(given.replace(",", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 < value <= _MOST:
        raise UserProblem("payment.bad_number", remedy="payment.remedy.number", given=given)
    return value


def _optional_number(given: str) -> Decimal | None:
    return _number(given) if given else None


def _days(given: str) -> int | None:
    if not given:
        return None
    if not given.isdecimal() or not 0 < int(given) <= _MOST_DAYS:
        raise UserProblem("payment.bad_days", remedy="payment.remedy.days", given=given)
    return int(given)


def _percentage(given: str) -> Decimal:
    return _number(unicodedata.normalize("NFKC", given).strip().removesuffix("%").strip()) / _PERCENT


def _share(given: str) -> Decimal:
    plain = given.removesuffix("%").strip()
    value = Decimal(0) if plain in ("0", "0.0") else _percentage(given)
    if value > 1:
        raise UserProblem("payment.bad_share", remedy="payment.remedy.share", given=given)
    return value


def _method(given: str) -> Method:
    return Method(given)


def _reference(given: str) -> Reference:
    return Reference(given)


def _bands(given: str) -> tuple[Band, ...]:
    """Return the bands of ``≤1:3;≤3:2;…:1.5``. A threshold without a weight is for all above, and comes last."""
    found = [_BAND.fullmatch(" ".join(part.split())) for part in re.split(r"[;,、]", given) if part.strip()]
    pairs = [(one["upto"], Decimal(one["multiple"])) for one in found if one is not None]
    uptos = [Decimal(upto) for upto, _ in pairs if upto is not None]
    is_whole = len(pairs) == len(found) > 0 and pairs[-1][0] is None and len(uptos) == len(pairs) - 1
    if not is_whole or any(later <= earlier for earlier, later in pairwise(uptos)) or any(m <= 0 for _, m in pairs):
        raise UserProblem("payment.bad_bands", remedy="payment.remedy.bands")
    return tuple(Band(upto, multiple) for upto, (_, multiple) in zip([*uptos, None], pairs, strict=True))


def _as_bands(bands: Sequence[Band]) -> str:
    parts = [
        text(
            "payment.band.typed_last" if band.upto is None else "payment.band.typed",
            upto=_plain(band.upto),
            multiple=_plain(band.multiple),
        )
        for band in bands
    ]
    return text("payment.band.join").join(parts)


def _as_percentage(value: Decimal) -> str:
    return _plain(value * _PERCENT)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


_KINDS: Final[Mapping[str, tuple[Callable[[str], object], Callable[..., str]]]] = {
    "words": (_words, _plain),
    "number": (_number, _plain),
    "optional_number": (_optional_number, _plain),
    "days": (_days, _plain),
    "share": (_share, _as_percentage),
    "method": (_method, str),
    "reference": (_reference, str),
    "bands": (_bands, _as_bands),
}
"""How a kind of rule is read and shown."""

PARAMETERS: Final[Mapping[str, str]] = {
    "city": "words",
    "level": "words",
    "coefficient": "number",
    "method": "method",
    "point_value_yuan": "optional_number",
    "reference": "reference",
    "low_bands": "bands",
    "high_bands": "bands",
    "high_excess_share": "share",
    "ungrouped_share": "share",
    "los_excluded_upto": "days",
    "los_excluded_over": "days",
    "short_transfer_days": "days",
    "short_transfer_day_yuan": "optional_number",
}
"""Kind of each rule that is one text; names are those of :class:`PayRules`, labels ``payment.parameter.<name>``."""

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {"method": tuple(Method), "reference": tuple(Reference)}
"""Rules that are one of a few; their words are ``payment.<name>.<choice>``."""
