"""Publish and export: accepted predictions become annotations, and files for catalogues."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from flask import Blueprint, Response, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from snoop_flow.entities import Role
from snoop_flow.errors import UsageError
from snoop_webui import current
from snoop_webui.access import may
from snoop_webui.security import allow_inline_styles, allow_media_from
from snoop_webui.views.documents import tile_source

pages = Blueprint("publishing", __name__, url_prefix="/classes/<class_id>")
_NAMED = {"publish": "names", "push": "classes"}  # which parameter of a job has its classes
_SUFFIXES = {"w3c": ".jsonl"}


@pages.get("/publish")
def index(class_id: str) -> str:
    """What would be published, what is, and the formats to take it away in."""
    workspace = current.workspace()
    summary = workspace.class_summary(class_id)
    policy, plugins = _policy(), workspace.plugins()
    enriched = bool(sum(summary.predictions.values()))
    known = {summary.visual_class.id, summary.visual_class.name}
    jobs = [one for one in workspace.jobs(200) if known & set(one.parameters.get(_NAMED.get(one.kind, "")) or ())]
    return render_template(
        "publish.html",
        summary=summary,
        exporters=plugins.exporters,
        shorts=plugins.shorts,
        jobs=jobs[:5],
        names={summary.visual_class.id: summary.visual_class.name},
        policy=policy,
        plan=workspace.publish_plan(class_id, policy=policy) if enriched else None,
        documents=workspace.preview_documents(class_id, policy=policy) if enriched else (),
        targets=workspace.push_targets(class_id),
        may_publish=may(Role.PUBLISHER),
    )


@pages.get("/publish/preview/<record_id>")
def preview(class_id: str, record_id: str) -> str:
    """A document in Mirador, with the annotations as they would be."""
    workspace = current.workspace()
    summary, record = workspace.class_summary(class_id), workspace.record(record_id)
    allow_inline_styles()
    for item in workspace.record_items(record_id):
        tile_source(item)  # which lets the page load from the servers of its images
    for medium in record.media:
        allow_media_from(str(medium.get("url", "")))
    return render_template("preview.html", summary=summary, record=record, policy=_policy())


@pages.get("/publish/preview/<record_id>/manifest.json")
def preview_manifest(class_id: str, record_id: str) -> Response:
    """The manifest that the preview shows; its addresses are those of this server as it was reached."""
    images = f"{request.host_url}iiif/3/"
    found = current.workspace().preview_manifest(class_id, record_id, images=images, policy=_policy())
    return jsonify(found)


def _policy() -> str:
    return "all" if request.args.get("policy") == "all" else "accepted"


@pages.post("/publish")
def launch(class_id: str) -> Answer:
    """Publish as a job."""
    policy = request.form.get("policy", "accepted")
    job = current.workspace().start_job("publish", {"names": [class_id], "policy": policy})
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@pages.post("/push")
def push(class_id: str) -> Answer:
    """Send what is published to one of the annotation servers that the settings name, as a job."""
    workspace = current.workspace()
    wanted = request.form.get("target", "")
    target = next((one for one in workspace.push_targets(class_id) if one.address == wanted), None)
    if target is None:
        raise UsageError(_("this server is not among those of the setting push_targets"))
    parameters = {"target": target.address, "kind": target.kind, "classes": [class_id]}
    job = workspace.start_job("push", {**parameters, "allow_hosts": list(target.hosts)})
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@pages.get("/exports/<format_name>")
def export(class_id: str, format_name: str) -> Response:
    """An export as one file; several files come as a ZIP."""
    workspace = current.workspace()
    summary = workspace.class_summary(class_id)
    return download(format_name, [summary.visual_class.id], summary.visual_class.name)


def download(format_name: str, classes: list[str] | None, name: str) -> Response:
    """Export to a folder of this moment and send what is in it.

    Raises:
        SnoopError: what the export raises.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "export"
        report = current.workspace().export(format_name, out, classes=classes)
        if report.left_out and out.is_dir():
            (out / "left-out.txt").write_text(f"{report.left_out}\n", "utf-8")
        files = [out] if out.is_file() else sorted(path for path in out.rglob("*") if path.is_file())
        stem = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-") or "export"
        if len(files) == 1:
            suffix = files[0].suffix or _SUFFIXES.get(format_name, f".{format_name}")
            return attachment(files[0].read_bytes(), f"{stem}-{format_name}{suffix}")
        return attachment(_zipped(files, out), f"{stem}-{format_name}.zip")


def _zipped(files: list[Path], root: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(root))
    return content.getvalue()


def attachment(content: bytes, name: str) -> Response:
    """A file to be kept, not shown."""
    return send_file(io.BytesIO(content), as_attachment=True, download_name=name, max_age=0)
