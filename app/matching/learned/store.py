"""A model as bytes: NumPy's npz, no pickles."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.boosting import Trees
from app.matching.learned.encoder import Encoder, Halves
from app.matching.learned.features import names_of
from app.matching.learned.model import Model, Scale
from app.matching.learned.nets import Net, Scaling
from app.matching.learned.order import Order

FORMAT: Final = "5"
_NET: Final = ("middle", "narrowing", "inner", "offset", "outer", "past")


def fingerprint(names: Sequence[str], axes: Sequence[str]) -> str:
    """Return what a model must have been trained for: the names, the columns of features, this format."""
    parts = "\n".join([FORMAT, *names_of(axes), *names])
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def to_bytes(model: Model, mark: str) -> bytes:
    """Return a model with the fingerprint of what it was trained for."""
    out = io.BytesIO()
    write(model, mark, out)
    return out.getvalue()


def write(model: Model, mark: str, out: IO[bytes]) -> None:
    """Write to a file what :func:`to_bytes` returns, without holding it (40 MB)."""
    scale = model.scale
    arrays: dict[str, NDArray[np.generic]] = {
        "mark": _letters(mark),
        "table": model.encoder.table,
        **_parts_of("net", model.order.net),
        **_parts_of("edits", model.order.edits),
        "scale": np.array([scale.slope, scale.offset, scale.accept, scale.several, scale.titled]),
        **{f"ranker{number}": _letters(trees.written) for number, trees in enumerate(model.order.rankers)},
        **{f"setter{number}": _letters(trees.written) for number, trees in enumerate(model.setters)},
    }
    with zipfile.ZipFile(out, "w") as packed:
        for name, array in arrays.items():
            bare = np.ascontiguousarray(array)
            with packed.open(f"{name}.npy", "w") as entry:
                np.lib.format.write_array_header_1_0(entry, np.lib.format.header_data_from_array_1_0(bare))
                entry.write(bare.data)  # ``write_array`` would copy 16 MB at a time


def from_bytes(content: bytes, mark: str) -> Model | None:
    """Return the model of some bytes; None when they are damaged or of other names."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            if _text(arrays["mark"]) != mark:
                return None
            return Model(
                Encoder(arrays["table"]),
                Order(
                    _net_of([arrays[f"net_{name}"] for name in _NET], arrays["net_told"]),
                    tuple(Trees(_text(arrays[name])) for name in sorted(arrays) if name.startswith("ranker")),
                    _net_of([arrays[f"edits_{name}"] for name in _NET], arrays["edits_told"]),
                ),
                tuple(Trees(_text(arrays[name])) for name in sorted(arrays) if name.startswith("setter")),
                Scale(*arrays["scale"].tolist()),
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _parts_of(named: str, net: Net) -> dict[str, NDArray[np.generic]]:
    weights = (net.scaling.middle, net.scaling.narrowing, net.inner, net.offset, net.outer, net.past)
    parts = {f"{named}_{name}": array for name, array in zip(_NET, weights, strict=True)}
    return {**parts, f"{named}_told": net.told}


def _net_of(arrays: Sequence[Floats], told: Halves) -> Net:
    middle, narrowing, inner, offset, outer, past = arrays
    return Net(Scaling(middle, narrowing), inner, offset, outer, past, told)


def _letters(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), np.uint8)


def _text(letters: NDArray[np.uint8]) -> str:
    return letters.tobytes().decode("utf-8")
