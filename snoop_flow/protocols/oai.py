"""OAI-PMH 2.0 (https://www.openarchives.org/OAI/openarchivesprotocol.html): listing records of a repository.

Broken answers are common: a list that breaks off is told as such, so that nothing is taken for gone, and what came
before is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetched
from snoop_flow.protocols.catalogued import Described, read_description
from snoop_flow.protocols.xml import XML, Element, all_in, local_name, parse_xml, text_in

MAX_PAGES = 100_000
Fetch = Callable[[str, str], Fetched]


@dataclass(frozen=True, slots=True)
class Header:
    """One record of a list.

    Attributes:
        datestamp: of its last change.
        deleted: the repository has deleted it.
        described: its metadata, None for a deleted one.
    """

    identifier: str
    datestamp: str
    deleted: bool
    described: Described | None


class OAI:
    """A repository at its base URL.

    Attributes:
        response_date: of the first answer of the last list: from there the next one goes on.
    """

    def __init__(self, base: str, fetch: Fetch) -> None:
        """Nothing is asked yet."""
        self._base = base
        self._fetch = fetch
        self.response_date = ""

    def granularity(self) -> int:
        """How many characters of a datestamp the repository takes: 10 for days, 20 for seconds."""
        try:
            root = self._ask({"verb": "Identify"})
        except SourceError as error:
            if error.kind is FailureKind.INVALID:
                return 10
            raise
        return 20 if "ss" in text_in(root, ".//granularity") else 10

    def records(self, *, prefix: str = "oai_dc", set_: str = "", since: str = "", until: str = "") -> Iterator[Header]:
        """All records, page by page.

        Args:
            set_: only those of this set.
            since: only those changed from this datestamp on; likewise `until`.

        Raises:
            SourceError: the list cannot be had, or breaks off.
        """
        asked = {"metadataPrefix": prefix, "set": set_, "from": since, "until": until}
        query: Mapping[str, str] = {name: value for name, value in asked.items() if value}
        seen: set[str] = set()
        self.response_date = ""
        for _ in range(MAX_PAGES):
            root = self._ask({"verb": "ListRecords", **query})
            self.response_date = self.response_date or text_in(root, "responseDate")
            for record in all_in(root, "ListRecords/record"):
                if (header := _header(record)) is not None:
                    yield header
            token = text_in(root, "ListRecords/resumptionToken")
            if not token:
                return
            if token in seen:
                reason = "the repository gives the same resumption token again and again"
                raise SourceError(FailureKind.INVALID, self._base, reason)
            seen.add(token)
            query = {"resumptionToken": token}
        raise SourceError(FailureKind.HOSTILE, self._base, f"a list of more than {MAX_PAGES} pages")

    def record(self, identifier: str, prefix: str = "oai_dc") -> Header:
        """One record; raises `SourceError`."""
        root = self._ask({"verb": "GetRecord", "identifier": identifier, "metadataPrefix": prefix})
        found = all_in(root, "GetRecord/record")
        header = _header(found[0]) if found else None
        if header is None:
            raise SourceError(FailureKind.INVALID, identifier, "the repository's answer holds no record")
        return header

    def _ask(self, query: Mapping[str, str]) -> Element:
        joint = "&" if "?" in self._base else "?"
        url = f"{self._base}{joint}{urlencode(query)}"
        root = parse_xml(self._fetch(url, XML).body, url)
        if local_name(root) != "OAI-PMH":
            raise SourceError(FailureKind.INVALID, url, f"no OAI-PMH answer, but XML of type {local_name(root)[:60]}")
        for error in all_in(root, "error"):
            code = error.get("code", "")
            if code == "noRecordsMatch":
                return root
            kind = {"badResumptionToken": FailureKind.TRANSIENT, "idDoesNotExist": FailureKind.GONE}.get(code)
            text = " ".join((error.text or "").split())[:200]
            raise SourceError(kind or FailureKind.INVALID, url, f"OAI-PMH error {code or 'without code'}: {text}")
        return root


def _header(record: Element) -> Header | None:
    head = all_in(record, "header")
    identifier = text_in(record, "header/identifier")
    if not head or not identifier:
        return None
    deleted = head[0].get("status") == "deleted"
    metadata = all_in(record, "metadata")
    described = None if deleted else read_description(identifier, metadata[0] if metadata else None)
    return Header(identifier, text_in(record, "header/datestamp"), deleted, described)
