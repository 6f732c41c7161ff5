"""Of the installation: what was found out about it, and what happened in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing of the installation that `doctor` looked at, and how to mend it when it is not as it should be."""

    subject: str
    ok: bool
    finding: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was committed: what, about which subject, by whom."""

    name: str
    subject: str
    user: str
    at: datetime
    detail: Mapping[str, Any]
