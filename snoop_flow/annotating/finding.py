"""Finding annotations by words: IIIF Content Search 2.0 over the names of classes."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from snoop_flow.annotating.containers import documents_of
from snoop_flow.entities import VisualClass
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.publishing.running import extension_context
from snoop_flow.store import classes, collections, containers, records
from snoop_flow.store.containers import Scope
from snoop_flow.workspace import Workspace
from snoop_iiif import build_answer, build_terms

PAGE = 100
_KNOWN = ("q", "motivation", "page")
_TAGS = frozenset({"tagging", "classifying"})
_TERMS = 50


def search_annotations(workspace: Workspace, where: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The answer of the search service of a record, a collection or everything.

    Args:
        where: `manifests/RECORD`, `collections/SLUG` or "".
        parameters: of the address; `q` and `motivation` count, `date`, `user` and unknown ones are told as ignored.

    Raises:
        NotFoundError: no such record or collection.
        UsageError: `page` is no number.
    """
    page = _page(parameters)
    wanted = set(parameters.get("motivation", "").split())
    kinds = ["annotation"] if not wanted or wanted & _TAGS else []
    kinds += ["assessment"] if "assessing" in wanted else []
    with workspace.catalogue.read() as connection:
        scope = _scope(connection, where)
        if words := _words(parameters.get("q", "")):
            hit = tuple(one.id for one in classes.all_of(connection) if words <= _words(" ".join(_names(one))))
            scope = Scope(None, hit, scope.collection_id, scope.record_id)
        total = containers.count(connection, scope, kinds) if kinds else 0
        ids = containers.ids(connection, scope, page * PAGE, PAGE, kinds) if total else []
        documents = documents_of(workspace, connection, ids, "search")
    return build_answer(
        _service(workspace, where),
        {name: parameters[name] for name in ("q", "motivation") if name in parameters},
        documents,
        total=total,
        page=page,
        size=PAGE,
        ignored=[name for name in parameters if name not in _KNOWN],
        extension_context=extension_context(workspace.settings),
    )


def complete_annotations(workspace: Workspace, where: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The words of class names that begin as `q` does, with how many annotations have them.

    Raises:
        NotFoundError: no such record or collection.
        UsageError: no `q`.
    """
    if not (begin := fold(parameters.get("q", "")).strip()):
        raise UsageError("give q, the beginning of a word")
    counted: Counter[str] = Counter()
    with workspace.catalogue.read() as connection:
        hits = containers.by_class(connection, _scope(connection, where))
        for one in classes.all_of(connection):
            for name in set(_names(one)) if one.id in hits else ():
                if any(word.startswith(begin) for word in [fold(name), *_words(name)]):
                    counted[name] += hits[one.id]
    address = f"{_service(workspace, where)}/complete"
    ignored = [name for name in parameters if name != "q"]
    return build_terms(address, dict(counted.most_common(_TERMS)), ignored=ignored)


def fold(text: str) -> str:
    """A text without case and accents, as people type it."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _names(one: VisualClass) -> list[str]:
    return [name for names in one.labels.values() for name in names] or [one.name]


def _words(text: str) -> set[str]:
    kept = "".join(letter if letter.isalnum() else " " for letter in fold(text))
    return set(kept.split())


def _page(parameters: Mapping[str, str]) -> int:
    text = parameters.get("page", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise UsageError(f"page {text[:20]!r}: is a number from 0 on")
    return int(text)


def _scope(connection: Connection, where: str) -> Scope:
    kind, _, name = where.partition("/")
    if kind == "manifests":
        return Scope(record_id=records.by_id(connection, name).id)
    if kind == "collections":
        return Scope(collection_id=collections.by_slug(connection, name).id)
    if where:
        raise NotFoundError(f"there is no search at {where!r}")
    return Scope()


def _service(workspace: Workspace, where: str) -> str:
    base = f"{workspace.settings.public_url.rstrip('/')}/iiif/search"
    return f"{base}/{where}" if where else base
