"""The pages and addresses of the web UI, one module for each screen."""

from __future__ import annotations

from snoop_webui.views import (
    administration,
    auditing,
    class_pages,
    curation,
    discovering,
    documents,
    enrichment,
    health,
    home,
    iiif,
    jobs,
    login,
    preferences,
    published,
    publishing,
    review,
    sources,
)

BLUEPRINTS = (
    login.pages,
    home.pages,
    curation.pages,
    class_pages.pages,
    auditing.pages,
    enrichment.pages,
    jobs.pages,
    review.pages,
    publishing.pages,
    documents.pages,
    sources.pages,
    discovering.pages,
    preferences.pages,
    administration.pages,
    iiif.pages,
    published.pages,
    health.pages,
)
