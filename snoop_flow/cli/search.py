"""`search`: rank the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from snoop_flow.cli.index_text import found_text
from snoop_flow.cli.options import counted, film_options, in_workspace
from snoop_flow.errors import UsageError
from snoop_flow.facade import Workspace
from snoop_flow.regions.drawing import Box, address
from snoop_flow.reports import Card, SearchReport
from snoop_flow.searching.wording import WAYS


@click.command()
@click.option("--text", help="Words: in titles and metadata, and in pictures where the backbone reads text.")
@click.option("--image", metavar="FILE-or-URL", help="An image file or the address of one.")
@click.option("--item", "items", multiple=True, metavar="ID", help="An item to be like; may be repeated.")
@click.option("--unlike", "negatives", multiple=True, metavar="ID", help="An item to be unlike; may be repeated.")
@click.option("--class", "visual_class", metavar="NAME", help="A class that has a model.")
@click.option("--region", metavar="ID#xywh=X,Y,W,H", help="A box on an item, in canvas pixels.")
@click.option("--unlike-text", "negative_text", metavar="TEXT", help="Words for what it must not be.")
@click.option(
    "--text-in",
    type=click.Choice(WAYS),
    help="Where the text is looked for; by default in both, where the backbone reads text, else in words.",
)
@click.option("--regions", is_flag=True, help="Rank parts of the images (see: snoop-flow segment).")
@click.option(
    "--per-image",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="With --regions: results of one image at most.",
)
@film_options
@click.option("-k", "count", type=click.IntRange(1), default=20, show_default=True, help="Number of results.")
@click.option("--collection", help="Slug of the only collection to search.")
@click.option("--index", metavar="TYPE", help="Index type to use; 'exact' scans everything.")
@in_workspace
def search(workspace: Workspace, image: str | None, region: str | None, items: Sequence[str], **options: Any) -> Any:
    """Rank the corpus by likeness to a text, an image, items, a class or a region; they can be combined.

    \b
    Examples:  snoop-flow search --image balloon.jpg -k 12
               snoop-flow search --item 5m2k… --collection posters
               snoop-flow search --text "carte marine"
               snoop-flow search --regions --region '5m2k…#xywh=100,80,300,300'
    """
    data, url = picture_of(image)
    report = workspace.search(image=data, url=url, items=items, region=region_of(region), **options)
    return _document(report), _text(report)


def picture_of(image: str | None) -> tuple[bytes | None, str | None]:
    """The bytes of an image file, or the address of one; raises `UsageError` where the file cannot be read."""
    if image is None:
        return None, None
    if image.lower().startswith(("http://", "https://")):
        return None, image
    try:
        return Path(image).expanduser().read_bytes(), None
    except OSError as error:
        raise UsageError(f"{image}: cannot be read ({error.strerror}); give an image file or its address") from error


def region_of(region: str | None) -> tuple[str, Box] | None:
    """Item and box of `ID#xywh=X,Y,W,H`; raises `UsageError` where it is written otherwise."""
    if region is None:
        return None
    named = address(region)
    if named.box is None:
        raise UsageError(f"region {region!r}: write it as ID#xywh=X,Y,W,H in whole canvas pixels")
    return named.item, named.box


def _document(report: SearchReport) -> dict[str, Any]:
    names = ("item", "score", "uri", "selector", "label", "thumbnail", "record", "image", "merged")
    results = [{name: getattr(card, name) for name in names} for card in report.cards]
    return {
        "results": results,
        "coverage": report.coverage,
        "milliseconds": report.milliseconds,
        "index": report.index,
        "exact": report.exact,
        "recall": dict(report.recall),
        "backbone": report.backbone,
    }


def named(card: Card) -> str:
    """What a card is of, in one line: label, box where it is a region, record."""
    return f"{card.label} {card.selector}".rstrip() + f" — {card.record_label}"


def _others(card: Card) -> str:
    if not card.merged:
        return ""
    return f" (and {card.merged} more of this film)" if card.why == "words" else f" (and {card.merged} like it)"


def _text(report: SearchReport) -> str:
    lines = [
        f"{'' if card.score is None else f'{card.score:7.3f}'}  {card.item}  {named(card)}{_others(card)}"
        for card in report.cards
    ]
    lines.append(f"{counted(len(report.cards), 'result')} in {report.milliseconds} ms, {_how(report)}")
    return "\n".join(lines)


def _how(report: SearchReport) -> str:
    if report.index == "words":
        return "by words in titles and metadata"
    kind = "exact" if report.exact else "approximate"
    kind += f" ({found_text(report.recall)})" if report.recall else ""
    part = "" if report.coverage == 1 else f"; {report.coverage:.0%} of the items have a vector"
    return f"{kind}, index {report.index}, backbone {report.backbone}{part}"


COMMANDS = (search,)
