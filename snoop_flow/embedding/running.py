"""Embedding: item rows → vector rows.

One unit is a batch of items. Its images are fetched once, at the size that the backbone and the thumbnail need; the
vectors go into a small sealed shard of their own, so that a killed run loses one batch at most. When the job is done,
small shards are merged into large ones.

Threads fetch, decode and prepare pictures while the model runs others; two units are under way, so that the model need
not wait at their seam. Memory holds two batches of pictures for each of them.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Lock
from typing import Any

import numpy as np
from PIL.Image import Image

from snoop_flow import jobs
from snoop_flow.entities import EmbeddingSet, Item, Job, Shard, Unit
from snoop_flow.errors import FailureKind, IntegrityError, SourceError
from snoop_flow.images import THUMBNAIL_SIZE
from snoop_flow.images.ordered import in_order
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import Backbone, BackboneSpec, FloatArray, PreparedBackbone
from snoop_flow.processes.garbage import old_objects_at_rest
from snoop_flow.reports import EmbedReport, FailedThing
from snoop_flow.store import collections, embeddings, failures, items
from snoop_flow.store.rows import chunks
from snoop_flow.vectors import VectorSet, derive, usable, write_shard
from snoop_flow.workspace import Workspace

STAGE = "embed"
STEP = 32  # pictures in one call of a model that does not say how many it takes best
_TURN = Lock()  # calls of a model use all its threads; two at once would fight for them


def embed(
    workspace: Workspace,
    *,
    collection: str | None = None,
    backbone: str | None = None,
    device: str | None = None,
    progress: Progress | None = None,
) -> EmbedReport:
    """Compute vectors for the items that lack one of their present image.

    Args:
        collection: slug of the only collection to embed.
        backbone: `NAME` or `FAMILY:LOCATION`.
        device: what the backbone runs on, such as `cpu`, `cuda` or `cuda@bf16`; by default that of the settings.

    Raises:
        PluginError: no such backbone.
        NotFoundError: no such collection.
    """
    spec = workspace.backbone_spec(backbone)
    spec.fingerprint()  # its files are looked for, or fetched, before there is a job to fail
    # a path in the name is absolute
    parameters = {"collection": collection, "backbone": spec.name, "device": device or workspace.settings.device}
    job = jobs.run(workspace, EMBED, parameters, progress)
    found = tuple(FailedThing(**one) for one in job.report["failures"])
    return EmbedReport(job=job.id, cost=job.cost, **{**job.report, "failures": found})


# --- planning ----------------------------------------------------------------------------------------------------


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    spec = workspace.backbone_spec(job.parameters["backbone"])
    slug = job.parameters["collection"]
    with workspace.catalogue.write() as connection:
        scope = collections.by_slug(connection, slug).id if slug else None
        known = embeddings.ensure_set(connection, spec.name, spec.fingerprint(), spec.dimension)
        if known.dimension != spec.dimension:
            raise IntegrityError(
                f"backbone {spec.name} says that its vectors have {spec.dimension} numbers, but those that are kept "
                f"for it have {known.dimension}; a backbone whose vectors change must change its fingerprint"
            )
        numbers = items.lacking_vectors(connection, known.id, scope)
        skipped = len(items.numbers_in(connection, scope)) - len(numbers)
    yield {"set": known.id, "items": [], "skipped": skipped}
    for part in chunks(numbers, workspace.settings.embed_batch):
        yield {"set": known.id, "items": part, "skipped": 0}


# --- doing -------------------------------------------------------------------------------------------------------


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    started = time.time()
    spec = workspace.backbone_spec(job.parameters["backbone"])
    wanted = _still_lacking(workspace, unit)
    done, failed = _embedded(workspace, spec, job.parameters["device"], wanted) if wanted else ([], [])
    if done:
        seal(workspace, unit.payload["set"], spec.fingerprint(), done)
    _keep_failures(workspace, [item for item, _ in done], failed)
    return {
        "embedded": len(done),
        "skipped": unit.payload["skipped"] + len(unit.payload["items"]) - len(wanted),
        "span": [started, time.time()],
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


def _embedded(
    workspace: Workspace, spec: BackboneSpec, device: str, wanted: Sequence[Item]
) -> tuple[list[tuple[Item, FloatArray]], list[tuple[Item, SourceError]]]:
    """Items with their vectors, and those that have none with the reason."""
    backbone = workspace.open_backbone(spec, device)
    step = step_of(backbone, len(wanted))
    done: list[tuple[Item, FloatArray]] = []
    failed: list[tuple[Item, SourceError]] = []
    loaded: list[tuple[Item, Any]] = []
    with old_objects_at_rest():  # now that the model and its libraries are there
        for item, picture in _pictures(workspace, spec, backbone, wanted, 2 * step):
            if isinstance(picture, SourceError):
                failed.append((item, picture))
            else:
                loaded.append((item, picture))
            if len(loaded) == step:
                done += _through(backbone, spec, loaded)
                loaded = []
        if loaded:
            done += _through(backbone, spec, loaded)
    fit = usable(np.stack([vector for _, vector in done])) if done else np.zeros(0, bool)
    failed += [(item, _unfit(item, spec)) for (item, _), good in zip(done, fit, strict=True) if not good]
    return [one for one, good in zip(done, fit, strict=True) if good], failed


def step_of(backbone: Backbone, wanted: int) -> int:
    """How many pictures to give a backbone at once; finding its best number takes time, which few are not worth."""
    return int(getattr(backbone, "batch_size", STEP)) if wanted > STEP else STEP


def _pictures(
    workspace: Workspace, spec: BackboneSpec, backbone: Backbone, wanted: Sequence[Item], ahead: int
) -> Iterator[tuple[Item, Any]]:
    """Items with what the backbone takes, or with why there is none; thumbnails are made on the way.

    Args:
        ahead: pictures loaded or under way while the model runs.
    """
    loader, size = workspace.loader(), max(spec.input_size, THUMBNAIL_SIZE)
    prepare = backbone.prepare if isinstance(backbone, PreparedBackbone) else _as_it_is

    def load(item: Item) -> Any:
        try:
            canvas = (item.width, item.height)
            picture = loader.load(item.image, size, selector=item.selector, canvas_size=canvas)
        except SourceError as error:
            return error
        workspace.thumbnails.put(item.id, picture)
        return prepare(picture)

    with ThreadPoolExecutor(workspace.settings.fetch_connections, thread_name_prefix="load") as threads:
        yield from zip(wanted, in_order(threads, load, wanted, ahead=ahead), strict=True)


def _as_it_is(picture: Image) -> Any:
    return picture


def _through(backbone: Backbone, spec: BackboneSpec, loaded: list[tuple[Item, Any]]) -> list[tuple[Item, FloatArray]]:
    """Some pictures through the model."""
    pictures = [picture for _, picture in loaded]
    with nullcontext() if getattr(backbone, "overlaps", False) else _TURN:
        if isinstance(backbone, PreparedBackbone):
            vectors = backbone.embed_prepared(pictures)
        else:
            vectors = backbone.embed_images(pictures)
    if vectors.shape != (len(loaded), spec.dimension):
        raise IntegrityError(
            f"backbone {spec.name} gave vectors of shape {vectors.shape}, not {(len(loaded), spec.dimension)}"
        )
    return [(item, vector) for (item, _), vector in zip(loaded, vectors, strict=True)]


def seal(workspace: Workspace, set_id: int, fingerprint: str, done: Sequence[tuple[Item, FloatArray]]) -> None:
    """Keep vectors of items in a shard of their own; `fingerprint` is that of the set."""
    numbers = [item.number for item, _ in done]
    digests = {item.number: item.image_digest for item, _ in done}
    vectors = np.stack([vector for _, vector in done])
    file = f"{set_id}/{uuid.uuid4().hex}.safetensors"
    sha256 = write_shard(workspace.vector_folder / file, vectors, np.array(numbers), fingerprint)
    with workspace.catalogue.write() as connection:
        embeddings.seal(connection, set_id, file, sha256, numbers, digests)


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
    seconds = jobs.busy_seconds(reports)
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
    # as they are kept: in float32, and copied for each look at them, a quarter of a million took some gigabytes
    vectors, fit = np.empty((len(view), embedding_set.dimension), np.float16), np.empty(len(view), np.bool_)
    start = 0
    for block in view.blocks():
        vectors[start : start + len(block)] = block
        # shards of the first format could hold rows of zeros; such items lack a vector again
        fit[start : start + len(block)] = usable(block)
        start += len(block)
    if not fit.all():
        vectors = vectors[fit]
    file = f"{embedding_set.id}/{uuid.uuid4().hex}.safetensors"
    path = workspace.vector_folder / file
    sha256 = write_shard(path, vectors, view.numbers[fit], embedding_set.fingerprint)
    numbers: list[Any] = view.numbers[fit].tolist()
    with workspace.catalogue.write() as connection:
        embeddings.replace(connection, [one.id for one in group], embedding_set.id, file, sha256, numbers)
    for one in group:
        (workspace.vector_folder / one.file).unlink(missing_ok=True)


EMBED = Verb("embed", _plan, _do_unit, _finish, at_once=2)
