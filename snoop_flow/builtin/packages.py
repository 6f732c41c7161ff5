"""Sources `bagit` and `ocfl`: packages of a preservation archive, each a record, every image checked by its digest.

BagIt 0.93 to 1.0 (RFC 8493) and OCFL 1.0 and 1.1 (https://ocfl.io/1.1/spec/). A folder that holds many packages is
walked. Nothing is copied; a file that does not match its digest is a problem of its record, and left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from snoop_flow.drafting import file_item, file_record, is_image
from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.plugin_types import HarvestSource, Listed, RecordDraft, RecordRef, SourceContext, SourceSpec

_CHUNK = 1 << 20
_SHALLOW = 6  # folders below the location in which packages are looked for
_ALGORITHMS = ("sha512", "sha256", "sha1", "md5")


@dataclass(frozen=True, slots=True)
class Package:
    """One package.

    Attributes:
        files: name in the package → where its bytes are, and their digest.
        stamp: changes when the package does.
    """

    label: str
    algorithm: str
    files: Mapping[str, tuple[Path, str]]
    stamp: str
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class PackageSource:
    """A package, or a folder of packages; implements `HarvestSource`."""

    def __init__(self, location: str, kind: str) -> None:
        """Nothing is read yet."""
        self._root = Path(location).expanduser().resolve()
        self._marks, self._read_package = _KINDS[kind]

    def list(self) -> Iterator[Listed]:
        """Yield each package."""
        found = False
        for folder in _packages(self._root, self._marks, 0):
            found = True
            try:
                stamp = self._read_package(folder).stamp
            except SourceError:
                stamp = ""  # reading it says why
            yield RecordRef(str(folder), stamp=stamp)
        if not found:
            raise SourceError(FailureKind.INVALID, str(self._root), "holds no package of this kind")

    def read(self, ref: RecordRef) -> RecordDraft:
        """Read a package: its images, checked by their digests."""
        package = self._read_package(Path(ref.uri))
        items, problems = [], []
        for name, (path, digest) in package.files.items():
            if not is_image(path if path.suffix else Path(name)):
                continue
            try:
                if _digest(path, package.algorithm) != digest.lower():
                    problems.append(f"{name}: does not match its {package.algorithm} digest, left out")
                    continue
                items.append(file_item(path, key=name, label=name, digest=digest))
            except SourceError as error:
                problems.append(f"{name}: {error.reason}")
            except OSError as error:
                problems.append(f"{name}: cannot be read ({error.strerror})")
        if not items:
            raise SourceError(FailureKind.INVALID, ref.uri, problems[0] if problems else "holds no images")
        lines = tuple(({"none": (name,)}, {"none": texts}) for name, texts in package.metadata.items())
        return file_record(ref.uri, package.label, items, problems, lines)


def _packages(folder: Path, marks: tuple[str, ...], depth: int) -> Iterator[Path]:
    if any(any(folder.glob(mark)) for mark in marks):
        yield folder
    elif depth < _SHALLOW:
        for below in sorted(folder.iterdir()):
            if below.is_dir() and not below.name.startswith(".") and not below.is_symlink():
                yield from _packages(below, marks, depth + 1)


def read_bag(folder: Path) -> Package:
    """A bag as its manifest describes it; raises `SourceError`."""
    names = {algorithm: folder / f"manifest-{algorithm}.txt" for algorithm in _ALGORITHMS}
    algorithm = next((name for name, path in names.items() if path.is_file()), None)
    if algorithm is None:
        raise SourceError(FailureKind.INVALID, str(folder), f"a bag without a manifest ({', '.join(_ALGORITHMS)})")
    text = _text(names[algorithm])
    files = {}
    for line in text.splitlines():
        digest, _, name = line.strip().partition(" ")
        name = name.strip().lstrip("*").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        if name:
            files[name] = (_inside(folder, name), digest)
    info = _tags(folder / "bag-info.txt")
    label = next((info[key][0] for key in ("External-Description", "External-Identifier") if key in info), folder.name)
    stamp = hashlib.sha256(f"{text}\n{json.dumps(info, sort_keys=True)}".encode()).hexdigest()
    return Package(label, algorithm, files, stamp, info)


def read_object(folder: Path) -> Package:
    """The head version of an OCFL object as its inventory describes it; raises `SourceError`."""
    text = _text(folder / "inventory.json")
    try:
        inventory: dict[str, Any] = json.loads(text)
        algorithm = str(inventory["digestAlgorithm"])
        state = inventory["versions"][inventory["head"]]["state"]
        stored = {digest.lower(): paths[0] for digest, paths in inventory["manifest"].items()}
        named = [(name, digest) for digest, names in state.items() for name in names]
        files = {name: (_inside(folder, stored[digest.lower()]), digest) for name, digest in sorted(named)}
        label = str(inventory["id"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise SourceError(FailureKind.INVALID, str(folder), f"an unreadable OCFL inventory ({error!r})") from error
    if algorithm not in _ALGORITHMS:
        raise SourceError(FailureKind.INVALID, str(folder), f"an OCFL object with digests of {algorithm[:30]}")
    sidecar = folder / f"inventory.json.{algorithm}"
    if sidecar.is_file() and _text(sidecar).split()[:1] != [hashlib.new(algorithm, text.encode()).hexdigest()]:
        raise SourceError(FailureKind.INVALID, str(folder), "the OCFL inventory does not match its own digest")
    return Package(label, algorithm, files, hashlib.sha256(text.encode()).hexdigest())


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise SourceError(FailureKind.HOSTILE, str(folder), f"names a file outside of itself: {name[:200]!r}")
    return path


def _tags(path: Path) -> dict[str, tuple[str, ...]]:
    tags: dict[str, list[str]] = {}
    last = ""
    for line in _text(path).splitlines() if path.is_file() else ():
        if line[:1].isspace() and last:
            tags[last][-1] += f" {line.strip()}"
        elif ":" in line:
            last, _, value = (part.strip() for part in line.partition(":"))
            tags.setdefault(last, []).append(value)
    return {name: tuple(values) for name, values in tags.items()}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(FailureKind.INVALID, str(path), f"cannot be read ({error})") from error


def _digest(path: Path, algorithm: str) -> str:
    found = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


_KINDS = {"bagit": (("bagit.txt",), read_bag), "ocfl": (("0=ocfl_object_*",), read_object)}


def _holds(location: str, *marks: str) -> bool:
    folder = Path(location).expanduser()
    try:
        return "://" not in location and folder.is_dir() and any(any(folder.glob(mark)) for mark in marks)
    except OSError:
        return False


def _is_bag(location: str) -> bool:
    return _holds(location, "bagit.txt", "*/bagit.txt")


def _is_ocfl(location: str) -> bool:
    return _holds(location, "0=ocfl_*")


def _open_bag(location: str, _: SourceContext) -> HarvestSource:
    return PackageSource(location, "bagit")


def _open_ocfl(location: str, _: SourceContext) -> HarvestSource:
    return PackageSource(location, "ocfl")


BAGIT = SourceSpec("bagit", "BagIt bags of images, checked by their digests", _is_bag, _open_bag)
OCFL = SourceSpec("ocfl", "OCFL objects and storage roots, checked by their digests", _is_ocfl, _open_ocfl)
