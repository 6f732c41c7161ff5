"""What a harvester asks: verbs, arguments, dates, resumption tokens; each fault has a code of the protocol.

A token holds the whole request and the place where its page ended, so nothing is kept here, it never expires, and it
stays right while annotations come and go.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from snoop_flow.errors import UsageError

PREFIX = "oai_dc"
_SELECTIVE = frozenset({"from", "until", "set"})
_RULES: Mapping[
    str, tuple[frozenset[str], frozenset[str], bool]
] = {  # required, optional, whether tokens go on with it
    "Identify": (frozenset(), frozenset(), False),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"}), False),
    "ListSets": (frozenset(), frozenset(), True),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset(), False),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), _SELECTIVE, True),
    "ListRecords": (frozenset({"metadataPrefix"}), _SELECTIVE, True),
}
_SAFE = r"[A-Za-z0-9\-_.!~*'()]+"
_FORMS: Mapping[str, re.Pattern[str]] = {  # what the schema of answers, which repeat the arguments, lets through
    "identifier": re.compile(r"[^\s<>\"{}|\\^`\x00-\x20\ud800-\udfff\ufffe\uffff]+"),
    "metadataPrefix": re.compile(_SAFE),
    "set": re.compile(f"{_SAFE}(:{_SAFE})*"),
}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")
MOST = 1000  # characters of a token; ours have about 200


class ProtocolError(UsageError):
    """A fault of a request; `code` is one of the protocol's (3.6)."""

    def __init__(self, code: str, message: str) -> None:
        """A code with what to tell the harvester."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Listing:
    """Which part of a list is asked for.

    Attributes:
        after: place of the last record that was given already.
        cursor: how many were given already.
    """

    verb: str
    set_: str = ""
    since: str = ""
    until: str = ""
    after: tuple[datetime, str] | None = None
    cursor: int = 0

    @property
    def first_moment(self) -> datetime | None:
        """From which moment on, inclusive."""
        return _moment("from", self.since) if self.since else None

    @property
    def end(self) -> datetime | None:
        """Up to which moment, exclusive: `until` names a day or a second all of which is meant."""
        if not self.until:
            return None
        try:
            return _moment("until", self.until) + timedelta(**({"seconds": 1} if "T" in self.until else {"days": 1}))
        except OverflowError:  # the last day that there is
            return None


def read(given: MultiDict[str, str]) -> dict[str, str]:
    """The arguments of a request, each once and in its form.

    Raises:
        ProtocolError: badVerb, badArgument or cannotDisseminateFormat.
    """
    verbs = given.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in _RULES:
        raise ProtocolError("badVerb", f"verb is given once and is one of {', '.join(_RULES)}")
    required, optional, resumable = _RULES[verbs[0]]
    names = {name for name in given if name != "verb"}
    if "resumptionToken" in names and resumable:
        required, optional = frozenset({"resumptionToken"}), frozenset()
    for name in sorted(names):
        if name not in required | optional:
            raise ProtocolError("badArgument", f"{verbs[0]} takes no argument {name[:50]!r} here")
        if len(given.getlist(name)) != 1:
            raise ProtocolError("badArgument", f"the argument {name!r} is given several times")
    if missing := sorted(required - names):
        raise ProtocolError("badArgument", f"{verbs[0]} needs the argument {missing[0]!r}")
    found = {name: given[name] for name in ("verb", *sorted(names))}
    for name, form in _FORMS.items():
        if name in found and not form.fullmatch(found[name]):
            raise ProtocolError("badArgument", f"{name} {found[name][:50]!r}: has characters that none has")
    _check_dates(found)
    return found


def listing(asked: Mapping[str, str]) -> Listing:
    """The part of a list that a request is about; raises `ProtocolError`."""
    if "resumptionToken" in asked:
        return _from_token(asked["verb"], asked["resumptionToken"])
    return Listing(asked["verb"], asked.get("set", ""), asked.get("from", ""), asked.get("until", ""))


def check_format(asked: Mapping[str, str]) -> None:
    """Refuse formats that there are not."""
    if asked.get("metadataPrefix", PREFIX) != PREFIX:
        raise ProtocolError("cannotDisseminateFormat", f"records are had as {PREFIX} only")


def token(part: Listing) -> str:
    """A resumption token."""
    moment, id_ = part.after or (datetime.min.replace(tzinfo=UTC), "")
    facts = [part.verb, part.set_, part.since, part.until, moment.isoformat(), id_, part.cursor]
    packed = json.dumps(facts, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _from_token(verb: str, given: str) -> Listing:
    try:
        if len(given) > MOST:
            raise ValueError("too long")
        facts: Any = json.loads(base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True))
        made_for, set_, since, until, moment, id_, cursor = facts
        after = (datetime.fromisoformat(moment), id_)
        texts = all(isinstance(one, str) for one in (set_, since, until, id_))
        if made_for != verb or not texts or type(cursor) is not int or cursor < 1 or after[0].tzinfo is None:
            raise ValueError("of another verb, or altered")
        _check_dates({name: text for name, text in (("from", since), ("until", until)) if text})
        return Listing(verb, set_, since, until, after, cursor)
    except (ValueError, TypeError, RecursionError, ProtocolError) as error:
        raise ProtocolError("badResumptionToken", "this token was not given here; begin the list anew") from error


def _check_dates(asked: Mapping[str, str]) -> None:
    moments = {name: _moment(name, asked[name]) for name in ("from", "until") if name in asked}
    if len(moments) == 2:
        if len(asked["from"]) != len(asked["until"]):
            raise ProtocolError("badArgument", "from and until are both days or both seconds")
        if moments["from"] > moments["until"]:
            raise ProtocolError("badArgument", "from is later than until")


def _moment(name: str, text: str) -> datetime:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError as error:
        reason = f"{name} {text[:30]!r}: is a day like 2026-01-31 or a second like 2026-01-31T12:00:00Z"
        raise ProtocolError("badArgument", reason) from error
