"""What `snoop-flow doctor` tells of FAISS."""

from __future__ import annotations

from snoop_faiss.devices import why_not
from snoop_faiss.library import installed, load_faiss
from snoop_flow.errors import PluginError
from snoop_flow.plugin_types import Finding


def findings() -> list[Finding]:
    """Which build there is, and whether it can use a graphics card."""
    builds = installed()
    if len(builds) > 1:
        both = " and ".join(builds)
        return [Finding("FAISS", False, f"{both} own the same folder; uninstall both, then install one of them")]
    try:
        found = load_faiss()
    except PluginError as error:
        return [Finding("FAISS", False, str(error))]
    name = next((f"{name} {version}" for name, version in builds.items()), f"{found.__version__}, built by hand")
    return [Finding("FAISS", True, name), _card()]


def _card() -> Finding:
    problem = why_not()
    return Finding("FAISS on a graphics card", not problem, f"optional; {problem}" if problem else "usable")
