"""Moments and stretches of a film as selectors write them: W3C Media Fragments URI 1.0, 4.2.1."""

from __future__ import annotations

import re

FRAME = 0.04  # seconds of one frame at 25 a second, where nobody knows better
_TIME = re.compile(r"(?:^|&)t=(?:npt:)?([\d:.]*\d\.?)?(?:,([\d:.]*\d\.?))?(?:&|$)")
_CLOCK = re.compile(r"(?:(?:\d+:)?\d+:)?\d+(?:\.\d*)?")


def time_of(selector: str) -> tuple[float, float | None] | None:
    """The beginning, and the end where it tells one, of a temporal media fragment; None where there is none.

    Such as `t=12.5`, `t=12.5,20`, `t=,20`, `t=npt:0:01:05`, beside `xywh` or not.

    Example:
        >>> time_of("t=1:05.5,70&xywh=0,0,10,10")
        (65.5, 70.0)
    """
    found = _TIME.search(selector)
    if found is None or (found[1] is None and found[2] is None):
        return None
    start = 0.0 if found[1] is None else _seconds(found[1])
    end = None if found[2] is None else _seconds(found[2])
    return None if start is None or (found[2] is not None and end is None) else (start, end)


def fragment(start: float, end: float | None = None) -> str:
    """The temporal media fragment of a moment or a stretch, with three decimals at most."""
    return "t=" + ",".join(seconds(one) for one in (start, end) if one is not None)


def seconds(value: float) -> str:
    """A number of seconds as fragments write it."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _seconds(clock: str) -> float | None:
    if not _CLOCK.fullmatch(clock):
        return None
    total = 0.0
    for part in clock.split(":"):
        total = 60 * total + float(part)
    return round(total, 3)
