"""snoop-flow: expert-driven visual search and workflow engine for heritage archives.

`Workspace` opens a workspace and has every verb as a method; `hookimpl` marks a plugin's hook implementations.
"""

from snoop_flow.errors import SnoopError
from snoop_flow.facade import Workspace
from snoop_flow.hookspecs import hookimpl

__all__ = ["SnoopError", "Workspace", "hookimpl"]
