"""The application on a real workspace: by Flask's client, and served to a real Chromium."""

from __future__ import annotations

import importlib.util
import re
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from snoop_flow import Workspace
from snoop_flow.host import PluginHost
from snoop_flow.settings import load_settings
from snoop_webui.application import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

expect.set_options(timeout=30_000)  # a machine that does much else at once is slow, not wrong

Post = Callable[..., TestResponse]
Visit = Callable[..., Page]


@pytest.fixture
def app(archive: Workspace) -> Flask:
    return create_app(archive)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def post(client: FlaskClient) -> Post:
    """Sends a form with the token of the session."""

    def send(path: str, **form: Any) -> TestResponse:
        found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/classes/new").text)
        assert found
        files = form.pop("files", {})
        return client.post(path, data={"csrf_token": found[1], **form, **files})

    return send


def _whole(app: Flask) -> WSGIApplication:
    """Answers read whole before they are sent.

    werkzeug's server, which only tests use, leaves a file open whose reader goes away; a browser does that whenever a
    page is left.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            getattr(parts, "close", lambda: None)()  # PEP 3333: it may have one

    return answer


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """Address of the running application."""
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def institution() -> Iterator[Any]:
    """Publishes real manifests, see `institution.py`."""
    spec = importlib.util.spec_from_file_location("webui_institution", Path(__file__).with_name("institution.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    with module.serving() as served:
        yield served


@pytest.fixture
def seeing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """An empty workspace with a backbone that sees colours, served at a port that is free."""
    monkeypatch.syspath_prepend(Path(__file__).parent.parent / "engine" / "regions")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    Workspace.create(tmp_path / "workspace", public_url=f"http://localhost:{port}").close()
    host = PluginHost([*entry_points(group="snoop_flow"), EntryPoint("colours", "seeing_colours", "snoop_flow")])
    with Workspace(tmp_path / "workspace", load_settings(tmp_path / "workspace"), host) as opened:
        yield opened


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one file: while it lives, playwright's event loop stands in the way of others."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        pytest.skip("no Chromium on this machine; install the system's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, served: str) -> Iterator[Visit]:
    """Opens a page; at the end no script may have failed and no content policy may have been violated."""
    wrong: list[str] = []
    contexts: list[BrowserContext] = []

    def open_page(path: str, *, allow: str = "", **options: Any) -> Page:
        context = chromium.new_context(locale=options.pop("locale", "en-GB"), base_url=served, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda message: (
                wrong.append(message.text)
                if message.type == "error" and not (allow and re.search(allow, message.text))
                else None
            ),
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong


@dataclass(frozen=True)
class Cinema:
    """A film in a workspace in which a class of discs was taught."""

    workspace: Workspace
    record: str
    class_id: str

    def frame(self, at: float) -> str:
        """The id of the keyframe at a second."""
        found = self.workspace.record_items(self.record)
        return next(one.id for one in found if one.selector == f"t={at:g}")

    def marks(self) -> dict[float, int]:
        """Second → mark."""
        frames = {one.id: one.selector for one in self.workspace.record_items(self.record)}
        found = self.workspace.marks(self.class_id)
        return {float(frames[item][2:]): value for item, value in found.items() if item in frames}


@pytest.fixture
def cinema(archive: Workspace, pictures: Path, add_film: Callable[..., str], tmp_path: Path) -> Cinema:
    """A film of which one stretch was accepted and others are proposed; its file is no film."""
    return _cinema(archive, pictures, add_film, tmp_path)


@pytest.fixture
def films(cinema: Cinema, pictures: Path, add_film: Callable[..., str], tmp_path: Path) -> list[str]:
    """The addresses of films in all states."""
    return _of_films(cinema, pictures, add_film, tmp_path)


@pytest.fixture(scope="session")
def screened(
    _ingested: Path, pictures: Path, add_film: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """A workspace in which classes were taught and applied, to be copied, and the addresses of all its screens."""
    base = tmp_path_factory.mktemp("screened")
    shutil.copytree(_ingested, base / "workspace")
    with Workspace.open(base / "workspace") as archive:
        items = _drawn(archive)
        screens = [*_of_images(archive, items["discs"], items["frames"]), *_of_parts(archive, pictures), *_FAILING]
        films = _of_films(_cinema(archive, pictures, add_film, base), pictures, add_film, base)
        return archive.folder, [*screens, *films]


@pytest.fixture
def screens(screened: tuple[Path, list[str]]) -> list[str]:
    """The addresses of all screens; the workspace that has them is a copy of the one in `screened`."""
    return screened[1]


_FAILING = ("/classes/none", "/?low=much&show=ranking", "/?item=none")


def _drawn(archive: Workspace) -> dict[str, list[str]]:
    """The ids of the items of each kind of picture."""
    return {
        record.label["none"][0]: [one.id for one in archive.record_items(record.id)]
        for record in archive.records("drawn")
    }


def _cinema(archive: Workspace, pictures: Path, add_film: Callable[..., str], folder: Path) -> Cinema:
    file = folder / "film.webm"
    file.write_bytes(b"no film")
    record, items = add_film(archive, pictures, file=file), _drawn(archive)
    archive.embed()
    made = archive.create_class("Rounds", positives=items["discs"][:8])
    archive.mark(made.id, dict.fromkeys([*items["frames"][:8], *items["stripes"][:8]], -1), op_id="taught")
    archive.fit(made.id)
    archive.enrich([made.id], collection="films", threshold=-0.5)
    found = Cinema(archive, record, made.id)
    archive.review(made.id, accept=[found.frame(1.0)], reject=[found.frame(9.0)])
    return found


def _of_films(cinema: Cinema, pictures: Path, add_film: Callable[..., str], folder: Path) -> list[str]:
    gone = add_film(cinema.workspace, pictures, "Gone", file=folder / "gone.webm")
    bare = add_film(cinema.workspace, pictures, "Bare", file=folder / "film.webm", shots=(), frames=())
    here = f"/videos/{cinema.record}"
    whole = [f"{here}?class={cinema.class_id}&item={cinema.frame(9.0)}", here, f"/videos/{gone}", f"/videos/{bare}"]
    return [*whole, f"/records/{cinema.record}?item={cinema.frame(9.0)}&class={cinema.class_id}"]


def _of_images(archive: Workspace, discs: list[str], frames: list[str]) -> list[str]:
    made = archive.create_class("Discs", positives=discs[:4])
    archive.mark(made.id, dict.fromkeys(frames[:4], -1), op_id="first")
    archive.fit(made.id)
    archive.mark(made.id, {discs[4]: 1}, op_id="second")
    archive.fit(made.id)
    archive.update_class(made.id, visibility="institution")
    report = archive.enrich([made.id])
    archive.review(made.id, accept=[archive.predictions(made.id)[0].item])
    archive.publish([made.id])
    here = f"/classes/{made.id}"
    screens = ["/", f"/?class={made.id}", f"/?class={made.id}&show=ranking", f"/?item={discs[0]}", "/?q=nothing+of+it"]
    screens += ["/classes", "/classes/new", here, f"{here}/audit", f"{here}/review?status=all", f"{here}/publish"]
    screens += [f"{here}/versions", f"{here}/distribution", "/home", "/discover", "/preferences", "/admin"]
    screens += [f"{here}/publish/preview/{archive.item(archive.predictions(made.id)[0].item).record_id}"]
    screens += ["/enrichment", f"/enrichment?class={made.id}&estimate=1", "/jobs", f"/jobs/{report.job}", "/sources"]
    return [*screens, f"/items/{discs[0]}?class={made.id}"]


def _of_parts(archive: Workspace, pictures: Path) -> list[str]:
    """The screens of a class that was taught from regions, in a small collection that is cut into parts."""
    few = archive.folder / "few"
    few.mkdir()
    for number in range(3):
        shutil.copy(pictures / "discs" / f"discs-{number:02}.jpg", few)
    archive.harvest([str(few)], collection="few")
    archive.embed()
    archive.segment(collection="few", per_image=6)
    items = [item.id for item in archive.record_items(archive.records("few")[0].id)]
    made = archive.create_class(
        "Corners of discs", positives=[f"{item}#xywh=10,10,120,120" for item in items[:2]], visibility="institution"
    )
    archive.mark(made.id, {f"{items[2]}#xywh=0,0,60,60": -1}, op_id="parts")
    archive.fit(made.id)
    archive.enrich([made.id])
    part = archive.ranking(made.id, count=1).cards[0].item
    here = f"/classes/{made.id}"
    screens = [f"/?class={made.id}&show=ranking", here, f"{here}/review?status=all", f"{here}/publish?policy=all"]
    return [*screens, f"/items/{part}?class={made.id}", f"/?item={part}&parts=1"]


@pytest.fixture
def broken(app: Flask) -> str:
    """The address of a page that fails as nothing should."""

    def fail() -> str:
        raise RuntimeError("on purpose")

    app.add_url_rule("/broken", "broken", fail)
    return "/broken"
