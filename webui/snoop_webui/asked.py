"""What a curation page was asked for: the whole state of the page, to and from its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from snoop_flow.errors import UsageError

RANKING = "ranking"
STRATEGIES = ("relevant", "most-useful", "ambiguous", "discovery", "random")
BATCH = 15
PAGE = 60
MOST = 5000
COUNTS = (15, 30, 60, 120, 240, 500, 1000, 2000, 5000)
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """State of the curation page.

    Attributes:
        text: words.
        url: address of an image.
        image: key of an uploaded image.
        items: items to be like.
        negatives: items to be unlike.
        by: class used as the query.
        region: `<item>@x,y,w,h`, in canvas pixels.
        without: words for what is not wanted.
        parts: parts of images are ranked, those that were cut out of them.
        visual_class: class being taught.
        show: what to show of it: a strategy, or its ranking of the corpus.
        collection: slug of the only collection wanted.
        count: number of results; 0 for the default of what is shown.
        rate: share of discoveries among suggestions, in percent.
        low: lowest score wanted.
        high: highest score wanted.
        seconds: keyframes of one video that lie no farther apart are shown once.
        neighbours: the keyframes around each one shown are brought in.
    """

    text: str = ""
    url: str = ""
    image: str = ""
    items: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    by: str = ""
    region: str = ""
    without: str = ""
    parts: bool = False
    visual_class: str = ""
    show: str = ""
    collection: str = ""
    count: int = 0
    rate: int = 20
    low: float | None = None
    high: float | None = None
    seconds: float = 0.0
    neighbours: bool = False

    @property
    def searching(self) -> bool:
        """Whether something is looked for, by words or by likeness."""
        asks = self.text or self.url or self.image or self.items or self.negatives or self.by or self.region
        return bool(asks) and not (self.visual_class and self.show)

    @property
    def shown(self) -> str:
        """What the page shows: `search`, a strategy, the ranking, or `wall` where nothing is asked."""
        if self.searching:
            return "search"
        return (self.show or STRATEGIES[0]) if self.visual_class else "wall"

    @property
    def results(self) -> int:
        """How many results are wanted."""
        return self.count or (PAGE if self.shown in ("search", "wall", RANKING) else BATCH)

    @property
    def window(self) -> tuple[float, float] | None:
        """The scores wanted."""
        if self.low is None and self.high is None:
            return None
        return (-1e9 if self.low is None else self.low, 1e9 if self.high is None else self.high)

    def box(self) -> tuple[str, Box] | None:
        """The region as item and box.

        Raises:
            UsageError: it is not of the form `<item>@x,y,w,h`.
        """
        if not self.region:
            return None
        item, _, numbers = self.region.partition("@")
        try:
            x, y, w, h = (int(one) for one in numbers.split(","))
        except ValueError as error:
            raise UsageError(f"region {self.region[:60]!r}: give item@x,y,width,height in whole pixels") from error
        return item, (x, y, w, h)

    def address(self, **changes: Any) -> str:
        """Address of the page with some of its state changed."""
        asked = replace(self, **changes)
        pairs: list[tuple[str, Any]] = []
        for name, parameter in _PARAMETERS.items():
            value = getattr(asked, name)
            if value != _DEFAULTS[name]:
                pairs += (
                    [(parameter, one) for one in value] if isinstance(value, tuple) else [(parameter, _plain(value))]
                )
        return f"/?{urlencode(pairs)}" if pairs else "/"

    def alone(self, item: str) -> bool:
        """Whether nothing but this image says what is wanted; what is not wanted cannot be searched by itself."""
        others = self.text or self.url or self.image or self.by or self.region or _but(self.items, item)
        return item in self.items and not others

    def without_image(self, item: str) -> str:
        """Address of the page without one of the images that are searched with."""
        negatives = () if self.alone(item) else _but(self.negatives, item)
        return self.address(items=_but(self.items, item), negatives=negatives)

    def turned(self, item: str) -> str:
        """Address of the page with one of its images on the other side: not like this instead of like this."""
        if item in self.items:
            return self.address(items=_but(self.items, item), negatives=(*self.negatives, item))
        return self.address(items=(*self.items, item), negatives=_but(self.negatives, item))

    def hidden(self, *without: str) -> list[tuple[str, Any]]:
        """Names and values for the hidden fields of a form that sets the parameters `without`."""
        pairs: list[tuple[str, Any]] = []
        for name, parameter in _PARAMETERS.items():
            value = getattr(self, name)
            if parameter in without or value == _DEFAULTS[name]:
                continue
            pairs += [(parameter, one) for one in value] if isinstance(value, tuple) else [(parameter, _plain(value))]
        return pairs


_PARAMETERS = {
    "text": "q",
    "url": "url",
    "image": "image",
    "items": "item",
    "negatives": "not",
    "by": "by",
    "region": "region",
    "without": "without",
    "parts": "parts",
    "visual_class": "class",
    "show": "show",
    "collection": "collection",
    "count": "count",
    "rate": "rate",
    "low": "low",
    "high": "high",
    "seconds": "seconds",
    "neighbours": "near",
}
_DEFAULTS = {one.name: one.default for one in fields(Asked)}


def _but(items: tuple[str, ...], item: str) -> tuple[str, ...]:
    return tuple(one for one in items if one != item)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def parse(values: MultiDict[str, str]) -> Asked:
    """Read the state of the page from an address; an address typed into the text field counts as an image's.

    Raises:
        UsageError: a number is none, or out of range.
    """
    words = values.get("q", "").strip()
    url = values.get("url", "").strip()
    if not url and words.startswith(("http://", "https://")) and " " not in words:
        words, url = "", words
    return Asked(
        text=words,
        url=url,
        image=values.get("image", ""),
        items=tuple(dict.fromkeys(one for one in values.getlist("item") if one)),
        negatives=tuple(dict.fromkeys(one for one in values.getlist("not") if one)),
        by=values.get("by", ""),
        region=values.get("region", ""),
        without=values.get("without", "").strip(),
        parts=values.get("parts", "") == "1",
        visual_class=values.get("class", ""),
        show=values.get("show", ""),
        collection=values.get("collection", ""),
        count=_number(values, "count", int, 0, (0, MOST)) or 0,
        rate=_number(values, "rate", int, 20, (0, 100)) or 0,
        low=_number(values, "low", float, None, (-1e9, 1e9)),
        high=_number(values, "high", float, None, (-1e9, 1e9)),
        seconds=_number(values, "seconds", float, 0.0, (0, 86_400)),
        neighbours=values.get("near", "") == "1",
    )


def _number(
    values: MultiDict[str, str],
    name: str,
    kind: Callable[[str], Any],
    default: Any,
    bounds: tuple[float, float],
) -> Any:
    given = values.get(name, "").strip().replace(",", ".").replace("−", "-")
    if not given:
        return default
    try:
        value = kind(given)
    except ValueError as error:
        raise UsageError(f"{name} {given[:40]!r}: must be a number") from error
    if not bounds[0] <= value <= bounds[1]:
        raise UsageError(f"{name} {given[:40]}: must be between {bounds[0]:g} and {bounds[1]:g}")
    return value
