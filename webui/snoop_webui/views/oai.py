"""The OAI-PMH provider of what is published."""

from __future__ import annotations

from flask import Blueprint, Response, request

from snoop_webui import current
from snoop_webui.oai import answer

pages = Blueprint("oai", __name__)


@pages.route("/oai", methods=["GET", "POST"])
def ask() -> Response:
    """One request; faults are told in the answer, as the protocol has it, with status 200."""
    given = request.form if request.method == "POST" else request.args
    response = Response(answer(current.workspace(), given), content_type="text/xml; charset=UTF-8")
    response.headers["Cache-Control"] = "no-cache"
    return response
