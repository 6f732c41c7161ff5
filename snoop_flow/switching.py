"""Switching to another backbone: embed, index and move the classes, while what is there goes on serving.

Embedding and indexing are jobs that a killed run takes up again. Search changes over when the new set is full, see
`snoop_flow.workspace.serving_first`; a class when it is fitted anew, in one transaction; its predictions when it is
enriched again. The old vectors stay, and so does the way back.
"""

from __future__ import annotations

from collections.abc import Sequence

from snoop_flow.classes.lessons import lesson_of
from snoop_flow.classes.moving import move_lesson
from snoop_flow.embedding.running import embed
from snoop_flow.errors import SnoopError
from snoop_flow.indexing import build_index
from snoop_flow.jobs import Progress
from snoop_flow.reports import ClassLeft, MovedClasses, MoveReport, SwitchReport
from snoop_flow.store import classes
from snoop_flow.workspace import Workspace


def switch_backbone(
    workspace: Workspace,
    backbone: str,
    *,
    device: str | None = None,
    type: str | None = None,
    progress: Progress | None = None,
) -> SwitchReport:
    """Embed everything with a backbone, index it, and teach all classes on it.

    Args:
        backbone: `NAME` or `FAMILY:LOCATION`.
        device: what it runs on; by default that of the settings.
        type: index type; by default that of the settings.

    Raises:
        PluginError: no such backbone or index type, or the model cannot be had.
    """
    embedded = embed(workspace, backbone=backbone, device=device, progress=progress)
    indexed = build_index(workspace, type=type, backbone=backbone, progress=progress)
    moved = move_classes(workspace, backbone)
    return SwitchReport(
        backbone=embedded.backbone,
        embed=embedded,
        index=indexed,
        moved=moved.moved,
        left=moved.left,
        serves=workspace.embedding_set().backbone == embedded.backbone,
    )


def move_classes(workspace: Workspace, backbone: str, names: Sequence[str] | None = None) -> MovedClasses:
    """Move classes to a backbone, by default all that are taught on another one; one that cannot be is left, and named.

    Raises:
        NotFoundError: nothing is embedded with the backbone yet.
    """
    target = workspace.embedding_set(backbone)
    with workspace.catalogue.read() as connection:
        chosen = classes.every(connection) if names is None else [classes.find(connection, name) for name in names]
    moved: list[MoveReport] = []
    left: list[ClassLeft] = []
    for one in chosen:
        if one.set_id == target.id:
            continue
        try:
            moved.append(move_lesson(lesson_of(workspace, one.id), target))
        except SnoopError as error:
            left.append(ClassLeft(one.name, str(error)))
    return MovedClasses(tuple(moved), tuple(left))
