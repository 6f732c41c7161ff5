"""`demo`: the whole job at once, on the sample archive or on one's own material."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snoop_flow.cli.options import answering

if TYPE_CHECKING:
    from snoop_flow.demonstration import Demonstration


@click.command()
@click.option(
    "--source", metavar="SOURCE", help="Your own manifest, collection, folder or film; else the sample archive."
)
@click.option("--allow-host", "allow_hosts", multiple=True, help="A private host that the source may reach.")
@click.option(
    "--workspace",
    "folder",
    type=click.Path(path_type=Path),
    default="demo",
    show_default=True,
    help="Where everything is written.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8710, show_default=True, help="Of the web UI.")
@click.option(
    "--sample-port", type=click.IntRange(1, 65535), default=8711, show_default=True, help="Of the sample archive."
)
@click.option("--headless", is_flag=True, help="Stop after the summary instead of serving the web UI.")
@answering
def demo(source: str | None, folder: Path, port: int, headless: bool, **options: Any) -> Any:
    """Harvest, embed, index, teach a class, enrich, publish and export, then serve the web UI.

    \b
    Examples:  snoop-flow demo
               snoop-flow demo --source ~/scans --headless
    """
    from snoop_flow.demonstration import demonstrate  # draws pictures: too slow to load for every command

    options |= {"public_url": f"http://localhost:{port}", "say": lambda line: click.echo(line, err=True)}
    with demonstrate(folder, source=source, **options) as report:
        if not headless:
            click.echo(_summary(report))
            _serve(folder, port)
        return report, _summary(report) if headless else ""


def _serve(folder: Path, port: int) -> None:
    # the server is a command of another room, so it is run as a user would run it
    command = [sys.executable, "-m", "snoop_flow", "up", "--workspace", str(folder), "--port", str(port)]
    with subprocess.Popen(command) as server:
        try:
            server.wait()
        except KeyboardInterrupt:
            server.wait()  # the terminal has sent it the same signal


def _summary(report: Demonstration) -> str:
    width = max(len(name) for name, _ in report.lines)
    return "\n".join(f"{name:{width}}  {text}" for name, text in report.lines)


COMMANDS = (demo,)
