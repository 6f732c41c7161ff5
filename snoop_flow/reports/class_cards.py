"""The card of a class: what others have to know before they use it, as a model card does for a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from snoop_flow.entities import LanguageMap, Visibility
from snoop_flow.licences import Licence
from snoop_flow.reports.audits import Figure
from snoop_flow.reports.classes import ClassCost


@dataclass(frozen=True, slots=True)
class CardCorpus:
    """A collection that a class was taught on, with the marks on its items."""

    slug: str
    title: str
    positives: int
    negatives: int
    unsure: int


@dataclass(frozen=True, slots=True)
class CardBackbone:
    """The encoder whose vectors a class is taught on; title and licence as its plugin tells them.

    Attributes:
        licence: of its weights; `unknown` where its plugin is not here, or does not know.
    """

    name: str
    title: str
    licence: str
    dimension: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CardAudit:
    """What blind answers tell of a version; nothing here is estimated from the marks.

    Attributes:
        precision: share of what is proposed at the threshold that belongs; `recall` is the share of members proposed.
    """

    version: int
    threshold: float
    answers: int
    precision: Figure | None
    recall: Figure | None


@dataclass(frozen=True, slots=True)
class ClassCard:
    """A class as others are to know it.

    Attributes:
        licence: None where nobody chose one: then nothing is allowed but what the law allows anyhow.
        owner: who made it; `annotators` are all who marked, by name.
        origins: whose class it was before, the nearest first: `id`, `name`, `version`, `owner`, `institution`,
            `address`, `licence`.
        corpora: that its marks are in, most marks first.
        version: the newest, 0 before the first; `versions` is how many there are.
        audit: None until there are enough blind answers; `answers_needed` says how many are missing.
        annotations: that were published from it.
        address: of its page in this installation.
        citation: how to name it in a publication.
    """

    id: str
    name: str
    labels: LanguageMap
    definition: str
    concept_uri: str
    visibility: Visibility
    licence: Licence | None
    intended_use: str
    limits: str
    owner: str
    annotators: tuple[str, ...]
    institution: str
    created_at: datetime
    origins: tuple[Mapping[str, Any], ...]
    corpora: tuple[CardCorpus, ...]
    positives: int
    negatives: int
    unsure: int
    regions: bool
    version: int
    versions: int
    fitted_at: datetime | None
    audit: CardAudit | None
    answers_needed: int
    backbone: CardBackbone
    cost: ClassCost
    annotations: int
    address: str
    citation: str
