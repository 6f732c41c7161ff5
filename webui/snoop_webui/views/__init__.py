"""The pages and addresses of the web UI, one module for each screen."""

from __future__ import annotations

from snoop_webui.views import (
    auditing,
    class_pages,
    curation,
    documents,
    enrichment,
    health,
    iiif,
    jobs,
    preferences,
    published,
    publishing,
    review,
    sources,
)

BLUEPRINTS = (
    curation.pages,
    class_pages.pages,
    auditing.pages,
    enrichment.pages,
    jobs.pages,
    review.pages,
    publishing.pages,
    documents.pages,
    sources.pages,
    preferences.pages,
    iiif.pages,
    published.pages,
    health.pages,
)
