"""A benchmark's report as text."""

from __future__ import annotations

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
    lines += [f"{name}: {value}" for name, value in report.details.items()]
    return "\n".join(lines)


def _row(name: str, timing: Timing, ratio: str) -> str:
    return f"{name[:35]:36}{timing.median:12.2f}{timing.p95:12.2f}   {ratio}"
