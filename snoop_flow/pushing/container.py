"""Target `w3c`: a container of the Web Annotation Protocol, as of Miiify, Elucidate or another snoop-flow."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetched
from snoop_flow.pushing.letters import Letter, Means, Receipt
from snoop_iiif import AnnotationDraft, build_annotation, build_assessment

MEDIA_TYPE = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'


class ContainerTarget:
    """A container by its address; implements `Target`."""

    def __init__(self, location: str, means: Means) -> None:
        """Nothing is sent yet."""
        self._address = location if location.endswith("/") else f"{location}/"
        self._means = means

    def write(self, draft: AnnotationDraft) -> dict[str, Any]:
        """As plain Web Annotation; servers keep our id as `via`."""
        return build_annotation(draft, "w3c", self._means.extension_context)

    def write_verdict(self, draft: AnnotationDraft) -> dict[str, Any]:
        """As plain Web Annotation; its target is our id of what it is about."""
        return build_assessment(draft, "w3c", self._means.extension_context)

    def find(self, letter: Letter) -> Receipt | None:
        """At the address that a server makes of the wished name, and only if it is ours."""
        address = urljoin(self._address, letter.name)
        try:
            return self._found(address, letter)
        except SourceError as error:
            if error.answered in (404, 405, 410):
                return None
            raise

    def _found(self, address: str, letter: Letter) -> Receipt | None:
        answer = self._means.fetcher.get(address, accept="application/ld+json, application/json;q=0.9")
        try:
            copy = json.loads(answer.body)
        except ValueError:
            return None
        ours = isinstance(copy, dict) and letter.draft.id in (copy.get("id"), copy.get("via"))
        return Receipt(answer.url, answer.etag or "") if ours else None

    def create(self, letter: Letter) -> Receipt:
        """POST; the name is wished by `Slug`."""
        headers = self._means.headers(Slug=letter.name)
        answer = self._send("POST", self._address, letter, headers)
        location = answer.headers.get("location")
        if not location:
            reason = "took the annotation but did not tell its address (no Location); is it a container?"
            raise SourceError(FailureKind.INVALID, self._address, reason, answered=answer.status)
        return Receipt(urljoin(self._address, location), answer.etag or "")

    def replace(self, letter: Letter, receipt: Receipt) -> Receipt:
        """PUT with `If-Match`; a copy that somebody else changed is read again once, since ours is the original."""
        etag = receipt.etag or self._etag(receipt.uri)
        try:
            answer = self._send("PUT", receipt.uri, letter, self._means.headers(If_Match=etag), receipt.uri)
        except SourceError as error:
            if error.answered in (404, 410):
                return self.create(letter)
            if error.answered != 412:
                raise
            headers = self._means.headers(If_Match=self._etag(receipt.uri))
            answer = self._send("PUT", receipt.uri, letter, headers, receipt.uri)
        return Receipt(receipt.uri, answer.etag or "")

    def remove(self, receipt: Receipt) -> None:
        """DELETE with `If-Match`."""
        try:
            etag = self._etag(receipt.uri)
            self._means.fetcher.send("DELETE", receipt.uri, headers=self._means.headers(If_Match=etag))
        except SourceError as error:
            if error.answered not in (404, 410):
                raise

    def _etag(self, uri: str) -> str:
        return self._means.fetcher.get(uri, accept="application/ld+json, application/json;q=0.9").etag or ""

    def _send(self, method: str, url: str, letter: Letter, headers: dict[str, str], id_: str = "") -> Fetched:
        document = dict(letter.document)
        if id_:  # the copy has the server's id; ours is its `via`
            document |= {"id": id_, "via": letter.draft.id}
        body = json.dumps(document, ensure_ascii=False).encode()
        return self._means.fetcher.send(method, url, body, media_type=MEDIA_TYPE, headers=headers)
