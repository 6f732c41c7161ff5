"""Segmenting: items → regions with their vectors, where somebody asks for it.

A thousand pages have thirty thousand regions, so nothing is segmented unasked: a command names the collection. One unit
is a batch of items. Each picture is fetched once and described once; the segmenter says which of its boxes are kept.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from PIL.Image import Image

from snoop_flow import jobs
from snoop_flow.embedding.running import merge_shards, seal
from snoop_flow.entities import EmbeddingSet, Item, ItemKind, Job, Unit
from snoop_flow.errors import PluginError, SourceError, UsageError
from snoop_flow.host import choose
from snoop_flow.images.ordered import in_order
from snoop_flow.jobs import Payload, Progress, Verb
from snoop_flow.plugin_types import FloatArray, SegmenterSpec
from snoop_flow.regions.cutting import Context, cut
from snoop_flow.regions.spaces import describer, ensure_region_set
from snoop_flow.reports import FailedThing, SegmentReport
from snoop_flow.store import collections, embeddings, failures, items, segmentations
from snoop_flow.store.rows import chunks
from snoop_flow.vectors import derive
from snoop_flow.workspace import Workspace

STAGE = "segment"
DEFAULT = "windows"
AHEAD = 8  # pictures loaded or under way while one is described; they are large
MOST = 10_000  # regions of one image


def segment(
    workspace: Workspace,
    *,
    collection: str | None = None,
    segmenter: str = DEFAULT,
    backbone: str | None = None,
    per_image: int | None = None,
    by: str | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> SegmentReport:
    """Cut the images that were not segmented yet into regions, and compute the vectors of these.

    Args:
        collection: slug of the only collection to segment.
        segmenter: what cuts them, by name.
        backbone: `NAME` or `FAMILY:LOCATION`.
        per_image: how many regions are kept of an image; by default the setting `region_windows`.
        by: `patches` of the backbone's grid or `crops` embedded one by one; by default patches where it has them.
        device: what the backbone runs on, such as `cpu` or `cuda`.

    Raises:
        PluginError: no such segmenter or backbone.
        NotFoundError: no such collection.
        UsageError: a number is out of range, or the workspace would hold more regions than `region_limit`.
    """
    spec = workspace.backbone_spec(backbone)
    most = workspace.settings.region_windows if per_image is None else per_image
    if not 1 <= most <= MOST:
        raise UsageError(f"regions of an image {most}: must be between 1 and {MOST}")
    parameters = {
        "collection": collection,
        "segmenter": _spec(workspace, segmenter).name,
        "backbone": spec.name,
        "per_image": most,
        "by": by,
        "device": device,
    }
    job = jobs.run(workspace, SEGMENT, parameters, progress)
    found = tuple(FailedThing(**one) for one in job.report["failures"])
    return SegmentReport(job=job.id, cost=job.cost, **{**job.report, "failures": found})


def _spec(workspace: Workspace, name: str) -> SegmenterSpec:
    spec = choose("segmenter", name, workspace.host.segmenters, workspace.host.failures)
    if ItemKind.REGION not in spec.kinds:
        raise PluginError(f"segmenter {name} gives {', '.join(spec.kinds) or 'nothing'}; only regions are taken")
    return spec


# --- planning ----------------------------------------------------------------------------------------------------


def _plan(workspace: Workspace, job: Job) -> Iterator[Payload]:
    asked = job.parameters
    most = asked["per_image"] or workspace.settings.region_windows
    known = ensure_region_set(workspace, workspace.backbone_spec(asked["backbone"]), asked["by"])
    with workspace.catalogue.read() as connection:
        scope = collections.by_slug(connection, asked["collection"]).id if asked["collection"] else None
        numbers = segmentations.lacking(connection, known.id, asked["segmenter"], most, scope)
        every = len(items.numbers_in(connection, scope))
        present = segmentations.count_regions(connection)
    _refuse_too_many(workspace, known, present, len(numbers) * most)
    common = {"set": known.id, "most": most}
    yield {**common, "items": [], "skipped": every - len(numbers)}
    for part in chunks(numbers, workspace.settings.embed_batch):
        yield {**common, "items": part, "skipped": 0}


def _refuse_too_many(workspace: Workspace, known: EmbeddingSet, present: int, new: int) -> None:
    limit = workspace.settings.region_limit
    if present + new > limit:
        gigabytes = math.ceil(new * row_bytes(known.dimension) / 1e9)
        raise UsageError(
            f"up to {new} new regions, some {gigabytes} GB of vectors, beside {present} would be more than the limit "
            f"of {limit}; name a collection, ask for fewer per image, or raise the setting region_limit"
        )


def row_bytes(dimension: int) -> int:
    """Bytes that a vector takes in a shard: float16, int8 codes, item number and residual."""
    return 3 * dimension + 12


# --- doing -------------------------------------------------------------------------------------------------------


def _do_unit(workspace: Workspace, job: Job, unit: Unit) -> Payload:
    started = time.time()
    with workspace.catalogue.read() as connection:
        known = embeddings.set_by_id(connection, unit.payload["set"])
    most, name = unit.payload["most"], job.parameters["segmenter"]
    wanted = _still_lacking(workspace, known, name, most, unit.payload["items"])
    done: list[Item] = []
    failed: list[tuple[Item, SourceError]] = []
    found: list[tuple[Item, FloatArray]] = []
    if wanted:
        context = Context(workspace, describer(workspace, known, job.parameters["device"]), most)
        cutter = _spec(workspace, name).open(context)
        for item, picture in _pictures(workspace, context, wanted):
            try:
                found += cut(workspace, known, name, cutter, context, item, picture)
                done.append(item)
            except SourceError as error:
                failed.append((item, error))
        if found:
            seal(workspace, known.id, known.fingerprint, found)
        _keep(workspace, known, name, most, done, failed)
    return {
        "segmented": len(done),
        "skipped": unit.payload["skipped"] + len(unit.payload["items"]) - len(wanted),
        "regions": sum(item.kind is ItemKind.REGION for item, _ in found),
        "span": [started, time.time()],
        "failures": [{"uri": item.uri, "kind": error.kind, "reason": error.reason} for item, error in failed],
    }


def _still_lacking(
    workspace: Workspace, known: EmbeddingSet, segmenter: str, most: int, numbers: Sequence[int]
) -> list[Item]:
    with workspace.catalogue.read() as connection:
        found = items.by_numbers(connection, numbers)
        done = segmentations.done(connection, known.id, segmenter, numbers)

    def lacks(item: Item) -> bool:
        digest, asked = done.get(item.number, ("", 0))
        return item.gone_at is None and (digest != item.image_digest or asked < most)

    return [found[number] for number in numbers if number in found and lacks(found[number])]


def _pictures(
    workspace: Workspace, context: Context, wanted: Sequence[Item]
) -> Iterator[tuple[Item, Image | SourceError]]:
    loader, longest = workspace.loader(), context.space.longest

    def load(item: Item) -> Image | SourceError:
        try:
            return loader.load(item.image, longest)
        except SourceError as error:
            return error

    with ThreadPoolExecutor(workspace.settings.fetch_connections, thread_name_prefix="load") as threads:
        yield from zip(wanted, in_order(threads, load, wanted, ahead=AHEAD), strict=True)


def _keep(
    workspace: Workspace,
    known: EmbeddingSet,
    segmenter: str,
    most: int,
    done: Sequence[Item],
    failed: Sequence[tuple[Item, SourceError]],
) -> None:
    with workspace.catalogue.write() as connection:
        segmentations.keep(connection, known.id, segmenter, most, {item.number: item.image_digest for item in done})
        failures.clear(connection, STAGE, [item.uri for item in done])
        for item, error in failed:
            failures.keep(connection, STAGE, item.uri, error.kind, error.reason)


# --- finishing ---------------------------------------------------------------------------------------------------


def _finish(workspace: Workspace, job: Job, reports: Sequence[Payload]) -> Payload:
    known = ensure_region_set(workspace, workspace.backbone_spec(job.parameters["backbone"]), job.parameters["by"])
    merge_shards(workspace, known)
    if len(view := workspace.vectors(known)):
        derive(workspace.vector_folder / str(known.id), view)
    segmented, regions = (sum(report[name] for report in reports) for name in ("segmented", "regions"))
    seconds = jobs.busy_seconds(reports)
    found = [failure for report in reports for failure in report["failures"]]
    return {
        "backbone": known.backbone,
        "segmenter": job.parameters["segmenter"],
        "by": known.facts["by"],
        "segmented": segmented,
        "skipped": sum(report["skipped"] for report in reports),
        "failed": len(found),
        "regions": regions,
        "bytes": (segmented + regions) * row_bytes(known.dimension),
        "items_per_second": round(segmented / seconds, 2) if seconds else 0.0,
        "failures": found[:100],
    }


SEGMENT = Verb("segment", _plan, _do_unit, _finish)
