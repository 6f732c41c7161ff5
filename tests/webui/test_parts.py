"""The small parts: page state, undo stacks, plots, uploads, messages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask, get_template_attribute
from werkzeug.datastructures import MultiDict

import snoop_flow
import snoop_webui
from snoop_flow.errors import NotFoundError, UsageError
from snoop_flow.reports import Histogram, HistoryEntry
from snoop_webui import languages
from snoop_webui.asked import Asked, parse
from snoop_webui.operations import Stacks, inverse_of, stacks
from snoop_webui.plots import score_plot
from snoop_webui.query_images import MOST_IMAGES, QueryImages

ROOT = Path(snoop_webui.__file__).parent


def test_the_state_of_a_page_is_its_address() -> None:
    asked = Asked(text="carte à jouer", items=("a", "b"), visual_class="c", rate=35, low=-0.5)
    assert asked.address() == "/?q=carte+%C3%A0+jouer&item=a&item=b&class=c&rate=35&low=-0.5"
    read = parse(
        MultiDict(
            [("q", "carte à jouer"), ("item", "a"), ("item", "b"), ("class", "c"), ("rate", "35"), ("low", "−0,5")]
        )
    )
    assert read == asked
    assert asked.address(text="", items=(), visual_class="", rate=20, low=None) == "/"


def test_an_address_in_the_search_field_is_that_of_an_image() -> None:
    assert parse(MultiDict({"q": "https://example.org/a.jpg"})).url == "https://example.org/a.jpg"
    assert parse(MultiDict({"q": "see https://example.org"})).text == "see https://example.org"


def test_a_chosen_strategy_wins_over_the_search_before_it() -> None:
    assert Asked(text="x", visual_class="c").shown == "search"
    assert Asked(text="x", visual_class="c", show="random").shown == "random"


def test_images_of_a_query_change_sides_and_leave_it() -> None:
    asked = Asked(items=("a", "b"), negatives=("c",))
    assert asked.turned("a") == "/?item=b&not=c&not=a"
    assert asked.turned("c") == "/?item=a&item=b&item=c"
    assert asked.without_image("b") == "/?item=a&not=c"
    assert not asked.alone("a")
    last = Asked(items=("a",), negatives=("c",))
    assert last.alone("a")
    assert last.without_image("a") == "/"  # what is not wanted cannot be searched by itself
    assert not Asked(text="x", items=("a",)).alone("a")


def test_a_region_is_read_or_refused() -> None:
    assert Asked(region="item@1,2,3,4").box() == ("item", (1, 2, 3, 4))
    with pytest.raises(UsageError, match="whole pixels"):
        Asked(region="item@1.5,2,3,4").box()


def _history(*op_ids: str) -> list[HistoryEntry]:
    return [HistoryEntry(op_id, "", datetime.now(UTC), {}) for op_id in reversed(op_ids)]


def test_undo_stacks_are_read_from_history() -> None:
    assert inverse_of("a") == "u1-a"
    assert inverse_of("u1-a") == "u2-a"
    assert stacks(_history("a", "b")) == Stacks(("a", "b"), ())
    assert stacks(_history("a", "b", "u1-b")) == Stacks(("a",), ("u1-b",))
    assert stacks(_history("a", "b", "u1-b", "u1-a")) == Stacks((), ("u1-b", "u1-a"))
    assert stacks(_history("a", "b", "u1-b", "u2-b")) == Stacks(("a", "u2-b"), ())
    assert stacks(_history("a", "u1-a", "b")) == Stacks(("b",), ())


def test_a_histogram_is_laid_out() -> None:
    plot = score_plot(Histogram((-1.0, 0.0, 1.0), (90, 10), (0, 3), (2, 0), 0.5))
    assert [bar.count for bar in plot.bars] == [90, 10]
    assert plot.bars[0].height > plot.bars[1].height > 0
    assert (plot.kept, plot.total, plot.line) == (5, 100, 540.0)


def test_uploads_are_kept_for_a_while(tmp_path: Path) -> None:
    images = QueryImages(tmp_path / "queries")
    key = images.keep(b"picture")
    assert images.content(key) == b"picture"
    for number in range(MOST_IMAGES + 5):
        images.keep(str(number).encode())
    assert len(list((tmp_path / "queries").iterdir())) == MOST_IMAGES
    for wrong in ("../../etc/passwd", "0" * 32, ""):
        with pytest.raises(NotFoundError, match="upload it again"):
            images.content(wrong)
    with pytest.raises(UsageError, match="empty"):
        images.keep(b"")


def _messages() -> set[tuple[str | None, str]]:
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    words = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    found = extract_from_dir(str(ROOT), method_map=methods, keywords=words)
    return {(c, m if isinstance(m, str) else m[-1] if c else m[0]) for _, _, m, _, c in found}


@pytest.mark.gate
def test_every_message_is_said_in_french() -> None:
    with (ROOT / "translations/fr/LC_MESSAGES/messages.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    known = {
        (message.context, message.id if isinstance(message.id, str) else message.id[0]): message.string
        for message in catalog
        if message.id
    }
    assert _messages() == set(known)
    assert all(text and all(text) for text in known.values())


def test_numbers_are_written_as_the_language_does(app: Flask) -> None:
    for code, count, score in (("fr", "12 408", "−0,64"), ("en", "12,408", "−0.64")):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert languages.number(12408).replace("\u202f", " ") == count
            assert languages.score(-0.64) == score
            assert languages.text({"en": ("map",), "fr": ("carte",)}) == {"fr": "carte", "en": "map"}[code]


def test_energy_and_long_times_are_written_as_the_language_does(app: Flask) -> None:
    for code, energy, long, short in (
        ("fr", "1,5 Wh", "31 heures", "12 minutes"),
        ("en", "1.5 Wh", "31 hours", "12 minutes"),
    ):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert languages.energy(5400) == energy
            assert languages.hours(31.2).replace("\u00a0", " ") == long
            assert languages.hours(0.2).replace("\u00a0", " ") == short


def test_short_measures_keep_the_digits_that_tell(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        told = [languages.brief(value) for value in (0.0, 0.0123, 0.27, 1.06, 83.4, 12408.2)]
    assert [one.replace("\u202f", " ") for one in told] == ["0", "0,01", "0,3", "1,1", "83", "12 408"]


@pytest.mark.gate
def test_whatever_happens_has_a_name_in_the_log(app: Flask) -> None:
    source = "".join(path.read_text("utf-8") for path in Path(snoop_flow.__file__).parent.rglob("*.py"))
    events = set(re.findall(r'"((?:class|user|login|predictions|annotation|key)\.[a-z_]+)"', source))
    events |= {f"{kind}.done" for kind in re.findall(r'Verb\("([a-z_]+)"', source)}
    assert len(events) > 20
    with app.test_request_context():
        named = get_template_attribute("macros.html", "event_name")
        assert {one for one in events if str(named(one)).strip() == one} == set()
