"""`harvest`, `embed`, `index`, `ingest`: from sources to a searchable corpus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from snoop_flow.cli.index_text import index_text
from snoop_flow.cli.options import Function, cost_text, counted, failures_text, in_workspace, progress_bar
from snoop_flow.facade import Workspace
from snoop_flow.frugality import Cost
from snoop_flow.regions.spaces import WAYS
from snoop_flow.reports import EmbedReport, HarvestReport, SegmentReport


def _source_options(required: bool = True) -> Callable[[Function], Function]:
    def add(command: Function) -> Function:
        for option in _options_of_sources(required):
            command = option(command)
        return command

    return add


def _options_of_sources(required: bool) -> tuple[Callable[[Function], Function], ...]:
    return (
        click.option("--keyframes", type=click.IntRange(1), help="Of films: keyframes of a shot at most."),
        click.option("--every", type=click.FloatRange(0), metavar="SECONDS", help="Of films: one so often, instead."),
        click.argument("locations", metavar="SOURCE...", nargs=-1, required=required),
        click.option("--collection", help="Slug of the collection to fill; by default named after the source."),
        click.option("--source", metavar="TYPE", help="Source type, where it is not recognised (see plugins)."),
        click.option("--limit", type=click.IntRange(1), help="Read at most this many records of each source."),
        click.option(
            "--allow-host",
            "allow_hosts",
            multiple=True,
            help="A private host, as HOST or HOST:PORT, that this source may reach; may be repeated.",
        ),
    )


def _backbone_option(command: Function) -> Function:
    text = "Backbone, as NAME or FAMILY:FILE (see plugins)."
    return click.option("--backbone", metavar="NAME", help=text)(command)


def _device_option(command: Function) -> Function:
    text = "Such as cpu, cuda or cuda@bf16; by default that of the settings."
    return click.option("--device", metavar="NAME", help=text)(command)


@click.command()
@_source_options(required=False)
@click.option("--full", is_flag=True, help="List everything, also where a source tells what changed since last time.")
@click.option("--retry", is_flag=True, help="Read again what failed and may be tried again; takes no SOURCE.")
@click.option("--host", help="With --retry: only what lies at this host.")
@click.option("--early", is_flag=True, help="With --retry: also what is not due, or needed somebody's change.")
@in_workspace
def harvest(
    workspace: Workspace, locations: Sequence[str], retry: bool, host: str | None, early: bool, **options: Any
) -> Any:
    """Read records from IIIF manifests and collections, OAI-PMH, SRU or Change Discovery addresses, or from files.

    Films among them are cut into shots with keyframes, which `snoop-flow shots` lists; --retry also cuts again those
    that could not be cut.

    What a source is, is recognised from its address or path; `snoop-flow plugins` lists the types.

    \b
    Examples:  snoop-flow harvest https://example.org/iiif/collection.json
               snoop-flow harvest ~/scans --collection posters
               snoop-flow harvest ~/films/reel-1.mp4 --keyframes 3
               snoop-flow harvest --retry
    """
    if not locations and not retry:
        raise click.UsageError("Missing argument 'SOURCE...'; or give --retry.")
    if locations and retry:
        raise click.UsageError("--retry reads again what failed: it takes no SOURCE.")
    with progress_bar("harvest") as progress:
        if retry:
            report = workspace.retry(host=host, early=early, progress=progress)
        else:
            report = workspace.harvest(locations, progress=progress, **options)
    return report, _harvested(report)


def _harvested(report: HarvestReport) -> str:
    if not (report.collection or report.films or report.failed):
        return "Nothing is to be tried again now; snoop-flow failures lists what failed, --early tries all of it"
    text = ""
    if report.collection:
        text = (
            f"Collection {report.collection}: {counted(report.records, 'record')}, {counted(report.items, 'item')} "
            f"({report.new} new, {report.changed} changed, {report.unchanged} unchanged, {report.gone} gone)"
        )
    if report.films:
        text += f"{'; ' if text else ''}{counted(report.films, 'film')} cut into {counted(report.shots, 'shot')}"
        text += f" with {counted(report.keyframes, 'keyframe')}"
    if report.skipped:
        text += f"; {report.skipped} not read again, since they did not change"
    if report.failed:
        text += f"\n{len(report.failed)} not read:{failures_text(report.failed)}"
    return text.lstrip()


@click.command()
@click.option("--collection", help="Slug of the only collection to embed.")
@_backbone_option
@_device_option
@in_workspace
def embed(workspace: Workspace, **options: Any) -> Any:
    """Compute the vectors of items that lack one.

    \b
    Examples:  snoop-flow embed
               snoop-flow embed --backbone onnx:models/mobilenet.toml
    """
    with progress_bar("embed") as progress:
        report = workspace.embed(progress=progress, **options)
    return report, _embedded(report) + cost_text(report.cost)


def _embedded(report: EmbedReport) -> str:
    text = f"{counted(report.embedded, 'item')} embedded with {report.backbone} ({report.items_per_second} a second)"
    text += f", {report.skipped} had a vector already" if report.skipped else ""
    if report.failed:
        text += f"\n{report.failed} without an image:{failures_text(report.failures)}"
    return text


@click.command()
@click.option("--collection", help="Slug of the only collection to segment.")
@click.option("--segmenter", default="windows", show_default=True, metavar="NAME", help="What cuts (see plugins).")
@_backbone_option
@click.option("--per-image", type=click.IntRange(1), help="Regions kept of an image; by default region_windows.")
@click.option(
    "--by",
    type=click.Choice(WAYS),
    help="Describe them by the backbone's patches, or crop by crop; by default by patches where it has them.",
)
@_device_option
@in_workspace
def segment(workspace: Workspace, **options: Any) -> Any:
    """Cut images into regions, so that parts of them can be searched for, taught and annotated.

    \b
    Examples:  snoop-flow segment --collection incunables --backbone onnx:models/mobilenet.toml
               snoop-flow segment --collection incunables --per-image 64
    """
    with progress_bar("segment") as progress:
        report = workspace.segment(progress=progress, **options)
    blind = workspace.backbone_spec(report.backbone).patch_grid is None
    return report, _segmented(report, blind) + cost_text(report.cost)


def _segmented(report: SegmentReport, blind: bool) -> str:
    how = "by patches" if report.by == "patches" else "crop by crop"
    how += " (the backbone sees no patches)" if blind else ""
    text = f"{counted(report.regions, 'region')} on {counted(report.segmented, 'item')}, described {how}"
    text += f" with {report.backbone} ({report.items_per_second} items a second, {report.bytes / 1e6:.1f} MB)"
    text += f", {report.skipped} were segmented already" if report.skipped else ""
    if report.failed:
        text += f"\n{report.failed} without an image:{failures_text(report.failures)}"
    return text


@click.command()
@click.option("--type", "type_", metavar="NAME", help="Index type (see plugins).")
@_backbone_option
@click.option("--anew", is_flag=True, help="Build it anew, even if it could be brought up to date.")
@click.option("--regions", is_flag=True, help="Over the vectors of regions.")
@in_workspace
def index(workspace: Workspace, type_: str | None, **options: Any) -> Any:
    """Build an index over the vectors, or bring it up to date.

    \b
    Examples:  snoop-flow index --type faiss-ivf-pq
               snoop-flow index --type faiss-ivf-pq --anew
    """
    with progress_bar("index") as progress:
        report = workspace.build_index(type=type_, progress=progress, **options)
    return report, index_text(report) + cost_text(report.cost)


@click.command()
@_source_options()
@_backbone_option
@_device_option
@click.option("--type", "type_", metavar="NAME", help="Index type (see plugins).")
@in_workspace
def ingest(
    workspace: Workspace,
    locations: Sequence[str],
    backbone: str | None,
    device: str | None,
    type_: str | None,
    **options: Any,
) -> Any:
    """Harvest, cut films into shots, embed and index in one go.

    \b
    Example:  snoop-flow ingest ~/scans --collection posters
    """
    with progress_bar("harvest") as progress:
        harvested = workspace.harvest(locations, progress=progress, **options)
    with progress_bar("embed") as progress:
        embedded = workspace.embed(backbone=backbone, device=device, progress=progress)
    with progress_bar("index") as progress:
        indexed = workspace.build_index(type=type_, backbone=embedded.backbone, progress=progress)
    value = {"harvest": harvested, "embed": embedded, "index": indexed}
    cost = sum(map(Cost.of, (harvested.cost, embedded.cost, indexed.cost)), Cost())
    text = "\n".join([_harvested(harvested), _embedded(embedded), index_text(indexed)])
    return value, text + cost_text(cost.as_json())


COMMANDS = (harvest, embed, segment, index, ingest)
