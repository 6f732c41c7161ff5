"""French and English: which one a request speaks, its messages, and its way of writing numbers and dates.

Messages are read from `.po` files when they are first needed, so nothing has to be compiled for an installation.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations
from babel.units import format_unit
from flask import Flask, request, session
from flask_babel import Babel, Domain, get_locale

from snoop_flow.fragments import time_of
from snoop_flow.frugality import joules_text
from snoop_flow.messages import typeset
from snoop_flow.metadata import citing
from snoop_webui import current

LANGUAGES = {"fr": "Français", "en": "English"}
DEFAULT = "en"
KEY = "language"
_MINUTES = 2  # from which on seconds are no longer told
MANY_HOURS = 2  # from which on minutes are no longer told
_FOLDER = Path(__file__).parent / "translations"


class _Messages(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Flask-Babel's domain, reading `.po` files."""

    def get_translations(self) -> NullTranslations:
        """Messages in the language of the request."""
        return messages(language())


@lru_cache(maxsize=8)
def messages(code: str) -> NullTranslations:
    """All messages of a language; English is what the code itself says."""
    path = _FOLDER / code / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=code)
    if code == "fr":
        for message in catalog:
            one = message.string
            message.string = typeset(one) if isinstance(one, str) else tuple(map(typeset, one or ()))
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def speak(app: Flask) -> None:
    """Give an application its languages and the filters of its templates."""
    babel = Babel(app, default_locale=DEFAULT, locale_selector=_chosen)
    babel.domain_instance = _Messages()
    app.jinja_env.filters.update(
        number=number, score=score, percent=percent, share=share, at_least=at_least, moment=moment, ago=ago, text=text
    )
    app.jinja_env.filters.update(
        energy=energy, hours=hours, brief=brief, lasting=lasting, clock=clock, moment_of=moment_of
    )
    app.context_processor(lambda: {"language": language(), "languages": LANGUAGES})


def language() -> str:
    """The language of the request, as its code."""
    locale = get_locale()
    return locale.language if locale else DEFAULT


def _chosen() -> str:
    if session.get(KEY) in LANGUAGES:
        return str(session[KEY])
    return request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT


def translated(text: str) -> str:
    """What the engine or a plugin says, such as an error or a title, in the language of the request.

    Programs that ask for no language read it as it is, in English.
    """
    return text if language() == DEFAULT else current.workspace().translate(text, language())


def number(value: float) -> str:
    """A count or measure: `12 408` or `12,408`."""
    return str(format_decimal(value, locale=language()))


def score(value: float | None) -> str:
    """A score with two digits: `0,64` or `0.64`; nothing where nothing was scored."""
    return "" if value is None else _score(round(value, 2), language())


@lru_cache(maxsize=4096)
def _score(value: float, code: str) -> str:
    """Kept, since a page of thousands of images writes the same few hundred scores."""
    return str(format_decimal(value, format="0.00", locale=code)).replace("-", "−")


def brief(value: float) -> str:
    """A measure with the digits that tell: `0,03`, `1,1`, `83`."""
    return number(float(f"{value:.1g}") if value < 1 else round(value, 1 if value < 10 else None))


def at_least(share: float) -> str:
    """A share of one as whole percents, rounded down: what misses one in a thousand is not called 100 %."""
    return percent(math.floor(100 * share + 1e-9) / 100)


def percent(share: float) -> str:
    """A share of one as percents."""
    return str(format_percent(share, locale=language()))


def share(part: float | None) -> str:
    """A share of one as percents with two digits that tell: `0,34 %`; nothing where there is none."""
    if part is None:
        return ""
    digits = max(0, 1 - math.floor(math.log10(100 * part))) if part > 0 else 0
    pattern = "0%" if not digits or part >= 1 else f"0.{'#' * min(digits, 4)}%"
    return str(
        format_percent(part, pattern.replace("%", "\u00a0%") if language() == "fr" else pattern, locale=language())
    )


def energy(joules: float) -> str:
    """An amount of energy: `40 J`, `1,5 Wh` or `1.5 Wh`."""
    amount, unit = joules_text(joules).split(" ")
    return f"{number(float(amount))} {unit}"


def hours(value: float) -> str:
    """A long time, roughly: `31 hours`, `12 minutes`."""
    unit, amount = ("hour", value) if value >= MANY_HOURS else ("minute", 60 * value)
    return str(format_unit(round(amount), f"duration-{unit}", locale=language()))


def lasting(seconds: float) -> str:
    """A short or long time, roughly: `1 second`, `12 minutes`, `3 hours`."""
    if seconds >= _MINUTES * 60:
        return hours(seconds / 3600)
    return str(format_unit(max(1, round(seconds)), "duration-second", locale=language()))


def clock(seconds: float) -> str:
    """A moment of a film, to a tenth of a second: `0:01:05.5` or `0:01:05,5`."""
    return citing.clock(round(seconds, 1)).replace(".", _decimal_sign(language()))


@lru_cache(maxsize=8)
def _decimal_sign(code: str) -> str:
    """Kept, since a long film has thousands of moments."""
    return str(format_decimal(1.5, locale=code))[1]


def moment_of(selector: str) -> str:
    """When a keyframe was taken, "" for what is none."""
    found = time_of(selector) if selector.startswith("t=") else None
    return "" if found is None else clock(found[0])


def moment(value: datetime | None) -> str:
    """A date with its time, UTC."""
    return "" if value is None else str(format_datetime(value, format="medium", locale=language()))


def ago(value: datetime | None) -> str:
    """How long ago something was."""
    if value is None:
        return ""
    passed = value - datetime.now(value.tzinfo)
    return str(format_timedelta(passed, add_direction=True, locale=language()))


def text(label: Mapping[str, tuple[str, ...]]) -> str:
    """One line of a language map, in the language of the request where it has it."""
    for wanted in (language(), "none", "fr", "en", *label):
        if texts := label.get(wanted):
            return " ; ".join(texts)
    return ""
