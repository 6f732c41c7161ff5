"""The plugin host: loads entry points one by one, keeps failures by name, refuses duplicates.

Callers never touch pluggy's untyped `pm.hook`; they ask this class, which gives typed specs by name.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click
import pluggy

from snoop_flow import hookspecs
from snoop_flow.entities import Job
from snoop_flow.errors import PluginError
from snoop_flow.messages import Translator
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

GROUP = "snoop_flow"
MOST_NAMED = 12  # names that a message lists
log = logging.getLogger(__name__)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Spec = TypeVar("Spec", bound=_Named)


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin as `snoop-flow plugins` lists it."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]


class PluginHost:
    """Everything that plugins give, by name.

    Attributes:
        plugins: what was loaded.
        failures: plugin name → why it was not loaded; the rest work.
    """

    def __init__(self, entries: Iterable[EntryPoint] | None = None) -> None:
        """Load the installed plugins, or just the given entry points."""
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self.plugins: list[LoadedPlugin] = []
        self.failures: dict[str, str] = {}
        found = entry_points(group=GROUP) if entries is None else entries
        for entry in sorted(found, key=lambda entry: (entry.name != "builtin", entry.name)):
            self._load(entry)

    def _load(self, entry: EntryPoint) -> None:
        try:
            plugin = entry.load()
            self._manager.register(plugin, name=entry.name)
            self._refuse_unknown_hooks(plugin)
        except Exception as error:  # noqa: BLE001 - a plugin may fail in any way; the rest must work
            if (registered := self._manager.get_plugin(entry.name)) is not None:
                self._manager.unregister(registered)
            self.failures[entry.name] = f"{type(error).__name__}: {error}".splitlines()[0]
            log.warning("plugin %s was not loaded: %s", entry.name, self.failures[entry.name])
            return
        hooks = tuple(sorted(caller.name for caller in self._manager.get_hookcallers(plugin) or ()))
        name, version = (entry.dist.name, entry.dist.version) if entry.dist else ("", "")
        self.plugins.append(LoadedPlugin(entry.name, name, version, hooks))

    def _refuse_unknown_hooks(self, plugin: object) -> None:
        for caller in self._manager.get_hookcallers(plugin) or ():
            if not caller.has_spec():
                known = ", ".join(sorted(name for name in vars(hookspecs) if name.split("_")[0] in _VERBS))
                raise PluginError(f"there is no hook {caller.name}; correct its name to one of {known}")

    def _specs(self, hook: str) -> Iterator[tuple[str, Any]]:
        caller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            try:
                given = implementation.function()
            except Exception as error:  # noqa: BLE001 - reported by name; the rest must work
                self.failures[implementation.plugin_name] = f"{hook} failed: {type(error).__name__}: {error}"
                log.warning("plugin %s: %s", implementation.plugin_name, error)
                continue
            for spec in given:
                yield implementation.plugin_name, spec

    def _by_name(self, hook: str, kind: str) -> dict[str, Any]:
        owners: dict[str, str] = {}
        specs: dict[str, Any] = {}
        for plugin, spec in self._specs(hook):
            if spec.name in owners:
                raise PluginError(
                    f"plugins {owners[spec.name]} and {plugin} both give the {kind} {spec.name!r}; "
                    "uninstall or rename one of them"
                )
            owners[spec.name], specs[spec.name] = plugin, spec
        return specs

    @cached_property
    def sources(self) -> Mapping[str, SourceSpec]:
        """Kinds of sources."""
        return self._by_name("register_sources", "source")

    @cached_property
    def all_segmenters(self) -> Mapping[str, SegmenterSpec | VideoSegmenterSpec]:
        """Segmenters of images and of films."""
        return self._by_name("register_segmenters", "segmenter")

    @cached_property
    def segmenters(self) -> Mapping[str, SegmenterSpec]:
        """Segmenters of images."""
        return {name: spec for name, spec in self.all_segmenters.items() if isinstance(spec, SegmenterSpec)}

    @cached_property
    def video_segmenters(self) -> Mapping[str, VideoSegmenterSpec]:
        """Segmenters of films."""
        return {name: spec for name, spec in self.all_segmenters.items() if isinstance(spec, VideoSegmenterSpec)}

    @cached_property
    def backbones(self) -> Mapping[str, BackboneSpec | BackboneFamily]:
        """Backbones and families of them."""
        return self._by_name("register_backbones", "backbone")

    @cached_property
    def index_types(self) -> Mapping[str, IndexTypeSpec]:
        """Index types."""
        return self._by_name("register_index_types", "index type")

    @cached_property
    def strategies(self) -> Mapping[str, StrategySpec]:
        """Query strategies."""
        return self._by_name("register_strategies", "strategy")

    @cached_property
    def exporters(self) -> Mapping[str, ExporterSpec]:
        """Exporters."""
        return self._by_name("register_exporters", "exporter")

    @cached_property
    def translator(self) -> Translator:
        """Says texts in other languages: the engine's by its own catalogues, the plugins' by theirs."""
        return Translator([Path(__file__).parent / "translations", *self._folders()])

    def _folders(self) -> Iterator[Path]:
        for plugin, folder in self._specs("register_translations"):
            if Path(folder).is_dir():
                yield Path(folder)
            else:
                self.failures[plugin] = f"register_translations: there is no folder {folder}"

    def source_for(self, location: str, name: str | None = None) -> SourceSpec:
        """The named source, or the first that recognises the location.

        Raises:
            PluginError: no such source, or none recognises the location.
        """
        if name is not None:
            return choose("source", name, self.sources, self.failures)
        for spec in sorted(self.sources.values(), key=lambda one: one.general):
            if spec.recognises(location):
                return spec
        raise PluginError(f"{location}: no source can read this; give an http(s) address or an existing folder or film")

    def backbone(self, name: str) -> BackboneSpec:
        """The spec for `NAME` or `FAMILY:LOCATION`.

        Raises:
            PluginError: no such backbone.
        """
        family, colon, location = name.partition(":")
        spec = choose("backbone", family if colon else name, self.backbones, self.failures)
        if isinstance(spec, BackboneFamily):
            if not location:
                raise PluginError(f"backbone {family}: say which model, as in --backbone {family}:FILE")
            return spec.resolve(location)
        return spec

    def add_commands(self, cli: click.Group) -> None:
        """Let plugins add their commands; one that fails is listed among the failures."""
        for implementation in self._manager.hook.register_commands.get_hookimpls():
            try:
                implementation.function(cli=cli)
            except Exception as error:  # noqa: BLE001 - one broken plugin must not take the command line away
                self.failures[implementation.plugin_name] = f"register_commands failed: {error}"

    def findings(self) -> list[Finding]:
        """What the plugins tell of what they need; one that fails is listed among the failures."""
        return [finding for _, finding in self._specs("diagnose")]

    def launch(self, job: Job, workspace: Path) -> Mapping[str, Any] | None:
        """Offer a queued job to the plugins; None when nobody takes it."""
        taken: Mapping[str, Any] | None = self._manager.hook.launch_job(job=job, workspace=workspace)
        return taken

    def track(self, event: Event) -> None:
        """Tell the plugins of an event; their failures are logged only, for the event is committed."""
        try:
            self._manager.hook.track_event(event=event)
        except Exception:
            log.exception("a plugin failed on the event %s", event.name)


_VERBS = frozenset({"register", "diagnose", "launch", "track"})


def choose(kind: str, name: str, specs: Mapping[str, Spec], failures: Mapping[str, str]) -> Spec:
    """The spec of a name.

    Raises:
        PluginError: there is none; the message names what there is, and plugins that failed to load.
    """
    if name in specs:
        return specs[name]
    broken = f"; not loaded: {', '.join(sorted(failures))} (see snoop-flow plugins)" if failures else ""
    raise PluginError(f"unknown {kind} {name!r}; {_offered(name, specs)}{broken}")


def _offered(name: str, specs: Iterable[str]) -> str:
    """What there is; of many, what a typing mistake may have meant."""
    known = sorted(specs)
    if len(known) <= MOST_NAMED:
        return f"known are {_listed(known)}"
    close = get_close_matches(name, known, 5, 0.5) or [one for one in known if one[:3] == name[:3]]
    likely = f"did you mean {' or '.join(close[:5])}? " if close else ""
    return f"{likely}{len(known)} are known, see: snoop-flow plugins"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
