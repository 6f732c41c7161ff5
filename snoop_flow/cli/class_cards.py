"""`class card`: what others have to know before they use a class, shown and written."""

from __future__ import annotations

import textwrap
from typing import Any

import click

from snoop_flow.cli.classes import class_, frugality_line
from snoop_flow.cli.figures import share
from snoop_flow.cli.options import counted, in_workspace
from snoop_flow.facade import Workspace
from snoop_flow.licences import LICENCES
from snoop_flow.reports import ClassCard

_WIDTH = 100
_HEAD = 16


@class_.command()
@click.argument("name")
@click.option("--licence", metavar="ID-or-URL", help=f"One of {', '.join(LICENCES)}, or an address; '' for none.")
@click.option("--intended-use", metavar="TEXT", help="What the class is made for, and by whom it is to be used.")
@click.option("--limits", metavar="TEXT", help="Where it is known to fail, and what it was not tried on.")
@in_workspace
def card(workspace: Workspace, name: str, **said: str | None) -> Any:
    """Show the card of the class NAME, after writing what is given of it.

    The card tells who made the class, on which corpora and vectors, what blind answers say of it, what it cost, and
    how to cite it. Licence, intended use and limits are yours to write; all else is read from the catalogue.

    \b
    Examples:  snoop-flow class card Balloons
               snoop-flow class card Balloons --licence CC-BY-4.0 --limits "Engravings; not tried on photographs."
    """
    if changes := {field: text for field, text in said.items() if text is not None}:
        workspace.update_class(name, **changes)
    found = workspace.class_card(name)
    return {"class": found.name, **_values(found)}, card_text(found)


def _values(found: ClassCard) -> dict[str, Any]:
    return {field: getattr(found, field) for field in ClassCard.__slots__}


def card_text(found: ClassCard) -> str:
    """A card as people read it: a name, then what is known of it."""
    licence = found.licence
    lines = [found.name]
    for head, text in (
        ("definition", found.definition),
        ("concept", found.concept_uri),
        ("licence", " ".join(dict.fromkeys((licence.title, licence.address))) if licence else "none chosen"),
        ("intended use", found.intended_use or "nothing said"),
        ("known limits", found.limits or "nothing said"),
        ("made by", f"{found.owner}, {found.institution}"),
        ("marked by", ", ".join(found.annotators)),
        *(("comes from", _origin(one)) for one in found.origins),
        ("learned on", "; ".join(_corpus(one) for one in found.corpora) or "nothing yet"),
        ("marks", f"+{found.positives} −{found.negatives} ?{found.unsure}"),
        ("version", _version(found)),
        ("audited", _audited(found)),
        (
            "backbone",
            f"{found.backbone.name} ({found.backbone.title}), licence of its weights: {found.backbone.licence}",
        ),
        ("cost", frugality_line(found.cost)),
        ("published", counted(found.annotations, "annotation")),
        ("seen by", str(found.visibility)),
        ("cite as", found.citation),
    ):
        if text:
            lines += _paragraph(head, text)
    return "\n".join(lines)


def _paragraph(head: str, text: str) -> list[str]:
    """A head and its text beside it; lines that somebody wrote stay lines."""
    rows = [
        row
        for line in text.splitlines()
        for row in textwrap.wrap(line, _WIDTH - _HEAD, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    return [f"  {head if not place else '':{_HEAD - 2}}{row}".rstrip() for place, row in enumerate(rows)]


def _origin(one: Any) -> str:
    by = ", ".join(filter(None, (one.get("owner"), one.get("institution"))))
    named = f"{one['name']}, version {one['version']}" + (f", by {by}" if by else "")
    return " ".join(filter(None, (named, f"({one['licence']})" if one.get("licence") else "", one.get("address"))))


def _corpus(one: Any) -> str:
    return f"{one.title}: +{one.positives} −{one.negatives} ?{one.unsure}"


def _version(found: ClassCard) -> str:
    if found.fitted_at is None:
        return "not fitted yet"
    return f"{found.version}, fitted on {found.fitted_at:%Y-%m-%d} ({counted(found.versions, 'version')} in all)"


def _audited(found: ClassCard) -> str:
    if found.audit is None:
        missing = counted(found.answers_needed, "blind answer")
        return f"not yet: {missing} needed (snoop-flow class audit {found.name!r} --next 20)"
    told = found.audit
    return (
        f"precision {share(told.precision)}, recall {share(told.recall)} at the threshold {told.threshold:.2f}, "
        f"by {counted(told.answers, 'blind answer')}"
    )


COMMANDS: tuple[click.Command, ...] = ()  # it belongs to the group `class`
