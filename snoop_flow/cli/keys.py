"""`key …`: keys of programs that read and write annotations, or use the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from snoop_flow.cli.options import in_workspace, plain
from snoop_flow.facade import Workspace
from snoop_flow.people.keys import SCOPES, USUAL


@click.group()
def key() -> None:
    """Make, list and revoke the keys of programs."""


@key.command()
@click.argument("name")
@click.option("--user", "login", metavar="LOGIN", help="Whose key it is; by default yours.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="What it opens, may be repeated; by default annotations.",
)
@in_workspace
def add(workspace: Workspace, name: str, login: str | None, scopes: Sequence[str]) -> Any:
    """Make a key for a program; NAME says what it is for. It is shown this once.

    \b
    Example:  snoop-flow key add "Mirador at the reading room" --user ada --scope annotations:write
              snoop-flow key add "notebook" --user ada --scope api:read --scope api:write
    """
    made, token = workspace.add_key(name, login=login, scopes=scopes or USUAL)
    shown = {name: value for name, value in plain(made).items() if name != "hash"}
    return {**shown, "key": token}, f"{made.id}: {made.name}\n{token}\nKeep it now: it is not shown again"


@key.command("list")
@in_workspace
def list_(workspace: Workspace) -> Any:
    """List the keys, revoked ones too.

    \b
    Example:  snoop-flow key list
    """
    found = workspace.list_keys()
    shown = [{**{n: v for n, v in plain(one).items() if n != "hash"}, "holder": holder} for one, holder in found]
    lines = [
        f"{one.id}: {one.name}, of {holder}, {', '.join(one.scopes)}" + (", revoked" if one.revoked_at else "")
        for one, holder in found
    ]
    return {"keys": shown}, "\n".join(lines) or "No keys yet; make one with: snoop-flow key add NAME"


@key.command()
@click.argument("id_", metavar="ID")
@in_workspace
def revoke(workspace: Workspace, id_: str) -> Any:
    """Let the key ID open nothing any more.

    \b
    Example:  snoop-flow key revoke 5m2k9x…
    """
    workspace.revoke_key(id_)
    return {"id": id_}, f"{id_} opens nothing any more"


COMMANDS = (key,)
