from __future__ import annotations

import pytest

from snoop_flow import Workspace
from snoop_flow.concepts import concept_address
from snoop_flow.errors import UsageError


@pytest.mark.parametrize(
    ("copied", "meant"),
    [
        ("", ""),
        (" https://www.wikidata.org/wiki/Q183951 ", "http://www.wikidata.org/entity/Q183951"),
        ("https://m.wikidata.org/wiki/Q183951?uselang=fr", "http://www.wikidata.org/entity/Q183951"),
        ("http://www.wikidata.org/entity/Q183951", "http://www.wikidata.org/entity/Q183951"),
        ("https://vocab.getty.edu/page/aat/300028094", "http://vocab.getty.edu/aat/300028094"),
        (
            "http://www.getty.edu/vow/AATFullDisplay?find=map&subjectid=300028094",
            "http://vocab.getty.edu/aat/300028094",
        ),
        ("https://vocab.getty.edu/ulan/500115393.html", "http://vocab.getty.edu/ulan/500115393"),
        ("https://iconclass.org/fr/46C51", "https://iconclass.org/46C51"),
        ("https://iconclass.org/25F23(LION)", "https://iconclass.org/25F23(LION)"),
        ("https://data.bnf.fr/fr/11907966/victor_hugo/", "https://data.bnf.fr/ark:/12148/cb11907966z"),
        ("https://data.bnf.fr/ark:/12148/cb11907966z#about", "https://data.bnf.fr/ark:/12148/cb11907966z"),
        ("https://catalogue.bnf.fr/ark:/12148/cb11932084t/", "https://catalogue.bnf.fr/ark:/12148/cb11932084t"),
        ("https://example.org/concept?id=1&x=é", "https://example.org/concept?id=1&x=é"),
    ],
)
def test_the_address_of_a_page_becomes_that_of_the_concept(copied: str, meant: str) -> None:
    assert concept_address(copied) == meant
    assert concept_address(meant) == meant


@pytest.mark.parametrize(
    "wrong", ["Q183951", "javascript:alert(1)", "https://e.org/a b", "ftp://e.org/x", 'https://e.org/"']
)
def test_what_is_no_address_is_refused(archive: Workspace, wrong: str) -> None:
    with pytest.raises(UsageError, match="give one that begins with https://"):
        archive.create_class("Maps", concept_uri=wrong)
    made = archive.create_class("Maps")
    with pytest.raises(UsageError, match="concept address"):
        archive.update_class(made.id, concept_uri=wrong)
