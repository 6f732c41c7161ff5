"""Stills on disk, and the rows of a film's shots and keyframes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from snoop_flow.entities import Item, ItemKind, Record
from snoop_flow.fragments import fragment
from snoop_flow.plugin_types import Still
from snoop_flow.store.rows import opaque_id
from snoop_flow.videos.joining import GOOD, Kept, Shot
from snoop_flow.workspace import Workspace

FOLDER = "keyframes"


def keep_still(workspace: Workspace, canvas: Item, still: Still) -> dict[str, Any]:
    """Write a still, whole or not at all; returns what is kept of it, as JSON."""
    digest = hashlib.sha256(still.jpeg).hexdigest()
    name = f"{FOLDER}/{canvas.id[:2]}/{canvas.id}/{round(still.at * 1000):09d}-{digest[:12]}.jpg"
    path = workspace.folder / name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with draft.open("wb") as file:
            file.write(still.jpeg)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    facts: dict[str, Any] = {"at": still.at, "quality": still.quality, "tick": still.tick, "signature": still.signature}
    return {**facts, "file": name, "sha256": digest}


def drop_stills(workspace: Workspace, files: Iterable[str]) -> None:
    """Remove stills that were not chosen."""
    for name in files:
        (workspace.folder / name).unlink(missing_ok=True)


def rows_of(
    canvas: Item, record: Record, shots: Sequence[Shot], size: tuple[int, int], origin: str
) -> list[dict[str, Any]]:
    """The rows of the items of a film but its canvas, in the order of time."""
    rows: list[dict[str, Any]] = []
    common = {"record_id": record.id, "uri": canvas.uri, "width": size[0], "height": size[1], "origin": origin}

    def add(kind: ItemKind, parent: str, selector: str, at: float, picture: Kept) -> str:
        id_ = opaque_id(kind, canvas.id, selector)
        own: dict[str, Any] = {"id": id_, "parent": parent, "kind": kind, "selector": selector}
        own |= {"label": label_at(record.label, at), "position": len(rows) + 1, "searched": kind is ItemKind.KEYFRAME}
        rows.append({**common, **own, "image": {"path": picture.file}, "image_digest": picture.sha256})
        return id_

    for shot in shots:
        selector = fragment(shot.start, shot.end)
        above = add(ItemKind.SHOT, canvas.id, selector, shot.start, shot.picture)
        for still in shot.keyframes:
            add(ItemKind.KEYFRAME, above, fragment(still.at), still.at, still)
    return rows


def poster(shots: Sequence[Shot]) -> Kept:
    """The picture that stands for a film: its first good keyframe."""
    stills = [still for shot in shots for still in shot.keyframes] or [shot.picture for shot in shots]
    return next((still for still in stills if still.quality >= GOOD), stills[0])


def label_at(label: Mapping[str, Sequence[str]], at: float) -> dict[str, list[str]]:
    """A film's label with a time: `Film, 0:01:05`."""
    whole = int(at)
    time = f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    found = {language: [f"{texts[0]}, {time}"] for language, texts in label.items() if texts}
    return found or {"none": [time]}
