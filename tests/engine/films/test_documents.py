from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.entities import ItemKind
from snoop_flow.errors import NotFoundError
from snoop_flow.store import schema
from snoop_flow.store.rows import now

Errors = Callable[[Mapping[str, Any]], list[str]]


def test_manifest_of_a_local_film(cinema: Any, iiif_errors: Errors) -> None:
    built = cinema.workspace.manifest(cinema.record)
    assert iiif_errors(built) == []
    (canvas,) = built["items"]
    assert (canvas["id"], canvas["duration"]) == (cinema.canvas.uri, 40.0)
    assert len(built["structures"][0]["items"]) == 4
    keyframes = cinema.workspace.keyframes_manifest(cinema.record)
    assert iiif_errors(keyframes) == []
    assert canvas["seeAlso"][0]["id"] == keyframes["id"]
    assert len(keyframes["items"]) == 7
    assert keyframes["items"][1]["annotations"][0]["items"][0]["body"]["selector"]["value"] == "t=5"


def test_wrapper_of_a_remote_film(
    archive: Workspace, pictures: Path, add_film: Callable[..., str], iiif_errors: Errors
) -> None:
    record = add_film(archive, pictures, url="https://films.example.org/7")
    built = archive.annotated_manifest(record)
    assert iiif_errors(built) == []
    (canvas,) = built["items"]
    assert canvas["id"] == "https://films.example.org/7/canvas"
    assert canvas["items"][0]["items"][0]["body"]["id"] == "https://films.example.org/7/film.webm"
    assert len(built["structures"][0]["items"]) == 4
    keyframes = archive.keyframes_manifest(record)
    assert iiif_errors(keyframes) == []
    link = keyframes["items"][0]["annotations"][0]["items"][0]["body"]
    assert link["source"]["partOf"] == [{"id": built["id"], "type": "Manifest"}]


def test_a_film_whose_shots_nobody_found_yet(
    archive: Workspace, pictures: Path, add_film: Callable[..., str], tmp_path: Path, iiif_errors: Errors
) -> None:
    record = add_film(archive, pictures, file=tmp_path / "film.webm", shots=(), frames=())
    built = archive.manifest(record)
    assert iiif_errors(built) == []
    assert "structures" not in built
    with pytest.raises(NotFoundError, match="has no keyframes"):
        archive.keyframes_manifest(record)


def test_a_film_that_nobody_has_looked_at(archive: Workspace, cinema: Any, iiif_errors: Errors) -> None:
    """As a harvest leaves it: neither size nor duration nor media type."""
    with archive.catalogue.write() as connection:
        item, record = schema.item, schema.record
        of = item.c.record_id == cinema.record
        connection.execute(item.update().where(of & (item.c.parent.is_(None))).values(width=0, height=0, image={}))
        connection.execute(item.update().where(of & (item.c.parent.is_not(None))).values(gone_at=now()))
        path = archive.film_file(cinema.canvas.id)[0]
        medium = {"canvas": cinema.canvas.uri, "kind": "Video", "path": str(path)}
        connection.execute(record.update().where(record.c.id == cinema.record).values(media=[medium]))
    found = archive.film(cinema.record)
    assert (found.duration, found.width, found.media_type, found.shots) == (0.0, 0, "video/webm", ())
    assert archive.manifest(cinema.record)["items"] == []


def test_old_viewers_get_no_film(archive: Workspace, cinema: Any) -> None:
    built = archive.annotated_manifest_2(cinema.record)
    assert built["sequences"][0]["canvases"] == []


def test_a_folder_of_pictures_has_no_keyframes(archive: Workspace) -> None:
    record = archive.records("drawn")[0]
    assert len(archive.manifest(record.id)["items"]) == 12
    with pytest.raises(NotFoundError, match="has no keyframes"):
        archive.keyframes_manifest(record.id)


def test_keyframes_are_found_and_what_holds_them_is_not(cinema: Any) -> None:
    found = cinema.workspace.search(items=[cinema.frame(1.0).id], count=50)
    kinds = {cinema.workspace.item(card.item).kind for card in found.cards}
    assert kinds <= {ItemKind.KEYFRAME, ItemKind.CANVAS}
    assert cinema.canvas.id not in {card.item for card in found.cards}
