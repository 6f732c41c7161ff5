"""How each host wants to be asked: spacing, rests, what its refusals mean. Profiles are data, shipped and one's own.

`profiles.toml` beside this module holds what is known of hosts that were seen to have limits of their own; a plugin
brings the profiles of its hosts, and a workspace may hold a `hosts.toml` of the same form, which comes first.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from snoop_flow.errors import UsageError

FILE_NAME = "hosts.toml"
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class HostProfile:
    """The manners at some hosts.

    Attributes:
        hosts: names; `*.example.org` stands for all below example.org and for itself, `*` for all.
        spacing: least seconds between the end of an answer and the next request.
        image_spacing: the same before an image, where images are limited more than documents.
        pace: the pause is at least this many times the time that the last answer took (60 s at most).
        robots: whether robots.txt is asked for and kept to.
        rest: seconds without any request after the host blocked us; doubled each time, a day at most.
        blocked: statuses that mean "blocked" here, not "this one thing is refused".
        challenge: words, in lower case, that tell this host's challenge page.
        note: where the figures are from.
    """

    hosts: tuple[str, ...]
    spacing: float = 0.5
    image_spacing: float | None = None
    pace: float = 5.0
    robots: bool = True
    rest: float = 4 * HOUR
    blocked: tuple[int, ...] = ()
    challenge: tuple[str, ...] = ()
    note: str = ""

    def covers(self, host: str) -> bool:
        """Whether these are the manners at a host, given as `name` or `name:port`."""
        name = host.rsplit(":", 1)[0] if host.rsplit(":", 1)[-1].isdigit() else host
        below = f".{name}"
        return any(one in (host, name, "*") or (one.startswith("*.") and below.endswith(one[1:])) for one in self.hosts)

    def pause(self, image: bool, seconds: float, crawl_delay: float) -> float:
        """Seconds to leave a host alone after an answer that took `seconds`."""
        least = self.image_spacing if image and self.image_spacing is not None else self.spacing
        return max(least, min(self.pace * seconds, 60.0), crawl_delay)


DEFAULT = HostProfile(hosts=("*",))


def profile_of(host: str, profiles: Iterable[HostProfile]) -> HostProfile:
    """The first profile that covers a host, else the default."""
    return next((one for one in profiles if one.covers(host)), DEFAULT)


@cache
def shipped_profiles() -> tuple[HostProfile, ...]:
    """The profiles that come with snoop-flow."""
    return read_profiles(files("snoop_flow.fetching").joinpath("profiles.toml").read_text("utf-8"), "profiles.toml")


def workspace_profiles(folder: Path) -> tuple[HostProfile, ...]:
    """The profiles of a workspace's `hosts.toml`; raises `UsageError` when it cannot be read."""
    path = folder / FILE_NAME
    return read_profiles(path.read_text("utf-8"), str(path)) if path.is_file() else ()


def read_profiles(text: str, name: str) -> tuple[HostProfile, ...]:
    """Profiles as TOML: a table `[[host]]` each.

    Raises:
        UsageError: no TOML, or a property unknown or of the wrong type; names the file.
    """
    try:
        found = tomllib.loads(text)
        return tuple(_profile(one, name) for one in found.get("host", []))
    except (tomllib.TOMLDecodeError, AttributeError, TypeError, ValueError) as error:
        raise UsageError(
            f"{name}: not a list of host profiles ({error}); see docs/reference/host-profiles.md"
        ) from error


def _profile(table: Mapping[str, Any], name: str) -> HostProfile:
    known = {field.name for field in fields(HostProfile)}
    if unknown := sorted(set(table) - known):
        raise UsageError(f"{name}: unknown property {unknown[0]!r} of a host; known are {', '.join(sorted(known))}")
    if not table.get("hosts"):
        raise UsageError(f'{name}: a [[host]] names no host; give hosts = ["iiif.example.org"]')
    values = dict(table)
    for key in ("hosts", "blocked", "challenge"):
        if key in values:
            values[key] = tuple(values[key])
    for key in ("spacing", "image_spacing", "pace", "rest"):
        if key in values:
            values[key] = float(values[key])
            if values[key] < 0:
                raise ValueError(f"{key} is negative")
    return HostProfile(**values)
