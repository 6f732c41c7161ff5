"""The kinds of targets, and which one a location is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from snoop_flow.errors import UsageError
from snoop_flow.pushing.container import ContainerTarget
from snoop_flow.pushing.folder import FolderTarget
from snoop_flow.pushing.letters import Means, Target
from snoop_flow.pushing.simple import SimpleTarget

KINDS = ("w3c", "sas", "files")


def open_target(location: str, kind: str, means: Means) -> Target:
    """The target at a location.

    Args:
        location: address of a container or server, or a folder.
        kind: one of `KINDS`.

    Raises:
        UsageError: no such kind, or the location does not suit it.
    """
    web = location.startswith(("http://", "https://"))
    if kind not in KINDS:
        raise UsageError(f"kind of target {kind!r}: is one of {', '.join(KINDS)}")
    if web != (kind != "files"):
        raise UsageError(f"{location}: {kind} writes to {'a folder' if kind == 'files' else 'a web address'}")
    makers: dict[str, Callable[[], Target]] = {
        "w3c": lambda: ContainerTarget(location, means),
        "sas": lambda: SimpleTarget(location, means),
        "files": lambda: FolderTarget(Path(location), means),
    }
    return makers[kind]()
