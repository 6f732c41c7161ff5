"""The eleven hooks of snoop-flow: the whole contract between the engine and its plugins.

Implement any of them with `@snoop_flow.hookimpl` in the module or object named by an entry point of the group
`snoop_flow`. The first six return *specs* (see `snoop_flow.plugin_types`), never loaded models. Signatures are
pluggy's: an implementation may leave out arguments that it does not need. `docs/reference/hooks.md` describes each; a
test fails otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pluggy

from snoop_flow.entities import Job
from snoop_flow.plugin_types import (
    BackboneFamily,
    BackboneSpec,
    Event,
    ExporterSpec,
    Finding,
    IndexTypeSpec,
    SegmenterSpec,
    SourceSpec,
    StrategySpec,
    VideoSegmenterSpec,
)

PROJECT = "snoop_flow"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_sources() -> Sequence[SourceSpec]:  # type: ignore[empty-body]
    """Give kinds of places that records come from; harvesting picks the first that recognises a location."""


@hookspec
def register_segmenters() -> Sequence[SegmenterSpec | VideoSegmenterSpec]:  # type: ignore[empty-body]
    """Give ways to cut images into regions, or films into shots and keyframes."""


@hookspec
def register_backbones() -> Sequence[BackboneSpec | BackboneFamily]:  # type: ignore[empty-body]
    """Give image encoders, or families that load them from the user's files."""


@hookspec
def register_index_types() -> Sequence[IndexTypeSpec]:  # type: ignore[empty-body]
    """Give search structures over vectors."""


@hookspec
def register_strategies() -> Sequence[StrategySpec]:  # type: ignore[empty-body]
    """Give query strategies: what to show the curator next."""


@hookspec
def register_exporters() -> Sequence[ExporterSpec]:  # type: ignore[empty-body]
    """Give catalogue formats."""


@hookspec
def register_commands(cli: click.Group) -> None:
    """Add commands to the command line."""


@hookspec
def register_translations() -> Sequence[Path]:  # type: ignore[empty-body]
    """Give folders of gettext catalogues that say the plugin's titles and errors in other languages."""


@hookspec
def diagnose() -> Sequence[Finding]:  # type: ignore[empty-body]
    """Tell `doctor` whether what the plugin needs is there, and how to mend it."""


@hookspec(firstresult=True)
def launch_job(job: Job, workspace: Path) -> dict[str, Any] | None:
    """Run a queued job elsewhere and return what identifies the run there, or None to leave it.

    The first plugin that returns something has taken the job, and must see to it that
    `Workspace.run_job(job.id)` or its units are executed.
    """


@hookspec
def track_event(event: Event) -> None:
    """Learn of something after it was committed; a failure here never undoes it."""
