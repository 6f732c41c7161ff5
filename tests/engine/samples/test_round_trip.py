"""The sample archive through the whole pipeline: annotations point at the source's own canvases, in every version."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from snoop_flow import Workspace
from snoop_flow.errors import FailureKind
from snoop_flow.samples import SampleServer

Errors = Callable[[Mapping[str, Any]], list[str]]


def test_annotations_return_to_the_canvases_they_came_from(
    archive: Path, tmp_path: Path, iiif_errors: Errors, w3c_errors: Errors
) -> None:
    with SampleServer(archive) as server, Workspace.create(tmp_path / "workspace") as workspace:
        report = workspace.harvest(
            [server.collection_url], collection="sample", allow_hosts=[f"127.0.0.1:{server.port}"]
        )
        assert {FailureKind.INVALID, FailureKind.GONE} <= {failed.kind for failed in report.failed}
        again = workspace.harvest([server.collection_url], collection="sample")
        assert (again.unchanged, again.new, again.changed, again.gone) == (report.records, 0, 0, 0)
        assert workspace.embed().embedded == report.items
        items = [
            item for record in workspace.records("sample", limit=100) for item in workspace.record_items(record.id)
        ]
        assert {item.uri for item in items} <= set(server.labels)
        versions = {record.version for record in workspace.records("sample", limit=100)}
        assert len(versions) >= 2

        workspace.create_class("Anything", labels={"fr": ("Tout",)}, positives=[item.id for item in items])
        workspace.fit("Anything")
        workspace.enrich(["Anything"])
        assert workspace.publish(["Anything"]).annotations == len(items)
        files = workspace.export("iiif", tmp_path / "tree").files
        targets = set()
        for file in files:
            document = json.loads(Path(file).read_text("utf-8"))
            assert iiif_errors(document) == [], file
            if document["type"] == "AnnotationPage":
                assert w3c_errors(document) == [], file
                targets.add(document["items"][0]["target"]["id"])
        assert targets == {item.uri for item in items}
