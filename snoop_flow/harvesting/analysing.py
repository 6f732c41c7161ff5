"""A look at a source before it is harvested: what reads it, what lies there, how its hosts want to be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from snoop_flow.entities import LanguageMap
from snoop_flow.errors import SourceError
from snoop_flow.fetching import Fetcher, profile_of
from snoop_flow.harvesting.planning import absolute, failure_of
from snoop_flow.plugin_types import HarvestSource, ListingFailure, RecordDraft, RecordRef
from snoop_flow.reading import Lent
from snoop_flow.reports import FailedThing
from snoop_flow.store.failures import host_of
from snoop_flow.workspace import Workspace

LISTED = 500
READ = 3


@dataclass(frozen=True, slots=True)
class Manners:
    """How a host is going to be asked.

    Attributes:
        own: an allowed private host, which is not slowed down.
        spacing: seconds between two documents at least; `image_spacing` between two images.
    """

    host: str
    own: bool
    spacing: float
    image_spacing: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """A record that was read to see what they are like."""

    uri: str
    label: LanguageMap
    version: str
    items: int
    media: int
    quirks: tuple[str, ...]
    problems: tuple[str, ...]
    rights: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a source holds, as far as a short look tells.

    Attributes:
        source: the type that reads it.
        listed: records that were listed; `more` if there are further ones.
        records: the first of them, read.
        failed: what could not be listed or read, with reasons.
        hosts: those of the documents and images that were seen.
        hours: about how long the images of so many records take, as politely as their host wants; 0.0 where unknown.
    """

    location: str
    source: str
    title: str
    listed: int
    more: bool
    records: tuple[SeenRecord, ...]
    failed: tuple[FailedThing, ...]
    hosts: tuple[Manners, ...]
    hours: float = 0.0
    versions: dict[str, int] = field(default_factory=dict)


def analyse(
    workspace: Workspace, location: str, *, source: str | None = None, allow_hosts: Sequence[str] = ()
) -> Analysis:
    """Look at a source without keeping anything: list its beginning, read its first records.

    Args:
        source: source type, where it is not recognised.
        allow_hosts: private hosts that may be reached for this look.

    Raises:
        PluginError: nothing reads this location.
        SourceError: nothing can be listed.
    """
    location = absolute(location.strip())
    spec = workspace.host.source_for(location, source)
    fetcher = workspace.fetcher(allow_hosts)
    opened = spec.open(location, Lent(fetcher))
    refs, failed, more = _listed(opened)
    drafts, unread = _read(opened, refs[:READ])
    hosts = _hosts(workspace, fetcher, [location, *(ref.uri for ref in refs[:READ])], drafts)
    return Analysis(
        location=location,
        source=spec.name,
        title=spec.title,
        listed=len(refs),
        more=more,
        records=tuple(_seen(draft) for draft in drafts),
        failed=(*failed, *unread),
        hosts=hosts,
        hours=_hours(len(refs), drafts, hosts),
        versions=dict(Counter(draft.version for draft in drafts)),
    )


def _listed(opened: HarvestSource) -> tuple[list[RecordRef], list[FailedThing], bool]:
    found = list(islice(opened.list(), LISTED + 1))
    refs = [one for one in found if isinstance(one, RecordRef)]
    failed = [FailedThing(one.uri, one.kind, one.reason) for one in found if isinstance(one, ListingFailure)]
    return refs[:LISTED], failed, len(found) > LISTED


def _read(opened: HarvestSource, refs: Sequence[RecordRef]) -> tuple[list[RecordDraft], list[FailedThing]]:
    drafts, failed = [], []
    for ref in refs:
        try:
            drafts.append(opened.read(ref))
        except SourceError as error:
            failed.append(FailedThing(**failure_of(ref.uri, error)))
    return drafts, failed


def _seen(draft: RecordDraft) -> SeenRecord:
    counts = len(draft.items), len(draft.media)
    return SeenRecord(draft.key, draft.label, draft.version, *counts, draft.quirks, draft.problems, draft.rights)


def _hosts(
    workspace: Workspace, fetcher: Fetcher, places: Sequence[str], drafts: Sequence[RecordDraft]
) -> tuple[Manners, ...]:
    images = [str(item.image.get("url") or "") for draft in drafts for item in draft.items[:1]]
    services = [item.image.get("service") for draft in drafts for item in draft.items[:1]]
    images += [str(one.get("id") or "") for one in services if isinstance(one, dict)]
    found = dict.fromkeys(host for place in (*places, *images) if (host := host_of(place)))
    return tuple(_manners(workspace, fetcher, host) for host in found)


def _manners(workspace: Workspace, fetcher: Fetcher, host: str) -> Manners:
    parts = urlsplit(f"//{host}")
    if fetcher.policy.allows(parts.hostname or "", parts.port or 443) or fetcher.policy.allows(
        parts.hostname or "", 80
    ):
        return Manners(host, True, 0.0, 0.0)
    profile = profile_of(host, workspace.host_profiles())
    image = profile.spacing if profile.image_spacing is None else profile.image_spacing
    return Manners(host, False, profile.spacing, image, profile.note)


def _hours(listed: int, drafts: Sequence[RecordDraft], hosts: Sequence[Manners]) -> float:
    if not drafts:
        return 0.0
    items = sum(len(draft.items) for draft in drafts) / len(drafts) * listed
    return round(items * max((one.image_spacing for one in hosts), default=0.0) / 3600, 2)
