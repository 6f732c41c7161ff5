"""Answers of a search service: IIIF Content Search 2.0 (https://iiif.io/api/search/2.0/)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from snoop_iiif.annotations.building import build_page
from snoop_iiif.annotations.extension import EXTENSION_CONTEXT

TERMS_CONTEXT = "http://iiif.io/api/search/2/context.json"


def build_answer(
    service_uri: str,
    query: Mapping[str, str],
    annotations: Sequence[Mapping[str, Any]],
    *,
    total: int,
    page: int = 0,
    size: int = 100,
    ignored: Sequence[str] = (),
    extension_context: str = EXTENSION_CONTEXT,
) -> dict[str, Any]:
    """One page of what was found, with the way to the others.

    Args:
        query: the parameters that were understood, without `page`.
        annotations: of the profile `search`, those of this page.
        page: counted from 0; `size` annotations each.
        ignored: names of the parameters that were not understood, or have no effect here.
    """

    def reference(number: int) -> dict[str, Any]:
        asked = {**query, **({"page": str(number)} if number else {})}
        return {"id": f"{service_uri}?{urlencode(asked)}", "type": "AnnotationPage"}

    last = max(0, -(-total // size) - 1)
    answer = build_page(reference(page)["id"], annotations, "search", extension_context)
    items = answer.pop("items")
    if ignored:
        answer["ignored"] = list(ignored)
    if last:
        collection = {"id": f"{service_uri}?{urlencode({**query, 'whole': '1'})}", "type": "AnnotationCollection"}
        answer["partOf"] = {**collection, "total": total, "first": reference(0), "last": reference(last)}
        answer["startIndex"] = page * size
        if page < last:
            answer["next"] = reference(page + 1)
        if page:
            answer["prev"] = reference(min(page, last + 1) - 1)
    return {**answer, "items": items}


def build_terms(uri: str, terms: Mapping[str, int], language: str = "", ignored: Sequence[str] = ()) -> dict[str, Any]:
    """The words that a search service completes to (section 4 of the specification), with how often each occurs."""
    spoken = {"language": language} if language else {}
    page: dict[str, Any] = {"@context": TERMS_CONTEXT, "id": uri, "type": "TermPage"}
    if ignored:
        page["ignored"] = list(ignored)
    items = [{"type": "Term", "value": value, "total": total, **spoken} for value, total in terms.items()]
    return {**page, "items": items}


def search_services(service_uri: str) -> list[dict[str, Any]]:
    """What a manifest lists under `service`, so that viewers find the search and its completion."""
    complete = {"id": f"{service_uri}/complete", "type": "AutoCompleteService2"}
    return [{"id": service_uri, "type": "SearchService2", "service": [complete]}]
