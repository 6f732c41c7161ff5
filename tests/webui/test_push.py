"""Pushing to another snoop-flow, to a replica of SimpleAnnotationServer and to a folder; cut, refused and repeated."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

from snoop_flow import Workspace
from snoop_flow.cli import cli
from snoop_flow.errors import SourceError, UsageError
from snoop_webui.application import create_app

Items = Callable[[str], list[str]]


@pytest.fixture
def discs(archive: Workspace, items_of: Items) -> str:
    made = archive.create_class("Discs", positives=items_of("discs")[:3])
    archive.fit(made.id)
    archive.enrich([made.id])
    archive.review(made.id, accept=[one.item for one in archive.predictions(made.id)])
    archive.publish([made.id])
    return made.id


class Proxy:
    """Stands before an application, counts what is written and fails where a test says so."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.written: list[str] = []
        self.lose_answers = 0
        self.refuse = ""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        method = environ["REQUEST_METHOD"]
        if method != "GET":
            self.written.append(method)
        if self.refuse and method != "GET":
            start_response(self.refuse, [("Content-Length", "0")])
            return [b""]
        if self.lose_answers and method == "POST":
            self.lose_answers -= 1
            parts = b"".join(self.app(environ, lambda *_: None))  # it is kept there, but nobody hears of it
            start_response("500 Lost", [("Content-Length", "0")])
            return [b"" for _ in parts[:1]]
        body = b"".join(self.app(environ, start_response))
        return [body]


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, Proxy, str]]:
    """Another institution's snoop-flow: its workspace, what stands before it, and the address of its container."""
    server = make_server("127.0.0.1", 0, lambda environ, start: proxy(environ, start), threaded=True)
    address = f"http://127.0.0.1:{server.port}"
    with Workspace.create(tmp_path / "other", public_url=address) as workspace:
        proxy = Proxy(create_app(workspace))
        monkeypatch.setenv("SNOOP_FLOW_PUSH_TOKEN", workspace.add_key("guest")[1])
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield workspace, proxy, f"{address}/annotations/"
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _pushing(archive: Workspace, address: str) -> Iterator[Callable[[], Any]]:
    with Workspace.open(archive.folder) as workspace:  # which reads the token
        yield lambda: workspace.push(address, allow_hosts=[urlsplit(address).netloc])


def _held(other: Workspace, motivation: str = "") -> dict[str, dict[str, Any]]:
    """What the other has by our ids: annotations, or verdicts on them."""
    kept = other.stream_container(other.container(""))
    return {one["via"]: one for one in kept if (one["motivation"] == "assessing") == (motivation == "assessing")}


def test_to_a_container(archive: Workspace, discs: str, items_of: Items, other: tuple[Workspace, Proxy, str]) -> None:
    there, proxy, address = other
    total = archive.publish_plan(discs).unchanged
    with _pushing(archive, address) as push:
        first = push()
        assert first.sent == first.verdicts == total > 3
        assert len(_held(there)) == total
        assert {one["target"] for one in _held(there, "assessing").values()} == set(_held(there))
        again = push()
        assert (again.sent, again.updated, again.unchanged, again.verdicts) == (0, 0, total, 0)
        assert len(proxy.written) == 2 * total
        gone = archive.annotation_page(items_of("discs")[0])["items"][0]["id"]
        archive.review(discs, reject=[items_of("discs")[0]])
        archive.update_class(discs, labels={"en": ["Circles <b>\u0007"]})
        archive.publish([discs])
        changed = push()
        assert (changed.sent, changed.updated, changed.removed) == (0, total - 1, 1)
        held = _held(there)
        assert gone not in held
        assert f"{gone}/assessment" not in _held(there, "assessing")
        assert changed.verdicts == 1
        assert {one["body"][1]["value"] for one in held.values()} == {"Circles <b>"}
        assert push().unchanged == total - 1


def test_an_answer_that_was_lost_doubles_nothing(
    archive: Workspace, discs: str, other: tuple[Workspace, Proxy, str]
) -> None:
    there, proxy, address = other
    total = archive.publish_plan(discs).unchanged
    proxy.lose_answers = 1
    with _pushing(archive, address) as push:
        with pytest.raises(SourceError, match="HTTP 500"):
            push()
        assert len(_held(there)) == 1
        report = push()
    assert (report.updated, report.sent, report.verdicts) == (1, total - 1, total)
    assert len(list(there.stream_container(there.container("")))) == 2 * total


@pytest.mark.parametrize("status", ["401 Unauthorized", "503 Busy", "403 Forbidden"])
def test_a_server_that_is_closed_stops_the_push(
    archive: Workspace, discs: str, other: tuple[Workspace, Proxy, str], status: str
) -> None:
    _, proxy, address = other
    proxy.refuse = status
    with _pushing(archive, address) as push:
        with pytest.raises(SourceError, match=status[:3]):
            push()
        assert len(proxy.written) == 1
        proxy.refuse = ""
        assert push().sent == archive.publish_plan(discs).unchanged


def test_what_a_server_refuses_is_told_and_tried_again(
    archive: Workspace, discs: str, other: tuple[Workspace, Proxy, str]
) -> None:
    _, proxy, address = other
    total = archive.publish_plan(discs).unchanged
    proxy.refuse = "400 Bad"
    with _pushing(archive, address) as push:
        report = push()
        assert (report.sent, len(report.failed)) == (0, min(2 * total, 20))
        assert "HTTP 400" in report.failed[0]["reason"]
        proxy.refuse = ""
        assert push().sent == total


def test_a_server_that_is_down(archive: Workspace, discs: str, free_port: Callable[[], int]) -> None:
    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(SourceError, match="connection failed"):
        archive.push(f"http://{host}/annotations/", allow_hosts=[host])
    with pytest.raises(SourceError, match="not a public address"):
        archive.push(f"http://{host}/annotations/")
    with pytest.raises(UsageError, match="writes to a folder"):
        archive.push(f"http://{host}/", kind="files")


class Simple:
    """What SimpleAnnotationServer does with its four addresses, after its source."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        parts = urlsplit(path)
        uri = parse_qs(parts.query).get("uri", [""])[0]
        verb = parts.path.removeprefix("/annotation/")
        if method == "POST" and verb in ("create", "update"):
            sent = json.loads(body)
            if verb == "create" and sent["@id"] in self.kept:
                return 400, None
            self.kept[sent["@id"]] = sent
            return 201, sent
        if method == "DELETE" and verb == "destroy":
            self.kept.pop(uri, None)
            return 204, None
        if method == "GET" and verb == "search":
            return 200, [one for one in self.kept.values() if one["on"].split("#")[0] == uri]
        return 404, None


@pytest.fixture
def simple() -> Iterator[tuple[Simple, str]]:
    kept = Simple()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = kept.answer(self.command, self.path, body)
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/ld+json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _do  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        yield kept, f"127.0.0.1:{http.server_address[1]}"
        http.shutdown()


def test_to_a_simple_annotation_server(
    archive: Workspace, discs: str, items_of: Items, simple: tuple[Simple, str]
) -> None:
    kept, host = simple
    total = archive.publish_plan(discs).unchanged

    def push() -> Any:
        return archive.push(f"http://{host}/annotation", kind="sas", allow_hosts=[host])

    assert (push().sent, len(kept.kept), push().unchanged) == (total, total, total)
    one = next(iter(kept.kept.values()))
    assert (one["@type"], one["resource"][0]["@type"]) == ("oa:Annotation", "oa:Tag")
    archive.review(discs, reject=[items_of("discs")[0]])
    archive.publish([discs])
    assert (push().removed, len(kept.kept)) == (1, total - 1)


def test_to_a_folder_by_command(archive: Workspace, discs: str, items_of: Items, tmp_path: Path) -> None:
    total = archive.publish_plan(discs).unchanged
    command = ["push", str(tmp_path / "out"), "--class", "Discs", "--workspace", str(archive.folder), "--json"]
    first = CliRunner().invoke(cli, command)
    assert json.loads(first.stdout)["sent"] == total
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.json")}
    assert len(files) == 2 * total  # with the verdict on each
    assert json.loads(CliRunner().invoke(cli, command).stdout)["unchanged"] == total
    assert {path: path.stat().st_mtime_ns for path in files} == files
    archive.review(discs, reject=[items_of("discs")[0]])
    archive.publish([discs])
    assert json.loads(CliRunner().invoke(cli, command).stdout)["removed"] == 1
    assert sum(path.is_file() for path in files) == 2 * total - 2


def test_a_verdict_that_is_taken_back_is_removed_there(
    archive: Workspace, discs: str, items_of: Items, other: tuple[Workspace, Proxy, str]
) -> None:
    there, _, address = other
    total = archive.publish_plan(discs).unchanged
    unsure = archive.predictions(discs)[-1].item
    with _pushing(archive, address) as push:
        assert push().verdicts == total
        archive.review(discs, reset=[unsure])
        archive.publish([discs], policy="all")
        report = push()
        assert (report.updated + report.unchanged, report.removed, report.verdicts) == (total, 0, 1)
        assert (len(_held(there)), len(_held(there, "assessing"))) == (total, total - 1)
        assert push().verdicts == 0


def test_from_the_page_to_a_server_of_the_settings(
    archive: Workspace, discs: str, other: tuple[Workspace, Proxy, str]
) -> None:
    there, _, address = other
    total = archive.publish_plan(discs).unchanged
    settings = archive.folder / "snoop-flow.toml"
    settings.write_text(settings.read_text("utf-8") + f'\npush_targets = ["{address}"]\n', "utf-8")
    with Workspace.open(archive.folder) as workspace:
        client = create_app(workspace).test_client()
        page = client.get(f"/classes/{discs}/publish").text
        assert address in page
        assert "0 annotations are there" in page
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        path, form = f"/classes/{discs}/push", {"csrf_token": token[1], "target": address}
        elsewhere = {**form, "target": "https://elsewhere.example.org/"}
        assert client.post(path, data=elsewhere).status_code == 400
        answer = client.post(path, data=form)
        assert answer.status_code == 303
        job = workspace.job(answer.location.rsplit("/", 1)[-1])
        for _ in range(1200):
            if (job := workspace.job(job.id)).state.value in ("done", "failed"):
                break
            time.sleep(0.1)
        assert (job.state.value, job.error) == ("done", "")
        assert len(_held(there)) == total
        assert f"{total} annotations are there" in client.get(f"/classes/{discs}/publish").text
        shown = client.get(f"/jobs/{job.id}").text
        assert address in shown


@pytest.fixture
def free_port() -> Callable[[], int]:
    import socket

    def find() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    return find
