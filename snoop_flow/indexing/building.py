"""The verb: an index of the present vectors, made from the one there is where possible, and switched to at once.

Whatever happens, the old index answers until the new one is on disk, checked and entered.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from snoop_flow import jobs
from snoop_flow.entities import EmbeddingSet, Index, Job, Unit
from snoop_flow.errors import IntegrityError, UsageError, phrase
from snoop_flow.indexing import contents
from snoop_flow.indexing.opening import check_files, index_type, open_index
from snoop_flow.indexing.recall import fell, measured
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import FloatArray, IndexTypeSpec
from snoop_flow.regions.spaces import region_set
from snoop_flow.reports import IndexReport
from snoop_flow.store import classes, embeddings, indexes
from snoop_flow.vectors import VectorSet, file_digest
from snoop_flow.vectors.shards import sync
from snoop_flow.workspace import Workspace

FACTS = "facts.json"  # an index type may leave facts in this file


def build_index(
    workspace: Workspace,
    *,
    type: str | None = None,
    backbone: str | None = None,
    anew: bool = False,
    regions: bool = False,
    progress: Progress | None = None,
) -> IndexReport:
    """Build an index over all vectors of a backbone, or bring the one there is up to date.

    Args:
        type: index type, by default that of the settings.
        backbone: by default the one that searching uses.
        anew: build it even if there is one that could be brought up to date.
        regions: over the vectors of regions, not of whole images.

    Raises:
        PluginError: no such index type or backbone, or what it needs is not installed.
        NotFoundError: nothing is embedded yet.
        UsageError: the device of the settings cannot be used.
    """
    spec = index_type(workspace, type)
    known = _set(workspace, backbone, regions)
    parameters = {"type": spec.name, "backbone": known.backbone, "anew": anew, "regions": regions}
    job = jobs.run(workspace, INDEX, parameters, progress)
    return IndexReport(job=job.id, cost=job.cost, **job.report)


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    yield {"set": _set(workspace, job.parameters["backbone"], job.parameters.get("regions", False)).id}


def _set(workspace: Workspace, backbone: str | None, regions: bool) -> EmbeddingSet:
    return region_set(workspace, backbone) if regions else workspace.embedding_set(backbone)


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    spec = index_type(workspace, job.parameters["type"])
    with workspace.catalogue.read() as connection:
        known = embeddings.set_by_id(connection, unit.payload["set"])
        old = indexes.newest(connection, known.id, spec.name)
        own = np.array([np.frombuffer(one, "<f4") for one in classes.weights_on(connection, known.id)], np.float32)
    view = workspace.vectors(known)
    if not len(view):
        raise UsageError(f"the backbone {known.backbone} has no vectors yet; run: snoop-flow embed")
    making = _Making(workspace, spec, view, own, known.id)
    if job.parameters.get("anew"):
        return making.anew("that was asked for")
    return making.anew("") if old is None else making.from_old(old)


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    return reports[-1]


@dataclass(frozen=True, slots=True)
class _Made:
    """An index on disk, and what it took in and let go."""

    folder: Path
    facts: dict[str, Any]
    added: int
    removed: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Making:
    """One index of one type over one view.

    Attributes:
        own: (C, D) the workspace's classes.
    """

    workspace: Workspace
    spec: IndexTypeSpec
    view: VectorSet
    own: FloatArray
    set_id: int

    def from_old(self, old: Index) -> Payload:
        """Keep the old index, bring it up to date, or build anew where neither can be."""
        try:
            if old.state == self.view.state:
                open_index(self.workspace, old, self.view)
                return self._kept(old)
            check_files(self.workspace, old)
            made = self._updated(old)
        except IntegrityError:
            return self.anew("its files were missing or damaged")
        return self.anew(made) if isinstance(made, str) else self._switch(made)

    def anew(self, reason: str) -> Payload:
        """Build from nothing."""
        folder, building = self._folders()
        try:
            self.spec.build(self.view, building, np.random.default_rng(0))
            if self.spec.update is not None:
                np.save(building / contents.FILE, contents.contents(self.view), allow_pickle=False)
            facts = self._facts(building)
            _settle(building, folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return self._switch(_Made(folder, facts, len(self.view), 0, reason))

    def _updated(self, old: Index) -> _Made | str:
        """An index made from the old one, or why it must be built anew."""
        if self.spec.update is None:
            # of a type that writes nothing there is nothing to be told
            return phrase("this type cannot be brought up to date") if old.digests else ""
        old_folder = self.workspace.folder / "indexes" / old.folder
        before, now = contents.read(old_folder), contents.contents(self.view)
        previous = contents.previous_rows(before, now)
        folder, building = self._folders()
        try:
            rng = np.random.default_rng(0)
            reason = self.spec.update(old_folder, self.view, previous, building, rng)
            if reason is None:
                np.save(building / contents.FILE, now, allow_pickle=False)
                facts = self._facts(building)
                reason = fell(old.facts, facts)
            if reason is not None:
                return reason
            _settle(building, folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        added = int(np.count_nonzero(previous < 0))
        return _Made(folder, facts, added, len(before) - (len(now) - added), "")

    def _folders(self) -> tuple[Path, Path]:
        name = f"{self.set_id}-{self.spec.name}-{uuid.uuid4().hex[:8]}"
        folder = self.workspace.folder / "indexes" / name
        building = folder.with_name(f"{name}.building")
        building.mkdir(parents=True)
        return folder, building

    def _facts(self, folder: Path) -> dict[str, Any]:
        path = folder / FACTS
        facts = dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}
        if not self.spec.exact:
            facts |= measured(self.view, self.spec.open(folder, self.view), self.own)
        return facts

    def _kept(self, old: Index) -> Payload:
        with self.workspace.catalogue.write() as connection:
            indexes.prefer(connection, old)
        return _report(old.folder, old.type, old.items, 0, 0, "", dict(old.facts))

    def _switch(self, made: _Made) -> Payload:
        """Enter an index that is safely on disk, and remove what it replaces."""
        name, spec, view = made.folder.name, self.spec.name, self.view
        digests = {path.name: file_digest(path) for path in sorted(made.folder.iterdir())}
        with self.workspace.catalogue.write() as connection:
            indexes.add(connection, self.set_id, spec, name, digests, len(view), view.state, made.facts)
            replaced = indexes.older(connection, self.set_id, spec)
            indexes.remove(connection, [one.id for one in replaced])
        for one in replaced:
            shutil.rmtree(self.workspace.folder / "indexes" / one.folder, ignore_errors=True)
        return _report(name, spec, len(view), made.added, made.removed, made.reason, made.facts)


def _report(
    index: str, type_: str, items: int, added: int, removed: int, reason: str, facts: dict[str, Any]
) -> Payload:
    changes = {"added": added, "removed": removed, "anew": reason}
    return {"index": index, "type": type_, "items": items, **changes, "facts": facts}


def _settle(building: Path, folder: Path) -> None:
    for path in building.iterdir():
        sync(path)
    building.rename(folder)


INDEX = Verb("index", _plan, _do_unit, _finish)
