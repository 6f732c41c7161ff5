"""Index types by name, and built indexes opened after their digests were checked."""

from __future__ import annotations

from snoop_flow.entities import Index
from snoop_flow.errors import IntegrityError
from snoop_flow.host import choose
from snoop_flow.plugin_types import Index as OpenIndex
from snoop_flow.plugin_types import IndexTypeSpec
from snoop_flow.vectors import VectorSet, file_digest
from snoop_flow.workspace import Workspace

PROCESSOR = "cpu"


def index_type(workspace: Workspace, name: str | None = None) -> IndexTypeSpec:
    """The named index type, or that of the settings, on the device of the settings if it knows devices.

    Raises:
        PluginError: there is no such type.
        UsageError: this is no name of a device.
    """
    wanted = name or workspace.settings.index_type
    spec = choose("index type", wanted, workspace.host.index_types, workspace.host.failures)
    device = workspace.settings.index_device
    return spec if spec.on is None or device == PROCESSOR else spec.on(device)


def open_index(workspace: Workspace, index: Index, view: VectorSet) -> OpenIndex:
    """Open a built index after checking the digest of each of its files.

    Raises:
        IntegrityError: a file is missing or not the one that was built.
        PluginError: its type is not installed any more.
    """
    check_files(workspace, index)
    return index_type(workspace, index.type).open(workspace.folder / "indexes" / index.folder, view)


def check_files(workspace: Workspace, index: Index) -> None:
    """See that every file is the one that was built; raises `IntegrityError`."""
    folder = workspace.folder / "indexes" / index.folder
    for name, digest in index.digests.items():
        if not (folder / name).is_file() or file_digest(folder / name) != digest:
            raise IntegrityError(
                f"{folder / name}: is not the file that was built; build it anew with: "
                f"snoop-flow index --type {index.type} --anew"
            )
