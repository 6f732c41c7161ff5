"""SRU 1.1, 1.2 and 2.0 (https://www.loc.gov/standards/sru/): the records that a query finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from snoop_flow.errors import FailureKind, SourceError
from snoop_flow.fetching import Fetched
from snoop_flow.protocols.catalogued import Described, read_description
from snoop_flow.protocols.xml import XML, Element, all_in, local_name, parse_xml, text_in

PAGE = 50  # what Gallica gives at most; others give less and say where to go on
MAX_RECORDS = 1_000_000


class SRU:
    """A query at a server's address, such as `https://gallica.bnf.fr/SRU?operation=searchRetrieve&query=…`."""

    def __init__(self, address: str, fetch: Callable[[str, str], Fetched]) -> None:
        """Nothing is asked yet.

        Raises:
            SourceError: INVALID when the address has no query.
        """
        parts = urlsplit(address)
        given = dict(parse_qsl(parts.query))
        if not given.get("query"):
            raise SourceError(FailureKind.INVALID, address, "an SRU address without a query; add &query=…")
        self._base = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        asked = {"operation": "searchRetrieve", "version": "1.2", **given}
        self._query: Mapping[str, str] = {k: v for k, v in asked.items() if k not in ("startRecord", "maximumRecords")}
        self._fetch = fetch

    def records(self) -> Iterator[Described]:
        """All records in the server's order.

        Raises:
            SourceError: the list cannot be had, or breaks off.
        """
        start = 1
        while start <= MAX_RECORDS:
            root = self._page(start)
            found = all_in(root, "records/record")
            for place, record in enumerate(found, start=start):
                yield _described(record, place)
            stated = text_in(root, "nextRecordPosition")
            total = text_in(root, "numberOfRecords")
            following = int(stated) if stated.isdigit() else start + len(found)
            if not found or following <= start or (total.isdigit() and following > int(total)):
                return
            start = following

    def _page(self, start: int) -> Element:
        query = {**self._query, "startRecord": str(start), "maximumRecords": str(PAGE)}
        url = f"{self._base}?{urlencode(query)}"
        root = parse_xml(self._fetch(url, XML).body, url)
        if local_name(root) != "searchRetrieveResponse":
            raise SourceError(FailureKind.INVALID, url, f"no SRU answer, but XML of type {local_name(root)[:60]}")
        diagnostics = all_in(root, "diagnostics/diagnostic")
        if diagnostics and not all_in(root, "records/record"):
            reason = text_in(diagnostics[0], "message") or text_in(diagnostics[0], "details") or "unknown"
            raise SourceError(FailureKind.INVALID, url, f"SRU error: {reason[:200]}")
        return root


def _described(record: Element, place: int) -> Described:
    data = all_in(record, "recordData")
    found = read_description("", data[0] if data else None)
    named = text_in(record, "recordIdentifier") or next(iter(found.fields.get("identifier", ())), "") or f"#{place}"
    return Described(named, found.fields, found.addresses)
