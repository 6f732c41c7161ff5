"""XML schemas from a folder: those that published schemas import are found there by name, never on the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree


def read_schema(schema: Path | str, folder: Path) -> etree.XMLSchema:
    """A schema to validate what an exporter or a server writes.

    Args:
        schema: its file, or its text.
        folder: holds whatever is imported, at any depth; where a name is there twice, the first by path is taken.

    Raises:
        lxml.etree.XMLSchemaParseError: it is no schema, or something that it imports is not there.
    """
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_ByName(folder))
    if isinstance(schema, Path):
        return etree.XMLSchema(etree.parse(str(schema), parser))
    return etree.XMLSchema(etree.fromstring(schema, parser))


class _ByName(etree.Resolver):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._files = {path.name: path for path in sorted(folder.rglob("*.xsd"), reverse=True)}

    def resolve(self, url: str, _: str, context: Any) -> Any:  # type: ignore[override]  # lxml-stubs has it wrong
        if "://" in url and (found := self._files.get(url.rsplit("/", 1)[-1])):
            return self.resolve_filename(str(found), context)  # type: ignore[attr-defined]  # as well
        return None
