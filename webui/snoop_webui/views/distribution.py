"""Analysis: the hits of a class over time, by collection and by place, for historians."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from snoop_webui import current
from snoop_webui.languages import language
from snoop_webui.timeline import timeline

pages = Blueprint("distribution", __name__, url_prefix="/classes/<class_id>/distribution")


@pages.get("")
def index(class_id: str) -> str:
    """Counts and rates, as a drawing and as tables."""
    workspace = current.workspace()
    summary = workspace.class_summary(class_id)
    policy = "accepted" if request.args.get("policy") == "accepted" else "all"
    collection = request.args.get("collection") or None
    report = workspace.distribution(class_id, policy=policy, collection=collection, language=language())
    return render_template(
        "distribution.html",
        summary=summary,
        report=report,
        drawing=timeline(report),
        collection=collection,
        collections=[one.collection for one in workspace.collections()],
        exporters=[name for name in ("csv", "csv-spreadsheet", "parquet") if name in workspace.plugins().exporters],
    )
