from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from snoop_flow.entities import Prediction, Status
from snoop_flow.films.publishing import stretches_of
from snoop_flow.publishing.running import rows_to_publish
from snoop_flow.regions.drawing import region_row
from snoop_flow.store import classes, items

Errors = Callable[[Mapping[str, Any]], list[str]]


def enrich(cinema: Any) -> None:
    cinema.workspace.enrich([cinema.class_id], collection="films", threshold=-9.0)


def times(cinema: Any) -> dict[str, str]:
    """Fragment of each live annotation on the film → the item that it is kept with."""
    page = cinema.workspace.annotation_page(cinema.canvas.id)
    found = [one for one in page["items"] if "tagging" in one["motivation"]]
    return {one["target"]["selector"]["value"]: one["id"] for one in found}


def test_what_people_accept_becomes_segments(cinema: Any, iiif_errors: Errors, w3c_errors: Errors) -> None:
    enrich(cinema)
    accepted = [cinema.frame(at).id for at in (1.0, 5.0, 9.0, 30.0)]
    cinema.workspace.review(cinema.class_id, accept=accepted)
    report = cinema.workspace.publish([cinema.class_id])
    assert report.annotations == 2
    page = cinema.workspace.annotation_page(cinema.canvas.id)
    assert iiif_errors(page) == []
    assert w3c_errors(page) == []
    assert set(times(cinema)) == {"t=0,12", "t=26.48,33"}
    target = page["items"][0]["target"]
    assert target["source"]["id"] == cinema.canvas.uri
    plan = cinema.workspace.publish_plan(cinema.class_id)
    assert (plan.add, plan.change, plan.withdraw, plan.unchanged) == (0, 0, 0, 2)


def test_publishing_again_changes_nothing_and_a_better_frame_takes_over(cinema: Any) -> None:
    enrich(cinema)
    cinema.workspace.review(cinema.class_id, accept=[cinema.frame(9.0).id])
    cinema.workspace.publish([cinema.class_id])
    (first,) = times(cinema).items()
    assert first[0] == "t=8,12"
    assert cinema.workspace.publish([cinema.class_id]).changed == 0
    cinema.workspace.review(cinema.class_id, accept=[cinema.frame(1.0).id, cinema.frame(5.0).id])
    plan = cinema.workspace.publish_plan(cinema.class_id)
    report = cinema.workspace.publish([cinema.class_id])
    assert (report.annotations, set(times(cinema))) == (1, {"t=0,12"})
    assert (plan.add + plan.change, plan.withdraw, report.withdrawn) == (1, plan.withdraw, plan.withdraw)


def test_a_rejected_frame_splits_a_segment(cinema: Any) -> None:
    enrich(cinema)
    cinema.workspace.review(cinema.class_id, accept=[cinema.frame(at).id for at in (1.0, 5.0, 9.0)])
    cinema.workspace.publish([cinema.class_id])
    cinema.workspace.review(cinema.class_id, reject=[cinema.frame(5.0).id])
    cinema.workspace.publish([cinema.class_id])
    assert set(times(cinema)) == {"t=0,3", "t=8,12"}


def test_what_is_proposed_and_what_is_accepted_are_never_one_segment(cinema: Any) -> None:
    enrich(cinema)
    cinema.workspace.review(cinema.class_id, accept=[cinema.frame(5.0).id])
    cinema.workspace.publish([cinema.class_id], policy="all")
    assert set(times(cinema)) == {"t=0,3", "t=3,8", "t=8,40"}


def test_pictures_are_published_as_before(cinema: Any, items_of: Callable[[str], list[str]]) -> None:
    cinema.workspace.enrich([cinema.class_id], threshold=-9.0)
    picture = items_of("discs")[0]
    cinema.workspace.review(cinema.class_id, accept=[picture, cinema.frame(1.0).id])
    cinema.workspace.publish([cinema.class_id])
    page = cinema.workspace.annotation_page(picture)
    assert page["items"][0]["target"]["id"] == cinema.workspace.item(picture).uri
    assert set(times(cinema)) == {"t=0,3"}


def test_a_region_in_a_film_has_a_box_and_the_stretch_of_its_keyframe(cinema: Any) -> None:
    frame = cinema.frame(9.0)
    with cinema.workspace.catalogue.write() as connection:
        items.add_regions(connection, [region_row(frame, (10, 20, 30, 40), "drawn")])
        (region,) = items.regions_of(connection, [frame.number])
        assert region.selector == "t=9&xywh=10,20,30,40"
        assert stretches_of(connection, items.places(connection, [region.number, frame.number])) == {
            region.number: (8.0, 12.0)
        }
        found = classes.find(connection, cinema.class_id)
        said = Prediction(found.id, region.number, 1, 0.9, Status.ACCEPTED, None, None, "job")
        (row,) = rows_to_publish(cinema.workspace, connection, found, [said])
    assert (row["content"]["time"], row["content"]["box"]) == ([8.0, 12.0], [10, 20, 30, 40])


@pytest.mark.parametrize("kind", ["csv", "w3c", "iiif"])
def test_exports_tell_the_segment(cinema: Any, kind: str, tmp_path: Path, iiif_errors: Errors) -> None:
    enrich(cinema)
    cinema.workspace.review(cinema.class_id, accept=[cinema.frame(at).id for at in (1.0, 5.0, 9.0)])
    cinema.workspace.publish([cinema.class_id])
    out = tmp_path / "out"
    assert cinema.workspace.export(kind, out, classes=[cinema.class_id]).records > 0
    if kind == "csv":
        rows = csv.DictReader(out.read_text("utf-8").splitlines())
        (row,) = [one for one in rows if one["collection"] == "films"]
        assert (row["selector"], float(row["start"]), float(row["end"])) == ("t=0,12", 0.0, 12.0)
    elif kind == "w3c":
        assert '"value":"t=0,12"' in out.read_text("utf-8")
    else:
        page = json.loads((out / "annotations" / f"{cinema.canvas.id}.json").read_text("utf-8"))
        assert iiif_errors(page) == []
        manifest = json.loads((out / "manifests" / f"{cinema.record}.json").read_text("utf-8"))
        assert iiif_errors(manifest) == []
        assert manifest["items"][0]["annotations"][0]["id"] == page["id"]


def test_the_preview_shows_the_film_with_its_segments(cinema: Any, iiif_errors: Errors) -> None:
    enrich(cinema)
    cinema.workspace.review(cinema.class_id, accept=[cinema.frame(1.0).id])
    here = "http://here:1/iiif/3/"
    found = cinema.workspace.preview_manifest(cinema.class_id, cinema.record, images=here)
    (canvas,) = found["items"]
    assert canvas["items"][0]["items"][0]["body"]["id"] == f"http://here:1/iiif/media/{cinema.canvas.id}"
    assert canvas["annotations"][0]["items"][0]["target"]["selector"]["value"] == "t=0,3"
    assert cinema.workspace.preview_documents(cinema.class_id)[0][0] == cinema.record
