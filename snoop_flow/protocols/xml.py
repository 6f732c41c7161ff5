"""XML from the network: no DTD, no entities, no recovery from what is broken, nothing fetched."""

from __future__ import annotations

from lxml import etree

from snoop_flow.errors import FailureKind, SourceError

Element = etree._Element
XML = "text/xml, application/xml;q=0.9"


def parse_xml(body: bytes, uri: str) -> Element:
    """The root of a document.

    Raises:
        SourceError: INVALID when it is not well formed, HOSTILE when it declares a DTD.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = " ".join(str(error).split())[:200] or "empty"
        raise SourceError(FailureKind.INVALID, uri, f"not well-formed XML ({reason})") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SourceError(FailureKind.HOSTILE, uri, "XML with a DTD, which is not read")
    return root


def text_in(element: Element, path: str) -> str:
    """The text of the first element on a path, whatever its namespace; "" where there is none."""
    found = element.find(_any_namespace(path))
    return "" if found is None else " ".join("".join(map(str, found.itertext())).split())


def all_in(element: Element, path: str) -> list[Element]:
    """The elements on a path, whatever their namespace."""
    return element.findall(_any_namespace(path))


def local_name(element: Element) -> str:
    """An element's name without its namespace; "" for what is none."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _any_namespace(path: str) -> str:
    return "/".join(part if part in ("", ".", "*") else f"{{*}}{part}" for part in path.split("/"))
