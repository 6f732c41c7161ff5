"""snoop-flow: expert-driven visual search and workflow engine for heritage archives.

`Workspace` opens a workspace and has every verb as a method; `hookimpl` marks a plugin's hook implementations.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from snoop_flow.errors import SnoopError

if TYPE_CHECKING:
    from snoop_flow.facade import Workspace
    from snoop_flow.hookspecs import hookimpl

__all__ = ["SnoopError", "Workspace", "hookimpl"]

_LATE = {"Workspace": "snoop_flow.facade", "hookimpl": "snoop_flow.hookspecs"}


def __getattr__(name: str) -> Any:
    """Import what is asked for: a process that only reads or decodes needs no workspace, which takes a second."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_LATE[name]), name)
    globals()[name] = found
    return found
