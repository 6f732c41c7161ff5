"""Answers of the OAI-PMH provider as XML: a record is an image, a set is what has or had annotations of a class.

A record stays in the set of a class whose annotations were all withdrawn, so that whoever harvests the set hears of it;
it is `deleted` when nothing at all stands any more, and then stays for good. It stays likewise in the set of a run when
a later run finds it again: a record that left a set would only be missing there, and `deleted` is said of a record,
never of its being in a set (OAI-PMH 2.5.1, 2.6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from werkzeug.datastructures import MultiDict

from snoop_flow import Workspace
from snoop_flow.annotating import PublishedImage
from snoop_flow.entities import VisualClass
from snoop_flow.errors import NotFoundError
from snoop_flow.metadata.citing import legal, one_line, spoken
from snoop_flow.metadata.dublin_core import DC, NAMESPACES, OAI_DC, describe_image, in_language
from snoop_flow.settings import Settings
from snoop_webui.oai.arguments import PREFIX, Listing, ProtocolError, check_format, listing, read, token

PAGE = 100  # records in one answer
_OAI = "http://www.openarchives.org/OAI/2.0/"
_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_IDENTIFIER_ONLY: Any = {None: _IDENTIFIER}
_NAMESPACES: Any = {None: _OAI, "xsi": _XSI}  # lxml-stubs knows no default namespace
_LOCATION = f"{{{_XSI}}}schemaLocation"
_MAIL = re.compile(r"[^\s@]+@([^\s@.]+\.)+[^\s@.]+")
_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+")
_SET = "class-"
_RUN = ":run-"
Element = etree._Element
Verb = Callable[[Workspace, Mapping[str, str], Element], None]


def answer(workspace: Workspace, given: MultiDict[str, str]) -> bytes:
    """The document that answers a request; faults of the request are told in it."""
    root = etree.Element(f"{{{_OAI}}}OAI-PMH", nsmap=_NAMESPACES)
    root.set(_LOCATION, f"{_OAI} {_OAI}OAI-PMH.xsd")
    _add(root, "responseDate", _second(datetime.now(UTC)))
    request = _add(root, "request", _base(workspace.settings))
    try:
        asked = read(given)
        for name, value in asked.items():
            request.set(name, legal(value))
        check_format(asked)
        body = etree.Element(f"{{{_OAI}}}{asked['verb']}", nsmap=_NAMESPACES)
        _VERBS[asked["verb"]](workspace, asked, body)
        root.append(body)
    except ProtocolError as error:
        _add(root, "error", str(error)).set("code", error.code)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _identify(workspace: Workspace, asked: Mapping[str, str], body: Element) -> None:
    settings = workspace.settings
    first = workspace.first_publication() or datetime.now(UTC)
    host = _host(settings)
    mail = settings.contact.removeprefix("mailto:")
    _add(body, "repositoryName", one_line(settings.institution))
    _add(body, "baseURL", _base(settings))
    _add(body, "protocolVersion", "2.0")
    _add(body, "adminEmail", mail if _MAIL.fullmatch(mail) else f"webmaster@{host if '.' in host else 'host.invalid'}")
    _add(body, "earliestDatestamp", _second(first))
    _add(body, "deletedRecord", "persistent")
    _add(body, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    if _DOMAIN.fullmatch(host):
        described = etree.SubElement(
            _add(body, "description"), f"{{{_IDENTIFIER}}}oai-identifier", nsmap=_IDENTIFIER_ONLY
        )
        described.set(_LOCATION, f"{_IDENTIFIER} {_OAI}oai-identifier.xsd")
        sample = f"{_prefix(settings)}0123456789abcdefghjk"
        facts = {"scheme": "oai", "repositoryIdentifier": host, "delimiter": ":", "sampleIdentifier": sample}
        for name, value in facts.items():
            etree.SubElement(described, f"{{{_IDENTIFIER}}}{name}").text = value


def _formats(workspace: Workspace, asked: Mapping[str, str], body: Element) -> None:
    if "identifier" in asked:
        _image(workspace, asked["identifier"])
    found = _add(body, "metadataFormat")
    _add(found, "metadataPrefix", PREFIX)
    _add(found, "schema", f"{_OAI}oai_dc.xsd")
    _add(found, "metadataNamespace", OAI_DC)


def _sets(workspace: Workspace, asked: Mapping[str, str], body: Element) -> None:
    if "resumptionToken" in asked:
        raise ProtocolError("badResumptionToken", "the list of sets has one part only")
    runs = workspace.published_runs()
    for one in workspace.published_classes():
        found = _add(body, "set")
        _add(found, "setSpec", f"{_SET}{one.id}")
        _add(found, "setName", one_line(one.name) or one.id)
        _describe_class(one, found)
        for run in (each for each in runs if each.class_id == one.id):
            of_run = _add(body, "set")
            _add(of_run, "setSpec", _set_of(one.id, run.run))
            _add(of_run, "setName", f"{one_line(one.name) or one.id}, {run.began:%Y-%m-%d}")
    if not len(body):
        raise ProtocolError("noSetHierarchy", "there is a set for each published class, and none is published yet")


def _describe_class(one: VisualClass, place: Element) -> None:
    """What the class is called in each language, and the concept that it means."""
    if not (names := list(spoken(one.labels))) and not one.concept_uri:
        return
    described = etree.SubElement(_add(place, "setDescription"), f"{{{OAI_DC}}}dc", nsmap=NAMESPACES)
    described.set(_LOCATION, f"{OAI_DC} {_OAI}oai_dc.xsd")
    for language, name in names:
        etree.SubElement(described, f"{{{DC}}}title", in_language(language)).text = name
    if one.concept_uri:
        etree.SubElement(described, f"{{{DC}}}identifier").text = legal(one.concept_uri)


def _get(workspace: Workspace, asked: Mapping[str, str], body: Element) -> None:
    _record(workspace.settings, _image(workspace, asked["identifier"]), body)


def _list(workspace: Workspace, asked: Mapping[str, str], body: Element) -> None:
    part = listing(asked)
    write = _record if part.verb == "ListRecords" else _header
    class_id, _, run = part.set_.removeprefix(_SET).partition(_RUN)
    if part.set_ and not part.set_.startswith(_SET):
        raise ProtocolError("noRecordsMatch", "there is no such set")
    found = workspace.image_page(
        PAGE,
        class_id=class_id if part.set_ else None,
        run=run or None,
        since=part.first_moment,
        before=part.end,
        after=part.after,
    )
    if not found.images:  # with a token: all that were left have changed after `until`
        raise ProtocolError("noRecordsMatch", "nothing that was published answers to this")
    for one in found.images:
        write(workspace.settings, one, body)
    _resume(part, found.after, len(found.images), body)


def _resume(part: Listing, after: tuple[datetime, str] | None, given: int, body: Element) -> None:
    """Where the list goes on; behind its last part an empty token."""
    if after is not None:
        text = token(replace(part, after=after, cursor=part.cursor + given))
        _add(body, "resumptionToken", text).set("cursor", str(part.cursor))
    elif part.after is not None:
        _add(body, "resumptionToken").set("cursor", str(part.cursor))


def _header(settings: Settings, one: PublishedImage, body: Element) -> None:
    header = _add(body, "header")
    if not one.statements:
        header.set("status", "deleted")
    _add(header, "identifier", f"{_prefix(settings)}{one.item.id}")
    _add(header, "datestamp", _second(one.modified))
    for class_id in one.classes:
        _add(header, "setSpec", f"{_SET}{class_id}")
        for run in (run for of, run in one.runs if of == class_id):
            _add(header, "setSpec", _set_of(class_id, run))


def _set_of(class_id: str, run: str) -> str:
    """The set of a run within that of its class (OAI-PMH 2.6: a colon leads down the hierarchy)."""
    return f"{_SET}{class_id}{_RUN}{run}"


def _record(settings: Settings, one: PublishedImage, body: Element) -> None:
    record = _add(body, "record")
    _header(settings, one, record)
    if one.statements:
        said = ((statement.label, statement.concept_uri) for statement in one.statements)
        times = ((statement.label, statement.time) for statement in one.statements)
        described = describe_image(one.record, one.item, said, times)
        _add(record, "metadata").append(described)
        described.set(_LOCATION, f"{OAI_DC} {_OAI}oai_dc.xsd")


def _image(workspace: Workspace, identifier: str) -> PublishedImage:
    prefix = _prefix(workspace.settings)
    try:
        if not identifier.startswith(prefix):
            raise NotFoundError(f"identifiers begin with {prefix}")
        return workspace.published_image(identifier.removeprefix(prefix))
    except NotFoundError as error:
        raise ProtocolError("idDoesNotExist", str(error)) from error


_VERBS: Mapping[str, Verb] = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "GetRecord": _get,
    "ListIdentifiers": _list,
    "ListRecords": _list,
}


def _add(parent: Element, name: str, text: str = "") -> Element:
    child = etree.SubElement(parent, f"{{{_OAI}}}{name}")
    if text:
        child.text = legal(text)
    return child


def _second(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _base(settings: Settings) -> str:
    return f"{settings.public_url.rstrip('/')}/oai"


def _host(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or "localhost"


def _prefix(settings: Settings) -> str:
    return f"oai:{_host(settings)}:"
