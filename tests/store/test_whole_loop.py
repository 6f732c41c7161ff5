"""The whole loop with its catalogue in PostgreSQL: what an institution's shared installation runs on."""

from __future__ import annotations

from pathlib import Path

import pytest

from snoop_flow import Workspace
from snoop_flow.entities import Status


def test_the_loop_runs_on_postgresql(
    empty_postgresql: str, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNOOP_FLOW_DATABASE", empty_postgresql)
    with Workspace.create(tmp_path / "workspace") as workspace:
        assert workspace.harvest([str(pictures)], collection="drawn").items == 36
        assert workspace.harvest([str(pictures)], collection="drawn").unchanged == 3
        assert workspace.embed().embedded == 36
        workspace.build_index()
        first = workspace.search(text="stripes", count=5)
        workspace.create_class("Stripes", positives=[card.item for card in first.cards])
        workspace.fit("Stripes")
        shown = workspace.suggest("Stripes", "most-useful", count=5).cards
        workspace.mark("Stripes", {shown[0].item: -1}, op_id="round")
        assert [one.negatives for one in workspace.rounds("Stripes")] == [1]
        assert workspace.undo_round("Stripes").marks == 1
        asked = workspace.audit_next("Stripes", 40).cards
        workspace.audit_answers("Stripes", {card.item: 1 if card.record_label == "stripes" else -1 for card in asked})
        workspace.audit_answers("Stripes", {asked[0].item: None, asked[1].item: 0})
        (audit,) = workspace.audits("Stripes")
        assert (audit.drawn, audit.answered, audit.unsure) == (len(asked), len(asked) - 1, 1)
        workspace.audit_answers("Stripes", {card.item: 1 if card.record_label == "stripes" else -1 for card in asked})
        figures = workspace.audit_report("Stripes").figures
        assert figures is not None
        assert figures.members.interval == (12, 12)
        assert workspace.enrich(["Stripes"]).scored == 36
        workspace.review("Stripes", accept_above=0)
        published = workspace.publish(["Stripes"]).annotations
        assert published == workspace.class_summary("Stripes").predictions[Status.ACCEPTED] >= 5
        assert workspace.bands("Stripes")
        assert workspace.export("csv", tmp_path / "t.csv").records == published
        assert workspace.learn_audit("Stripes").marks == len(asked)
        if "faiss-ivf" in workspace.host.index_types:
            built = workspace.build_index(type="faiss-ivf")
            assert built.facts["own_classes"] == 1
            workspace.build_index()
            assert workspace.build_index(type="faiss-ivf").index == built.index
            assert workspace.search(visual_class="Stripes").index == "faiss-ivf"
        assert not (tmp_path / "workspace" / "catalogue.sqlite").exists()
