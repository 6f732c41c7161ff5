"""Fetching a model from a hub that speaks Hugging Face's API, through the installation's one fetcher.

A file is fetched in pieces, each a request of its own, so that a broken connection costs one piece, a second try goes
on where the first ended, and memory holds one piece. Its digest is the one that the hub names, or the file is thrown
away. All files are of one commit. No account is used: a model whose licence must be accepted first is fetched by hand.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote, urlsplit

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetcher, FetchPolicy

Told = Callable[[int, int], None]
RECORD = "snoop-flow.json"  # what a folder of ours came from
PIECE = 8 << 20
DEADLINE = 120.0  # seconds for a piece: 70 KB a second are enough


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a model; `sha256` is empty where the hub names none, as for small files kept by Git itself."""

    name: str
    size: int
    sha256: str


def endpoint() -> str:
    """Address of the hub: `HF_ENDPOINT`, as Hugging Face's own programs have it."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def is_offline() -> bool:
    """Whether `HF_HUB_OFFLINE` forbids to ask a hub."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def download(model: str, revision: str, patterns: Sequence[str], folder: Path, told: Told | None = None) -> None:
    """Fetch the files of a model that match one of the patterns; a file is in the folder whole, or not at all.

    Raises:
        SourceError: the hub cannot be reached, has no such model, or gives other bytes than it says.
    """
    with Fetcher(_policy()) as fetcher:
        commit, files, licence = _listing(fetcher, model, revision)
        chosen = [one for one in files if any(fnmatch(one.name, pattern) for pattern in patterns)]
        total, before = sum(one.size for one in chosen), 0
        folder.mkdir(parents=True, exist_ok=True)
        for one in chosen:
            done = before

            def report(size: int, done: int = done) -> None:
                if told is not None:
                    told(done + size, total)

            _fetch(fetcher, f"{endpoint()}/{model}/resolve/{commit}/{quote(one.name)}", one, folder, report)
            before += one.size
        record = {"hub": endpoint(), "model": model, "commit": commit, "licence": licence}
        (folder / RECORD).write_text(json.dumps(record, indent=1), "utf-8")


def _policy() -> FetchPolicy:
    # a mirror inside the institution is one that its administrator chose, so it may have a private address
    chosen = urlsplit(endpoint()).netloc if "HF_ENDPOINT" in os.environ else ""
    hosts = frozenset({chosen}) if chosen else frozenset[str]()
    return FetchPolicy(allowed_hosts=hosts, deadline_seconds=DEADLINE, attempts=3, user_agent="snoop-flow")


def _listing(fetcher: Fetcher, model: str, revision: str) -> tuple[str, list[HubFile], str]:
    """The commit of a revision, its files, and the licence as the model's card names it."""
    url = f"{endpoint()}/api/models/{model}/revision/{quote(revision, safe='')}?blobs=true"
    try:
        answer = json.loads(fetcher.get(url, accept="application/json").body)
        files = [_file(one) for one in answer["siblings"]]
        card = answer.get("cardData") or {}
        return str(answer["sha"]), files, str(card.get("license", "unknown"))
    except SourceError as error:
        if error.kind is FailureKind.FORBIDDEN:
            reason = "it is for signed-in users: accept its licence on its page and fetch it with your account"
            raise SourceError(error.kind, url, reason) from error
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(FailureKind.INVALID, url, "not the answer of a hub; check HF_ENDPOINT") from error


def _file(one: dict[str, object]) -> HubFile:
    large = one.get("lfs")
    name = str(one["rfilename"])
    if ".." in name.split("/") or name.startswith("/"):
        raise ValueError(f"file name {name!r}")
    if isinstance(large, dict):
        return HubFile(name, int(large["size"]), str(large["sha256"]))
    return HubFile(name, int(str(one.get("size") or 0)), "")


def _fetch(fetcher: Fetcher, url: str, one: HubFile, folder: Path, told: Callable[[int], None]) -> None:
    path = folder / one.name
    if path.is_file() and path.stat().st_size == one.size:
        told(one.size)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    with draft.open("ab") as file:
        while (start := file.tell()) < one.size:
            fetched = fetcher.get(url, byte_range=(start, min(start + PIECE, one.size) - 1))
            if fetched.status != 206:  # the hub knows no ranges, and gave the whole
                file.truncate(0)
            if not fetched.body:
                raise SourceError(FailureKind.TRANSIENT, url, "the answer is empty")
            file.write(fetched.body)
            file.flush()
            told(file.tell())
    _check(draft, one, url)
    draft.replace(path)


def _check(draft: Path, one: HubFile, url: str) -> None:
    with draft.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if draft.stat().st_size != one.size or (one.sha256 and found != one.sha256):
        draft.unlink()
        raise SourceError(FailureKind.INVALID, url, "the bytes are not those that the hub names; try again")
