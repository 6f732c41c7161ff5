"""Licences by their SPDX identifiers (https://spdx.org/licenses/), of which people copy the address of a page, too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from snoop_flow.errors import UsageError

_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(?:licenses/(by(?:-nc)?(?:-nd|-sa)?)/([1-4]\.[0-9])|publicdomain/(zero)/(1\.0))(?:/.*)?"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]{1,500}")


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as it is shown.

    Attributes:
        id: its SPDX identifier; "" for one that is known by its address only.
    """

    id: str
    title: str
    address: str


def _creative_commons(kind: str, words: str) -> Licence:
    return Licence(f"CC-{kind.upper()}-4.0", f"{words} 4.0", f"https://creativecommons.org/licenses/{kind}/4.0/")


LICENCES = {
    one.id: one
    for one in (
        Licence("CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        _creative_commons("by", "Creative Commons BY"),
        _creative_commons("by-sa", "Creative Commons BY-SA"),
        _creative_commons("by-nc", "Creative Commons BY-NC"),
        _creative_commons("by-nc-sa", "Creative Commons BY-NC-SA"),
        _creative_commons("by-nd", "Creative Commons BY-ND"),
        _creative_commons("by-nc-nd", "Creative Commons BY-NC-ND"),
        Licence("etalab-2.0", "Licence Ouverte 2.0", "https://spdx.org/licenses/etalab-2.0.html"),
        Licence("ODbL-1.0", "Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
        Licence("ODC-By-1.0", "Open Data Commons Attribution 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
        Licence(
            "PDDL-1.0", "Public Domain Dedication and License 1.0", "https://opendatacommons.org/licenses/pddl/1-0/"
        ),
        Licence("Apache-2.0", "Apache License 2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
        Licence("MIT", "MIT License", "https://spdx.org/licenses/MIT.html"),
    )
}
_BY_NAME = {
    name.casefold(): one.id for one in LICENCES.values() for name in (one.id, one.address, one.address.rstrip("/"))
}


def licence_id(text: str) -> str:
    """How a licence is kept: its SPDX identifier where it has one here, else its address; "" for none.

    Raises:
        UsageError: it is neither.
    """
    given = text.strip()
    if known := _BY_NAME.get(re.sub(r"^http:", "https:", given.casefold())):
        return known
    if found := _CREATIVE_COMMONS.fullmatch(given):
        kind, version, _zero, _one = found.groups()
        name = f"CC-{kind.upper()}-{version}" if kind else "CC0-1.0"
        return name if name in LICENCES else given  # older versions are others' words: their address says which
    if given and not _ADDRESS.fullmatch(given):
        raise UsageError(f"licence {given[:60]!r}: give its address, or one of {', '.join(LICENCES)}")
    return given


def licence_of(kept: str) -> Licence | None:
    """A kept licence as it is shown; None where there is none."""
    return LICENCES.get(kept) or (Licence("", kept, kept) if kept else None)
