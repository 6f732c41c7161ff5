"""One folder opened: catalogue, vectors, indexes, images, plugin host.

A workspace holds `snoop-flow.toml` (settings), `catalogue.sqlite` unless the settings name another database,
`vectors/`, `indexes/` and `thumbnails/`. The verbs of the pipeline are functions on it; `snoop_flow.Workspace` has them
as methods.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from snoop_flow.entities import EmbeddingSet, Index, SetKind, User
from snoop_flow.errors import IntegrityError, NotFoundError, WorkspaceError
from snoop_flow.fetching import Fetcher, FetchPolicy, HostProfile, Turns, shipped_profiles, workspace_profiles
from snoop_flow.host import PluginHost
from snoop_flow.images import Decoder, ImageLoader, Thumbnails
from snoop_flow.plugin_types import Backbone, BackboneSpec
from snoop_flow.plugin_types import Index as OpenIndex
from snoop_flow.settings import FILE_NAME, Settings, load_settings
from snoop_flow.store import Catalogue, collections, embeddings, people, sqlite_url
from snoop_flow.vectors import Derived, VectorSet, state_of

DEFAULT_BACKBONE = "distilled"
SERVING_SHARE = 0.99  # of the rows of the fullest set, from which on a newer one takes its place
KEPT_SCOPES = 16  # masks of N bytes
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of an embedding set that lies in a collection.

    Attributes:
        rows: (N,) mask of a view's rows; shared, so copy it before changing it.
        items: live items of the collection, embedded or not.
        covered: how many of these have a row.
    """

    rows: NDArray[np.bool_]
    items: int
    covered: int


class Workspace:
    """An opened workspace; safe to use from several threads.

    Attributes:
        folder: where it lies.
        settings: what the installation chose.
        catalogue: the database that decides what exists.
        host: the plugins.
        closing: jobs in this process are to stop after their present unit.
        turns: the queues at the hosts that are asked, shared by all processes of this workspace.
    """

    def __init__(self, folder: Path, settings: Settings, host: PluginHost | None = None) -> None:
        """Use `open` or `create`."""
        self.folder = folder
        self.settings = settings
        self.host = host or PluginHost()
        self.catalogue = Catalogue(settings.database or sqlite_url(folder / "catalogue.sqlite"))
        self.closing = False
        self._lock = threading.RLock()
        self._sets: dict[int, VectorSet] = {}
        self._backbones: dict[tuple[str, str, str], Backbone] = {}
        self._indexes: dict[int, tuple[VectorSet, OpenIndex]] = {}
        self._derived: tuple[VectorSet, Derived] | None = None
        self._scopes: OrderedDict[Hashable, Scope] = OrderedDict()
        self._fetchers: dict[frozenset[str], Fetcher] = {}
        self.turns = Turns(folder / "run" / "hosts")

    @classmethod
    def create(cls, folder: Path | str, public_url: str | None = None, contact: str | None = None) -> Self:
        """Create a workspace, or bring an existing one to this version; what it holds is kept.

        Args:
            public_url: address under which a new workspace will be served, see `Settings`.
            contact: mail or web address that identifies who harvests with a new workspace, see `Settings`.

        Raises:
            WorkspaceError: the folder holds other things, or cannot be written.
        """
        folder = Path(folder).expanduser().resolve()
        _make_folder(folder, public_url, contact)
        workspace = cls(folder, load_settings(folder))
        workspace.catalogue.create()
        with workspace.catalogue.write() as connection:
            people.ensure_local(connection, workspace.settings.institution)
        return workspace

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Open a workspace.

        Raises:
            WorkspaceError: there is none, or it is of another version.
        """
        folder = Path(folder).expanduser().resolve()
        if not (folder / FILE_NAME).is_file():
            raise WorkspaceError(f"{folder}: is no workspace; create one with: snoop-flow init {folder}")
        workspace = cls(folder, load_settings(folder))
        if not workspace.settings.database and not (folder / "catalogue.sqlite").is_file():
            raise WorkspaceError(f"{folder}: its catalogue.sqlite is missing; restore it or run: snoop-flow init")
        workspace.catalogue.check()
        return workspace

    def __enter__(self) -> Self:
        """Enter a block at whose end the workspace is closed."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let go of connections and maps."""
        for fetcher in self._fetchers.values():
            fetcher.close()
        self._fetchers.clear()
        if "decoder" in self.__dict__:
            self.decoder.close()
        self._sets.clear()
        self._indexes.clear()
        self._scopes.clear()
        self._derived = None
        self.catalogue.close()

    # --- people ---------------------------------------------------------------------------------------------------

    def user(self, login: str | None = None) -> User:
        """A user, by default who acts here, else the one of the settings, else the local curator.

        Raises:
            NotFoundError: nobody has this login.
        """
        if login is None and (present := people.acting_user()) is not None:
            return present
        with self.catalogue.read() as connection:
            return people.by_login(connection, login or self.settings.user or people.LOCAL_LOGIN)

    # --- images ---------------------------------------------------------------------------------------------------

    def fetcher(self, allow_hosts: Sequence[str] = ()) -> Fetcher:
        """The one way out, which may reach private hosts that a source of this workspace allows, and these."""
        with self.catalogue.read() as connection:
            hosts = collections.allowed_hosts(connection) | frozenset(allow_hosts)
        with self._lock:
            if hosts not in self._fetchers:
                self._fetchers[hosts] = Fetcher(self._policy(hosts), self.turns)
            return self._fetchers[hosts]

    def _policy(self, hosts: frozenset[str]) -> FetchPolicy:
        contact = f" ({self.settings.contact})" if self.settings.contact else ""
        return FetchPolicy(
            allowed_hosts=hosts,
            deadline_seconds=self.settings.fetch_deadline,
            max_bytes=self.settings.fetch_max_bytes,
            connections=max(32, self.settings.fetch_connections),
            user_agent=f"snoop-flow/{version('snoop-flow')}{contact}",
            polite=True,
            profiles=self.host_profiles(),
            anonymous=not self.settings.contact,
        )

    def host_profiles(self) -> tuple[HostProfile, ...]:
        """The manners at some hosts: those of the workspace first, then those of plugins, then what is shipped.

        Raises:
            UsageError: the workspace's `hosts.toml` cannot be read.
        """
        of_plugins = tuple(profile for spec in self.host.sources.values() for profile in spec.hosts)
        return (*workspace_profiles(self.folder), *of_plugins, *shipped_profiles())

    def loader(self) -> ImageLoader:
        """Loads the images of items."""
        return ImageLoader(self.fetcher(), self.decoder.decode, self.folder)

    @cached_property
    def decoder(self) -> Decoder:
        """Decodes foreign images in child processes with limits; they start when they are needed."""
        return Decoder()

    @cached_property
    def thumbnails(self) -> Thumbnails:
        """Small pictures of items on disk."""
        return Thumbnails(self.folder / "thumbnails")

    # --- vectors --------------------------------------------------------------------------------------------------

    @property
    def vector_folder(self) -> Path:
        """Where shards lie."""
        return self.folder / "vectors"

    def backbone_spec(self, name: str | None = None) -> BackboneSpec:
        """The named backbone; else the one of the settings, the one that serves, or the built-in one."""
        return self.host.backbone(name or self.settings.backbone or self._serving_backbone() or DEFAULT_BACKBONE)

    def _serving_backbone(self) -> str | None:
        with self.catalogue.read() as connection:
            sets = serving_first(connection)
        return sets[0].backbone if sets else None

    def open_backbone(self, spec: BackboneSpec, device: str | None = None) -> Backbone:
        """The backbone, opened once for this workspace and device, by default that of the settings."""
        place = device or self.settings.device
        with self._lock:
            # a name belongs to the key: two that see alike may read differently, as M-CLIP and its CLIP
            key = (spec.name, spec.fingerprint(), place)
            if key not in self._backbones:
                self._backbones[key] = spec.open(place)
            return self._backbones[key]

    def embedding_set(self, backbone: str | None = None) -> EmbeddingSet:
        """The embedding set that searching and teaching use.

        Raises:
            NotFoundError: nothing is embedded yet (with this backbone).
        """
        with self.catalogue.read() as connection:
            sets = serving_first(connection)
        name = backbone or self.settings.backbone
        if not name and sets:
            return sets[0]
        if name:
            fingerprint = self.host.backbone(name).fingerprint()
            found = [one for one in sets if one.fingerprint == fingerprint]
            if found:
                return found[0]
        by = f" with the backbone {name}" if name else ""
        raise NotFoundError(f"nothing is embedded{by} yet; run: snoop-flow embed")

    def vectors(self, embedding_set: EmbeddingSet) -> VectorSet:
        """The live vectors of a set as they are now; the same object until something changes."""
        try:
            return self._open_set(embedding_set)
        except IntegrityError:
            # another process may have merged shards between our reading the catalogue and opening the files
            return self._open_set(embedding_set)

    def _open_set(self, embedding_set: EmbeddingSet) -> VectorSet:
        with self.catalogue.read() as connection:
            shards = embeddings.shards(connection, embedding_set.id)
            dead = embeddings.dead_rows(connection, embedding_set.id)
        with self._lock:
            cached = self._sets.get(embedding_set.id)
            if cached is None or cached.state != state_of(shards, dead):
                regional = embedding_set.kind is SetKind.REGION
                cached = VectorSet(self.vector_folder, shards, dead, embedding_set.dimension, regional=regional)
                self._sets[embedding_set.id] = cached
            return cached

    def derived(self, view: VectorSet, make: Callable[[], Derived]) -> Derived:
        """What is derived from a view, made once."""
        with self._lock:
            if self._derived is None or self._derived[0] is not view:
                self._derived = (view, make())
            return self._derived[1]

    def scope(self, key: Hashable, find: Callable[[], Scope]) -> Scope:
        """What a filter leaves of a view, found once: of a million items that takes a second.

        Args:
            key: tells the filter, the view and the state of the catalogue.
        """
        with self._lock:
            if key not in self._scopes:
                self._scopes[key] = find()
                if len(self._scopes) > KEPT_SCOPES:
                    self._scopes.popitem(last=False)
            self._scopes.move_to_end(key)
            return self._scopes[key]

    def opened_index(
        self, index: Index, view: VectorSet, open_: Callable[[Self, Index, VectorSet], OpenIndex]
    ) -> OpenIndex:
        """A built index over a view, opened and checked once."""
        with self._lock:
            cached = self._indexes.get(index.id)
            if cached is None or cached[0] is not view:
                self._indexes = {index.id: (view, open_(self, index, view))}
            return self._indexes[index.id][1]


def serving_first(connection: Connection) -> list[EmbeddingSet]:
    """All embedding sets, the one that serves first: that which grew last of those that have all items.

    While a new backbone embeds, the old set goes on serving; when the new one has as many rows, it takes over.
    """
    sets = embeddings.sets(connection)
    rows = embeddings.rows_by_set(connection)
    enough = SERVING_SHARE * max((rows.get(one.id, 0) for one in sets), default=0)
    return sorted(sets, key=lambda one: rows.get(one.id, 0) < enough)


def _make_folder(folder: Path, public_url: str | None, contact: str | None) -> None:
    settings = folder / FILE_NAME
    if settings.exists():
        if not load_settings(folder).secret_key:  # a settings file that somebody wrote by hand
            key = f'secret_key = "{secrets.token_urlsafe(32)}"\n'
            settings.write_text(f"{key}{settings.read_text('utf-8')}", "utf-8")
        return
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise WorkspaceError(f"{folder}: holds other things; choose an empty or a new folder for the workspace")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        address = f'public_url = "{public_url}"' if public_url else '# public_url = "https://snoop.example.org"'
        who = f"contact = {json.dumps(contact)}" if contact else '# contact = "mailto:digital-library@example.org"'
        text = _SETTINGS.format(address=address, contact=who, key=secrets.token_urlsafe(32))
        settings.write_text(text, "utf-8")
        settings.chmod(0o600)
    except OSError as error:
        raise WorkspaceError(f"{folder}: cannot be written ({error.strerror}); choose another folder") from error


_SETTINGS = """\
# Settings of this workspace; each can also be given in the environment as SNOOP_FLOW_NAME.
# What there is to set: docs/reference/settings.md

# address under which the web server is reached; set it before the first harvest
{address}

# mail or web address that identifies you to the institutions you harvest; without it only your own hosts are asked
{contact}

# signs the sessions of the web UI: keep it secret
secret_key = "{key}"
"""
