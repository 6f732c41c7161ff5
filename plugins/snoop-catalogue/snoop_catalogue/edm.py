"""Exporter `edm`: the Europeana Data Model as RDF/XML, a file for each image.

The classes found are `dc:subject` of the object; `edm:wasGeneratedBy` tells software from persons and
`edm:confidenceLevel` how sure it is. An image is the unit, as
part (`dcterms:isPartOf`) of its document: a subject of one leaf is not one of the whole volume. Of a film,
`dc:description` tells the stretches in words, as the model has no place for them, and `dcterms:extent` how long it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from snoop_catalogue import statements
from snoop_catalogue.grouping import by_page
from snoop_catalogue.xml_files import XML_LANG, Element, add, write_files
from snoop_flow.metadata import citing
from snoop_flow.metadata.dublin_core import described
from snoop_flow.plugin_types import ExportContext, ExporterSpec, ExportReport, ExportRow

_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "edm": "http://www.europeana.eu/schemas/edm/",
    "ore": "http://www.openarchives.org/ore/terms/",
    "svcs": "http://rdfs.org/sioc/services#",
    "doap": "http://usefulinc.com/ns/doap#",
}
_COPYRIGHT_UNKNOWN = "http://rightsstatements.org/vocab/CNE/1.0/"
_IMAGE_API = "http://iiif.io/api/image"


def export(rows: Iterable[ExportRow], path: Path, context: ExportContext) -> ExportReport:
    """Write the files below the folder `path`."""
    return write_files(path, by_page(rows, context), lambda group: describe(group, context))


def describe(group: list[ExportRow], context: ExportContext) -> Element:
    """One image: the object, its digital picture with its service, and the aggregation of both."""
    first = group[0]
    root = etree.Element(_name("rdf:RDF"), nsmap=_NAMESPACES)
    about = first.item.uri
    _object(root, about, group)
    picture, service = statements.image(first, context)
    if film := statements.film(first, context):
        picture, service = film, ""
    if picture:
        found = add(root, _name("edm:WebResource"), "", {_name("rdf:about"): picture})
        if service:
            _reference(found, "dcterms:isReferencedBy", first.record.uri)
            _reference(found, "svcs:has_service", service)
    _aggregation(root, about, first, picture, context)
    if picture and service:
        found = add(root, _name("svcs:Service"), "", {_name("rdf:about"): service})
        _reference(found, "dcterms:conformsTo", _IMAGE_API)
    return root


def _object(root: Element, about: str, group: list[ExportRow]) -> None:
    first = group[0]
    found = add(root, _name("edm:ProvidedCHO"), "", {_name("rdf:about"): about})
    add(found, _name("dc:identifier"), statements.identifier(first))
    for row in group:
        made = {
            _name("edm:wasGeneratedBy"): "SoftwareAgent",
            _name("edm:confidenceLevel"): statements.confidence(row),
        }
        for language, text in citing.spoken(row.annotation.label):
            add(found, _name("dc:subject"), text, {**({XML_LANG: language} if language else {}), **made})
        if row.annotation.concept_uri:
            add(found, _name("dc:subject"), "", {_name("rdf:resource"): row.annotation.concept_uri, **made})
    for text in described((row.annotation.label, row.annotation.time) for row in group):
        add(found, _name("dc:description"), text)
    for language, text in list(citing.spoken(first.record.label)) or [("", first.record.uri)]:
        add(found, _name("dc:title"), text, {XML_LANG: language} if language else None)
    if seconds := statements.length(first):
        add(found, _name("dcterms:extent"), citing.clock(seconds))
    _reference(found, "dcterms:isPartOf", first.record.uri)
    add(found, _name("edm:type"), "VIDEO" if first.annotation.time else "IMAGE")


def _aggregation(root: Element, about: str, row: ExportRow, picture: str, context: ExportContext) -> None:
    found = add(root, _name("ore:Aggregation"), "", {_name("rdf:about"): f"{about}#aggregation"})
    _reference(found, "edm:aggregatedCHO", about)
    add(found, _name("edm:dataProvider"), context.institution)
    _reference(found, "edm:isShownAt", row.record.homepage or statements.view_page(row))
    if picture:
        _reference(found, "edm:isShownBy", picture)
    add(found, _name("edm:provider"), context.institution)
    _reference(found, "edm:rights", row.record.rights or _COPYRIGHT_UNKNOWN)


def _reference(parent: Element, name: str, uri: str) -> None:
    add(parent, _name(name), "", {_name("rdf:resource"): uri})


def _name(prefixed: str) -> str:
    prefix, _, local = prefixed.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


EDM = ExporterSpec("edm", "Europeana Data Model, a file for each image", True, export)
