from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from snoop_flow import Workspace
from snoop_webui import byte_ranges

FILM = bytes(range(256)) * 16


@pytest.fixture
def address(archive: Workspace, pictures: Path, add_film: Callable[..., str], tmp_path: Path) -> str:
    file = tmp_path / "film.webm"
    file.write_bytes(FILM)
    return f"/iiif/media/{archive.film(add_film(archive, pictures, file=file)).canvas}"


def test_a_whole_film(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, FILM, "video/webm")
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()


def test_only_its_head(client: FlaskClient, address: str) -> None:
    answer = client.head(address, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", str(len(FILM)))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, 4095),
        ("bytes=-10", 4086, 4095),
        ("bytes=-9999", 0, 4095),
        ("bytes=4000-9999", 4000, 4095),
        ("bytes=4095-4095", 4095, 4095),
    ],
)
def test_parts(client: FlaskClient, address: str, asked: str, first: int, last: int) -> None:
    answer = client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.data) == (206, FILM[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/4096"
    assert answer.headers["Content-Length"] == str(last - first + 1)


def test_a_part_is_no_larger_than_a_thread_can_afford(
    client: FlaskClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(byte_ranges, "MOST", 1000)
    answer = client.get(address, headers={"Range": "bytes=10-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (206, "bytes 10-1009/4096")


@pytest.mark.parametrize("asked", ["bytes=4096-", "bytes=9999-10000"])
def test_parts_that_are_not_there(client: FlaskClient, address: str, asked: str) -> None:
    answer = client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */4096")


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "frames=0-1", "bytes=9-1", "bytes=a-b", "nonsense", "bytes="])
def test_what_is_no_single_range_gives_the_whole(client: FlaskClient, address: str, asked: str) -> None:
    answer = client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, FILM)
    answer.close()


def test_conditions(client: FlaskClient, address: str) -> None:
    known = client.get(address, headers={"Range": "bytes=0-0"})
    etag, modified = known.headers["ETag"], known.headers["Last-Modified"]

    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = client.get(address, headers=named)
        answer.close()
        return answer.status_code

    assert status(If_None_Match=etag) == 304
    assert status(If_Modified_Since=modified) == 304
    assert status(If_None_Match='"other"', If_Modified_Since=modified) == 200
    assert status(Range="bytes=0-9", If_Range=etag) == 206
    assert status(Range="bytes=0-9", If_Range='"other"') == 200
    assert status(Range="bytes=0-9", If_Range=modified) == 206
    assert status(Range="bytes=0-9", If_Range="Mon, 01 Jan 2001 00:00:00 GMT") == 200


def test_nothing_but_films_of_this_installation(
    client: FlaskClient, archive: Workspace, pictures: Path, add_film: Callable[..., str], tmp_path: Path
) -> None:
    film = archive.film(add_film(archive, pictures, file=tmp_path / "gone.webm"))
    picture = archive.record_items(archive.records("drawn")[0].id)[0].id
    for item in (film.canvas, film.shots[0].keyframes[0].item, picture, "nothing", "..%2F..%2Fetc%2Fpasswd"):
        assert client.get(f"/iiif/media/{item}").status_code == 404


def test_who_reads_with_a_key_gets_no_film_without(
    client: FlaskClient, archive: Workspace, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = archive.add_user("ada", role="administrator")
    archive.set_password("ada", "a long enough word")
    object.__setattr__(archive.settings, "reading", "key")
    answer = client.get(address, headers={"Range": "bytes=0-9"})
    assert answer.status_code == 401
    assert user.login == "ada"


def test_manifests_of_a_film(
    client: FlaskClient, address: str, archive: Workspace, iiif_errors: Callable[[Mapping[str, Any]], list[str]]
) -> None:
    canvas = address.rsplit("/", 1)[-1]
    item = archive.item(canvas)
    manifest = client.get(f"/iiif/manifests/{item.record_id}").json
    keyframes = client.get(f"/iiif/manifests/{item.record_id}/keyframes").json
    assert manifest
    assert keyframes
    assert iiif_errors(manifest) == iiif_errors(keyframes) == []
    body = manifest["items"][0]["items"][0]["items"][0]["body"]
    assert body["id"].endswith(address)
    assert client.get(f"/iiif/canvases/{canvas}").json["duration"] == 40.0  # type: ignore[index]
    frame = keyframes["items"][0]["id"].rsplit("/", 1)[-1]
    shown = client.get(f"/iiif/canvases/{frame}").json
    assert shown
    assert shown["annotations"][0]["items"][0]["motivation"] == "linking"
