"""Checks of what we write against the official schemas, offline: IIIF Presentation 3 and W3C's MUST assertions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, Draft7Validator, FormatChecker, ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

FORMATS = FormatChecker(formats=())


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>\"{}|\\^`]+", value))


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


class Schemas:
    """The official schemas in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def iiif_errors(self, document: Mapping[str, Any]) -> list[str]:
        """What is wrong with a manifest, collection, annotation page or annotation under Presentation 3."""
        return [_line(error) for error in self._presentation.iter_errors(document)]

    def w3c_errors(self, document: Mapping[str, Any]) -> list[str]:
        """Which of the 54 MUST assertions of the Web Annotation model an annotation misses.

        Of a page every item is checked, under the page's context as JSON-LD has it.
        """
        if document.get("type") == "AnnotationPage":
            context = {"@context": document.get("@context")}
            return [error for item in document["items"] for error in self.w3c_errors({**context, **item})]
        return [
            f"{name}: {_line(error)}"
            for name, validator in self._musts.items()
            for error in validator.iter_errors(document)
        ]

    @cached_property
    def _presentation(self) -> Draft7Validator:
        return Draft7Validator(_read(self._folder / "iiif_3_0.json"), format_checker=FORMATS)

    @cached_property
    def _musts(self) -> dict[str, Draft4Validator]:
        folder = self._folder / "w3c-annotation"
        resources = ((path.name, _resource(path)) for path in (folder / "definitions").glob("*.json"))
        registry: Registry[Any] = Registry().with_resources(resources)
        names = _read(folder / "annotations" / "annotationMusts.test")["assertions"]
        return {
            Path(name).stem: Draft4Validator(_read(folder / name), registry=registry, format_checker=FORMATS)
            for name in names
        }


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _resource(path: Path) -> Resource[Any]:
    return DRAFT4.create_resource(_read(path))


def _line(error: ValidationError) -> str:
    place = "/".join(str(part) for part in error.absolute_path)
    return f"{place or 'document'}: {'; '.join(_causes(error))}"[:500]


def _causes(error: ValidationError) -> Iterator[str]:
    """The innermost complaints: of a `oneOf` the message alone says nothing."""
    if not error.context:
        yield error.message[:160]
    for cause in sorted(error.context or (), key=lambda inner: -len(inner.absolute_path))[:2]:
        yield from _causes(cause)
