"""Which backbones there are, with their facts, and which of them a workspace uses."""

from __future__ import annotations

from dataclasses import replace

from snoop_flow.entities import EmbeddingSet
from snoop_flow.errors import SnoopError
from snoop_flow.host import PluginHost
from snoop_flow.plugin_types import BackboneSpec
from snoop_flow.reports import BackboneFacts
from snoop_flow.store import embeddings
from snoop_flow.workspace import Workspace, serving_first


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
