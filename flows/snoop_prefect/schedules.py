"""What is to be ingested when: `schedules.json` in the workspace.

The file decides which schedules exist; Prefect's cron deployments are made from it whenever a runner starts or a
schedule changes. So a schedule can be made while nothing runs, and outlives the loss of Prefect's database.
"""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from snoop_flow.errors import IntegrityError, NotFoundError, UsageError
from snoop_prefect.runner import write_whole

_NAME = re.compile(r"[\w][\w .-]{0,79}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A repeated ingest: harvest, then embed what is new, then bring the index up to date.

    Attributes:
        cron: five fields, minute to weekday, read in `timezone` (an IANA name).
        locations: the sources to harvest.
    """

    name: str
    cron: str
    timezone: str
    locations: tuple[str, ...]
    collection: str | None = None
    allow_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(f"{self.name!r} cannot name a schedule; use letters, digits, spaces, dots and dashes")
        if not self.locations:
            raise UsageError(f"schedule {self.name}: nothing to harvest; add --source URL")

    @property
    def parameters(self) -> dict[str, Any]:
        """What the flow `ingest` is called with, beside the workspace."""
        return {
            "locations": list(self.locations),
            "collection": self.collection,
            "allow_hosts": list(self.allow_hosts),
        }


def read_schedules(workspace: Path) -> list[Schedule]:
    """All schedules of a workspace by name.

    Raises:
        IntegrityError: the file is damaged.
    """
    path = _file(workspace)
    try:
        rows = json.loads(path.read_text("utf-8"))
        return [_schedule(row) for row in rows]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise IntegrityError(f"{path}: not a list of schedules ({error}); correct it or move it away") from error


def keep_schedule(workspace: Path, schedule: Schedule) -> None:
    """Add a schedule, or replace the one of this name."""
    with _locked(workspace):
        others = [one for one in read_schedules(workspace) if one.name != schedule.name]
        _write(workspace, [*others, schedule])


def remove_schedule(workspace: Path, name: str) -> None:
    """Remove a schedule.

    Raises:
        NotFoundError: there is none of this name.
    """
    with _locked(workspace):
        known = read_schedules(workspace)
        others = [one for one in known if one.name != name]
        if len(others) == len(known):
            names = ", ".join(one.name for one in known) or "none"
            raise NotFoundError(f"there is no schedule {name!r} in this workspace; known are {names}")
        _write(workspace, others)


def _schedule(row: dict[str, Any]) -> Schedule:
    lists = {name: tuple(row[name]) for name in ("locations", "allow_hosts")}
    return Schedule(**{**row, **lists})


def _write(workspace: Path, schedules: Sequence[Schedule]) -> None:
    rows = [asdict(one) for one in sorted(schedules, key=lambda one: one.name)]
    write_whole(_file(workspace), json.dumps(rows, ensure_ascii=False, indent=2) + "\n")


def _file(workspace: Path) -> Path:
    return workspace / "schedules.json"


@contextmanager
def _locked(workspace: Path) -> Iterator[None]:
    (workspace / "run").mkdir(exist_ok=True)
    with (workspace / "run" / "schedules.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
