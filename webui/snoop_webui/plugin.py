"""What the web UI adds to snoop-flow: the command `up`. Flask is imported when it runs, not before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow import hookimpl
from snoop_flow.cli.options import answering


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this room says in errors, in French."""
    return [Path(__file__).parent / "translations"]


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `up` and, among the benchmarks, `bench ui`."""
    cli.add_command(up)
    bench = cli.commands.get("bench")
    if isinstance(bench, click.Group):
        bench.add_command(bench_ui)


@click.command()
@click.option(
    "--workspace",
    "folder",
    type=click.Path(path_type=Path),
    envvar="SNOOP_FLOW_WORKSPACE",
    default=Path(),
    help="The workspace's folder; by default SNOOP_FLOW_WORKSPACE, else the present folder.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8710, show_default=True, help="Port to listen on.")
@click.option("--no-prefect", is_flag=True, help="Run jobs in this process instead of as Prefect flow runs.")
@click.pass_context
def up(context: click.Context, folder: Path, host: str, port: int, no_prefect: bool) -> None:
    """Serve the web UI, the REST API, IIIF and annotations, and run jobs, until Ctrl-C.

    \b
    Example:  snoop-flow up --workspace archive --port 8710
    """
    from snoop_webui.serving import serve

    group = context.parent.command if context.parent else None
    flows = isinstance(group, click.Group) and group.get_command(context, "flows") is not None
    serve(folder, host, port, flows=flows and not no_prefect)


@click.command("ui")
@click.option("--items", type=click.IntRange(6_000), default=200_000, show_default=True, help="Items of the archive.")
@click.option("--dimension", type=click.IntRange(8), default=384, show_default=True)
@click.option("--cells", type=click.IntRange(100, 5_000), default=2_000, show_default=True, help="On the marked page.")
@click.option("--large", type=click.IntRange(100, 5_000), default=5_000, show_default=True, help="On the opened page.")
@click.option("--marks", type=click.IntRange(10), default=400, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=20, show_default=True)
@click.option("--seed", type=int, default=1783, show_default=True)
@answering
def bench_ui(**options: Any) -> Any:
    """Measure the web UI in Chromium: mark to paint, refine to the visible batch, opening a large page.

    \b
    Example:  snoop-flow bench ui --items 200000
    """
    from snoop_webui import benchmark  # late: other commands need none of it

    report = benchmark.bench_ui(**options)
    return report, benchmark.text_of(report)
