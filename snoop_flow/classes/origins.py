"""Where a class comes from: whose it was before it was copied here, or came as a file, and what that came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from snoop_flow.entities import VisualClass
from snoop_flow.settings import Settings
from snoop_flow.store import people

MOST = 10  # classes before it that are told
_LONGEST = 300
_TEXTS = ("id", "name", "owner", "institution", "address", "licence")


def descended(connection: Connection, settings: Settings, parent: VisualClass) -> list[dict[str, Any]]:
    """The origins of what is made of a class: that class itself, and what it came from, the nearest first."""
    institutions = {one.id: one.name for one in people.institutions(connection)}
    itself = {
        "id": parent.id,
        "name": parent.name,
        "version": parent.version,
        "owner": people.names(connection).get(parent.owner_id, ""),
        "institution": institutions.get(parent.institution_id, ""),
        "address": class_address(settings, parent.id),
        "licence": parent.licence,
    }
    return [itself, *map(dict, parent.origins)][:MOST]


def class_address(settings: Settings, class_id: str) -> str:
    """The address of a class's page."""
    return f"{settings.public_url.rstrip('/')}/classes/{class_id}"


def read_origins(given: Any) -> list[dict[str, Any]] | None:
    """Origins as a file tells them, with nothing but what is known of them; None where they are none."""
    if not isinstance(given, Sequence) or isinstance(given, str) or not all(isinstance(one, Mapping) for one in given):
        return None
    return [
        {name: str(one.get(name, ""))[:_LONGEST] for name in _TEXTS} | {"version": _number(one.get("version"))}
        for one in given[:MOST]
    ]


def _number(given: Any) -> int:
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 10**9 else 0
