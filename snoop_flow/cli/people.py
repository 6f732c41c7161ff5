"""`user …`: the people of an installation."""

from __future__ import annotations

import sys
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


@user.command()
@click.argument("login")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the password from the first line of the input.")
@in_workspace
def password(workspace: Workspace, login: str, from_stdin: bool) -> Any:
    """Give LOGIN a password for the web UI; from the first one on, everybody has to log in.

    \b
    Example:  snoop-flow user password curator
    """
    if from_stdin:
        given = sys.stdin.readline().rstrip("\n")
    else:
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    workspace.set_password(login, given)
    return {"login": login}, f"{login} can log in"


@user.command()
@click.argument("login")
@click.option("--name", help="Another name.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Another role.")
@click.option("--disable/--enable", "disabled", default=None, help="Whether they may log in; what they did stays.")
@in_workspace
def change(workspace: Workspace, login: str, name: str | None, role: str | None, disabled: bool | None) -> Any:
    """Change the name or role of LOGIN, or whether they may log in.

    \b
    Example:  snoop-flow user change ada --role publisher
    """
    changed = workspace.change_user(login, name=name, role=role, disabled=disabled)
    state = ", may not log in" if changed.disabled_at else ""
    return changed, f"{changed.login}: {changed.name}, {changed.role}{state}"


COMMANDS = (user,)
