"""Following a class: to be told when it has a new version, or blind answers say more of it.

What somebody follows is theirs alone, and is kept with their preferences: of each class, up to where they have seen it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snoop_flow.classes.auditing import audits
from snoop_flow.entities import VisualClass
from snoop_flow.errors import UsageError
from snoop_flow.people.accounts import preferences, set_preferences
from snoop_flow.reports import FollowedClass
from snoop_flow.store import classes
from snoop_flow.workspace import Workspace

MOST = 200  # classes that somebody follows
_KEY = "followed"


def follow_class(workspace: Workspace, name: str) -> FollowedClass:
    """Follow a class from now on, as who acts here.

    Raises:
        NotFoundError: no such class, or none that they may see.
        UsageError: they follow as many as is kept for anybody.
    """
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
    kept = _kept(workspace)
    if found.id not in kept and len(kept) >= MOST:
        raise UsageError(f"{len(kept)} classes are followed; stop following one first")
    present = _present(workspace, found, {})
    _keep(workspace, {**kept, found.id: {"version": present.version, "answers": present.answers}})
    return _present(workspace, found, _kept(workspace)[found.id])


def unfollow_class(workspace: Workspace, name: str) -> None:
    """Follow a class no longer; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
    _keep(workspace, {class_id: seen for class_id, seen in _kept(workspace).items() if class_id != found.id})


def followed_classes(workspace: Workspace) -> list[FollowedClass]:
    """What who acts here follows and may still see, by name, with what is new since they looked."""
    kept = _kept(workspace)
    with workspace.catalogue.read() as connection:
        found = classes.seen(connection, list(kept))
    return [_present(workspace, one, kept[one.id]) for one in sorted(found.values(), key=lambda one: one.name)]


def seen_class(workspace: Workspace, name: str) -> None:
    """Who acts here has looked at a class: what is there is no longer new to them, if they follow it."""
    with workspace.catalogue.read() as connection:
        found = classes.find(connection, name)
    kept = _kept(workspace)
    if found.id in kept and _present(workspace, found, kept[found.id]).news:
        follow_class(workspace, found.id)


def _present(workspace: Workspace, found: VisualClass, seen: Mapping[str, Any]) -> FollowedClass:
    return FollowedClass(
        id=found.id,
        name=found.name,
        version=found.version,
        answers=sum(one.answered for one in audits(workspace, found.id)),
        seen_version=int(seen.get("version", 0)),
        seen_answers=int(seen.get("answers", 0)),
    )


def _kept(workspace: Workspace) -> dict[str, Any]:
    return dict(preferences(workspace).get(_KEY, {}))


def _keep(workspace: Workspace, followed: Mapping[str, Any]) -> None:
    set_preferences(workspace, {_KEY: dict(followed) or None})
