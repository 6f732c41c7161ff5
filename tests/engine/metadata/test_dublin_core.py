"""Dublin Core of an image: what is left out, what is said once."""

from __future__ import annotations

from dataclasses import replace

from snoop_flow.metadata.dublin_core import XML_LANG, describe_image
from snoop_flow.testing import export_rows


def test_an_image_is_described() -> None:
    row = next(iter(export_rows(1, 1)))
    record = replace(
        row.record,
        uri="https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/manifest.json",
        label={"fr_FR": ("Plan\x07  de\nParis",), "pt-BR": ("Mapa",), "none": ("",)},
        rights="https://creativecommons.org/publicdomain/mark/1.0/",
    )
    item = replace(row.item, uri="https://gallica.bnf.fr/iiif/ark:/12148/btv1b8490076p/canvas/f12")
    map_ = ({"en": ("Map <b>",)}, "http://www.wikidata.org/entity/Q4006")
    root = describe_image(record, item, [map_, map_, ({"none": ("Seal",)}, None)])
    said = [(one.tag.rsplit("}", 1)[1], one.text, one.get(XML_LANG)) for one in root]
    assert said == [
        ("title", "Plan de Paris", None),
        ("title", "Mapa", "pt-BR"),
        ("subject", "Map <b>", "en"),
        ("subject", "http://www.wikidata.org/entity/Q4006", None),
        ("subject", "Seal", None),
        ("type", "StillImage", None),
        ("identifier", "ark:/12148/btv1b8490076p/f12", None),
        ("identifier", item.uri, None),
        ("relation", record.uri, None),
        ("rights", record.rights, None),
    ]
