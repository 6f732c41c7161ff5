"""`init`, `status`, `plugins`, `doctor`: the workspace and what is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.index_text import found_text
from snoop_flow.cli.options import answering, counted, in_workspace
from snoop_flow.diagnosis import diagnose, plugins_report
from snoop_flow.facade import Workspace
from snoop_flow.host import PluginHost
from snoop_flow.reports import StatusReport


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--public-url", metavar="URL", help="Address under which a new workspace will be served.")
@click.option("--contact", metavar="MAIL-OR-URL", help="Who asks, for the institutions that a new workspace harvests.")
@answering
def init(folder: Path, public_url: str | None, contact: str | None) -> Any:
    """Create a workspace in FOLDER, or bring an existing one to this version.

    \b
    Example:  snoop-flow init archive --contact mailto:library@example.org
    """
    with Workspace.create(folder, public_url, contact) as workspace:
        value = {"workspace": str(workspace.folder), "database": workspace.catalogue.url}
    return value, f"Workspace ready in {value['workspace']}.\nNext: snoop-flow ingest SOURCE --workspace {folder}"


@click.command()
@in_workspace
def status(workspace: Workspace) -> Any:
    """Tell what a workspace holds.

    \b
    Example:  snoop-flow status --workspace archive
    """
    report = workspace.status()
    lines = [
        f"{counted(report.items, 'item')} in {counted(report.records, 'record')} of "
        f"{counted(report.collections, 'collection')}",
        f"{report.embedded} embedded with {report.backbone or 'no backbone yet'}; index: {_index(report)}",
        f"classes: {report.classes}; jobs running: {report.running_jobs}",
    ]
    return report, "\n".join(lines)


def _index(report: StatusReport) -> str:
    if not report.index_up_to_date:
        mend = f"snoop-flow index --type {report.index}"
        return f"{report.index}, out of date, so the exact scan answers; run: {mend}"
    return f"{report.index} ({found_text(report.recall)})" if report.recall else report.index


@click.command()
@answering
def plugins() -> Any:
    """List the plugins, what each gives, and why one was not loaded.

    \b
    Example:  snoop-flow plugins
    """
    report = plugins_report(PluginHost())
    lines = [f"{one['name']:12} {one['distribution']} {one['version']}" for one in report.plugins]
    for kind in ("sources", "segmenters", "backbones", "index_types", "strategies", "exporters"):
        lines.append(f"\n{kind.replace('_', ' ')}:")
        given = getattr(report, kind)
        width = max((len(name) for name in given), default=0)
        lines += [f"  {name:{max(16, width)}} {title}" for name, title in given.items()] or ["  none"]
    if report.failures:
        lines.append("\nnot loaded:")
        lines += [f"  {name:16} {reason}" for name, reason in report.failures.items()]
    return report, "\n".join(lines)


@click.command()
@answering
def doctor() -> Any:
    """Check the installation: what is missing, and how to mend it.

    \b
    Example:  snoop-flow doctor
    """
    findings = diagnose(PluginHost())
    lines = [f"{'ok     ' if one.ok else 'MISSING'} {one.subject}: {one.finding}" for one in findings]
    return {"findings": findings}, "\n".join(lines)


COMMANDS = (init, status, plugins, doctor)
