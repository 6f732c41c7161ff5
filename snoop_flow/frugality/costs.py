"""What a piece of work took, to be added up and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RAPL = "rapl"
PROCESSOR_TIME = "processor-time"
GRAPHICS = "nvml"
NO_GRAPHICS = "graphics-not-counted"
WATT_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What computing took.

    Attributes:
        seconds: of work; of work that ran side by side they add up.
        cpu_seconds: of processors, helper processes included.
        joules: measured or estimated.
        method: how the joules are told, words joined by `+`: `rapl` (counted by the processor, our share of its time),
            `processor-time:W` (estimated at W watts for each busy core), `nvml` (counted by the graphics card),
            `graphics-not-counted` (a card worked whose energy nobody could tell).
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    joules: float = 0.0
    method: str = ""

    def __add__(self, other: Cost) -> Cost:
        """Both together."""
        methods = dict.fromkeys([*self.method.split("+"), *other.method.split("+")])
        return Cost(
            self.seconds + other.seconds,
            self.cpu_seconds + other.cpu_seconds,
            self.joules + other.joules,
            "+".join(one for one in methods if one),
        )

    def share(self, part: float) -> Cost:
        """A part of it, between 0 and 1."""
        return Cost(self.seconds * part, self.cpu_seconds * part, self.joules * part, self.method)

    def as_json(self) -> dict[str, Any]:
        """Small JSON, rounded."""
        numbers = {name: round(getattr(self, name), 4) for name in ("seconds", "cpu_seconds", "joules")}
        return {**numbers, "method": self.method}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Cost:
        """The inverse of `as_json`; what is not there counts nothing."""
        seconds, cpu_seconds, joules = (float(kept.get(name, 0)) for name in ("seconds", "cpu_seconds", "joules"))
        return cls(seconds, cpu_seconds, joules, str(kept.get("method", "")))


def joules_text(joules: float) -> str:
    """An amount of energy with its unit: joules up to a watt-hour, then watt-hours and kilowatt-hours.

    Example:
        >>> joules_text(40.2), joules_text(5400), joules_text(9e6)
        ('40 J', '1.5 Wh', '2.5 kWh')
    """
    if joules < WATT_HOUR:
        return f"{joules:.0f} J" if joules >= 10 else f"{joules:.1f} J"
    hours = joules / WATT_HOUR
    return f"{hours:.1f} Wh" if hours < 1000 else f"{hours / 1000:.1f} kWh"


def method_text(method: str) -> str:
    """How joules are told, in words."""
    words = []
    for one in method.split("+"):
        name, _, watts = one.partition(":")
        if name == PROCESSOR_TIME:
            words.append(f"estimated from processor time at {watts} W a core")
        elif name in _WORDS:
            words.append(_WORDS[name])
    return ", ".join(words)


_WORDS = {
    RAPL: "counted by the processor (RAPL), by our share of its time",
    GRAPHICS: "graphics card counted (NVML)",
    NO_GRAPHICS: "graphics card not counted",
}


def energy_text(joules: float, method: str) -> str:
    """Energy with its method: `40 J of computing (estimated from processor time at 12 W a core)`."""
    return f"{joules_text(joules)} of computing ({method_text(method)})" if method else ""
