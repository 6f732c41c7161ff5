"""Options that commands share, and the way they open a workspace and answer."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.frugality import Cost, energy_text
from snoop_flow.jobs import Progress as Report
from snoop_flow.settings import FILE_NAME

Function = Callable[..., Any]


def answering(command: Function) -> Function:
    """Give a command `--json`, and show what it returns: as JSON, or by the text it yields with it.

    The command returns `(value, text)`; the value is the JSON document.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
    @wraps(command)
    def wrapped(as_json: bool, **arguments: Any) -> None:
        value, text = command(**arguments)
        click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2) if as_json else text)

    return wrapped


def in_workspace(command: Function) -> Function:
    """Give a command `--workspace` and `--json`; it is called with the opened workspace first."""

    @answering
    @workspace_option
    @wraps(command)
    def wrapped(folder: Path | None, **arguments: Any) -> Any:
        with Workspace.open(workspace_folder(folder)) as workspace:
            return command(workspace, **arguments)

    return wrapped


def workspace_or_none(command: Function) -> Function:
    """As `in_workspace`, where one is named or the present folder is one; else the command is called with None."""

    @answering
    @workspace_option
    @wraps(command)
    def wrapped(folder: Path | None, **arguments: Any) -> Any:
        if folder is None and not Path(FILE_NAME).is_file():
            return command(None, **arguments)
        with Workspace.open(workspace_folder(folder)) as workspace:
            return command(workspace, **arguments)

    return wrapped


def workspace_option(command: Function) -> Function:
    """The option `--workspace DIR`."""
    option = click.option(
        "--workspace",
        "folder",
        type=click.Path(path_type=Path),
        envvar="SNOOP_FLOW_WORKSPACE",
        help="The workspace's folder; by default SNOOP_FLOW_WORKSPACE, else the present folder.",
    )
    return option(command)


def user_option(command: Function) -> Function:
    """The option `--user LOGIN`."""
    help_ = "Who does this (see user list); by default SNOOP_FLOW_USER, else the local curator."
    return click.option("--user", metavar="LOGIN", help=help_)(command)


def film_options(command: Function) -> Function:
    """The options `--temporal-range SECONDS` and `--neighbours`, on keyframes of one film that lie close together."""
    command = click.option(
        "--neighbours", is_flag=True, help="Bring in the keyframes within the range around each one shown."
    )(command)
    return click.option(
        "--temporal-range",
        type=float,
        default=0.0,
        show_default=True,
        metavar="SECONDS",
        help="Of keyframes of one film that are no farther apart, show one.",
    )(command)


def workspace_folder(folder: Path | None) -> Path:
    """The folder that was named, else the present one if it is a workspace.

    Raises:
        UsageError: neither.
    """
    if folder is not None:
        return folder
    if Path(FILE_NAME).is_file():
        return Path.cwd()
    raise UsageError("no workspace given; add --workspace DIR, or create one with: snoop-flow init DIR")


def plain(value: Any) -> Any:
    """A report as JSON holds it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, Path) else value


class _Rate(ProgressColumn):
    """How many units of work are done in a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} units/s" if task.speed else "")


@contextmanager
def progress_bar(title: str) -> Iterator[Report | None]:
    """A progress bar with rate and time left on stderr; nothing when stderr is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    description = TextColumn("{task.description}")
    columns = (description, BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def report(done: int, total: int, _: str) -> None:
            bar.update(task, completed=done, total=total)

        yield report


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def cost_text(cost: Mapping[str, Any]) -> str:
    """What computing took, in a line of its own; nothing where nobody knows."""
    known = Cost.of(cost)
    if not known.method:
        return ""
    return f"\nTook {known.seconds:.1f} s of work and {energy_text(known.joules, known.method)}"


def failures_text(failed: Any, most: int = 5) -> str:
    """The first failures, one a line."""
    lines = [f"\n  {one.kind}: {one.uri}: {one.reason}" for one in failed[:most]]
    more = f"\n  … and {len(failed) - most} more (see --json)" if len(failed) > most else ""
    return "".join(lines) + more
