"""The card of a class: what people write on it, what the catalogue knows, and what a copy and a file keep of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from snoop_flow import Workspace
from snoop_flow.cli import run
from snoop_flow.entities import Role
from snoop_flow.errors import ForbiddenError, UsageError
from snoop_flow.store import people
from snoop_flow.store.schema import institution, user

Judge = Callable[..., list[str]]


def test_a_card_tells_who_made_a_class_and_on_what(large: Workspace) -> None:
    large.add_user("ada", "Ada")
    large.mark("Seals", {"yes-prints-1": 1}, op_id="of ada", user="ada")
    card = large.class_card("Seals")
    assert (card.owner, card.institution, set(card.annotators)) == ("Curator", "My institution", {"Curator", "Ada"})
    assert [(one.slug, one.positives, one.negatives) for one in card.corpora] == [("maps", 4, 4), ("prints", 1, 0)]
    assert (card.version, card.versions, card.positives, card.negatives) == (1, 1, 5, 4)
    assert (card.backbone.name, card.backbone.licence, card.backbone.fingerprint) == (
        "classical",
        "Apache-2.0",
        "drawn/1",
    )
    assert (card.licence, card.intended_use, card.limits, card.origins) == (None, "", "", ())
    assert card.fitted_at is not None
    named = f"“Seals”, visual class, version 1, {card.fitted_at.year}"
    assert card.citation == f"Curator (My institution). {named}. {card.address}"


def test_its_figures_come_from_blind_answers_alone(large: Workspace, judge: Judge) -> None:
    assert (large.class_card("Seals").audit, large.class_card("Seals").answers_needed) == (None, 30)
    judge(20)
    assert (large.class_card("Seals").audit, large.class_card("Seals").answers_needed) == (None, 10)
    judge(40)
    found = large.class_card("Seals").audit
    figures = large.audit_report("Seals").figures
    assert found is not None
    assert figures is not None
    assert (found.answers, found.precision, found.recall) == (60, figures.precision, figures.recall)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-sa/4.0/deed.fr", "CC-BY-NC-SA-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"),
        ("https://creativecommons.org/licenses/by/3.0/", "https://creativecommons.org/licenses/by/3.0/"),
        ("etalab-2.0", "etalab-2.0"),
        (" https://rightsstatements.org/vocab/InC/1.0/ ", "https://rightsstatements.org/vocab/InC/1.0/"),
        ("", ""),
    ],
)
def test_a_licence_is_kept_by_its_identifier_or_address(large: Workspace, given: str, kept: str) -> None:
    assert large.update_class("Seals", licence=given).licence == kept
    shown = large.class_card("Seals").licence
    assert (shown is None) == (not kept)
    assert shown is None or (shown.id or shown.address) == kept


@pytest.mark.parametrize("wrong", ["CC-BY", "javascript:alert(1)", "my own", "https://exa mple.org"])
def test_what_is_no_licence_is_refused(large: Workspace, wrong: str) -> None:
    with pytest.raises(UsageError, match=r"licence .*: give its address, or one of CC0-1\.0"):
        large.update_class("Seals", licence=wrong)


def test_a_text_without_end_is_refused(large: Workspace) -> None:
    with pytest.raises(UsageError, match="give at most 20000"):
        large.update_class("Seals", limits="x" * 20_001)


def test_a_copy_and_a_file_keep_the_card_and_the_origin(large: Workspace, tmp_path: Path) -> None:
    said = {
        "licence": "CC-BY-4.0",
        "intended_use": "Wax seals of charters.",
        "limits": "Not tried on lead.\nNor on gold.",
    }
    large.update_class("Seals", **said)
    copy = large.fork_class("Seals", "Wax")
    assert {name: getattr(copy, name) for name in said} == said
    assert [(one["name"], one["version"], one["institution"]) for one in copy.origins] == [
        ("Seals", 1, "My institution")
    ]
    large.export_class("Wax", tmp_path / "wax.json")
    brought = large.import_class(tmp_path / "wax.json", "Brought")
    assert {name: getattr(brought, name) for name in said} == said
    assert [one["name"] for one in brought.origins] == ["Wax", "Seals"]
    assert "after “Wax”, version 1. Creative Commons BY 4.0. http" in large.class_card("Brought").citation


def test_files_of_before_have_no_card_and_odd_ones_are_refused(large: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "seals.json"
    large.export_class("Seals", path)
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    card = document.pop("card")
    path.write_text(json.dumps(document), "utf-8")
    old = large.import_class(path, "Old")
    assert (old.licence, [one["name"] for one in old.origins]) == ("", ["Seals"])
    for odd in ("x", {**card, "limits": 3}, {**card, "origins": "Seals"}, {**card, "origins": [1]}):
        path.write_text(json.dumps({**document, "card": odd}), "utf-8")
        with pytest.raises(UsageError, match="damaged at card"):
            large.import_class(path, "Odd")
    path.write_text(json.dumps({**document, "card": {**card, "licence": "none of them"}}), "utf-8")
    with pytest.raises(UsageError, match="licence"):
        large.import_class(path, "Odd")


def test_a_class_is_changed_by_its_owner_and_its_institution(large: Workspace) -> None:
    with large.catalogue.write() as connection:
        connection.execute(institution.insert().values(id="other", name="Museum"))
    large.add_user("ada", "Ada")
    large.add_user("eve", "Eve")
    large.add_user("guest", "Guest", role=Role.VIEWER)
    with large.catalogue.write() as connection:
        connection.execute(user.update().where(user.c.login == "eve").values(institution_id="other"))
    large.update_class("Seals", visibility="public")
    who = {one.login: one for one in large.users()}
    with large.acting(who["ada"]):
        assert large.editable("Seals")
        large.update_class("Seals", limits="Lead.")
    for login in ("eve", "guest"):
        with large.acting(who[login]):
            assert not large.editable("Seals")
            assert large.class_card("Seals").limits == "Lead."
            with pytest.raises(ForbiddenError):
                large.update_class("Seals", limits="")
            with pytest.raises(ForbiddenError):
                large.archive_class("Seals")
            with pytest.raises(ForbiddenError):
                large.delete_class("Seals")
    with large.acting(who["eve"]):
        copy = large.fork_class("Seals", "Mine")
        assert large.editable("Mine")
        assert copy.institution_id == "other"
    with large.catalogue.read() as connection:
        assert {one.name for one in people.institutions(connection)} == {"My institution", "Museum"}


def test_the_command_shows_and_writes_a_card(large: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--workspace", str(large.folder)]
    assert run(["class", "card", "Seals", "--licence", "CC0-1.0", "--limits", "Lead.\nGold.", *at]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Seals"
    assert "  licence       CC0 1.0 https://creativecommons.org/publicdomain/zero/1.0/" in lines
    assert lines[lines.index("  known limits  Lead.") + 1] == "                Gold."
    assert any(line.startswith("  audited       not yet: 30 blind answers needed") for line in lines)
    assert run(["class", "card", "Seals", "--json", *at]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["class"], found["licence"]["id"], found["corpora"][0]["slug"]) == ("Seals", "CC0-1.0", "maps")
    assert run(["class", "card", "Seals", "--licence", "mine", *at]) == 2
    assert "give its address" in capsys.readouterr().err
