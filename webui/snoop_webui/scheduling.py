"""Schedules, kept by the command `snoop-flow schedule`: which engine of flows runs them is not the web UI's to know."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from snoop_flow.errors import UsageError

WHEN = {"nightly": "0 3 * * *", "weekly": "0 3 * * 0", "monthly": "0 3 1 * *"}
_SECONDS = 60


def schedules(workspace: Path) -> list[dict[str, Any]]:
    """What is harvested again and again: `name`, `cron`, `timezone`, `locations`; none where the file is damaged."""
    try:
        found = json.loads((workspace / "schedules.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [one for one in found if isinstance(one, dict) and "name" in one] if isinstance(found, list) else []


def change_schedule(workspace: Path, arguments: Sequence[str]) -> None:
    """Add, replace or remove a schedule.

    Args:
        arguments: of the command.

    Raises:
        UsageError: the command refuses; its own line says why.
    """
    command = [sys.executable, "-m", "snoop_flow", "schedule", "--workspace", str(workspace), "--", *arguments[:1]]
    command[-2:-2] = arguments[1:]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["the schedule could not be kept"]
        raise UsageError(lines[-1].removeprefix("snoop-flow: "))
