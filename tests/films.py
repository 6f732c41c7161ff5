"""A film in the catalogue as a source and a segmenter leave it: a canvas, shots, keyframes that are drawn pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import Connection

from snoop_flow import Workspace
from snoop_flow.store import collections, records
from snoop_flow.store.rows import now, opaque_id

SIZE = (320, 180)
SHOTS = ((0.0, 8.0), (8.0, 20.0), (20.0, 26.48), (26.48, 40.0))
# kind and second of each keyframe
FRAMES = (
    ("discs", 1.0), ("discs", 5.0), ("discs", 9.0), ("stripes", 15.0), ("frames", 21.0), ("discs", 30.0),
    ("stripes", 36.0),
)  # fmt: skip


def add_film(
    workspace: Workspace,
    pictures: Path,
    name: str = "Le film",
    *,
    file: Path | None = None,
    url: str = "",
    shots: Sequence[tuple[float, float]] = SHOTS,
    frames: Sequence[tuple[str, float]] = FRAMES,
    media_type: str = "video/webm",
    named: str = "film.webm",
) -> str:
    """Enter a film in the collection `films`; returns its record's id.

    Args:
        pictures: folder of the pictures that become its keyframes.
        file: the video, of a local film; `url` of the folder of a remote one, which is `named` so there.
    """
    record = opaque_id("film", name)
    public = workspace.settings.public_url.rstrip("/")
    local = not url
    canvas = opaque_id("canvas", record)
    uri = f"{public}/iiif/canvases/{canvas}" if local else f"{url}/canvas"
    folder = workspace.folder / "keyframes" / record
    folder.mkdir(parents=True)
    common: dict[str, Any] = {"record_id": record, "uri": uri, "width": SIZE[0], "height": SIZE[1], "words": ""}
    rows = [_row(common, canvas, None, "canvas", "", name, _still(pictures, folder, frames[0]) if frames else {})]
    for number, (start, end) in enumerate(shots):
        mine = [one for one in frames if start <= one[1] < end]
        shot = opaque_id("shot", record, str(number))
        still = _still(pictures, folder, mine[0]) if mine else {}
        rows.append(_row(common, shot, canvas, "shot", f"t={start:g},{end:g}", name, still))
        rows += [
            _row(common, opaque_id("frame", record, f"{at}"), shot, "keyframe", f"t={at:g}", name,
                 _still(pictures, folder, (kind, at)))
            for kind, at in mine
        ]  # fmt: skip
    medium = {"canvas": uri, "kind": "Video", "format": media_type, "duration": 40.0, "fps": 25.0}
    medium |= {"width": SIZE[0], "height": SIZE[1], **({"path": str(file)} if file else {"url": f"{url}/{named}"})}
    with workspace.catalogue.write() as connection:
        values = _record(connection, workspace, record, name, local, f"{url}/manifest")
        placed = [{**row, "position": place} for place, row in enumerate(rows)]
        records.save(connection, {**values, "media": [medium]}, placed)
    return record


def _still(pictures: Path, folder: Path, frame: tuple[str, float]) -> dict[str, Any]:
    kind, at = frame
    path = folder / f"{at:g}.jpg"
    if not path.exists():
        with Image.open(pictures / kind / f"{kind}-{int(at) % 12:02}.jpg") as drawn:
            drawn.resize(SIZE).save(path, quality=85)
    return {"path": str(path)}


def _row(
    common: dict[str, Any], id_: str, parent: str | None, kind: str, selector: str, name: str, image: dict[str, Any]
) -> dict[str, Any]:
    label = {"none": [f"{name}, {selector.removeprefix('t=')}" if selector else name]}
    own = {"id": id_, "parent": parent, "kind": kind, "selector": selector, "label": label, "image": image}
    searched = {"searched": kind == "keyframe", "image_digest": f"{id_} {image.get('path')}", "origin": ""}
    return {**common, **own, **searched}


def _record(
    connection: Connection, workspace: Workspace, record: str, name: str, local: bool, theirs: str
) -> dict[str, Any]:
    collection = collections.ensure(connection, workspace.user().institution_id, "films", "Films")
    source = collections.ensure_source(connection, collection.id, "/films", "video", [])
    public = workspace.settings.public_url.rstrip("/")
    values: dict[str, Any] = {
        "id": record,
        "collection_id": collection.id,
        "source_id": source.id,
        "label": {"none": [name]},
    }
    values |= {"uri": f"{public}/iiif/manifests/{record}" if local else theirs, "local": local, "harvested_at": now()}
    values |= {"metadata": [[{"en": ["Date"]}, {"none": ["1936"]}]], "rights": "", "attribution": {}, "homepage": ""}
    return {**values, "version": "video" if local else "3.0", "digest": "d", "words": name, "quirks": []}
