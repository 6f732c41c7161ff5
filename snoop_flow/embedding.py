"""Embedding: item rows → vector rows.

One unit is a batch of items. Its images are fetched once, at the size that the backbone and the thumbnail need; the
vectors go into a small sealed shard of their own, so that a killed run loses one batch at most. When the job is done,
small shards are merged into large ones.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL.Image import Image

from snoop_flow import jobs
from snoop_flow.entities import EmbeddingSet, Item, Job, Shard, Unit
from snoop_flow.errors import FailureKind, IntegrityError, SourceError
from snoop_flow.images import THUMBNAIL_SIZE, ImageRequest
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import BackboneSpec, FloatArray
from snoop_flow.reports import EmbedReport, FailedThing
from snoop_flow.store import collections, embeddings, failures, items
from snoop_flow.store.rows import chunks
from snoop_flow.vectors import VectorSet, derive, usable, write_shard
from snoop_flow.workspace import Workspace

STAGE = "embed"


def embed(
    workspace: Workspace,
    *,
    collection: str | None = None,
    backbone: str | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> EmbedReport:
    """Compute vectors for the items that lack one of their present image.

    Args:
        collection: slug of the only collection to embed.
        backbone: `NAME` or `FAMILY:LOCATION`.
        device: what the backbone runs on, such as `cpu` or `cuda`.

    Raises:
        PluginError: no such backbone.
        NotFoundError: no such collection.
    """
    spec = workspace.backbone_spec(backbone)
    parameters = {"collection": collection, "backbone": spec.name, "device": device}  # a path in it is absolute
    job = jobs.run(workspace, EMBED, parameters, progress)
    found = tuple(FailedThing(**one) for one in job.report["failures"])
    return EmbedReport(job=job.id, **{**job.report, "failures": found})


# --- planning ----------------------------------------------------------------------------------------------------


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    spec = workspace.backbone_spec(job.parameters["backbone"])
    slug = job.parameters["collection"]
    with workspace.catalogue.write() as connection:
        scope = collections.by_slug(connection, slug).id if slug else None
        known = embeddings.ensure_set(connection, spec.name, spec.fingerprint(), spec.dimension)
        numbers = items.lacking_vectors(connection, known.id, scope)
        skipped = len(items.numbers_in(connection, scope)) - len(numbers)
    yield {"set": known.id, "items": [], "skipped": skipped}
    for part in chunks(numbers, workspace.settings.embed_batch):
        yield {"set": known.id, "items": part, "skipped": 0}


# --- doing -------------------------------------------------------------------------------------------------------


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    started = time.perf_counter()
    spec = workspace.backbone_spec(job.parameters["backbone"])
    wanted = _still_lacking(workspace, unit)
    loaded, failed = _load(workspace, wanted, spec)
    if loaded:
        loaded, unfit = _seal(workspace, unit.payload["set"], spec, job.parameters["device"], loaded)
        failed += unfit
    _keep_failures(workspace, [item for item, _ in loaded], failed)
    return {
        "embedded": len(loaded),
        "skipped": unit.payload["skipped"] + len(unit.payload["items"]) - len(wanted),
        "seconds": time.perf_counter() - started,
        "failures": [{"uri": item.uri, "kind": error.kind, "reason": error.reason} for item, error in failed],
    }


def _still_lacking(workspace: Workspace, unit: Unit) -> list[Item]:
    numbers = unit.payload["items"]
    with workspace.catalogue.read() as connection:
        found = items.by_numbers(connection, numbers)
        done = embeddings.embedded(connection, unit.payload["set"], numbers)
    return [
        found[number]
        for number in numbers
        if number in found and done.get(number) != found[number].image_digest and found[number].gone_at is None
    ]


def _load(
    workspace: Workspace, wanted: Sequence[Item], spec: BackboneSpec
) -> tuple[list[tuple[Item, Image]], list[tuple[Item, SourceError]]]:
    size = max(spec.input_size, THUMBNAIL_SIZE)
    loaded: list[tuple[Item, Image]] = []
    failed: list[tuple[Item, SourceError]] = []
    connections = workspace.settings.fetch_connections
    requests = [ImageRequest(item.image, item.selector, (item.width, item.height)) for item in wanted]
    pictures = workspace.loader().load_many(requests, size, workers=connections)
    for item, picture in zip(wanted, pictures, strict=True):
        if isinstance(picture, SourceError):
            failed.append((item, picture))
        else:
            workspace.thumbnails.put(item.id, picture)
            loaded.append((item, picture))
    return loaded, failed


def _seal(
    workspace: Workspace, set_id: int, spec: BackboneSpec, device: str, loaded: list[tuple[Item, Image]]
) -> tuple[list[tuple[Item, Image]], list[tuple[Item, SourceError]]]:
    """Embed and keep; returns what was kept, and what the backbone made nothing of."""
    backbone = workspace.open_backbone(spec, device)
    vectors = backbone.embed_images([picture for _, picture in loaded])
    if vectors.shape != (len(loaded), spec.dimension):
        raise IntegrityError(
            f"backbone {spec.name} gave vectors of shape {vectors.shape}, not {(len(loaded), spec.dimension)}"
        )
    fit = usable(vectors)
    kept = [one for one, good in zip(loaded, fit, strict=True) if good]
    unfit = [(item, _unfit(item, spec)) for (item, _), good in zip(loaded, fit, strict=True) if not good]
    if not kept:
        return kept, unfit
    numbers = [item.number for item, _ in kept]
    digests = {item.number: item.image_digest for item, _ in kept}
    file = f"{set_id}/{uuid.uuid4().hex}.safetensors"
    sha256 = write_shard(workspace.vector_folder / file, vectors[fit], np.array(numbers), spec.fingerprint())
    with workspace.catalogue.write() as connection:
        embeddings.seal(connection, set_id, file, sha256, numbers, digests)
    return kept, unfit


def _unfit(item: Item, spec: BackboneSpec) -> SourceError:
    reason = f"the backbone {spec.name} gave a vector that is zero or not finite"
    return SourceError(FailureKind.INVALID, item.uri, reason)


def _keep_failures(workspace: Workspace, done: Sequence[Item], failed: Sequence[tuple[Item, SourceError]]) -> None:
    with workspace.catalogue.write() as connection:
        failures.clear(connection, STAGE, [item.uri for item in done])
        for item, error in failed:
            failures.keep(connection, STAGE, item.uri, error.kind, error.reason)


# --- finishing ---------------------------------------------------------------------------------------------------


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    spec = workspace.backbone_spec(job.parameters["backbone"])
    with workspace.catalogue.write() as connection:
        mine = embeddings.ensure_set(connection, spec.name, spec.fingerprint(), spec.dimension)
    merge_shards(workspace, mine)
    # here rather than when a curator waits for the first answer
    if len(view := workspace.vectors(mine)):
        derive(workspace.vector_folder / str(mine.id), view)
    embedded = sum(report["embedded"] for report in reports)
    seconds = sum(report["seconds"] for report in reports)
    found = [failure for report in reports for failure in report["failures"]]
    return {
        "backbone": mine.backbone,
        "embedded": embedded,
        "skipped": sum(report["skipped"] for report in reports),
        "failed": len(found),
        "items_per_second": round(embedded / seconds, 1) if seconds else 0.0,
        "failures": found[:100],
    }


def merge_shards(workspace: Workspace, embedding_set: EmbeddingSet) -> None:
    """Merge small shards, so that the number of maps stays small; readers of the old ones keep their maps."""
    with workspace.catalogue.read() as connection:
        shards = embeddings.shards(connection, embedding_set.id)
        dead = embeddings.dead_rows(connection, embedding_set.id)
    for group in _groups(shards, workspace.settings.shard_rows):
        _merge(workspace, embedding_set, group, dead)


def _groups(shards: Sequence[Shard], limit: int) -> Iterator[list[Shard]]:
    group: list[Shard] = []
    for shard in (one for one in shards if one.rows < limit // 2):
        if group and sum(one.rows for one in group) + shard.rows > limit:
            yield group
            group = []
        group.append(shard)
    if len(group) > 1:
        yield group


def _merge(
    workspace: Workspace, embedding_set: EmbeddingSet, group: Sequence[Shard], dead: Mapping[int, Sequence[int]]
) -> None:
    view = VectorSet(workspace.vector_folder, group, dead, embedding_set.dimension)
    if not len(view):
        return
    vectors: FloatArray = np.concatenate(list(view.blocks()))
    fit = usable(vectors)  # shards of the first format could hold rows of zeros; such items lack a vector again
    file = f"{embedding_set.id}/{uuid.uuid4().hex}.safetensors"
    path = workspace.vector_folder / file
    sha256 = write_shard(path, vectors[fit], view.numbers[fit], embedding_set.fingerprint)
    numbers: list[Any] = view.numbers[fit].tolist()
    with workspace.catalogue.write() as connection:
        embeddings.replace(connection, [one.id for one in group], embedding_set.id, file, sha256, numbers)
    for one in group:
        (workspace.vector_folder / one.file).unlink(missing_ok=True)


EMBED = Verb("embed", _plan, _do_unit, _finish)
