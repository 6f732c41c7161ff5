"""`bench NAME`: the project's benchmarks, one module each."""

from __future__ import annotations

import click

from snoop_flow.cli.bench.agreement import agreement
from snoop_flow.cli.bench.audit import audit
from snoop_flow.cli.bench.backbones import backbones
from snoop_flow.cli.bench.embed import embed
from snoop_flow.cli.bench.enrich import enrich
from snoop_flow.cli.bench.export import export_
from snoop_flow.cli.bench.harvest import harvest
from snoop_flow.cli.bench.index import index
from snoop_flow.cli.bench.learn import learn
from snoop_flow.cli.bench.regions import regions
from snoop_flow.cli.bench.round import round_
from snoop_flow.cli.bench.words import words


@click.group()
def bench() -> None:
    """Measure speed and quality: the floor, ours and others in one run.

    Compare ratios; milliseconds are those of this machine at this moment.
    """


for command in (
    agreement,
    audit,
    backbones,
    embed,
    enrich,
    export_,
    harvest,
    index,
    learn,
    regions,
    round_,
    words,
):
    bench.add_command(command)

COMMANDS = (bench,)
