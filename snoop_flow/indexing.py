"""Indexing: vector rows → a search structure, built beside the old one and switched in one transaction."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from snoop_flow import jobs
from snoop_flow.entities import EmbeddingSet, Index, Job, Unit
from snoop_flow.errors import IntegrityError, UsageError
from snoop_flow.host import choose
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import Index as OpenIndex
from snoop_flow.plugin_types import IndexTypeSpec
from snoop_flow.regions.spaces import region_set
from snoop_flow.reports import IndexReport
from snoop_flow.store import embeddings, indexes
from snoop_flow.vectors import VectorSet, file_digest
from snoop_flow.vectors.shards import sync
from snoop_flow.workspace import Workspace

FACTS = "facts.json"  # an index type may leave measured facts, such as its recall, in this file


def build_index(
    workspace: Workspace,
    *,
    type: str | None = None,
    backbone: str | None = None,
    regions: bool = False,
    progress: Progress | None = None,
) -> IndexReport:
    """Build an index over all vectors of a backbone, of whole images or of regions.

    Raises:
        PluginError: no such index type or backbone.
        NotFoundError: nothing is embedded yet.
    """
    spec = index_type(workspace, type)
    known = _set(workspace, backbone, regions)
    parameters = {"type": spec.name, "backbone": known.backbone, "regions": regions}
    job = jobs.run(workspace, INDEX, parameters, progress)
    return IndexReport(job=job.id, **job.report)


def index_type(workspace: Workspace, name: str | None = None) -> IndexTypeSpec:
    """The named index type, or that of the settings."""
    wanted = name or workspace.settings.index_type
    return choose("index type", wanted, workspace.host.index_types, workspace.host.failures)


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    yield {"set": _set(workspace, job.parameters["backbone"], job.parameters.get("regions", False)).id}


def _set(workspace: Workspace, backbone: str | None, regions: bool) -> EmbeddingSet:
    return region_set(workspace, backbone) if regions else workspace.embedding_set(backbone)


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    spec = index_type(workspace, job.parameters["type"])
    with workspace.catalogue.read() as connection:
        known = embeddings.set_by_id(connection, unit.payload["set"])
    view = workspace.vectors(known)
    if not len(view):
        raise UsageError(f"the backbone {known.backbone} has no vectors yet; run: snoop-flow embed")
    name = f"{known.id}-{spec.name}-{uuid.uuid4().hex[:8]}"
    folder = workspace.folder / "indexes" / name
    _build(spec, view, folder)
    facts = _facts(folder)
    digests = {path.name: file_digest(path) for path in sorted(folder.iterdir())}
    with workspace.catalogue.write() as connection:
        indexes.add(connection, known.id, spec.name, name, digests, len(view), view.state, facts)
        replaced = indexes.older(connection, known.id, spec.name)
        indexes.remove(connection, [one.id for one in replaced])
    for one in replaced:
        shutil.rmtree(workspace.folder / "indexes" / one.folder, ignore_errors=True)
    return {"index": name, "type": spec.name, "items": len(view), "facts": facts}


def _build(spec: IndexTypeSpec, view: VectorSet, folder: Path) -> None:
    building = folder.with_name(folder.name + ".building")
    building.mkdir(parents=True)
    try:
        spec.build(view, building, np.random.default_rng(0))
        for path in building.iterdir():
            sync(path)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _facts(folder: Path) -> dict[str, Any]:
    path = folder / FACTS
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    return reports[-1]


def open_index(workspace: Workspace, index: Index, view: VectorSet) -> OpenIndex:
    """Open a built index after checking the digest of each of its files.

    Raises:
        IntegrityError: a file is missing or not the one that was built.
    """
    folder = workspace.folder / "indexes" / index.folder
    for name, digest in index.digests.items():
        if not (folder / name).is_file() or file_digest(folder / name) != digest:
            raise IntegrityError(
                f"{folder / name}: is not the file that was built; build it anew with: "
                f"snoop-flow index --type {index.type}"
            )
    return index_type(workspace, index.type).open(folder, view)


INDEX = Verb("index", _plan, _do_unit, _finish)
