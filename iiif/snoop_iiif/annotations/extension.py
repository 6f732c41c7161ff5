"""The JSON-LD context for what neither IIIF nor Web Annotation has a word for: confidence and provenance.

Confidence is a quality measurement (https://www.w3.org/TR/vocab-dqv/), the run a PROV activity
(https://www.w3.org/TR/prov-o/). The context has to be hosted, since IIIF refuses contexts written inline.
"""

from __future__ import annotations

from typing import Any

EXTENSION_CONTEXT = "http://localhost:8710/ns/snoop-flow.json"
"""Where an installation with the default public address serves `context_document`."""


def context_document() -> dict[str, Any]:
    """The document to serve at the URL that annotations name as their extension context."""
    return {
        "@context": {
            "@version": 1.1,
            "dqv": "http://www.w3.org/ns/dqv#",
            "prov": "http://www.w3.org/ns/prov#",
            "schema": "https://schema.org/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            # W3C's own context has forgotten this motivation, and a word without address is dropped in silence
            "assessing": "http://www.w3.org/ns/oa#assessing",
            # for readers of the w3c profile, which does not list the context of IIIF
            "Canvas": "http://iiif.io/api/presentation/3#Canvas",
            "Manifest": "http://iiif.io/api/presentation/3#Manifest",
            "dqv:hasQualityMeasurement": {"@type": "@id"},
            "dqv:isMeasurementOf": {"@type": "@id"},
            "dqv:value": {"@type": "xsd:double"},
            "prov:wasGeneratedBy": {"@type": "@id"},
        }
    }


def confidence(score: float, extension_context: str, calibrated: bool = False) -> dict[str, Any]:
    """A confidence from 0 to 1 as a quality measurement; the metric is named within the extension context.

    Args:
        calibrated: it is a probability, told by people's blind answers; else 0.5 is only a boundary.
    """
    return {
        "type": "dqv:QualityMeasurement",
        "dqv:isMeasurementOf": f"{extension_context}#{'probability' if calibrated else 'confidence'}",
        "dqv:value": round(score, 6),
    }


def provenance(run_uri: str) -> dict[str, Any]:
    """The run that made an annotation."""
    return {"id": run_uri, "type": "prov:Activity"}
