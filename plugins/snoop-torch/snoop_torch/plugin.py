"""The entry point: the commands `models fetch`, `models convert` and `models where`."""

from __future__ import annotations

import click

from snoop_flow import hookimpl


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `models`."""
    from snoop_torch.commands import models

    cli.add_command(models)
