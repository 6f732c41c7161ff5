"""Films in the catalogue: harvested, cut, harvested again, interrupted, and searched."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from snoop_flow import Workspace, jobs
from snoop_flow.cli import run
from snoop_flow.entities import Item, ItemKind
from snoop_flow.errors import SourceError
from snoop_flow.store.schema import film_part

HARVEST = "import sys; from snoop_flow import Workspace; Workspace.open(sys.argv[1]).harvest([sys.argv[2]])"


def _items(workspace: Workspace) -> list[Item]:
    (collection,) = workspace.collections()
    (record,) = workspace.records(collection.collection.slug)
    return workspace.record_items(record.id)


def test_a_film_becomes_a_record_with_canvas_shots_and_keyframes(workspace: Workspace, film: Any) -> None:
    path = film()
    report = workspace.harvest([str(path)])
    assert (report.records, report.items, report.films, report.shots, report.keyframes) == (1, 3, 1, 3, 3)
    canvas, *rest = _items(workspace)
    assert (canvas.kind, canvas.selector, canvas.parent) == (ItemKind.CANVAS, "", None)
    assert (canvas.width, canvas.height, canvas.searched) == (96, 64, False)
    kinds = [(one.kind, one.selector) for one in rest]
    assert kinds == [
        (ItemKind.SHOT, "t=0,1.2"),
        (ItemKind.KEYFRAME, "t=0"),
        (ItemKind.SHOT, "t=1.2,2.2"),
        (ItemKind.KEYFRAME, "t=1.2"),
        (ItemKind.SHOT, "t=2.2,3.8"),
        (ItemKind.KEYFRAME, "t=2.2"),
    ]
    assert {one.uri for one in rest} == {canvas.uri}
    assert [one.parent for one in rest[::2]] == [canvas.number] * 3
    assert [one.parent for one in rest[1::2]] == [one.number for one in rest[::2]]
    assert rest[3].label == {"none": ("film, 0:00:01",)}
    assert [one.position for one in (canvas, *rest)] == list(range(7))
    (record,) = workspace.records(report.collection)
    (medium,) = record.media
    assert medium["canvas"] == canvas.uri
    assert (medium["kind"], medium["format"], medium["path"]) == ("Video", "video/mp4", str(path))
    assert (medium["duration"], medium["fps"], medium["width"], medium["height"]) == (3.8, 25.0, 96, 64)
    for one in (canvas, *rest):  # their pictures are served and shown
        with Image.open(workspace.image_file(one.id)) as picture:
            assert picture.size == (96, 64)
        assert workspace.thumbnail(one.id).is_file()


def test_only_keyframes_are_embedded_and_found(workspace: Workspace, film: Any) -> None:
    workspace.harvest([str(film())])
    assert workspace.embed().embedded == 3
    keyframes = {one.id for one in _items(workspace) if one.kind is ItemKind.KEYFRAME}
    assert {card.item for card in workspace.search(items=[min(keyframes)], count=9).cards} <= keyframes
    assert {card.item for card in workspace.search(text="film", count=9).cards} == keyframes
    assert workspace.status().items == workspace.status().embedded == 3


def test_an_unchanged_film_is_not_looked_at_again_and_a_changed_one_keeps_its_ids(
    workspace: Workspace, film: Any
) -> None:
    path = film()
    workspace.harvest([str(path)])
    before = {one.selector: one.id for one in _items(workspace)}
    again = workspace.harvest([str(path)])
    assert (again.unchanged, again.films, again.items) == (1, 0, 3)
    film(shots=(30, 25, 60))  # the same name, a longer end
    changed = workspace.harvest([str(path)])
    assert (changed.changed, changed.films, changed.items) == (1, 1, 3)
    after = {one.selector: one.id for one in _items(workspace)}
    assert {name for name in before if before[name] == after.get(name)} == {
        "", "t=0,1.2", "t=0", "t=1.2,2.2", "t=1.2", "t=2.2",
    }  # fmt: skip
    assert "t=2.2,4.6" in after


def test_a_new_description_does_not_cost_another_look(workspace: Workspace, film: Any) -> None:
    path = film()
    workspace.harvest([str(path)])
    first = [one.id for one in _items(workspace)]
    path.with_suffix(".json").write_text(json.dumps({"title": "A film", "creator": "N. N."}))
    report = workspace.harvest([str(path)])
    assert (report.changed, report.items) == (1, 3)
    canvas, *rest = _items(workspace)
    assert [canvas.id, *(one.id for one in rest)] == first
    assert canvas.image
    assert rest[1].label == {"none": ("A film, 0:00:00",)}
    (record,) = workspace.records(report.collection)
    assert record.label == {"none": ("A film",)}
    assert record.media[0]["duration"] == 3.8


def test_other_wishes_cut_it_anew(workspace: Workspace, film: Any) -> None:
    path = film(shots=(50, 75))
    assert workspace.harvest([str(path)]).keyframes == 2
    ticked = workspace.harvest([str(path)], every=1.0)
    assert (ticked.films, ticked.keyframes, ticked.items) == (1, 5, 5)
    assert [one.keyframes for one in workspace.shots("film.mp4").shots] == [(0.0, 1.0), (2.0, 3.0, 4.0)]


def test_a_folder_may_hold_both_images_and_films(workspace: Workspace, film: Any, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    (folder / "reels").mkdir(parents=True)
    Image.new("RGB", (80, 60), "teal").save(folder / "page.jpg")
    shutil.move(film(), folder / "one.mp4")
    shutil.move(film("two.webm", codec="libvpx-vp9"), folder / "reels" / "two.webm")
    (folder / "notes.txt").write_text("no film")
    report = workspace.harvest([str(folder)])
    assert (report.records, report.films, report.items) == (3, 2, 7)
    assert {workspace.shots(name).record for name in ("one.mp4", "two.webm")} < {
        one.id for one in workspace.records("mixed")
    }


def test_a_killed_harvest_goes_on_where_it_was(workspace: Workspace, film: Any, tmp_path: Path) -> None:
    path = film(shots=[40] * 60, between=20)  # 96 s
    settings = workspace.folder / "snoop-flow.toml"
    settings.write_text(settings.read_text() + "video_part = 8.0\n")
    with subprocess.Popen([sys.executable, "-c", HARVEST, str(workspace.folder), str(path)]) as process:
        while _parts(workspace) < 2:
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    done = _parts(workspace)
    assert 2 <= done < 12
    (job,) = [one for one in workspace.jobs() if one.kind == "harvest_videos"]
    with Workspace.open(workspace.folder) as opened:
        seen: list[int] = []
        report = opened.harvest([str(path)], progress=lambda at, total, what: seen.append(at))
        assert [one.id for one in opened.jobs() if one.kind == "harvest_videos"] == [job.id]
        assert (report.films, report.shots, report.keyframes) == (1, 60, 60)
        assert [one.start for one in opened.shots(str(path)).shots] == pytest.approx(
            [1.6 * number for number in range(60)]
        )


def _parts(workspace: Workspace) -> int:
    with workspace.catalogue.read() as connection:
        return int(connection.execute(select(func.count()).select_from(film_part)).scalar_one())


def test_parts_are_not_cut_twice_by_another_job(workspace: Workspace, film: Any) -> None:
    path = film(shots=[40] * 12, between=20)
    settings = workspace.folder / "snoop-flow.toml"
    settings.write_text(settings.read_text() + "video_part = 5.0\n")
    with Workspace.open(workspace.folder) as opened:
        job = opened.start_job("harvest", {"locations": [str(path)]})
        while opened.job(job.id).state not in jobs.FINAL:
            time.sleep(0.02)
        while not [one for one in opened.jobs() if one.kind == "harvest_videos" and one.state in jobs.FINAL]:
            time.sleep(0.02)  # it follows by itself
        assert len(opened.shots("film.mp4").shots) == 12
        assert opened.films_to_cut() == 0
        assert opened.cut_videos().skipped == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.mp4", b"", "is empty; copy the film again"),
        ("text.mp4", b"not a film at all" * 99, "is no film, or one that cannot be read"),
        ("list.mp4", b"#EXTM3U\n#EXTINF:9,\n/etc/passwd\n", "is no film, or one that cannot be read"),
    ],
)
def test_what_is_no_film_is_refused_in_one_line(
    workspace: Workspace, tmp_path: Path, name: str, content: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=reason):
        workspace.harvest([str(tmp_path / name)])
    command = ["harvest", str(tmp_path / name), "--workspace", str(workspace.folder)]
    assert run(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line
    assert [one.stage for one in workspace.failures()] == ["video"]


def test_the_shots_as_a_table_and_as_json(workspace: Workspace, film: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = film()
    workspace.harvest([str(path)])
    record = workspace.records("film-mp4")[0]
    for named in ("film.mp4", str(path), record.id, record.uri):
        assert run(["shots", named, "--workspace", str(workspace.folder), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert [(one["start"], one["end"], one["keyframes"]) for one in found["shots"]] == [
            (0.0, 1.2, [0.0]), (1.2, 2.2, [1.2]), (2.2, 3.8, [2.2]),
        ]  # fmt: skip
    assert run(["shots", "film.mp4", "--workspace", str(workspace.folder)]) == 0
    assert "0:00:01.20   0:00:02.20      1.00   1.20" in capsys.readouterr().out
    assert run(["shots", "other.mp4", "--workspace", str(workspace.folder)]) == 2
    assert "there is no video 'other.mp4'" in capsys.readouterr().err


def test_a_film_that_could_not_be_cut_is_cut_again_as_it_was_wanted(
    workspace: Workspace, film: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = film("good.mp4", shots=(50, 75))
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "film.mp4").write_bytes(b"not copied yet" * 99)
    shutil.copy(good, folder / "other.mp4")
    first = workspace.harvest([str(folder)], every=1.0)
    assert (first.films, len(first.failed)) == (1, 1)
    where = ["--workspace", str(workspace.folder)]
    assert run(["harvest", "--retry", *where]) == 0
    assert "Nothing is to be tried again now" in capsys.readouterr().out  # time does not mend it
    shutil.copy(good, folder / "film.mp4")
    assert run(["harvest", "--retry", "--early", "--host", "example.org", *where]) == 0
    capsys.readouterr()
    assert run(["harvest", "--retry", "--early", *where]) == 0
    assert "1 film cut into 2 shots with 5 keyframes" in capsys.readouterr().out
    assert workspace.failures() == []
    assert [one.keyframes for one in workspace.shots("film.mp4").shots] == [(0.0, 1.0), (2.0, 3.0, 4.0)]
