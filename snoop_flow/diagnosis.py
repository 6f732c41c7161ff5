"""What is installed, what is missing, and how to mend it."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from snoop_flow.entities import EmbeddingSet
from snoop_flow.errors import SnoopError
from snoop_flow.host import PluginHost
from snoop_flow.plugin_types import BackboneSpec
from snoop_flow.reports import BackboneFacts, PluginsReport
from snoop_flow.store import embeddings
from snoop_flow.workspace import Workspace, serving_first


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    ok: bool
    finding: str


def plugins_report(host: PluginHost) -> PluginsReport:
    """Plugins, what each gives, and why one was not loaded."""
    kinds = {
        kind: {name: spec.title for name, spec in getattr(host, kind).items()}
        for kind in ("sources", "segmenters", "backbones", "index_types", "strategies", "exporters")
    }
    plugins = tuple(asdict(plugin) for plugin in host.plugins)
    return PluginsReport(plugins=plugins, failures=dict(host.failures), **kinds)


def workspace_plugins(workspace: Workspace) -> PluginsReport:
    """The plugins of an opened workspace."""
    return plugins_report(workspace.host)


def backbones_report(host: PluginHost) -> list[BackboneFacts]:
    """The backbones that have names of their own, with their facts; families are given by the plugins' report."""
    return [facts_of(spec) for spec in host.backbones.values() if isinstance(spec, BackboneSpec)]


def workspace_backbones(workspace: Workspace) -> list[BackboneFacts]:
    """The backbones, those that items are embedded with first; of a family those that are in use here."""
    with workspace.catalogue.read() as connection:
        sets = serving_first(connection)
        rows = embeddings.rows_by_set(connection)
    serving = _serving(workspace)
    used = {one.backbone: _used(workspace, one, rows.get(one.id, 0), one.id == serving) for one in sets}
    return [*used.values(), *(one for one in backbones_report(workspace.host) if one.name not in used)]


def _serving(workspace: Workspace) -> int | None:
    try:
        return workspace.embedding_set().id
    except SnoopError:  # nothing is embedded, or with another backbone than the settings name
        return None


def _used(workspace: Workspace, known: EmbeddingSet, items: int, serves: bool) -> BackboneFacts:
    try:
        facts = facts_of(workspace.host.backbone(known.backbone))
    except SnoopError as error:  # its plugin or its files are gone; the vectors are not
        facts = BackboneFacts(known.backbone, str(error), known.dimension, 0, 0, "unknown", False, "", None)
    return replace(facts, items=items, serves=serves)


def facts_of(spec: BackboneSpec) -> BackboneFacts:
    """A spec's facts."""
    return BackboneFacts(
        name=spec.name,
        title=spec.title,
        dimension=spec.dimension,
        input_size=spec.input_size,
        megabytes=spec.megabytes,
        licence=spec.licence,
        reads_text=spec.reads_text,
        languages=spec.languages,
        patch_grid=spec.patch_grid,
    )


def diagnose(host: PluginHost) -> list[Finding]:
    """Check the installation."""
    findings = [_plugin_finding(host), _vendor_finding(), _processors()]
    findings += [_package(name, why) for name, why in _OPTIONAL.items()]
    findings += [_program(name, why) for name, why in _PROGRAMS.items()]
    return findings


_OPTIONAL = {
    "snoop-onnx": "backbones from ONNX files; install it with: pip install snoop-onnx",
    "snoop-transformers": "DINOv2, CLIP, SigLIP and M-CLIP; see its README",
    "snoop-openclip": "models of OpenCLIP; see its README",
    "snoop-faiss": "approximate indexes; install it with: pip install snoop-faiss",
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
