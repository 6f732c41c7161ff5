"""Forged changes, foreign host names, and the headers of answers."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from snoop_flow import Workspace


def test_a_form_without_the_token_changes_nothing(client: FlaskClient, archive: Workspace) -> None:
    client.get("/classes")
    assert client.post("/classes", data={"name": "X"}).status_code == 403
    assert client.post("/classes", data={"name": "X", "csrf_token": "guess"}).status_code == 403
    assert client.post("/api/v1/classes", json={"name": "X"}).status_code == 403
    assert archive.classes() == []


def test_scripts_of_the_page_send_the_token_as_a_header(client: FlaskClient) -> None:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/classes").text)
    assert found
    response = client.post("/api/v1/classes", json={"name": "X"}, headers={"X-CSRF-Token": found[1]})
    assert response.status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_change_nothing(client: FlaskClient, archive: Workspace, headers: dict[str, str]) -> None:
    assert client.post("/api/v1/classes", json={"name": "X"}, headers=headers).status_code == 403
    assert archive.classes() == []


def test_a_program_without_cookies_sends_json(client: FlaskClient) -> None:
    assert client.post("/api/v1/classes", data="name=X", content_type="text/plain").status_code == 400
    assert client.post("/api/v1/classes", json={"name": "X"}).status_code == 201


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8710", 200),
        ("127.0.0.1:8710", 200),
        ("[::1]:8710", 200),
        ("demo.localhost", 200),
        ("evil.example", 400),
    ],
)
def test_only_known_names_are_served(client: FlaskClient, host: str, status: int) -> None:
    assert client.get("/", headers={"Host": host}).status_code == status


def test_pages_run_under_a_strict_policy(client: FlaskClient) -> None:
    response = client.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "HttpOnly" in response.headers["Set-Cookie"]
    assert "SameSite=Lax" in response.headers["Set-Cookie"]
    assert not re.search(r"<script(?![^>]*(src|application/json))|<style|\sstyle=|\son\w+=", response.text)
