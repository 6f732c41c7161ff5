"""Several people mark a class: what they say is combined, disagreements are listed and settled."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from snoop_flow import Workspace
from snoop_flow.cli import run
from snoop_flow.entities import Status
from snoop_flow.errors import ConflictError, NotFoundError, UsageError
from snoop_flow.store import classes, opinions

Find = Callable[[str], list[str]]


@pytest.fixture
def taught(archive: Workspace, items_of: Find) -> Workspace:
    """A class of stripes that the owner and Ada mark; they disagree on the last stripes of four."""
    archive.add_user("ada", "Ada Lovelace")
    archive.add_user("bob", "Bob")
    stripes, discs = items_of("stripes"), items_of("discs")
    archive.create_class("Stripes")
    archive.mark("Stripes", dict.fromkeys(stripes[:4], 1) | dict.fromkeys(discs[:4], -1), op_id="own")
    archive.mark("Stripes", dict.fromkeys(stripes[:3], 1) | {stripes[3]: -1}, op_id="ada", user="ada")
    return archive


def _weights(workspace: Workspace) -> dict[int, float]:
    with workspace.catalogue.read() as connection:
        return dict(opinions.combined(connection, classes.find(connection, "Stripes").id).weights)


def test_one_annotator_counts_fully(archive: Workspace, items_of: Find) -> None:
    archive.create_class("Stripes", positives=items_of("stripes")[:2])
    archive.mark("Stripes", {items_of("discs")[0]: -1, items_of("discs")[1]: 0}, op_id="a")
    assert set(_weights(archive).values()) == {1.0}
    assert archive.agreement("Stripes").annotators == ()
    assert archive.disagreements("Stripes") == []


def test_the_owner_counts_for_more_where_two_disagree(taught: Workspace, items_of: Find) -> None:
    stripes = items_of("stripes")
    assert taught.marks("Stripes")[stripes[3]] == 1
    (one,) = taught.disagreements("Stripes")
    assert one.card.item == stripes[3]
    assert [(opinion.user, opinion.value) for opinion in one.opinions] == [("Curator", 1), ("Ada Lovelace", -1)]
    assert 0.5 < one.probability < 0.9
    assert not one.settled
    report = taught.agreement("Stripes")
    assert [(pair.common, pair.agreed) for pair in report.pairs] == [(4, 3)]
    assert {one.user: (one.marks, one.shared) for one in report.annotators} == {
        "Curator": (8, 4),
        "Ada Lovelace": (4, 4),
    }


def test_a_third_opinion_turns_it_and_fits_count_less_for_what_is_contested(taught: Workspace, items_of: Find) -> None:
    stripes = items_of("stripes")
    first = taught.fit("Stripes")
    taught.mark("Stripes", {stripes[3]: -1}, op_id="bob", user="bob")
    assert taught.marks("Stripes")[stripes[3]] == -1
    second = taught.fit("Stripes")
    assert (first.positives, first.negatives) == (4, 4)
    assert (second.positives, second.negatives) == (3, 5)
    with taught.catalogue.read() as connection:
        digests = {model.marks_digest for model in classes.models(connection, classes.find(connection, "Stripes").id)}
    assert len(digests) == 2


def test_clearing_takes_back_ones_own_mark_only(taught: Workspace, items_of: Find) -> None:
    contested = items_of("stripes")[3]
    taught.mark("Stripes", {contested: None}, op_id="clear", user="ada")
    assert taught.marks("Stripes")[contested] == 1
    assert taught.disagreements("Stripes") == []
    taught.undo("Stripes", "clear", new_op_id="u1-clear")  # by the owner: Ada says again what she said
    assert [opinion.user for opinion in taught.disagreements("Stripes")[0].opinions] == ["Curator", "Ada Lovelace"]
    assert taught.mark_history("Stripes", 1)[0].user == "Ada Lovelace"


def test_settling_decides_for_everybody_until_it_is_taken_back(taught: Workspace, items_of: Find) -> None:
    contested = items_of("stripes")[3]
    taught.mark("Stripes", {contested: -1}, op_id="settle", settle=True, user="bob")
    taught.mark("Stripes", {contested: 1}, op_id="again", user="ada")
    assert taught.marks("Stripes")[contested] == -1
    assert taught.disagreements("Stripes") == []
    (one,) = taught.disagreements("Stripes", settled=True)
    assert one.settled
    assert [opinion.user for opinion in one.opinions if opinion.settles] == ["Bob"]
    assert taught.agreement("Stripes").settled == 1
    taught.mark("Stripes", {contested: 0}, op_id="unsure", settle=True)
    assert taught.marks("Stripes")[contested] == 0  # the latest verdict, that it cannot be said
    taught.mark("Stripes", {contested: None}, op_id="no more")
    assert taught.marks("Stripes")[contested] == -1
    taught.undo("Stripes", "settle", new_op_id="u1-settle")
    assert taught.marks("Stripes")[contested] == 1


def test_a_round_that_two_people_marked_is_taken_back_from_both(taught: Workspace) -> None:
    taught.fit("Stripes")
    before = taught.marks("Stripes")
    shown = [card.item for card in taught.suggest("Stripes", count=3, user="ada").cards]
    taught.mark("Stripes", dict.fromkeys(shown, 1), op_id="a", user="ada")
    taught.mark("Stripes", dict.fromkeys(shown, -1), op_id="b", user="bob")
    assert len(taught.disagreements("Stripes")) == 4
    assert taught.rounds("Stripes")[0].user == "Ada Lovelace"
    assert taught.undo_round("Stripes").marks == 6
    assert taught.marks("Stripes") == before


def test_enrichment_and_review_follow_what_all_say(taught: Workspace, items_of: Find) -> None:
    contested = items_of("stripes")[3]
    taught.fit("Stripes")
    taught.enrich(["Stripes"], threshold=-9.0)
    ((_, mine),) = taught.item_predictions(contested)
    assert mine.status is Status.ACCEPTED
    taught.mark("Stripes", {contested: -1}, op_id="bob", user="bob")
    taught.enrich(["Stripes"], threshold=-9.0)
    ((_, mine),) = taught.item_predictions(contested)
    assert mine.status is Status.REJECTED
    assert mine.decided_by == taught.user("bob").id
    assert {card.item: card.mark for card in taught.predictions("Stripes")}[contested] == -1


def test_the_command_names_who_said_what(taught: Workspace, items_of: Find, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--workspace", str(taught.folder)]
    assert run(["class", "disagreements", "Stripes", *folder]) == 0
    text = capsys.readouterr().out
    assert "Curator and Ada Lovelace: agree on 3 of 4 common items" in text
    assert "Curator +, Ada Lovelace − → positive" in text
    contested = items_of("stripes")[3]
    assert run(["class", "mark", "Stripes", "--negative", contested, "--settle", "--user", "bob", *folder]) == 0
    capsys.readouterr()
    assert run(["class", "disagreements", "Stripes", "--all", "--json", *folder]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["contested"], found["settled"], found["disagreements"][0]["settled"]) == (1, 1, True)
    assert run(["class", "mark", "Stripes", "--negative", contested, "--user", "eve", *folder]) == 2
    assert "snoop-flow user add eve" in capsys.readouterr().err


def test_people_are_entered_and_listed(archive: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--workspace", str(archive.folder)]
    assert run(["user", "add", "ada", "--name", "Ada Lovelace", "--role", "publisher", *folder]) == 0
    assert run(["user", "list", *folder]) == 0
    assert "ada: Ada Lovelace, publisher" in capsys.readouterr().out
    with pytest.raises(ConflictError, match="a user 'ada' already"):
        archive.add_user("ada")
    with pytest.raises(UsageError, match="login 'Ada L'"):
        archive.add_user("Ada L")
    with pytest.raises(UsageError, match="role 'king'"):
        archive.add_user("eve", role="king")
    with pytest.raises(NotFoundError, match="no user 'eve'"):
        archive.mark("Nothing", {}, op_id="x", user="eve")


def test_the_environment_says_who_acts(archive: Workspace, monkeypatch: pytest.MonkeyPatch, items_of: Find) -> None:
    archive.add_user("ada", "Ada Lovelace")
    monkeypatch.setenv("SNOOP_FLOW_USER", "ada")
    with Workspace.open(archive.folder) as workspace:
        workspace.create_class("Discs", positives=items_of("discs")[:1])
        assert workspace.class_summary("Discs").owner == "Ada Lovelace"
        assert workspace.mark_history("Discs")[0].user == "Ada Lovelace"
