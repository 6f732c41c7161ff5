"""A replica of the BnF's hosts on the loopback interface, which behaves as users report, with real documents."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from snoop_flow import Workspace
from snoop_iiif import convert_document

ROOT = Path(__file__).parents[3]
GENERIC = re.compile(r"python-|httpx|curl|wget|^$", re.IGNORECASE)
CAPTCHA = "<!doctype html><title>Vérification</title><p>Merci de prouver que vous n'êtes pas un robot".encode()


class Replica:
    """Both stacks, SRU and OAI.

    Attributes:
        present: arks that the present stack has; the one before it has all.
        captcha: answer everything with a captcha page.
    """

    def __init__(self, folder: Path) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.present: set[str] = set()
        self.captcha = False
        self.old: dict[str, dict[str, Any]] = {}
        for path in sorted((folder / "manifests/manifests/v2").glob("gallica.bnf.fr*.json")):
            document = json.loads(path.read_bytes())
            self.old[_ark(document["@id"])] = document
        self.pages = {path.stem: path.read_bytes() for path in (folder / "oai/gallica_rebuilt").glob("*.xml")}

    def manifest_2(self, ark: str) -> bytes:
        """The real document, its addresses moved here."""
        return json.dumps(self.old[ark]).replace("https://gallica.bnf.fr", self.url).encode()

    def manifest_3(self, ark: str) -> bytes:
        """The same document as the present stack names and serves things."""
        converted = convert_document(json.loads(self.manifest_2(ark)), "http://e.org")
        text = json.dumps(converted)
        text = re.sub(rf"{self.url}/iiif/{ark}/canvas/", f"{self.url}/iiif/presentation/v3/{ark}/canvas/", text)
        text = re.sub(rf"{self.url}/iiif/({ark}/f\d+)", rf"{self.url}/iiif/image/v3/\1", text)
        return text.encode()

    def answer(self, path: str, agent: str) -> tuple[int, str, bytes]:
        self.asked.append(path)
        if GENERIC.search(agent):
            return 403, "text/html", b"<html>Forbidden"
        if self.captcha:
            return 200, "text/html", CAPTCHA
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/SRU":
            return 200, "text/xml", self.sru(int(query["startRecord"]))
        if parts.path == "/oai2/OAIHandler":
            token = query.get("resumptionToken", "page1").removeprefix("page")
            return 200, "text/xml", self.pages[f"ListRecords_page{token}"]
        ark = _ark(path)
        if "/presentation/v3/" in path and ark in self.present:
            return 200, "application/json", self.manifest_3(ark)
        if path.endswith(f"/iiif/{ark}/manifest.json") and ark in self.old:
            return 200, "application/json", self.manifest_2(ark)
        return 404, "text/html", b"<html>Not found"

    def sru(self, start: int) -> bytes:
        """One record a page, so that there are pages."""
        arks = sorted(self.old)
        dublin = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
        found = f"<dc:identifier>https://gallica.bnf.fr/{arks[start - 1]}</dc:identifier><dc:type>manuscrit</dc:type>"
        record = f"<srw:record><srw:recordData><oai_dc:dc xmlns:oai_dc='x' {dublin}>{found}</oai_dc:dc></srw:recordData></srw:record>"  # noqa: E501
        position = f"<srw:nextRecordPosition>{start + 1}</srw:nextRecordPosition>" if start < len(arks) else ""
        inner = f"<srw:numberOfRecords>{len(arks)}</srw:numberOfRecords><srw:records>{record}</srw:records>{position}"
        space = "http://www.loc.gov/zing/srw/"
        return f'<srw:searchRetrieveResponse xmlns:srw="{space}">{inner}</srw:searchRetrieveResponse>'.encode()


def _ark(text: str) -> str:
    match = re.search(r"ark:/12148/\w+", text)
    return match[0] if match else ""


@pytest.fixture
def data() -> Path:
    folder = Path(os.environ.get("SNOOP_FLOW_TEST_DATA") or ROOT.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip(f"no test data in {folder}")
    return folder


@pytest.fixture
def replica(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replica]:
    found = Replica(data)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = found.answer(self.path, self.headers.get("User-Agent", ""))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        found.url = f"http://127.0.0.1:{http.server_address[1]}"
        for name, path in (("OPENAPI", ""), ("LEGACY", ""), ("OAI", "/oai2/OAIHandler")):
            monkeypatch.setenv(f"SNOOP_GALLICA_{name}", f"{found.url}{path}")
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        yield found
        http.shutdown()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path / "workspace") as created:
        yield created
