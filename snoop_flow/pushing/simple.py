"""Target `sas`: SimpleAnnotationServer, which speaks Open Annotation.

See https://github.com/glenrobson/SimpleAnnotationServer. It keeps the `@id` that an annotation comes with, so what
may have been sent before is updated under the same id.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from snoop_flow.errors import SourceError
from snoop_flow.fetching import Fetched
from snoop_flow.pushing.letters import Letter, Means, Receipt
from snoop_iiif import AnnotationDraft, build_old_annotation


class SimpleTarget:
    """A server by the address of its annotations, which ends in `/annotation`; implements `Target`."""

    def __init__(self, location: str, means: Means) -> None:
        """Nothing is sent yet."""
        base = location.rstrip("/")
        self._base = base if base.endswith("/annotation") else f"{base}/annotation"
        self._means = means

    def write(self, draft: AnnotationDraft) -> dict[str, Any]:
        """As an annotation of Presentation 2."""
        return build_old_annotation(draft)

    def write_verdict(self, draft: AnnotationDraft) -> None:
        """None: what viewers of Presentation 2 show lies on a canvas, not on another annotation."""

    def find(self, letter: Letter) -> Receipt | None:
        """Among the annotations of the canvas, by our id."""
        address = f"{self._base}/search?{urlencode({'uri': letter.draft.canvas_uri})}"
        answer = self._means.fetcher.get(address, accept="application/ld+json, application/json;q=0.9")
        try:
            found = json.loads(answer.body)
        except ValueError:
            return None
        listed = found.get("resources", []) if isinstance(found, dict) else found
        ours = (one for one in listed if isinstance(one, dict) and one.get("@id") == letter.draft.id)
        return Receipt(letter.draft.id) if next(ours, None) else None

    def create(self, letter: Letter) -> Receipt:
        """POST to `create`."""
        return self._receipt(self._send("create", letter), letter)

    def replace(self, letter: Letter, receipt: Receipt) -> Receipt:
        """POST to `update`, under the id that the server has."""
        return self._receipt(self._send("update", letter, receipt.uri), letter)

    def remove(self, receipt: Receipt) -> None:
        """DELETE by `destroy`, which is well when there is nothing."""
        address = f"{self._base}/destroy?{urlencode({'uri': receipt.uri})}"
        try:
            self._means.fetcher.send("DELETE", address, headers=self._means.headers())
        except SourceError as error:
            if error.answered not in (404, 410):
                raise

    def _send(self, verb: str, letter: Letter, id_: str = "") -> Fetched:
        body = json.dumps({**letter.document, **({"@id": id_} if id_ else {})}, ensure_ascii=False).encode()
        return self._means.fetcher.send("POST", f"{self._base}/{verb}", body, headers=self._means.headers())

    def _receipt(self, answer: Fetched, letter: Letter) -> Receipt:
        try:
            kept = json.loads(answer.body)
        except ValueError:
            kept = None
        named = kept.get("@id") if isinstance(kept, dict) else None
        return Receipt(named if isinstance(named, str) else letter.draft.id)
