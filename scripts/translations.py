"""Bring the catalogues of translations up to date with the source code; what is left to be translated is listed.

    python scripts/translations.py           # rewrites snoop_flow.po of the engine, the rooms and the plugins
    python scripts/translations.py --check   # changes nothing, and fails where something is missing or left over

A room or plugin has a folder `translations` with a `babel.cfg` that says where its texts stand. Messages are sorted by
themselves; translations of texts that are gone are thrown away.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = "snoop_flow"
LANGUAGE = "fr"
BESIDE = {ROOT / "snoop_flow": ROOT / "iiif" / "snoop_iiif"}  # rooms whose texts another one has, being no plugin


def folders() -> list[Path]:
    """Every folder of translations."""
    rooms = ("snoop_flow", "flows", "webui", "plugins")
    return sorted(path.parent for room in rooms for path in (ROOT / room).rglob("babel.cfg"))


def texts(folder: Path) -> dict[str, list[str]]:
    """What is to be translated: message → what its values are."""
    room = folder.parent
    with (folder / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, list[str]] = {}
    for place in filter(None, (room, BESIDE.get(room))):
        for _file, _line, message, comments, _context in extract_from_dir(place, methods, options):
            found.setdefault(str(message), list(comments))
    return found


def translated(file: Path) -> Mapping[str, str]:
    """What a catalogue says."""
    if not file.is_file():
        return {}
    with file.open("rb") as opened:
        return {str(one.id): str(one.string) for one in read_po(opened, locale=LANGUAGE) if one.id}


def write(file: Path, wanted: Mapping[str, list[str]], known: Mapping[str, str]) -> None:
    """Write a catalogue with the translations that are known."""
    header = f"# What {file.parents[3].name} says, in French; made by scripts/translations.py."
    catalog = Catalog(locale=LANGUAGE, domain=DOMAIN, header_comment=header, charset="utf-8", fuzzy=False)
    for message, comments in wanted.items():
        catalog.add(message, known.get(message, ""), auto_comments=comments)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        write_po(opened, catalog, sort_output=True, no_location=True, omit_header=True, width=120)
    text = file.read_text("utf-8")
    file.write_text(f'{header}\nmsgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n{text}', "utf-8")


def faults(file: Path, wanted: Mapping[str, list[str]], known: Mapping[str, str]) -> Iterator[str]:
    """What a catalogue lacks, and what it has in vain."""
    place = file.relative_to(ROOT)
    yield from (f"{place}: not translated: {message}" for message in wanted if not known.get(message))
    yield from (f"{place}: nothing says any more: {message}" for message in known if message not in wanted)


def main() -> None:
    """Check or rewrite every catalogue."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where something is missing")
    check = parser.parse_args().check
    found: list[str] = []
    for folder in folders():
        file = folder / LANGUAGE / "LC_MESSAGES" / f"{DOMAIN}.po"
        wanted, known = texts(folder), translated(file)
        if not check:
            write(file, wanted, known)
            known = translated(file)
        found += faults(file, wanted, known)
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main()
