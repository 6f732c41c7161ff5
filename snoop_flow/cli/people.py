"""`user …`: the people of an installation."""

from __future__ import annotations

from typing import Any

import click

from snoop_flow.cli.options import in_workspace
from snoop_flow.entities import Role
from snoop_flow.facade import Workspace


@click.group()
def user() -> None:
    """Enter and list the people who mark, review and publish."""


@user.command()
@click.argument("login")
@click.option("--name", default="", help="The name as it is shown; by default the login.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.CURATOR.value, show_default=True)
@in_workspace
def add(workspace: Workspace, login: str, name: str, role: str) -> Any:
    """Enter a person under the short name LOGIN.

    \b
    Example:  snoop-flow user add ada --name "Ada Lovelace"
    """
    added = workspace.add_user(login, name, role=role)
    return added, f"{added.login}: {added.name}, {added.role}"


@user.command("list")
@in_workspace
def list_(workspace: Workspace) -> Any:
    """List the people.

    \b
    Example:  snoop-flow user list
    """
    found = workspace.users()
    return {"users": found}, "\n".join(f"{one.login}: {one.name}, {one.role}" for one in found)


COMMANDS = (user,)
