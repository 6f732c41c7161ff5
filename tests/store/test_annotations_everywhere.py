"""Containers, received annotations, search, changes, keys and the outbox on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from snoop_flow import Workspace


def test_on_postgresql(empty_postgresql: str, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOOP_FLOW_DATABASE", empty_postgresql)
    Workspace.create(tmp_path / "workspace").close()
    with Workspace.open(tmp_path / "workspace") as workspace:
        workspace.harvest([str(pictures)], collection="drawn")
        workspace.embed()
        items = [item.id for record in workspace.records("drawn") for item in workspace.record_items(record.id)]
        workspace.create_class("Discs", positives=items[:3])
        workspace.fit("Discs")
        workspace.enrich(["Discs"])
        workspace.review("Discs", accept=[workspace.predictions("Discs")[0].item])
        live = workspace.publish(["Discs"], policy="all").annotations
        whole = workspace.container("")
        documents = list(workspace.stream_container(whole))
        judged = [one for one in documents if one["motivation"] == "assessing"]
        assert len(documents) == whole.total == live + len(judged)
        assert 0 < len(judged) < live
        assert workspace.container("collections/drawn").total == whole.total
        assert len(workspace.container_document(whole)["first"]["items"]) == whole.total
        assert len(workspace.search_annotations("", {"q": "discs"})["items"]) == live
        assert workspace.complete_annotations("", {"q": "di"})["items"][0]["total"] == live
        assert len(workspace.change_page(0)["orderedItems"]) == workspace.change_stream()["totalItems"] == live
        first_page = workspace.image_page(2)
        rest = workspace.image_page(1000, after=first_page.after, class_id=workspace.published_classes()[0].id)
        assert len({one.item.id for one in (*first_page.images, *rest.images)}) == 2 + len(rest.images) == live
        assert rest.after is None
        assert workspace.image_page(since=rest.images[-1].modified).images[-1] == rest.images[-1]
        assert workspace.image_page(before=workspace.first_publication()).images == ()
        key, token = workspace.add_key("tests")
        writer = workspace.key_user(token, "annotations:write")
        assert writer is not None
        note = {"type": "Annotation", "target": "https://example.org/c"}
        made = workspace.receive_annotations("", [note, note], writer, "note")
        assert workspace.container("").total == whole.total + 2
        again = workspace.replace_received(made[0].id, note, made[0].digest, writer)
        workspace.remove_received(made[0].id, again.digest, writer)
        assert workspace.container("").total == whole.total + 1
        workspace.revoke_key(key.id)
        assert workspace.key_user(token, "annotations:write") is None
        assert workspace.push(str(tmp_path / "out")).sent == live
        assert workspace.push(str(tmp_path / "out")).unchanged == live
        first = workspace.annotation_evidence(documents[0]["id"])
        assert first["class"]["name"] == "Discs"
        (run,) = workspace.published_runs()
        workspace.enrich(["Discs"], threshold=-9.0)
        workspace.publish(["Discs"], policy="all")
        later = next(one for one in workspace.published_runs() if one.run != run.run)
        assert later.began > run.began
        both = {run.run, later.run}
        assert both in [{of for _, of in one.runs} for one in workspace.image_page(1000, run=run.run).images]
