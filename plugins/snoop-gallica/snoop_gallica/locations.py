"""What a user may give: an ark, a page of Gallica, a file of arks, a query, a set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from snoop_gallica.addresses import Addresses, ark_of, arks_of

_QUERY, _SET = "gallica:", "gallica:set:"
_LISTS = (".txt", ".csv", ".tsv")
_MOST_BYTES = 64 * 1024 * 1024
Kind = Literal["arks", "query", "set"]


@dataclass(frozen=True, slots=True)
class Location:
    """What is meant: some arks, a CQL query, or a set of the OAI repository ("" for all of it)."""

    kind: Kind
    arks: tuple[str, ...] = ()
    text: str = ""


def recognises(location: str) -> bool:
    """Whether a location is Gallica's, from its text alone; a file of arks is one that names one in its beginning."""
    text = location.strip()
    if text.startswith((_QUERY, "ark:/12148/")):
        return True
    if "://" in text:
        addresses = Addresses.of_environment()
        ours = {urlsplit(one).netloc for one in (addresses.openapi, addresses.legacy, addresses.oai)}
        hosts = {"gallica.bnf.fr", "openapi.bnf.fr", "oai.bnf.fr", *ours}
        return urlsplit(text).netloc.lower() in hosts and _web(text) is not None
    return Path(text).suffix.lower() in _LISTS and bool(arks_of(_beginning(Path(text).expanduser())))


def parse(location: str) -> Location | None:
    """What a location means; None for something else."""
    text = location.strip()
    if text.startswith(_SET):
        return Location("set", text=text.removeprefix(_SET))
    if text.startswith(_QUERY):
        return Location("query", text=text.removeprefix(_QUERY).strip())
    if "://" in text:
        return _web(text)
    if ark := ark_of(text):
        return Location("arks", (ark,))
    return Location("arks", tuple(arks_of(_whole(Path(text).expanduser()))))


def _web(text: str) -> Location | None:
    parts = urlsplit(text)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if "query" in given and "sru" in parts.path.lower():
        return Location("query", text=given["query"])
    if ark := ark_of(unquote(parts.path)):
        return Location("arks", (ark,))
    if "oai" in parts.path.lower():
        return Location("set", text=given.get("set", ""))
    return None


def _beginning(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(65_536).decode("utf-8", "replace")
    except OSError:
        return ""


def _whole(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
