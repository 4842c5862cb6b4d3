"""Rule packs as files: one JSON object with the signed payload, its signature and the signer's public key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.qc.faults import RuleFault
from app.qc.reading import Entry
from app.qc.rule import Rule
from app.qc.ruledata import data_of
from app.services.pack_keys import PackKey, is_signed

_FORMAT: Final = "bingan-rule-pack"
_VERSION: Final = 1
_MOST_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack holds. ``public`` is the signer's key, ``digest`` the SHA-256 of the file; '' while unwritten."""

    title: str
    made_by: str
    made_at: datetime
    base_version: str
    rules: tuple[Rule, ...]
    lists: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, float]
    questions: Mapping[str, Mapping[str, object]]
    public: bytes = b""
    digest: str = ""


def write_pack(path: Path, pack: Pack, key: PackKey) -> None:
    """Sign a pack and write it. Raises ``OSError`` as the system does."""
    payload = json.dumps(
        {
            "title": pack.title,
            "made_by": pack.made_by,
            "made_at": pack.made_at.isoformat(sep=" "),
            "base_version": pack.base_version,
            "rules": [data_of(rule) for rule in pack.rules],
            "lists": {name: list(items) for name, items in pack.lists.items()},
            "parameters": dict(pack.parameters),
            "questions": dict(pack.questions),
        },
        ensure_ascii=False,
        indent=1,
    )
    whole = {
        "format": _FORMAT,
        "version": _VERSION,
        "public_key": base64.b64encode(key.public()).decode(),
        "signature": base64.b64encode(key.sign(payload.encode())).decode(),
        "payload": payload,
    }
    with write_atomic(path) as out:
        out.write(json.dumps(whole, ensure_ascii=False, indent=1).encode())


def read_pack(path: Path) -> Pack:
    """Return a pack whose signature is good.

    Raises :class:`UserProblem` for a file that cannot be read, is no pack, or was changed after it was signed.
    """
    where = Where(path.name)
    data = _bytes(path, where)
    try:
        whole = Entry(_object(data), path.name)
        if whole.text("format") != _FORMAT or whole.number("version") != _VERSION:
            raise UserProblem("packs.no_pack", remedy="packs.remedy.no_pack", where=where)
        public, signature = (base64.b64decode(whole.text(name), validate=True) for name in ("public_key", "signature"))
        payload = whole.text("payload").encode()
    except (RuleFault, ValueError, binascii.Error, RecursionError) as error:
        raise UserProblem("packs.no_pack", remedy="packs.remedy.no_pack", where=where) from error
    if not is_signed(public, signature, payload):
        raise UserProblem("packs.changed", remedy="packs.remedy.changed", where=where)
    try:
        return _pack(Entry(_object(payload), path.name), public, hashlib.sha256(data).hexdigest())
    except (RuleFault, ValueError, RecursionError) as error:
        raise UserProblem("packs.content", remedy="packs.remedy.content", where=where, why=str(error)) from error


def _bytes(path: Path, where: Where) -> bytes:
    try:
        with path.open("rb") as handle:
            data = handle.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UserProblem("packs.unreadable", remedy="packs.remedy.unreadable", where=where) from error
    if len(data) > _MOST_BYTES:
        raise UserProblem("packs.no_pack", remedy="packs.remedy.no_pack", where=where)
    return data


def _object(data: bytes) -> Mapping[str, object]:
    found = json.loads(data)
    if isinstance(found, dict):
        return found
    raise ValueError("no object")


def _pack(entry: Entry, public: bytes, digest: str) -> Pack:
    lists, parameters, questions = entry.table("lists"), entry.table("parameters"), entry.table("questions")
    owner = Entry(lists, "lists"), Entry(parameters, "parameters")
    rules = tuple(Rule.read(data, draft=True) for data in entry.tables("rules"))
    if len({rule.id for rule in rules}) < len(rules):
        raise RuleFault("same_id")
    return Pack(
        title=entry.text("title"),
        made_by=entry.text("made_by"),
        made_at=datetime.fromisoformat(entry.text("made_at")),
        base_version=entry.text("base_version"),
        rules=rules,
        lists={name: owner[0].texts(name) for name in lists},
        parameters={name: owner[1].number(name) for name in parameters},
        questions={name: Entry(questions, "questions").table(name) for name in questions},
        public=public,
        digest=digest,
    )
