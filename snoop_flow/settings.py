"""One frozen `Settings`, read from `snoop-flow.toml` in the workspace and `SNOOP_FLOW_*` in the environment.

The environment wins over the file, the file over the defaults. Every setting is documented in
`docs/reference/settings.md`; a test fails otherwise.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from snoop_flow.errors import UsageError

FILE_NAME = "snoop-flow.toml"
PREFIX = "SNOOP_FLOW_"
READING = ("public", "key")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation can choose.

    Attributes:
        database: SQLAlchemy URL of the catalogue; empty for SQLite in the workspace.
        public_url: address under which the web server is reached; local canvases, manifests and annotations are
            named below it, so set it before the first harvest.
        institution: name of the institution that owns the workspace.
        agent: generator's name in annotations.
        annotation_rights: address of the licence under which annotations are published, such as that of CC0.
        reading: who reads annotations, manifests and images below `/annotations/` and `/iiif/`: `public` or `key`.
        backbone: name of the backbone when a command names none; empty for the one that has vectors of all items, of
            several the one embedded last.
        device: what backbones run on when a command names nothing, such as `cpu`, `cuda` or `cuda:1@fp16`.
        index_type: name of the index type when a command names none.
        index_device: what index types that know devices build and answer on: `cpu`, `cuda` or `cuda:1`.
        contact: mail or web address put into the User-Agent of every request.
        fetch_deadline: seconds a whole exchange may take.
        fetch_max_bytes: bytes a fetched document or image may have.
        fetch_connections: images fetched at once.
        embed_batch: items in one unit of embedding work.
        harvest_batch: records in one unit of harvesting work; up to four times as many in a large harvest of one's own
            server or disk.
        enrich_batch: items in one unit of enrichment work; their vectors and codes are in memory together.
        shard_rows: rows up to which small vector shards are merged.
        region_windows: regions kept of an image where a command names no number.
        region_cells: cells of the grid on which regions are described, along the longer side of an image.
        region_limit: regions that a workspace may hold; a larger segmentation is refused before it begins.
        video_segmenter: name of what cuts films into shots when a command names none.
        video_keyframes: keyframes of a shot at most, chosen by what they show.
        video_every: seconds between keyframes, instead; 0 for none at a rate.
        video_part: seconds of film in one unit of work; a killed run loses no more than that.
        video_max_bytes: bytes a film on the web may have, which is fetched while it is cut.
        segment_gap: seconds that may lie between two stretches of a film that are published as one segment.
        watts_per_core: power of a busy processor core, to estimate energy where the machine does not count it.
        task_runner: what does the units of an enrichment in a Prefect flow: `threads`, `threads:N`, `dask` or `dask:N`
            for N processes, or the address of a Dask scheduler.
        push_token: sent as `Authorization: Bearer …` to annotation servers that `push` writes to; best kept in the
            environment.
        push_targets: annotation servers that published annotations may be sent to from the web UI: addresses, each with
            `sas ` before it where it is a SimpleAnnotationServer. Private ones may be reached by that.
        user: login of who marks, reviews and publishes where a command names nobody; empty for the local curator.
        secret_key: signs the web UI's sessions; made by `init`.
    """

    database: str = ""
    public_url: str = "http://localhost:8710"
    institution: str = "My institution"
    agent: str = "snoop-flow"
    annotation_rights: str = ""
    reading: str = "public"
    backbone: str = ""
    device: str = "cpu"
    index_type: str = "exact"
    index_device: str = "cpu"
    contact: str = ""
    fetch_deadline: float = 60.0
    fetch_max_bytes: int = 64 * 1024 * 1024
    fetch_connections: int = 4
    embed_batch: int = 256
    harvest_batch: int = 64
    enrich_batch: int = 100_000
    shard_rows: int = 250_000
    region_windows: int = 32
    region_cells: int = 32
    region_limit: int = 10_000_000
    video_segmenter: str = "shots"
    video_keyframes: int = 1
    video_every: float = 0.0
    video_part: float = 600.0
    video_max_bytes: int = 16 * 1024**3
    segment_gap: float = 1.0
    watts_per_core: float = 12.0
    task_runner: str = "threads"
    push_token: str = ""
    push_targets: tuple[str, ...] = ()
    user: str = ""
    secret_key: str = ""


def load_settings(folder: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of the workspace in `folder`.

    Raises:
        UsageError: the file is no TOML, or a value is unknown or of the wrong type.
    """
    values = _from_file(folder / FILE_NAME)
    values.update(_from_environment(os.environ if environment is None else environment))
    settings = Settings(**{name: _convert(name, value) for name, value in values.items()})
    if settings.reading not in READING:
        raise UsageError(f"setting reading: {settings.reading!r} is none of {', '.join(READING)}; correct it")
    return settings


def _types() -> dict[str, type]:
    return {field.name: type(field.default) for field in fields(Settings)}


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML ({error}); correct the line or remove the file") from error
    if unknown := sorted(set(values) - set(_types())):
        known = ", ".join(sorted(_types()))
        raise UsageError(f"{path}: unknown setting {', '.join(unknown)}; known are {known}")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    names = {f"{PREFIX}{name.upper()}": name for name in _types()}
    return {names[key]: value for key, value in environment.items() if key in names}


def _convert(name: str, value: Any) -> Any:
    wanted = _types()[name]
    if wanted is tuple:
        return _listed(name, value)
    try:
        return wanted(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"setting {name}: {value!r} is not of type {wanted.__name__}; correct it") from error


def _listed(name: str, value: Any) -> tuple[str, ...]:
    """A list of texts; in the environment, where there are no lists, with commas between."""
    values = value.split(",") if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise UsageError(f"setting {name}: {value!r} is no list of texts; correct it")
    return tuple(one.strip() for one in values if one.strip())
