"""Pages and forms by Flask's client."""

from __future__ import annotations

import html
import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from snoop_flow import Workspace
from snoop_flow.entities import JobState, Status
from snoop_flow.messages import typeset
from snoop_webui.application import create_app

Items = Callable[[str], list[str]]
Post = Callable[..., TestResponse]


def _until(true: Callable[[], bool], patience: float = 60.0) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"still not so after {patience} seconds"
        time.sleep(0.05)


def _awaited(archive: Workspace, location: str) -> JobState:
    """The final state of the job whose page a form led to."""
    job_id = location.removeprefix("/jobs/")
    _until(lambda: archive.job(job_id).state not in (JobState.QUEUED, JobState.RUNNING))
    return archive.job(job_id).state


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "empty") as workspace:
        client = create_app(workspace).test_client()
        assert "There are no images yet" in client.get("/").text
        for path in ("/classes", "/enrichment", "/jobs", "/sources"):
            assert client.get(path).status_code == 200


def test_the_wall_shows_every_kind(client: FlaskClient) -> None:
    page = client.get("/").text
    assert {"discs", "frames", "stripes"} <= set(re.findall(r'data-record="([^"]+)"', page))


def test_a_search_marks_the_cards_of_the_class(client: FlaskClient, archive: Workspace, items_of: Items) -> None:
    discs = items_of("discs")
    made = archive.create_class("Discs", positives=discs[:1])
    page = client.get(f"/?item={discs[0]}&class={made.id}&count=15").text
    assert f'data-item="{discs[0]}" data-mark="1"' in page
    assert page.count('class="cell"') == 15


def test_an_approximate_answer_and_its_job_tell_what_is_found(
    client: FlaskClient, archive: Workspace, items_of: Items
) -> None:
    if "faiss-ivf" not in archive.host.index_types:
        pytest.skip("snoop-faiss is not installed")
    report = archive.build_index(type="faiss-ivf", anew=True)
    page = client.get(f"/?item={items_of('discs')[0]}").text
    assert "≈ faiss-ivf, 100%" in page
    assert "Of the best 50 images of a class it finds 100%, of the best 1000 100%." in page
    answer = client.get(f"/api/v1/search?item={items_of('discs')[0]}").get_json()
    assert (answer["index"], answer["exact"], answer["recall"]) == ("faiss-ivf", False, {"50": 1.0, "1000": 1.0})
    job = client.get(f"/jobs/{report.job}").text
    assert "built anew" in job
    assert "it finds 100%, of the best 1000 100%." in job


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("count=many", 400, "must be a number"),
        ("rate=200", 400, "rate 200: must be between"),
        ("class=nobody", 404, "nobody"),
        ("collection=nowhere", 404, "there is no collection"),
        ("region=abc", 400, "give item@x,y,width,height"),
        ("image=0", 404, "no longer kept"),
        ("item=unknown", 404, "unknown"),
    ],
)
def test_wrong_addresses_are_answered_in_one_line(client: FlaskClient, query: str, status: int, said: str) -> None:
    response = client.get(f"/?{query}")
    assert response.status_code == status
    assert said in response.text


def test_a_class_is_made_with_its_first_examples(post: Post, archive: Workspace, items_of: Items) -> None:
    discs = items_of("discs")
    response = post("/classes", name="Discs", label_fr="Disques", item=discs[:2], definition="round")
    summary = archive.class_summary("Discs")
    assert response.location == f"/?class={summary.visual_class.id}"
    assert (summary.positives, summary.versions) == (2, 1)
    assert summary.visual_class.labels == {"fr": ("Disques",)}
    assert post("/classes", name="Discs").status_code == 409
    assert post("/classes", name="").status_code == 400
    assert post("/classes", name="Other", concept_uri="javascript:alert(1)").status_code == 400


def test_labels_of_all_languages_survive_the_form(post: Post, client: FlaskClient, archive: Workspace) -> None:
    labels = {"fr": ("Ballon", "Aérostat"), "en": ("balloon",), "ar": ("منطاد",), "de-AT": ("Ballon & <b>",)}
    made = archive.create_class("Balloons", labels=labels)
    page = client.get(f"/classes/{made.id}").text
    written = html.unescape(re.findall(r'<textarea name="labels_more"[^>]*>(.*?)</textarea>', page, re.DOTALL)[0])
    assert written == "fr: Aérostat\nar: منطاد\nde-AT: Ballon & <b>"
    page_of_it = "https://www.wikidata.org/wiki/Q183951#sitelinks"
    form = {"label_fr": "Ballon", "label_en": "balloon", "labels_more": written, "concept_uri": page_of_it}
    assert post(f"/classes/{made.id}", name="Balloons", **form).status_code == 303
    changed = archive.class_summary(made.id).visual_class
    assert changed.labels == labels
    assert changed.concept_uri == "http://www.wikidata.org/entity/Q183951"
    for wrong in ("Ballon", "de:", ": Ballon", "not a language: x"):
        assert post(f"/classes/{made.id}", name="Balloons", labels_more=wrong).status_code == 400


def test_a_class_is_described_and_archived(
    post: Post, client: FlaskClient, archive: Workspace, items_of: Items
) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:2])
    archive.fit(made.id)
    post(f"/classes/{made.id}", name="Discs & <b>rounds</b>", definition="round things")
    page = client.get(f"/classes/{made.id}").text
    assert "Discs &amp; &lt;b&gt;rounds&lt;/b&gt;" in page
    assert "<b>rounds</b>" not in page
    post(f"/classes/{made.id}/threshold", threshold="0,25")
    model = archive.class_summary(made.id).model
    assert model is not None
    assert model.threshold == pytest.approx(0.25)
    assert post(f"/classes/{made.id}/threshold", threshold="high").status_code == 400
    post(f"/classes/{made.id}/archive")
    assert "rounds" not in client.get("/classes").text


def test_marks_and_undo_by_forms(post: Post, archive: Workspace, items_of: Items) -> None:
    disc, frame = items_of("discs")[0], items_of("frames")[0]
    made = archive.create_class("Discs")
    assert post(f"/classes/{made.id}/marks", mark=f"positive:{disc}", next="/?q=x").location == f"/?q=x#i-{disc}"
    post(f"/classes/{made.id}/marks", mark=f"negative:{frame}")
    assert archive.marks(made.id) == {disc: 1, frame: -1}
    post(f"/classes/{made.id}/undo")
    assert archive.marks(made.id) == {disc: 1}
    post(f"/classes/{made.id}/undo")
    assert archive.marks(made.id) == {}
    assert post(f"/classes/{made.id}/undo").status_code == 400
    assert post(f"/classes/{made.id}/marks", mark="maybe").status_code == 400
    assert post(f"/classes/{made.id}/fit").status_code == 400
    assert post("/preferences", language="fr", next="//elsewhere.example").location == "/"


def test_bands_are_reviewed_and_published(post: Post, client: FlaskClient, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:4])
    archive.mark(made.id, dict.fromkeys(items_of("frames")[:4], -1), op_id="a")
    archive.fit(made.id)
    assert post("/enrichment", **{"class": made.id, "most": "a few"}).status_code == 400
    more = {"floor": "−1,5", "most": "30", "everything": "1"}
    response = post("/enrichment", **{"class": made.id, "threshold": "-1"}, **more)
    assert _awaited(archive, response.location) is JobState.DONE
    assert "Review Discs" in client.get(response.location).text
    best = archive.predictions(made.id, status="proposed")[0]
    post(f"/classes/{made.id}/review", verdict=f"reject:{best.item}")
    post(f"/classes/{made.id}/review", verdict="accept-above", score="−0,5")
    found = archive.class_summary(made.id).predictions
    assert found[Status.REJECTED] == 1
    assert "1 image" in client.get(f"/classes/{made.id}/review?status=rejected").text
    assert post(f"/classes/{made.id}/review", verdict="perhaps").status_code == 400
    assert _awaited(archive, post(f"/classes/{made.id}/publish", policy="accepted").location) is JobState.DONE
    page = client.get(f"/classes/{made.id}/publish").text
    for name in ("iiif", "w3c", "csv"):
        assert f"/classes/{made.id}/exports/{name}" in page
    export = client.get(f"/classes/{made.id}/exports/iiif")
    assert export.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/classes/{made.id}/exports/nothing").status_code == 400


def test_a_harvest_is_embedded_and_indexed(post: Post, client: FlaskClient, archive: Workspace, tmp_path: Path) -> None:
    assert post("/sources", locations=" ").status_code == 400
    assert post("/sources", locations="x", limit="all").status_code == 400
    missing = tmp_path / "missing"
    failed = post("/sources", locations=str(missing)).location
    assert _awaited(archive, failed) is JobState.FAILED
    assert "no source can read this" in client.get(failed).text
    (tmp_path / "more").mkdir()
    Image.new("RGB", (80, 60), "navy").save(tmp_path / "more" / "blue.png")
    done = post("/sources", locations=str(tmp_path / "more"), collection="more").location
    assert _awaited(archive, done) is JobState.DONE
    _until(lambda: archive.status().embedded == 37 and archive.jobs()[0].kind == "index")
    assert "more" in client.get("/sources").text


def test_jobs_poll_by_htmx_until_they_are_final(client: FlaskClient, archive: Workspace) -> None:
    job = archive.jobs()[0]
    assert "<html" in client.get(f"/jobs/{job.id}").text
    card = client.get(f"/jobs/{job.id}", headers={"HX-Request": "true"}).text
    assert "<html" not in card
    assert "hx-get" not in card
    assert client.get("/jobs/none").status_code == 404


def test_the_pages_work_without_the_vendored_libraries(
    app: Flask, client: FlaskClient, tmp_path: Path, items_of: Items
) -> None:
    app.static_folder = str(tmp_path)
    page = client.get(f"/items/{items_of('discs')[0]}", follow_redirects=True).text
    assert 'id="still"' in page
    bare = create_app(app.extensions["snoop_flow_workspace"])
    assert bare.test_client().get("/").status_code == 200


def test_an_upload_has_an_address(post: Post, client: FlaskClient, pictures: Path) -> None:
    content = (pictures / "discs" / "discs-00.jpg").read_bytes()
    response = post("/search/image", files={"image": (io.BytesIO(content), "disc.jpg")})
    assert response.status_code == 303
    assert client.get(response.location).status_code == 200
    assert post("/search/image", files={"image": (io.BytesIO(b""), "empty.jpg")}).status_code == 400
    assert post("/search/image").status_code == 404


def test_thumbnails_are_pictures_to_keep(client: FlaskClient, items_of: Items) -> None:
    response = client.get(f"/thumbnails/{items_of('discs')[0]}.jpg", buffered=True)
    assert response.mimetype == "image/jpeg"
    assert response.data.startswith(b"\xff\xd8")
    assert response.cache_control.max_age
    assert client.get("/thumbnails/none.jpg").status_code == 404


def test_a_disagreement_is_shown_with_names_and_settled(
    post: Post, client: FlaskClient, archive: Workspace, items_of: Items
) -> None:
    discs = items_of("discs")
    made = archive.create_class("Discs", positives=discs[:3])
    archive.fit("Discs")
    page = f"/classes/{made.id}"
    assert 'id="disagreements"' not in client.get(page).text  # one person marks
    archive.add_user("ada", "Ada Lovelace")
    archive.mark("Discs", {discs[0]: 1, discs[1]: -1}, op_id="ada", user="ada")
    for language, words in (("en", "Where people disagree"), ("fr", "Désaccords")):
        shown = client.get(page, headers={"Accept-Language": language}).text
        assert words in shown
        assert "Ada Lovelace" in shown
        assert f"negative:{discs[1]}" in shown
    settled = post(f"{page}/settle", mark=f"negative:{discs[1]}")
    assert settled.location == f"{page}#disagreements"
    assert archive.marks("Discs")[discs[1]] == -1
    assert archive.mark_history("Discs", 1)[0].settles
    assert "Nothing is open" in client.get(page).text
    assert post(f"{page}/settle", mark="maybe:x").status_code == 400


def test_a_round_is_listed_and_taken_back(post: Post, client: FlaskClient, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:2])
    archive.fit("Discs")
    page = f"/classes/{made.id}"
    assert client.get(f"/?class={made.id}&show=discovery&rate=50&seconds=10&count=15").status_code == 200
    shown = archive.rounds("Discs")[0]
    assert (shown.strategy, shown.shown) == ("discovery", 15)
    cards = archive.suggest("Discs", "random", count=3).cards
    archive.mark("Discs", {card.item: -1 for card in cards}, op_id="b")
    archive.fit("Discs")
    assert "Take round 2 back" in client.get(page).text
    assert post(f"{page}/rounds/2/undo").location == f"{page}#rounds"
    assert "taken back" in client.get(page).text
    assert not {card.item for card in cards} & set(archive.marks("Discs"))


def test_refining_keeps_what_was_chosen(post: Post, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:2])
    location = post(f"/classes/{made.id}/fit", show="discovery", rate="50", seconds="10").location
    assert location == f"/?class={made.id}&show=discovery&rate=50&seconds=10.0"


def test_what_a_class_and_a_job_took_is_told(client: FlaskClient, archive: Workspace, items_of: Items) -> None:
    made = archive.create_class("Discs", positives=items_of("discs")[:2])
    archive.fit("Discs")
    job = archive.enrich(["Discs"]).job
    for path in (f"/classes/{made.id}", f"/?class={made.id}", f"/jobs/{job}"):
        for language, words in (("en", "of computing in"), ("fr", "de calcul en")):
            page = client.get(path, headers={"Accept-Language": language}).text
            assert words in page, path
            assert "12 W" in page or "RAPL" in page
    assert re.search(r"\d J</td>", client.get("/jobs").text)


def test_what_plugins_bring_is_told_in_the_language_of_the_curator(
    client: FlaskClient, archive: Workspace, items_of: Items
) -> None:
    if "gal" not in archive.host.strategies:
        pytest.skip("snoop-strategies is not installed")
    made = archive.create_class("Discs", positives=items_of("discs")[:2])
    archive.fit(made.id)
    english, french = "whichever answer comes, the model changes most", "quelle que soit la réponse"
    for language, words, other in (("en", english, french), ("fr", french, english)):
        page = html.unescape(client.get(f"/?class={made.id}&show=gal", headers={"Accept-Language": language}).text)
        assert words in page
        assert re.search(f'data-why="[^"]*{words}', page)
        assert other not in page


def test_parts_are_not_called_images(client: FlaskClient, archive: Workspace, items_of: Items) -> None:
    found = client.get(f"/?item={items_of('discs')[0]}").text
    assert "60 images" in found or "36 images" in found
    assert "part" not in found[found.index('id="found"') : found.index("</p>", found.index('id="found"'))]


def test_french_does_not_break_before_high_punctuation(client: FlaskClient) -> None:
    assert typeset("Que faire ? « Rien » : 95 % de %(n)s ; %(a)s !") == (
        "Que faire\u202f? «\u00a0Rien\u00a0»\u00a0: 95\u00a0% de %(n)s\u202f; %(a)s\u202f!"
    )
    page = client.get("/enrichment", headers={"Accept-Language": "fr"}).text
    assert not re.search(r"\w [;!?»]", re.sub(r"<[^>]*>", "", page))
