"""The vendor step against a small npm registry on loopback, with the machine's own npm."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from snoop_flow.errors import IntegrityError
from snoop_webui import vendor

FILES = {
    "dist/lib.min.js": b"let x",
    "dist/images/a.png": b"a",
    "dist/images/b.png": b"b",
    "LICENSE": b"0BSD",
    "x": b"",
}
TAKEN = {"dist/lib.min.js": "lib/lib.min.js", "dist/images/*": "lib/images/", "LICENSE": "lib/LICENSE"}

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="no npm on this machine")


def _archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in {**FILES, "package.json": b'{"name":"lib","version":"1.0.0"}'}.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _integrity(data: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


@pytest.fixture
def registry(httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A registry with one package, made the machine's; its archive."""
    archive = _archive()
    release = {"name": "lib", "version": "1.0.0", "dist": {"tarball": httpserver.url_for("/lib-1.0.0.tgz")}}
    document = {"name": "lib", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": release}}
    httpserver.expect_request("/lib").respond_with_json(document)
    httpserver.expect_request("/lib-1.0.0.tgz").respond_with_data(archive)
    httpserver.expect_request("/nope").respond_with_json({}, status=404)
    monkeypatch.setenv("npm_config_registry", httpserver.url_for("/"))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    return archive


def _lock(tmp_path: Path, integrity: str, files: dict[str, str] = TAKEN) -> Path:
    path = tmp_path / "lock.json"
    path.write_text(json.dumps({"lib": {"version": "1.0.0", "integrity": integrity, "files": files}}))
    return path


def test_takes_the_listed_files_only_and_knows_that_it_has_them(registry: bytes, tmp_path: Path) -> None:
    folder, lock = tmp_path / "static" / "vendor", _lock(tmp_path, _integrity(registry))
    assert not vendor.is_current(folder, lock)
    vendor.fetch(folder, lock)
    assert vendor.is_current(folder, lock)
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    del found[vendor.STAMP]
    assert found == {
        "lib/lib.min.js": b"let x",
        "lib/images/a.png": b"a",
        "lib/images/b.png": b"b",
        "lib/LICENSE": b"0BSD",
    }
    assert [p.name for p in folder.parent.iterdir()] == ["vendor"]


def test_a_touched_file_or_a_new_lock_is_fetched_again(registry: bytes, tmp_path: Path) -> None:
    folder, lock = tmp_path / "vendor", _lock(tmp_path, _integrity(registry))
    vendor.fetch(folder, lock)
    (folder / "lib" / "lib.min.js").write_text("let y")
    assert not vendor.is_current(folder, lock)
    vendor.fetch(folder, lock)
    assert vendor.is_current(folder, lock)
    assert not vendor.is_current(folder, _lock(tmp_path, _integrity(registry), {"LICENSE": "LICENSE"}))


def test_an_archive_that_differs_from_the_lock_is_refused(registry: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    with pytest.raises(IntegrityError, match=r"lib@1\.0\.0"):
        vendor.fetch(folder, _lock(tmp_path, _integrity(registry + b"x")))
    assert not folder.exists()


def test_a_listed_file_that_is_not_there_is_named(registry: bytes, tmp_path: Path) -> None:
    lock = _lock(tmp_path, _integrity(registry), {"dist/gone.js": "gone.js"})
    with pytest.raises(IntegrityError, match=r"no dist/gone\.js"):
        vendor.fetch(tmp_path / "vendor", lock)


def test_an_unknown_package_says_how_to_see_why(registry: bytes, tmp_path: Path) -> None:
    lock = tmp_path / "lock.json"
    lock.write_text(json.dumps({"nope": {"version": "1.0.0", "integrity": "sha512-", "files": {}}}))
    with pytest.raises(vendor.VendorError, match=r"npm view nope@1\.0\.0"):
        vendor.fetch(tmp_path / "vendor", lock)


def test_the_lock_pins_versions_digests_and_licences() -> None:
    for package in vendor.read_lock():
        assert package.integrity.startswith("sha512-")
        assert any("LICENSE" in target for target in package.files.values()), package.name
