"""The entry point: the commands `models …`, and what `doctor` says of torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from snoop_flow import hookimpl
from snoop_flow.plugin_types import Finding


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add `models`."""
    from snoop_torch.commands import models

    cli.add_command(models)


@hookimpl
def diagnose() -> Sequence[Finding]:
    """Tell which torch there is, and what it can run on."""
    from snoop_torch.placing import finding

    return [finding()]


@hookimpl
def register_translations() -> Sequence[Path]:
    """What this plugin says, in French."""
    return [Path(__file__).parent / "translations"]
