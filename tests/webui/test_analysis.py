"""The page of a class's hits over time, by collection and by place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from snoop_flow import Workspace
from snoop_flow.reports import Distribution, Part, TimeBin
from snoop_flow.store.schema import record
from snoop_webui.timeline import HEIGHT, WIDTH, timeline

DATES = {"discs": "1890-1899", "frames": "1880s", "stripes": "s.d."}


@pytest.fixture
def class_id(archive: Workspace, items_of: Callable[[str], list[str]]) -> str:
    with archive.catalogue.write() as connection:
        for row in connection.execute(record.select()).all():
            lines = [
                [{"fr": ["Date"]}, {"none": [DATES[row.label["none"][0]]]}],
                [{"fr": ["Lieu"]}, {"fr": ["Londres"], "en": ["London"]}],
            ]
            connection.execute(update(record).where(record.c.id == row.id).values(metadata=lines))
    made = archive.create_class("Discs", positives=items_of("discs")[:4])
    archive.fit(made.id)
    archive.enrich([made.id])
    archive.review(made.id, accept=items_of("discs")[:4])
    return made.id


def test_the_page_draws_tells_and_tabulates(client: FlaskClient, class_id: str) -> None:
    page = client.get(f"/classes/{class_id}/distribution").text
    assert re.search(r"<svg[^>]*role=\"img\" aria-labelledby=\"timeline-text\"", page)
    assert "An audit tells." in page
    assert re.search(r'<th scope="row">London</th>', page)
    assert re.search(r'<th scope="row">1899</th>', page)
    french = client.get(f"/classes/{class_id}/distribution?policy=accepted", headers={"Accept-Language": "fr"}).text
    assert re.search(r'<th scope="row">Londres</th><td class="figure">4</td><td class="figure">36</td>', french)
    assert "des minimums" in french
    assert f"/classes/{class_id}/exports/parquet" in french


def test_nothing_found_is_told(client: FlaskClient, archive: Workspace) -> None:
    made = archive.create_class("Nothing")
    assert "No hits yet" in client.get(f"/classes/{made.id}/distribution").text


def test_the_api_gives_the_same(client: FlaskClient, class_id: str) -> None:
    found = client.get(f"/api/v1/classes/{class_id}/distribution?policy=accepted&language=fr").get_json()
    assert found["whole"]["hits"] == 4
    assert found["places"][0]["title"] == "Londres"
    assert client.get(f"/api/v1/classes/{class_id}/distribution?policy=some").status_code == 400


def test_columns_fill_the_drawing() -> None:
    part = Part("", "", 30, 3, 0.1)
    bins = (TimeBin(1880, 1889, 10, 2, 0.2), TimeBin(1890, 1899, 0, 0, None), TimeBin(1900, 1909, 20, 1, 0.05))
    drawing = timeline(Distribution("x", 1, "all", part, 10, bins, part, part, (), (), None, 30))
    assert drawing is not None
    assert [one.hits_height for one in drawing.columns] == [HEIGHT, 0.0, HEIGHT / 2]
    assert [one.rate_height for one in drawing.columns] == [HEIGHT, 0.0, HEIGHT / 4]
    assert drawing.columns[-1].x + drawing.columns[-1].width < WIDTH
    assert drawing.peak.years == "1880–1889"
    assert timeline(Distribution("x", 1, "all", part, 10, (), part, part, (), (), None, 30)) is None
