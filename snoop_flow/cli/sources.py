"""`analyse`, `failures`, `quirks`, `convert`, `hosts`: looking at sources, and at what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.options import counted, in_workspace, workspace_or_none
from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.harvesting import Analysis
from snoop_iiif import HostSurvey, IIIFError, convert_document, survey

_EXAMPLES = 3


@click.command()
@click.argument("location", metavar="SOURCE")
@click.option("--source", metavar="TYPE", help="Source type, where it is not recognised (see plugins).")
@click.option("--allow-host", "allow_hosts", multiple=True, help="A private host that may be reached for this look.")
@in_workspace
def analyse(workspace: Workspace, location: str, **options: Any) -> Any:
    """Look at a source before it is harvested: what reads it, what lies there, how its hosts are going to be asked.

    Nothing is kept. At most 500 records are listed and 3 of them read.

    \b
    Example:  snoop-flow analyse https://example.org/iiif/collection.json
    """
    found = workspace.analyse(location, **options)
    return found, _analysed(found)


def _analysed(found: Analysis) -> str:
    more = " or more" if found.more else ""
    lines = [f"{found.location}: {found.title} (source {found.source})", f"{found.listed}{more} records"]
    for record in found.records:
        label = next((texts[0] for texts in record.label.values() if texts), record.uri)
        lines.append(f"  {label}: {counted(record.items, 'image')}, version {record.version}")
        lines += [f"    odd: {', '.join(record.quirks)}"] if record.quirks else []
        lines += [f"    {problem}" for problem in record.problems]
    for host in found.hosts:
        manners = "one's own, not slowed down" if host.own else f"{host.spacing:g} s between requests"
        images = "" if host.own else f", {host.image_spacing:g} s between images"
        lines.append(f"{host.host}: {manners}{images}{f' ({host.note})' if host.note else ''}")
    if found.hours:
        lines.append(f"The images of these records take about {found.hours:g} hours at that pace")
    lines += [f"not read: {one.uri}: {one.reason}" for one in found.failed[:5]]
    return "\n".join(lines)


@click.command("failures")
@click.option("--stage", help="Only of one stage, such as harvest, video or embed.")
@click.option("--each", is_flag=True, help="Each of them with its reason, the last 1000 first.")
@in_workspace
def failures_(workspace: Workspace, stage: str | None, each: bool) -> Any:
    """List what could not be had, host by host, and when another try is worth it.

    \b
    Examples:  snoop-flow failures
               snoop-flow failures --stage video --each
               snoop-flow harvest --retry
    """
    if each:
        every = workspace.failures(stage, 1000)
        told = [f"{one.subject}: {one.kind} ({one.stage}); {_when(one.retry_at)}\n  {one.reason}" for one in every]
        return {"failures": every}, "\n".join(told) or "Nothing failed"
    found = workspace.failures_by_host(stage)
    lines = [
        f"{one.host or 'this machine'}: {one.count} {one.kind} ({one.stage}); {_when(one.retry_at)}\n"
        f"  {one.example}: {one.reason}"
        for one in found
    ]
    return {"hosts": found}, "\n".join(lines) or "Nothing failed"


def _when(moment: datetime | None) -> str:
    if moment is None:
        return "waiting does not help"
    return "may be tried now" if moment <= datetime.now(UTC) else f"again from {moment:%Y-%m-%d %H:%M} UTC"


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--collection", help="Slug of the only collection to report on.")
@workspace_or_none
def quirks(workspace: Workspace | None, paths: Sequence[Path], collection: str | None) -> Any:
    """Report what is odd about IIIF documents, host by host: of the workspace, or of files and folders of JSON.

    \b
    Examples:  snoop-flow quirks --collection posters
               snoop-flow quirks manifests/
    """
    if paths:
        hosts = survey(_files(paths))
    elif workspace is not None:
        hosts = workspace.survey(collection)
    else:
        raise UsageError("no workspace and no file given; name one: snoop-flow quirks FILE-OR-FOLDER")
    return {"hosts": [_plain(one) for one in hosts]}, _quirks(hosts)


def _files(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        yield from ((str(file), file.read_bytes()) for file in files)


def _plain(one: HostSurvey) -> dict[str, Any]:
    counts = {
        name: getattr(one, name) for name in ("documents", "manifests", "collections", "canvases", "images", "media")
    }
    found = {"versions": dict(one.versions), "quirks": dict(one.quirks), "refused": dict(one.refused)}
    return {"host": one.host, **counts, **found, "examples": one.examples}


def _quirks(hosts: Sequence[HostSurvey]) -> str:
    lines = []
    for one in hosts:
        versions = ", ".join(f"{number} of {version}" for version, number in one.versions.most_common())
        lines.append(f"{one.host}: {counted(one.documents, 'document')} ({versions or 'none readable'})")
        lines += [f"  {number:4} {quirk}" for quirk, number in one.quirks.most_common()]
        lines += [f"  {number:4} refused: {reason}" for reason, number in one.refused.most_common()]
    total = sum(one.documents for one in hosts)
    refused = sum(one.refused.total() for one in hosts)
    lines.append(f"{counted(total, 'document')} of {counted(len(hosts), 'host')}, {refused} refused")
    return "\n".join(lines)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--uri", help="Address the document came from, where it does not say it itself.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it.")
def convert(path: Path, uri: str | None, out: Path | None) -> None:
    """Convert a manifest or collection of IIIF Presentation 2 to version 3; canvas ids stay what they are.

    \b
    Example:  snoop-flow convert manifest-v2.json --out manifest.json
    """
    try:
        document = json.loads(path.read_bytes())
        if not isinstance(document, dict):
            raise UsageError(f"{path}: a JSON {type(document).__name__}, not a IIIF document")
        converted = convert_document(document, uri or path.resolve().as_uri())
    except (IIIFError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from error
    text = json.dumps(converted, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")


@click.command()
@in_workspace
def hosts(workspace: Workspace) -> Any:
    """List how hosts are asked, and which of them are left alone at present.

    \b
    Example:  snoop-flow hosts
    """
    profiles = workspace.host_profiles()
    resting = {name: state for name, state in workspace.turns.states().items() if state.rest_until > _now()}
    lines = [f"{', '.join(one.hosts)}: {one.spacing:g} s between requests; {one.note}" for one in profiles]
    lines.append("all others: 0.5 s, or five times the time an answer takes, or what their robots.txt asks for")
    for name, state in resting.items():
        until = datetime.fromtimestamp(state.rest_until, UTC)
        lines.append(f"{name}: left alone until {until:%Y-%m-%d %H:%M} UTC ({state.reason})")
    return {"profiles": profiles, "resting": resting}, "\n".join(lines)


def _now() -> float:
    return datetime.now(UTC).timestamp()


COMMANDS = (analyse, failures_, quirks, convert, hosts)
