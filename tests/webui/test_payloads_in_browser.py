"""What others wrote (labels, metadata, class names, definitions) is shown as text: 200 payloads run nowhere."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from snoop_flow import Workspace
from snoop_flow.store.schema import item, record

Visit = Callable[..., Page]

RUN = "window.pwned=1"
PASSWORD = "correct horse battery"
FORMS = [
    "<script>{run}</script>",
    "</script><script>{run}</script>",
    "<img src=x onerror={run}>",
    "<svg onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<iframe srcdoc='<script>parent.{run}</script>'>",
    "<body onload={run}>",
    "<details open ontoggle={run}>",
    "<input autofocus onfocus={run}>",
    "<video><source onerror={run}></video>",
    "<a href=javascript:{run}>x</a>",
    "<math><mtext></table></math><img src=x onerror={run}>",
    "<style>@import'javascript:{run}'</style>",
    "<meta http-equiv=refresh content='0;url=javascript:{run}'>",
    "<object data=javascript:{run}>",
    "<template><script>{run}</script></template>",
    "<div hx-get=/ hx-trigger=load hx-on:load={run}>",
    "<div data-hx-on-htmx-load={run}>",
    "{{{{ {run} }}}}",
    "${{{run}}}",
]
QUOTES = ["", '">', "'>", "-->", "]]>", "</title>", "</textarea>", "`", "\\u003c", "%3Cscript%3E"]
PAYLOADS = [quote + form.format(run=RUN) for quote, form in itertools.product(QUOTES, FORMS)]


@pytest.fixture
def poisoned(archive: Workspace, films: list[str]) -> list[str]:
    """Every text of the workspace is one or several of the payloads; the addresses of all screens."""
    texts = itertools.cycle(PAYLOADS)
    with archive.catalogue.write() as connection:
        for row in connection.execute(record.select()).all():
            metadata = [[{"none": [next(texts)]}, {"none": [next(texts)]}] for _ in range(60)]
            values = {
                "label": {"none": [next(texts)], "fr": [next(texts)]},
                "metadata": metadata,
                "attribution": {"none": [next(texts)]},
                "rights": "javascript:" + RUN,
                "homepage": "javascript:" + RUN,
            }
            connection.execute(update(record).where(record.c.id == row.id).values(**values))
        for row in connection.execute(item.select()).all():
            connection.execute(update(item).where(item.c.id == row.id).values(label={"none": [next(texts)]}))
    discs, frames = items_of_kind(archive)
    for number, text in enumerate(PAYLOADS[:40]):
        named = text.replace("\n", " ")[:150] + f" {number}"
        archive.create_class(named, definition=text, concept_uri="https://example.org/", visibility="public")
    made = archive.create_class(
        PAYLOADS[2], labels={"fr": (PAYLOADS[21],), "en": (PAYLOADS[41],)}, positives=discs[:4], visibility="public"
    )
    archive.mark(made.id, dict.fromkeys(frames[:4], -1), op_id="first")
    archive.fit(made.id)
    archive.fit(made.id)
    archive.add_user("eve", PAYLOADS[3][:100])
    archive.mark(made.id, {discs[0]: -1}, op_id="eve", user="eve")
    archive.enrich([made.id])
    best = archive.predictions(made.id)[0]
    archive.review(made.id, accept=[best.item])
    here = f"/classes/{made.id}"
    screens = ["/", f"/?class={made.id}&show=ranking", f"/?item={discs[0]}&class={made.id}", "/classes", here]
    screens += [f"{here}/audit", f"{here}/review?status=all", f"{here}/publish?policy=all", f"{here}/versions"]
    screens += [f"{here}/distribution"]
    screens += [f"{here}/publish/preview/{best.record}?policy=all", f"/items/{best.item}?class={made.id}"]
    screens += films
    screens += ["/home", "/discover", "/admin", "/jobs", "/sources", "/enrichment", "/preferences"]
    screens += [f"/classes/new?item={discs[0]}", f"/?q={PAYLOADS[2]}&without={PAYLOADS[3]}"]
    # what failure pages say again
    asked = [f"/classes/{quote(PAYLOADS[22], safe='')}", f"/?low={quote(PAYLOADS[41])}&class={made.id}&show=ranking"]
    return [*screens, *asked, f"/?region={quote(PAYLOADS[61])}", f"/open?iiif-content={quote(PAYLOADS[81])}"]


def items_of_kind(archive: Workspace) -> tuple[list[str], list[str]]:
    """Items of two records, whatever these are called by now."""
    first, second = archive.records("drawn")[:2]
    return tuple([one.id for one in archive.record_items(which.id)] for which in (first, second))  # type: ignore[return-value]


def test_payloads_run_nowhere_and_violate_no_policy(visit: Visit, archive: Workspace, poisoned: list[str]) -> None:
    assert len(PAYLOADS) == 200
    # the policy is not what stops them: a violation would be in the console, and fail the test
    page = visit("/", allow=r"MUI|element.ref|Failed to load resource: the server responded with a status of 40[034]")
    for screen in poisoned:
        page.goto(screen)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.pwned === undefined"), screen
        odd = "[...document.querySelectorAll('a[href^=\"javascript:\"], iframe, object, embed')].map(n => n.outerHTML)"
        assert page.evaluate(odd) == [], screen
    page.goto(poisoned[1])
    page.locator("#grid [role=option]").first.focus()
    for key in ("Space", "Shift+ArrowRight", "p", "c"):  # names in the trays, the live region and the dialog
        page.keyboard.press(key)
        page.wait_for_timeout(250)
    assert page.evaluate("window.pwned === undefined")
    archive.set_password("curator", PASSWORD)
    archive.set_password("eve", PASSWORD)  # whose name is a payload, and stands on every page from now on
    page.goto(f"/login?next=/classes/{quote(PAYLOADS[101], safe='')}")
    for login, password in ((PAYLOADS[121], "not that one"), ("eve", PASSWORD)):
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill(password)
        with page.expect_navigation():
            page.locator("main button.primary").click()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.pwned === undefined"), login
    assert archive.login_needed()
    page.goto("/classes")
    assert PAYLOADS[3][:20] in page.locator(".me").inner_text()
    assert page.evaluate("window.pwned === undefined")
