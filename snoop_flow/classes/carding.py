"""The card of a class: who made it, on what, how well it does by blind answers, and what others may do with it.

After the model cards of Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019, arXiv 1810.03993), as far as a
visual class has such things. Three parts are written by people (licence, intended use, limits); all others are facts
of the catalogue, read when the card is asked for, so that they cannot be out of date.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection

from snoop_flow.classes.auditing import audits
from snoop_flow.classes.definitions import class_summary, may_edit
from snoop_flow.classes.estimating import audit_report
from snoop_flow.classes.origins import class_address
from snoop_flow.entities import EmbeddingSet, VisualClass
from snoop_flow.errors import SnoopError, phrase
from snoop_flow.learning import LEAST_ANSWERS
from snoop_flow.licences import licence_of
from snoop_flow.reports import CardAudit, CardBackbone, CardCorpus, ClassCard, ClassSummary
from snoop_flow.store import classes, collections, embeddings, marks, people
from snoop_flow.workspace import Workspace


def class_card(workspace: Workspace, name: str) -> ClassCard:
    """The card of a class.

    Raises:
        NotFoundError: no such class.
    """
    summary = class_summary(workspace, name)
    found = summary.visual_class
    with workspace.catalogue.read() as connection:
        known = embeddings.set_by_id(connection, found.set_id)
        corpora = _corpora(connection, found)
        annotators = _annotators(connection, found)
    audit, needed = _audited(workspace, summary)
    address = class_address(workspace.settings, found.id)
    return ClassCard(
        id=found.id,
        name=found.name,
        labels=found.labels,
        definition=found.definition,
        concept_uri=found.concept_uri,
        visibility=found.visibility,
        licence=licence_of(found.licence),
        intended_use=found.intended_use,
        limits=found.limits,
        owner=summary.owner,
        annotators=annotators,
        institution=summary.institution,
        created_at=found.created_at,
        origins=found.origins,
        corpora=corpora,
        positives=summary.positives,
        negatives=summary.negatives,
        unsure=summary.unsure,
        regions=summary.regions,
        version=found.version,
        versions=summary.versions,
        fitted_at=summary.model.created_at if summary.model else None,
        audit=audit,
        answers_needed=needed,
        backbone=_backbone(workspace, known),
        cost=summary.cost,
        annotations=summary.annotations,
        address=address,
        citation=_citation(summary, address),
    )


def editable(workspace: Workspace, name: str) -> bool:
    """Whether whoever acts here may change what a class is; raises `NotFoundError`."""
    with workspace.catalogue.read() as connection:
        return may_edit(classes.find(connection, name), people.acting_user())


def _corpora(connection: Connection, found: VisualClass) -> tuple[CardCorpus, ...]:
    """The collections that marked items are in, most marks first."""
    present = marks.current(connection, found.id)
    where = collections.of_items(connection, list(present))
    counted = Counter((where[number], value) for number, value in present.items() if number in where)
    corpora = [
        CardCorpus(one.slug, one.title or one.slug, *(counted[one.id, value] for value in (1, -1, 0)))
        for one in collections.by_ids(connection, {collection for collection, _ in counted})
    ]
    return tuple(sorted(corpora, key=lambda one: (-one.positives - one.negatives - one.unsure, one.title)))


def _annotators(connection: Connection, found: VisualClass) -> tuple[str, ...]:
    """Who marked, most marks first."""
    names, times = people.names(connection), marks.times(connection, found.id)
    return tuple(names.get(user, "") for user in sorted(times, key=lambda user: (-len(times[user]), user)))


def _audited(workspace: Workspace, summary: ClassSummary) -> tuple[CardAudit | None, int]:
    """What blind answers tell, or how many of them are missing."""
    name = summary.visual_class.id
    if summary.model is None or not any(one.answered for one in audits(workspace, name)):
        return None, LEAST_ANSWERS  # told without scoring the corpus
    try:
        report = audit_report(workspace, name)
    except SnoopError:  # what it knows nothing by: an empty model, or vectors that are gone
        return None, LEAST_ANSWERS
    if report.figures is None:
        return None, report.needed
    told = report.figures
    return CardAudit(report.version, report.threshold, report.answers, told.precision, told.recall), 0


def _backbone(workspace: Workspace, known: EmbeddingSet) -> CardBackbone:
    try:
        spec = workspace.host.backbone(known.backbone)
        title, licence = spec.title, spec.licence
    except SnoopError:  # its plugin or its files are gone; the class is not
        title, licence = known.backbone, "unknown"
    return CardBackbone(known.backbone, title, licence, known.dimension, known.fingerprint)


def _citation(summary: ClassSummary, address: str) -> str:
    """`Ada (Library). “Balloons”, visual class, version 3, 2026. Creative Commons BY 4.0. https://…`."""
    found, model, licence = summary.visual_class, summary.model, licence_of(summary.visual_class.licence)
    when = (model.created_at if model else found.created_at).year
    made = " ".join(filter(None, (summary.owner, f"({summary.institution})" if summary.institution else "")))
    rest = f"{licence.title}. {address}" if licence and licence.id else address
    if not found.origins:
        return phrase(f"{made}. “{found.name}”, visual class, version {found.version}, {when}. {rest}")
    before, version = found.origins[0]["name"], found.origins[0]["version"]
    return phrase(
        f"{made}. “{found.name}”, visual class, version {found.version}, {when}, "
        f"after “{before}”, version {version}. {rest}"
    )
