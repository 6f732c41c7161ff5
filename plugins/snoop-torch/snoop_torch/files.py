"""Where the files of a model are: a folder of the user's, or one of ours for a hub's id, filled by `hub`.

Files are looked for on this machine first. What lies in the cache of Hugging Face's own programs is found, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from snoop_flow.errors import PluginError, SnoopError, UsageError
from snoop_torch.hub import Told, download, endpoint, is_offline

_HUB_ID = re.compile(r"([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a kind of model consists of.

    Attributes:
        patterns: file names to fetch, as shell patterns.
        lacks: names what a folder lacks to be such a model, for a message; empty where it is complete.
    """

    patterns: tuple[str, ...]
    lacks: Callable[[Path], str]


TOLD: ContextVar[Told | None] = ContextVar("told", default=None)  # whom to tell of the progress of fetching


def locate(reference: str, wanted: Wanted) -> Path:
    """The folder of a model, complete; it is fetched where it is on a hub only.

    Args:
        reference: a folder, or a hub's id such as `facebook/dinov2-small`, perhaps with a revision behind an `@`.
        wanted: what must lie in it.

    Raises:
        UsageError: there is no such folder, or it lacks something.
        PluginError: the model is not on this machine and cannot be had from the hub.
    """
    folder = Path(reference).expanduser()
    match = _HUB_ID.fullmatch(reference)
    if folder.is_dir():
        return _complete(folder.resolve(), wanted)
    if match is None or reference.startswith("."):
        raise UsageError(
            f"{reference}: there is no such folder; give the folder of a model, or its id on the hub as in "
            "facebook/dinov2-small"
        )
    found = next((place for place in _places(match[1], match[2]) if not wanted.lacks(place)), None)
    return found or _fetched(match[1], match[2] or "main", wanted)


def models_folder() -> Path:
    """Where fetched models are kept: `SNOOP_FLOW_MODELS`, by default in the user's cache."""
    if given := os.environ.get("SNOOP_FLOW_MODELS"):
        return Path(given).expanduser().resolve()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "snoop-flow" / "models"


def folder_of(model: str, revision: str | None = None) -> Path:
    """The folder of ours for a hub's id."""
    named = model if revision in (None, "main") else f"{model}@{str(revision).replace('/', '-')}"
    return models_folder() / named


def _complete(folder: Path, wanted: Wanted) -> Path:
    if lacking := wanted.lacks(folder):
        raise UsageError(f"{folder}: lacks {lacking}")
    return folder


def _places(model: str, revision: str | None) -> list[Path]:
    """Folders that may hold a model, ours first."""
    return [folder_of(model, revision), *_cached(model, revision or "main")]


def _cached(model: str, revision: str) -> list[Path]:
    """The snapshot in Hugging Face's cache, see https://huggingface.co/docs/huggingface_hub/guides/manage-cache."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    cache = Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()
    folder = cache / f"models--{model.replace('/', '--')}"
    try:
        commit = (folder / "refs" / revision).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        commit = revision
    return [folder / "snapshots" / commit]


def _fetched(model: str, revision: str, wanted: Wanted) -> Path:
    folder = folder_of(model, revision)
    lacking = wanted.lacks(folder)
    by_hand = f"or copy its files into {folder}, which lacks {lacking}"
    if is_offline():
        raise PluginError(
            f"{model} is not on this machine, and HF_HUB_OFFLINE forbids to fetch it; unset that, {by_hand}"
        )
    try:
        download(model, revision, wanted.patterns, folder, TOLD.get())
    except SnoopError as error:
        raise PluginError(
            f"{model} is not on this machine and cannot be fetched from {endpoint()} ({error}); {by_hand}"
        ) from error
    if lacking := wanted.lacks(folder):
        raise PluginError(f"{model}: the hub's copy, now in {folder}, lacks {lacking}")
    return folder
