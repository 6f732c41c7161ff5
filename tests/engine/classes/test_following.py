"""Following a class: told of new versions and blind answers until one has looked."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from snoop_flow import Workspace
from snoop_flow.cli import run
from snoop_flow.errors import NotFoundError


def test_new_versions_and_answers_are_news_until_they_are_seen(
    large: Workspace, judge: Callable[..., list[str]]
) -> None:
    assert large.followed_classes() == []
    assert not large.follow_class("Seals").news
    large.mark("Seals", {"yes-maps-9": 1}, op_id="more")
    large.fit("Seals")
    judge(5)
    (found,) = large.followed_classes()
    assert (found.name, found.version, found.seen_version, found.answers, found.seen_answers) == ("Seals", 2, 1, 5, 0)
    assert found.news
    large.seen_class("Seals")
    assert not large.followed_classes()[0].news
    large.unfollow_class("Seals")
    assert large.followed_classes() == []
    large.seen_class("Seals")
    assert large.followed_classes() == []


def test_people_follow_for_themselves_and_what_they_may_see(large: Workspace) -> None:
    large.update_class("Seals", visibility="institution")
    ada = large.add_user("ada", "Ada")
    with large.acting(ada):
        large.follow_class("Seals")
    assert large.followed_classes() == []
    large.update_class("Seals", visibility="private")
    with large.acting(ada):
        assert large.followed_classes() == []
        with pytest.raises(NotFoundError):
            large.follow_class("Seals")
    large.delete_class("Seals")
    assert large.followed_classes() == []


def test_the_command_follows_and_lists(large: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--workspace", str(large.folder)]
    assert run(["class", "follow", *at]) == 0
    assert capsys.readouterr().out == "No class is followed\n"
    assert run(["class", "follow", "Seals", *at]) == 0
    assert capsys.readouterr().out == "Seals: nothing new\n"
    large.fit("Seals")
    assert run(["class", "follow", "--json", *at]) == 0
    assert json.loads(capsys.readouterr().out)["followed"][0]["version"] == 2
    assert run(["class", "follow", "Seals", "--seen", *at]) == 0
    assert run(["class", "follow", "Seals", "--stop", *at]) == 0
    assert capsys.readouterr().out.endswith("No class is followed\n")
