"""Files of weights: safetensors only, since other formats can hold programs; their sizes and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from snoop_flow.errors import UsageError

# formats that run code when they are loaded
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")

Stamp = tuple[tuple[str, int, int], ...]


def weight_files(folder: Path, name: str = "model") -> tuple[Path, ...]:
    """The files of weights `NAME.safetensors`, or those that `NAME.safetensors.index.json` names; perhaps none.

    Raises:
        UsageError: the index cannot be read.
    """
    single, index = folder / f"{name}.safetensors", folder / f"{name}.safetensors.index.json"
    if single.is_file():
        return (single,)
    if not index.is_file():
        return ()
    try:
        names = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
        return tuple(folder / Path(one).name for one in names)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{index}: is no index of weights; fetch it again") from error


def lacking_weights(folder: Path, name: str = "model") -> str:
    """What a folder lacks of its weights, for a message; empty where it has them."""
    files = weight_files(folder, name)
    if lacking := [path.name for path in files if not path.is_file()]:
        return ", ".join(lacking)
    if files:
        return ""
    pickles = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
    if not pickles:
        return f"{name}.safetensors"
    convert = f"convert it once with: snoop-flow models convert {folder / pickles[0]}"
    return f"{name}.safetensors; {pickles[0]} is not loaded, since it can hold programs: {convert}"


def megabytes_of(files: Sequence[Path]) -> int:
    """Size of files in millions of bytes."""
    return round(sum(path.stat().st_size for path in files) / 1e6)


def digest_of(files: Sequence[Path]) -> str:
    """SHA-256 over the digests of files, which are read again only after a change."""
    try:
        return _digest(tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files))
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be read ({error.strerror})") from error


@lru_cache(maxsize=64)
def _digest(stamp: Stamp) -> str:
    total = hashlib.sha256()
    for name, _, _ in stamp:
        with Path(name).open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
