"""Rounds of teaching: kept when something is shown, filled by marks, taken back whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from snoop_flow import Workspace
from snoop_flow.errors import ConflictError, NotFoundError, UsageError
from snoop_flow.store import classes, items, marks

Find = Callable[[str], list[str]]


@pytest.fixture
def begun(archive: Workspace, items_of: Find) -> Workspace:
    """The archive with a class of two stripes and one disc against it, fitted."""
    archive.create_class("Stripes", positives=items_of("stripes")[:2])
    archive.mark("Stripes", {items_of("discs")[0]: -1}, op_id="first")
    archive.fit("Stripes")
    return archive


def _weights(workspace: Workspace, version: int) -> tuple[bytes, float]:
    with workspace.catalogue.read() as connection:
        model = classes.model(connection, classes.find(connection, "Stripes").id, version)
    assert model is not None
    return model.weights, model.bias


def _teach(workspace: Workspace, op_id: str, count: int = 4) -> list[str]:
    """Show a batch, mark it truthfully, fit."""
    cards = workspace.suggest("Stripes", "most-useful", count=count).cards
    values = {card.item: 1 if card.record_label == "stripes" else -1 for card in cards}
    workspace.mark("Stripes", values, op_id=op_id)
    workspace.fit("Stripes")
    return list(values)


def test_what_is_shown_is_kept_and_its_marks_belong_to_it(begun: Workspace, items_of: Find) -> None:
    shown = _teach(begun, "a")
    begun.mark("Stripes", {items_of("frames")[0]: 0}, op_id="b")  # was not shown, unless by chance
    (one,) = begun.rounds("Stripes")
    assert (one.number, one.strategy, one.shown, one.positives + one.negatives) == (1, "most-useful", 4, 4)
    assert (one.version_before, one.version_after, one.undone_at) == (1, 2, None)
    assert one.user
    with begun.catalogue.read() as connection:
        history = marks.history(connection, classes.find(connection, "Stripes").id)
    assert {mark.round for mark in history if mark.op_id == "a"} == {1}
    assert items_of("frames")[0] in shown or {mark.round for mark in history if mark.op_id == "b"} == {None}


def test_the_same_shown_again_is_one_round_and_a_preview_none(begun: Workspace) -> None:
    begun.suggest("Stripes", count=3, record=False)
    assert begun.rounds("Stripes") == []
    begun.suggest("Stripes", count=3)
    begun.suggest("Stripes", count=3)
    assert len(begun.rounds("Stripes")) == 1
    begun.suggest("Stripes", count=4)
    assert [one.shown for one in begun.rounds("Stripes")] == [4, 3]


def test_a_version_keeps_how_many_items_its_rounds_scored(begun: Workspace) -> None:
    def scored() -> int:
        with begun.catalogue.read() as connection:
            model = classes.model(connection, classes.find(connection, "Stripes").id, 1)
        assert model is not None
        return int(model.cost["items_scored"])

    fitted = scored()
    assert fitted == 36  # all items here: marks and background
    begun.suggest("Stripes")
    begun.suggest("Stripes", "random", record=False)
    assert scored() == fitted + 36


def test_an_undone_round_leaves_the_marks_and_the_model_of_before(begun: Workspace) -> None:
    before = begun.marks("Stripes")
    ranked = [card.item for card in begun.ranking("Stripes", count=36).cards]
    shown = _teach(begun, "a")
    assert set(begun.marks("Stripes")) == {*before, *shown}
    done = begun.undo_round("Stripes")
    assert (done.round, done.marks, done.returned_to, done.version) == (1, 4, 1, 3)
    assert begun.marks("Stripes") == before
    assert _weights(begun, 3) == _weights(begun, 1) != _weights(begun, 2)
    assert [card.item for card in begun.ranking("Stripes", count=36).cards] == ranked
    assert begun.rounds("Stripes")[0].undone_at is not None
    with begun.catalogue.read() as connection:
        model = classes.model(connection, classes.find(connection, "Stripes").id)
    assert model is not None
    assert model.calibration == {"returned_to": 1}


def test_rounds_are_taken_back_from_the_latest_on(begun: Workspace) -> None:
    before = begun.marks("Stripes")
    _teach(begun, "a")
    between = begun.marks("Stripes")
    _teach(begun, "b")
    begun.suggest("Stripes")  # a round without marks is passed over
    assert begun.undo_round("Stripes").round == 2
    assert begun.marks("Stripes") == between
    assert begun.undo_round("Stripes").round == 1
    assert begun.marks("Stripes") == before
    with pytest.raises(UsageError, match="no round with marks to take back"):
        begun.undo_round("Stripes")


def test_an_earlier_round_is_taken_back_and_the_class_learns_from_what_stands(begun: Workspace) -> None:
    first = _teach(begun, "a")
    second = _teach(begun, "b")
    done = begun.undo_round("Stripes", 1)
    assert (done.returned_to, done.version) == (1, 4)
    assert not set(first) & set(begun.marks("Stripes"))
    assert set(second) <= set(begun.marks("Stripes"))
    summary = begun.class_summary("Stripes")
    assert summary.model is not None
    assert (summary.model.positives, summary.model.negatives) == (summary.positives, summary.negatives)
    assert _weights(begun, 4) not in [_weights(begun, version) for version in (1, 2, 3)]


def test_a_later_judgement_outlives_the_round(begun: Workspace) -> None:
    shown = _teach(begun, "a")
    value = begun.marks("Stripes")[shown[0]]
    begun.undo_round("Stripes")
    begun.mark("Stripes", {shown[0]: value}, op_id="again")
    assert begun.rounds("Stripes")[0].undone_at is not None
    with pytest.raises(ConflictError, match="round 1 of class Stripes is undone already"):
        begun.undo_round("Stripes", 1)
    assert begun.marks("Stripes")[shown[0]] == value


def test_what_was_judged_anew_after_the_round_stays(begun: Workspace) -> None:
    item, other, *_ = (card.item for card in begun.suggest("Stripes", "random", count=5).cards)
    begun.mark("Stripes", {item: 1, other: 1}, op_id="a")
    with begun.catalogue.write() as connection:
        found = classes.find(connection, "Stripes")
        number = items.by_ids(connection, [item])[0].number
        marks.append(connection, found.id, found.owner_id, [marks.NewMark("later", number, -1)])  # outside any round
    assert begun.undo_round("Stripes").marks == 1
    assert begun.marks("Stripes")[item] == -1
    assert other not in begun.marks("Stripes")


def test_an_operation_undone_by_hand_is_not_taken_back_twice(begun: Workspace) -> None:
    _teach(begun, "a")
    begun.undo("Stripes", "a", new_op_id="u1-a")
    assert begun.rounds("Stripes")[0].positives == 0
    with pytest.raises(UsageError, match="round 1 of class Stripes has no marks to take back"):
        begun.undo_round("Stripes", 1)


def test_nothing_fitted_since_leaves_the_version(begun: Workspace) -> None:
    card = begun.suggest("Stripes", count=1).cards[0]
    begun.mark("Stripes", {card.item: 1}, op_id="a")
    assert begun.undo_round("Stripes").version == 1
    assert card.item not in begun.marks("Stripes")


def test_before_the_first_fit_the_class_knows_nothing_again(archive: Workspace, items_of: Find) -> None:
    archive.create_class("New")
    shown = archive.suggest("New", count=6).cards
    archive.mark("New", {card.item: 1 if card.record_label == "discs" else -1 for card in shown}, op_id="a")
    archive.fit("New")
    done = archive.undo_round("New")
    assert (done.returned_to, done.version, done.positives, done.negatives) == (0, 2, 0, 0)
    with pytest.raises(UsageError, match="no model yet"):
        archive.ranking("New")
    assert archive.suggest("New", count=6).cards
    assert archive.enrich(["New"]).predicted == 0
    archive.mark("New", {items_of("discs")[0]: 1}, op_id="b")
    assert archive.fit("New").version == 3
    assert archive.ranking("New", count=1).cards[0].record_label == "discs"


def test_wrong_rounds_are_named(begun: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no round 7"):
        begun.undo_round("Stripes", 7)
    with pytest.raises(NotFoundError, match="no class 'Nothing'"):
        begun.undo_round("Nothing")
    with pytest.raises(UsageError, match="number of rounds 0"):
        begun.rounds("Stripes", 0)
    begun.suggest("Stripes")
    with pytest.raises(UsageError, match="no marks to take back"):
        begun.undo_round("Stripes", 1)


def test_a_deleted_class_takes_its_rounds_along(begun: Workspace) -> None:
    _teach(begun, "a")
    begun.delete_class("Stripes")
    begun.create_class("Stripes")
    assert begun.rounds("Stripes") == []
