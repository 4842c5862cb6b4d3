"""Signed packages of questions and answers: a zip with a manifest that names the hash of every entry (Ed25519)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from app.common.errors import UserProblem, Where
from app.exchange.archive import Archive
from app.exchange.limits import Limits

_FORMAT: Final = "bingan-return-package"
_VERSION: Final = 1
_MANIFEST: Final = "manifest.json"
_SIGNATURE: Final = "signature.json"
_LIMITS: Final = Limits(entries=8, unpacked_bytes=64_000_000)
_WHEN: Final = (2000, 1, 1, 0, 0, 0)
"""Entries carry no time of their own: equal contents give equal files."""

IsSigned = Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, slots=True, repr=False)
class SignedPackage:
    """A package whose signature is good: its kind, who made it, its entries, the signer's key, its own digest."""

    kind: str
    facts: Mapping[str, str]
    entries: Mapping[str, bytes]
    public: bytes
    digest: str

    def __repr__(self) -> str:
        return f"SignedPackage({self.kind}, entries={len(self.entries)})"


def write_package(
    out: IO[bytes],
    kind: str,
    facts: Mapping[str, str],
    entries: Mapping[str, bytes],
    public: bytes,
    sign: Callable[[bytes], bytes],
) -> None:
    """Write entries with a signed manifest. Raises as the system does."""
    manifest = json.dumps(
        {
            "format": _FORMAT,
            "version": _VERSION,
            "kind": kind,
            "facts": dict(facts),
            "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in entries.items()},
        },
        ensure_ascii=False,
        sort_keys=True,
    ).encode()
    signature = json.dumps({"public_key": _text(public), "signature": _text(sign(manifest))}, sort_keys=True).encode()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {_MANIFEST: manifest, _SIGNATURE: signature, **entries}.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), data, zipfile.ZIP_DEFLATED)


def read_package(file: Path | IO[bytes], name: str, is_signed: IsSigned) -> SignedPackage:
    """Return a package whose signature and hashes are good; nothing is unpacked to the disk.

    Raises :class:`UserProblem` for a file that is none, is damaged, or was changed after it was signed.
    """
    where = Where(name)
    if not zipfile.is_zipfile(file):
        raise _broken(where)
    with Archive(file, where, _LIMITS) as archive:
        if not {_MANIFEST, _SIGNATURE} <= set(archive.names):
            raise _broken(where)
        manifest, signature = archive.read(_MANIFEST), archive.read(_SIGNATURE)
        try:
            whole, seal = json.loads(manifest), json.loads(signature)
            public, signed = (base64.b64decode(seal[key], validate=True) for key in ("public_key", "signature"))
            hashes = {str(key): str(value) for key, value in whole["sha256"].items()}
            facts = {str(key): str(value) for key, value in whole["facts"].items()}
            is_ours = (whole["format"], whole["version"]) == (_FORMAT, _VERSION)
            kind = str(whole["kind"])
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
            raise _broken(where) from error
        if not is_ours or set(archive.names) != {_MANIFEST, _SIGNATURE, *hashes}:
            raise _broken(where)
        entries = {entry: archive.read(entry) for entry in hashes}
    same = all(hashlib.sha256(data).hexdigest() == hashes[entry] for entry, data in entries.items())
    if not same or not is_signed(public, signed, manifest):
        raise UserProblem("returns.package_changed", remedy="returns.remedy.package_changed", where=where)
    return SignedPackage(kind, facts, entries, public, hashlib.sha256(manifest).hexdigest())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _broken(where: Where) -> UserProblem:
    return UserProblem("returns.package_broken", remedy="returns.remedy.package_broken", where=where)
