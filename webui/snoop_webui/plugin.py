"""What the web UI adds to snoop-flow: the command `up`. Flask is imported when it runs, not before."""

from __future__ import annotations

from pathlib import Path

import click

from snoop_flow import hookimpl


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `up`."""
    cli.add_command(up)


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
