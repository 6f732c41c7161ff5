"""How catalogues cite a view of a document, and texts as XML may hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from snoop_flow.entities import Item, Record
from snoop_iiif import LanguageMap

_ARK = re.compile(r"ark:/?\d{5,}/[^/?#\s]+")
_VIEW = re.compile(r"/(f\d+)(?=[/?#.]|$)")
_CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """Text without the characters that XML 1.0 forbids even as references (https://www.w3.org/TR/xml/#charsets).

    Scripts that run from right to left keep all their characters, marks of direction included.
    """
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """Legal text whose runs of white space, line ends among them, are single spaces."""
    return " ".join(legal(text).split())


def spoken(labels: LanguageMap) -> Iterator[tuple[str, str]]:
    """Each text with its language, "" where that is not known."""
    for language, texts in labels.items():
        for text in texts:
            if line := one_line(text):
                yield ("" if language in ("none", "@none") else language), line


def ark(record: Record, item: Item) -> str:
    """The ark of the document, "" where neither its manifest nor its canvases are named by one."""
    found = _ARK.search(record.uri) or _ARK.search(item.uri)
    return found[0] if found else ""


def view(item: Item) -> str:
    """The view within the document as its institution counts them: `f12`, by the canvas's address or its place."""
    found = _VIEW.findall(item.uri)
    return str(found[-1]) if found else f"f{item.position + 1}"


def clock(seconds: float) -> str:
    """A moment of a film as people and catalogues write it: `0:01:05`, with decimals where it has them."""
    whole, rest = divmod(round(seconds * 1000), 1000)
    decimals = f".{rest:03}".rstrip("0") if rest else ""
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}{decimals}"


def stretch(time: tuple[float, float]) -> str:
    """A stretch of a film: `0:01:05-0:01:12`."""
    return "-".join(map(clock, time))


def view_name(record: Record, item: Item) -> str:
    """The view's name for a catalogue: ark and view, or the address of the canvas."""
    name = ark(record, item)
    return f"{name}/{view(item)}" if name else item.uri
