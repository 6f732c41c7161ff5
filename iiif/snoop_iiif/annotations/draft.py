"""What an annotation says, before it is written in any notation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from snoop_iiif.errors import IIIFError
from snoop_iiif.model import Box, LanguageMap


@dataclass(frozen=True, slots=True)
class Software:
    """A program, as the maker of an annotation or of its notation.

    Attributes:
        version: of the program or of the class's model; it changes with every fit.
        homepage: http(s) page about it.
        id: its own http(s) URI, where it has one.
    """

    name: str
    version: str | None = None
    homepage: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's judgement on an annotation of the machine.

    Attributes:
        decided: ISO 8601 date and time with a time zone.
        person: name to publish; None keeps the person unnamed.
    """

    decision: Literal["accepted", "rejected"]
    decided: str
    person: str | None = None
    person_id: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class AnnotationDraft:
    """A visual class found on a canvas, or on a part or stretch of it.

    Attributes:
        id: http(s) URI of the annotation, see `annotation_id`.
        label: name of the class; one body per language.
        concept_uri: of the class in a vocabulary, or on this installation; None leaves only the names.
        canvas_uri: verbatim as harvested.
        manifest_uri: of the manifest that holds the canvas.
        creator: the model that found it. generator: the program that wrote the annotation.
        created: ISO 8601 date and time with a time zone.
        box: left, top, width, height in canvas units; None for the whole surface.
        time: start and end in seconds; None for the whole duration.
        score: confidence, 0 to 1.
        calibrated: the score is a probability.
        rights: URI of the licence of the annotation itself.
        run_uri: of the run that made it.
        verdict: written as an annotation of its own, by `build_assessment`.

    Raises:
        IIIFError: a box without extent or before the canvas, a time that ends before it starts, a score
            outside 0 to 1, no name in any language.
    """

    id: str
    label: LanguageMap
    concept_uri: str | None
    canvas_uri: str
    manifest_uri: str
    creator: Software
    created: str
    box: Box | None = None
    time: tuple[float, float] | None = None
    score: float | None = None
    calibrated: bool = False
    generator: Software | None = None
    modified: str | None = None
    rights: str | None = None
    run_uri: str | None = None
    verdict: Verdict | None = None

    def __post_init__(self) -> None:
        if not any(self.label.values()):
            raise IIIFError(f"the annotation {self.id} has no label in any language")
        if self.box is not None and (min(self.box[:2]) < 0 or min(self.box[2:]) < 1):
            raise IIIFError(f"the annotation {self.id} has the impossible box {self.box}")
        if self.time is not None and not 0 <= self.time[0] < self.time[1]:
            raise IIIFError(f"the annotation {self.id} has the impossible time {self.time}")
        if self.score is not None and not 0 <= self.score <= 1:
            raise IIIFError(f"the annotation {self.id} has the score {self.score}, not from 0 to 1")


def annotation_id(base: str, class_id: str, version: int | str, item_key: str) -> str:
    """The URI of the annotation of one class version on one item: the same whenever it is asked for.

    So publishing again updates instead of doubling, on whichever machine it runs.

    Args:
        base: URI below which annotations are served.
        item_key: what names the canvas, segment or region for ever.
    """
    digest = hashlib.sha256("\x1f".join((class_id, str(version), item_key)).encode()).hexdigest()[:32]
    return f"{_folder(base, class_id, version)}/{digest}"


@lru_cache(maxsize=1024)
def _folder(base: str, class_id: str, version: int | str) -> str:
    return f"{base.rstrip('/')}/{quote(class_id, safe='')}/{quote(str(version), safe='')}"
