"""`backbone …`: which image encoders there are, and changing from one to another."""

from __future__ import annotations

from typing import Any

import click

from snoop_flow.cli.options import counted, failures_text, in_workspace, progress_bar, workspace_or_none
from snoop_flow.embedding.backbones import backbones_report, facts_of
from snoop_flow.errors import PluginError, SourceError
from snoop_flow.facade import Workspace
from snoop_flow.host import PluginHost
from snoop_flow.plugin_types import BackboneSpec
from snoop_flow.reports import BackboneFacts, MoveReport, SwitchReport


@click.group()
def backbone() -> None:
    """The image encoders: what there is, and changing from one to another."""


@backbone.command("list")
@workspace_or_none
def list_backbones(workspace: Workspace | None) -> Any:
    """List the backbones with their facts; in a workspace, those in use first.

    \b
    Example:  snoop-flow backbone list
    """
    found = backbones_report(PluginHost()) if workspace is None else workspace.backbones()
    lines = [_HEAD, *map(_line, found), "", "Families take a location behind a colon; see: snoop-flow plugins"]
    return {"backbones": found}, "\n".join(lines)


_HEAD = f"{'name':38} {'numbers':>7} {'MB':>6}  {'patches':7}  {'licence':10}  reads"


def _line(one: BackboneFacts) -> str:
    grid = f"{one.patch_grid[0]} × {one.patch_grid[1]}" if one.patch_grid else "–"
    licence = one.licence if len(one.licence) <= 10 else f"{one.licence[:9]}…"
    used = f"  [{counted(one.items, 'item')}{', serves' if one.serves else ''}]" if one.items else ""
    reads = one.languages or ("texts" if one.reads_text else "–")
    return f"{one.name:38} {one.dimension:7} {one.megabytes or '–':>6}  {grid:7}  {licence:10}  {reads}{used}"


@backbone.command()
@click.argument("name")
@workspace_or_none
def show(workspace: Workspace | None, name: str) -> Any:
    """Tell all that is known of a backbone. Its fingerprint takes its files, which are fetched if only a hub has them.

    \b
    Examples:  snoop-flow backbone show dinov2-small
               snoop-flow backbone show transformers:models/my-clip
    """
    spec = (PluginHost() if workspace is None else workspace.host).backbone(name)
    known = {} if workspace is None else {one.name: one for one in workspace.backbones()}
    facts = known.get(spec.name, facts_of(spec))
    fingerprint, lacking = _fingerprint(spec)
    lines = [
        f"{facts.name}: {facts.title}",
        f"vectors of {facts.dimension} numbers, from images of up to {facts.input_size} pixels",
        f"texts: {facts.languages or 'it reads none'}",
        f"patches: {_grid(facts)}",
        f"weights: {facts.megabytes or 'no'} MB, licence: {facts.licence}",
        f"fingerprint: {fingerprint or f'not known yet; {lacking}'}",
    ]
    if facts.items:
        lines.append(f"{counted(facts.items, 'item')} embedded" + (", serves searches" if facts.serves else ""))
    return {**_plain(facts), "fingerprint": fingerprint}, "\n".join(lines)


def _fingerprint(spec: BackboneSpec) -> tuple[str | None, str]:
    """The fingerprint, or why there is none: facts are known without the files."""
    try:
        return spec.fingerprint(), ""
    except (PluginError, SourceError) as error:
        return None, str(error)


def _grid(facts: BackboneFacts) -> str:
    return f"{facts.patch_grid[0]} rows of {facts.patch_grid[1]}" if facts.patch_grid else "none"


def _plain(facts: BackboneFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in BackboneFacts.__slots__}


@backbone.command()
@click.argument("name")
@click.option("--device", metavar="NAME", help="Such as cpu, cuda or cuda@bf16; by default that of the settings.")
@click.option("--type", "type_", metavar="NAME", help="Index type (see plugins).")
@in_workspace
def switch(workspace: Workspace, name: str, device: str | None, type_: str | None) -> Any:
    """Embed everything with the backbone NAME, index it, and teach all classes on it.

    What is there goes on serving until the new vectors are complete, and is kept. A run that was stopped goes on where
    it was. Enrich the classes again afterwards.

    \b
    Example:  snoop-flow backbone switch dinov2-base --device cuda
    """
    with progress_bar("switch") as progress:
        report = workspace.switch_backbone(name, device=device, type=type_, progress=progress)
    return report, _switched(report)


def _switched(report: SwitchReport) -> str:
    lines = [
        f"{counted(report.embed.embedded, 'item')} embedded with {report.backbone} "
        f"({report.embed.skipped} had a vector already), index {report.index.type}",
        *map(moved_line, report.moved),
        *(f"left: {one.visual_class}: {one.reason}" for one in report.left),
    ]
    if report.embed.failed:
        lines.append(f"{report.embed.failed} without an image:{failures_text(report.embed.failures)}")
    if report.serves:
        lines.append(f"Searches use {report.backbone} now.")
    else:
        lines.append(
            "Searches use another backbone still, which the settings name or which has more vectors; "
            f'to change that, set backbone = "{report.backbone}" in snoop-flow.toml.'
        )
    if report.moved:
        lines.append(f"Enrich again with: snoop-flow enrich {' '.join(repr(one.visual_class) for one in report.moved)}")
    return "\n".join(lines)


def moved_line(one: MoveReport) -> str:
    """What moving a class came to, in one line."""
    lacking = f", {one.lacking} positives without a vector" if one.lacking else ""
    marks = f"+{one.positives} −{one.negatives}"
    return f"{one.visual_class}: version {one.version} on {one.backbone} from {marks}{lacking}"


COMMANDS = (backbone,)
