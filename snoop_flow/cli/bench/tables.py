"""A benchmark's report as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from snoop_flow.benchmarks import BenchReport, Timing


def table(report: BenchReport) -> str:
    """Floor, ours and peers below each other, with their ratios."""
    setting = ", ".join(f"{name} {value}" for name, value in report.setting.items())
    lines = [f"{report.name}: {setting}", f"{'':36}{'median ms':>12}{'p95 ms':>12}   ratio"]
    lines.append(f"{'floor':36}{report.floor_milliseconds:12.2f}")
    ours = f"{report.ratios['to_floor']:.2f} × the floor"
    lines.append(_row("snoop-flow", report.milliseconds, ours))
    lines += [_row(name, timing, f"{report.ratios[f'to_{name}']:.2f} × ours") for name, timing in report.peers.items()]
    lines.append(f"exact: {'yes' if report.exact else 'no'}")
    return "\n".join([*lines, *_details(report.details)])


def _details(details: Mapping[str, Any], margin: str = "") -> Iterator[str]:
    """One line each; of what holds more than one line, the lines below its name."""
    for name, value in details.items():
        if not isinstance(value, Mapping):
            yield f"{margin}{name}: {value}"
        elif any(isinstance(one, Mapping) for one in value.values()):
            yield f"{margin}{name}:"
            yield from _details(value, f"{margin}  ")
        else:
            yield f"{margin}{name}: {', '.join(f'{one} {found}' for one, found in value.items())}"


def _row(name: str, timing: Timing, ratio: str) -> str:
    return f"{name[:35]:36}{timing.median:12.2f}{timing.p95:12.2f}   {ratio}"
