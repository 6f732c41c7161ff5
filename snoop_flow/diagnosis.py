"""What is installed, what is missing, and how to mend it."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from snoop_flow.host import PluginHost
from snoop_flow.plugin_types import Finding
from snoop_flow.reports import PluginsReport
from snoop_flow.workspace import Workspace


def plugins_report(host: PluginHost) -> PluginsReport:
    """Plugins, what each gives, and why one was not loaded."""
    kinds = {
        kind: {name: spec.title for name, spec in getattr(host, kind).items()}
        for kind in ("sources", "segmenters", "backbones", "index_types", "strategies", "exporters")
    }
    shorts = {name: spec.short or name.upper() for name, spec in host.exporters.items()}
    plugins = tuple(asdict(plugin) for plugin in host.plugins)
    return PluginsReport(plugins=plugins, failures=dict(host.failures), shorts=shorts, **kinds)


def workspace_plugins(workspace: Workspace) -> PluginsReport:
    """The plugins of an opened workspace."""
    return plugins_report(workspace.host)


def diagnose(host: PluginHost) -> list[Finding]:
    """Check the installation."""
    told = host.findings()  # first, for a plugin that fails at it is among the failures
    findings = [_plugin_finding(host), _vendor_finding(), _processors(), *told]
    findings += [_package(name, why) for name, why in _OPTIONAL.items()]
    findings += [_program(name, why) for name, why in _PROGRAMS.items()]
    return findings


_OPTIONAL = {
    "snoop-onnx": "backbones from ONNX files; install it with: pip install snoop-onnx",
    "snoop-transformers": "DINOv2, CLIP, SigLIP and M-CLIP; see its README",
    "snoop-openclip": "models of OpenCLIP; see its README",
    "snoop-faiss": "approximate indexes; install it with: pip install 'snoop-faiss[cpu]'",
}
_PROGRAMS = {
    "initdb": "tests on PostgreSQL; install postgresql",
    "chromium": "tests in a browser; install chromium",
}


def _plugin_finding(host: PluginHost) -> Finding:
    if host.failures:
        broken = "; ".join(f"{name}: {reason}" for name, reason in host.failures.items())
        return Finding("plugins", False, f"not loaded: {broken}; reinstall or remove them")
    return Finding("plugins", True, ", ".join(plugin.name for plugin in host.plugins))


def _vendor_finding() -> Finding:
    spec = find_spec("snoop_webui")
    if spec and spec.origin and list((Path(spec.origin).parent / "static" / "vendor").glob("*")):
        return Finding("web libraries", True, "present")
    return Finding("web libraries", False, "pages work, but plainly; fetch them with: python -m snoop_webui.vendor")


def _processors() -> Finding:
    return Finding("processors", True, f"{os.cpu_count()}")


def _package(name: str, why: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, f"optional, for {why}")


def _program(name: str, why: str) -> Finding:
    # Debian keeps the server's programs out of the PATH
    found = shutil.which(name) or next(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), None)
    return Finding(name, True, str(found)) if found else Finding(name, False, f"optional, for {why}")
