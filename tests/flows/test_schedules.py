from __future__ import annotations

import json
from pathlib import Path

import pytest

from snoop_flow import Workspace
from snoop_flow.cli import run
from snoop_flow.errors import IntegrityError, NotFoundError, UsageError
from snoop_prefect.schedules import Schedule, keep_schedule, read_schedules, remove_schedule

NIGHTLY = Schedule("nightly", "0 3 * * *", "Europe/Paris", ("https://example.org/collection.json",), "maps")
SOURCE = ["--source", "https://example.org/collection.json"]


def test_schedules_are_kept_replaced_and_removed(tmp_path: Path) -> None:
    weekly = Schedule("weekly", "0 4 * * 0", "UTC", ("a", "b"), allow_hosts=("localhost:9000",))
    later = Schedule("nightly", "30 3 * * *", "UTC", ("https://example.org/collection.json",))
    for one in (weekly, NIGHTLY, later):
        keep_schedule(tmp_path, one)

    assert read_schedules(tmp_path) == [later, weekly]
    remove_schedule(tmp_path, "weekly")
    assert read_schedules(tmp_path) == [later]
    with pytest.raises(NotFoundError, match="known are nightly"):
        remove_schedule(tmp_path, "weekly")


@pytest.mark.parametrize("name", ["", "a/b", "50%", "-x", "x" * 81])
def test_names_that_prefect_cannot_show_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a schedule"):
        Schedule(name, "0 3 * * *", "UTC", ("a",))


def test_damaged_file_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "schedules.json").write_text('[{"name": "half')

    with pytest.raises(IntegrityError, match=r"schedules\.json"):
        read_schedules(tmp_path)
    assert (tmp_path / "schedules.json").read_text() == '[{"name": "half'


def test_schedule_made_without_a_runner_is_kept(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--workspace", str(workspace.folder), "--json"]

    assert run(["schedule", "nightly", *SOURCE, "--cron", "0 3 * * *", "--collection", "maps", *folder]) == 0
    made = json.loads(capsys.readouterr().out)
    assert run(["schedule", "--list", *folder]) == 0
    listed = json.loads(capsys.readouterr().out)

    assert not made["registered"]
    assert listed["runner"] is None
    assert [(one["name"], one["cron"], one["collection"]) for one in listed["schedules"]] == [
        ("nightly", "0 3 * * *", "maps")
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([*SOURCE, "--cron", "every night"], "cannot read 'every night'"),
        ([*SOURCE, "--cron", "0 3 * * *", "--timezone", "Europe/Nowhere"], "Europe/Nowhere"),
        ([*SOURCE], "say when"),
        (["--cron", "0 3 * * *"], "nothing to harvest"),
        (["--remove"], "there is no schedule"),
    ],
)
def test_wrong_schedules_are_one_line_and_exit_2(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    status = run(["schedule", "nightly", *arguments, "--workspace", str(workspace.folder)])

    message = capsys.readouterr().err
    assert status == 2
    assert told in message
    assert message.count("\n") == 1
    assert read_schedules(workspace.folder) == []
