"""What was indexed, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from snoop_flow.cli.options import counted
from snoop_flow.reports import IndexReport

_MEASURED = re.compile(r"(own_|worst_|own_worst_)?(recall_at_\d+|classes)$|(exact_)?milliseconds$")


def index_text(report: IndexReport) -> str:
    """The index, what changed, what it finds and what its type tells of it, one line each."""
    lines = [f"Index {report.type} over {counted(report.items, 'item')}{_change(report)}", *_findings(report.facts)]
    told = [f"{name.replace('_', ' ')} {value}" for name, value in report.facts.items() if not _MEASURED.match(name)]
    return "\n  ".join([*lines, ", ".join(told)] if told else lines)


def found_text(recall: Mapping[str, float]) -> str:
    """What an approximate index finds, from the depths and shares of a report."""
    return f"finds {', '.join(f'{share:.1%} of the best {depth}' for depth, share in recall.items())} of a class"


def _change(report: IndexReport) -> str:
    if report.anew:
        return f": built anew, because {report.anew}"
    if report.added == report.items:
        return ""
    if not report.added + report.removed:
        return ", up to date"
    return f": added {report.added}, removed {report.removed}"


def _findings(facts: Mapping[str, Any]) -> Iterator[str]:
    """What was measured of an approximate index, in sentences."""
    for prefix, whose in (("", "classes fitted on this corpus"), ("own_", "classes of this workspace")):
        if f"{prefix}recall_at_50" in facts:
            mean, worst = (
                [facts[f"{prefix}{kind}recall_at_{depth}"] for depth in (50, 1000)] for kind in ("", "worst_")
            )
            yield (
                f"finds {mean[0]:.1%} of the best 50 and {mean[1]:.1%} of the best 1000 of {facts[f'{prefix}classes']} "
                f"{whose}; of the worst {worst[0]:.0%} and {worst[1]:.0%}"
            )
    if "milliseconds" in facts:
        index, scan = facts["milliseconds"], facts["exact_milliseconds"]
        verdict = "" if index < scan else ": it gains nothing, use the index type exact"
        yield f"answers in {index} ms, the exact scan in {scan} ms{verdict}"
