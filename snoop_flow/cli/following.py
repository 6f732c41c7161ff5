"""`class follow`: to be told what is new of a class."""

from __future__ import annotations

from typing import Any

import click

from snoop_flow.cli.classes import class_
from snoop_flow.cli.options import counted, in_workspace
from snoop_flow.facade import Workspace
from snoop_flow.reports import FollowedClass


@class_.command()
@click.argument("name", required=False)
@click.option("--stop", is_flag=True, help="Follow it no longer.")
@click.option("--seen", is_flag=True, help="What is there is no longer new.")
@in_workspace
def follow(workspace: Workspace, name: str | None, stop: bool, seen: bool) -> Any:
    """Follow the class NAME; without NAME, list what you follow, and what is new of it.

    \b
    Examples:  snoop-flow class follow Balloons
               snoop-flow class follow
    """
    if name and stop:
        workspace.unfollow_class(name)
    elif name and seen:
        workspace.seen_class(name)
    elif name:
        workspace.follow_class(name)
    followed = workspace.followed_classes()
    return {"followed": followed}, "\n".join(map(_line, followed)) or "No class is followed"


def _line(one: FollowedClass) -> str:
    news = []
    if one.version > one.seen_version:
        news.append(f"version {one.version} is new, you saw {one.seen_version}")
    if one.answers > one.seen_answers:
        news.append(f"{counted(one.answers - one.seen_answers, 'new blind answer')}")
    return f"{one.name}: {'; '.join(news) or 'nothing new'}"


COMMANDS: tuple[click.Command, ...] = ()  # it belongs to the group `class`
