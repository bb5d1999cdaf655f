"""What of a message's HTML may be shown? Its words and their form; nothing that acts or fetches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

import nh3

TAGS = frozenset(
    {"a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption"}
    | {"center", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt"}
    | {"em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i"}
    | {"img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small"}
    | {"span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th"}
    | {"thead", "tr", "tt", "u", "ul", "var", "wbr"}
)
DROPPED_WHOLE = frozenset({"script", "style", "title", "template", "noscript", "iframe", "object"})
EVERYWHERE = frozenset({"style", "dir", "lang", "align", "valign", "bgcolor"})
ATTRIBUTES = {
    "*": set(EVERYWHERE),
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"},
    "td": {"colspan", "rowspan", "width"},
    "th": {"colspan", "rowspan", "width"},
    "table": {"border", "cellpadding", "cellspacing", "width"},
    "col": {"span", "width"},
    "ol": {"start", "type"},
}
# Nothing that hides, moves or stretches what is written.
STYLES = frozenset(
    {"color", "background-color", "font-family", "font-size", "font-style", "font-weight"}
    | {"text-align", "text-decoration", "text-indent", "vertical-align", "white-space"}
    | {"list-style-type", "border", "border-collapse", "border-color", "border-style"}
    | {"border-width", "border-top", "border-bottom", "border-left", "border-right"}
    | {"padding", "padding-left", "padding-top", "padding-right", "padding-bottom"}
    | {"margin-left", "margin-top", "margin-bottom"}
)
SCHEMES = frozenset({"http", "https", "mailto", "tel", "cid", "data", "ftp", "file"})
# What a browser would fetch without being asked.
FETCHED = frozenset({"src", "srcset", "background", "poster", "data", "lowsrc", "dynsrc"})
IN_STYLES = re.compile(r"url\(\s*[\"']?\s*([^\"')\s]*)|@import", re.IGNORECASE)
NOT_FETCHED = ("cid:", "data:", "#", "about:")
DATA_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp)[;,]", re.IGNORECASE)
MARKED = re.compile(r'<a href="#verweis-(\d+)"')
MOST_LINKS, LONGEST_LINK = 200, 300


@dataclass
class Cleaned:
    """HTML that can be printed; ``shown`` names the pictures in it, ``links`` where it leads.

    ``remote`` counts the places that would have fetched something from elsewhere, ``missing``
    the pictures that are not in the message.
    """

    html: str = ""
    remote: int = 0
    missing: int = 0
    shown: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)


def clean(html: str, pictures: Mapping[str, str]) -> Cleaned:
    """Clean the HTML of a message; ``pictures`` leads a Content-ID to the address of its picture.

    Scripts, forms, frames and whatever names another place are gone afterwards; a link becomes a
    number that leads to the list ``links``.
    """
    cleaned = Cleaned(remote=_remote(html))

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) == ("img", "src"):
            return _picture(value, pictures, cleaned)
        if (tag, attribute) == ("a", "href"):
            return _link(value, cleaned)
        return value

    printable = nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(DROPPED_WHOLE),
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        link_rel=None,
        url_schemes=set(SCHEMES),
        filter_style_properties=set(STYLES),
    )
    cleaned.html = MARKED.sub(r'<a data-verweis="\1"', printable)
    return cleaned


def words_of(html: str) -> str:
    """Return the words of cleaned HTML alone, a line for each of its blocks."""
    lines = re.sub(r"<(?:br|/p|/div|/tr|/li|/h\d|/pre|/blockquote)\b[^>]*>", "\n", html)
    return unescape(re.sub(r"<[^>]*>", "", lines))


def _picture(value: str, pictures: Mapping[str, str], cleaned: Cleaned) -> str | None:
    if value.lower().startswith("cid:"):
        key = value[4:].strip().strip("<>")
        if key in pictures:
            cleaned.shown.add(key)
            return pictures[key]
        cleaned.missing += 1
        return None
    return value if DATA_PICTURE.match(value) else None


def _link(value: str, cleaned: Cleaned) -> str | None:
    address = " ".join(value.split())[:LONGEST_LINK]
    if not address or address.startswith("#"):
        return None
    if address not in cleaned.links:
        if len(cleaned.links) >= MOST_LINKS:
            return None
        cleaned.links.append(address)
    return f"#verweis-{cleaned.links.index(address) + 1}"


def _remote(html: str) -> int:
    counting = _Counting()
    # Markup that breaks off the count is shown without what it fetches all the same.
    with suppress(AssertionError, ValueError):
        counting.feed(html)
        counting.close()
    return counting.found


class _Counting(HTMLParser):
    """Counts the places at which HTML wants something from elsewhere."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = 0
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count what the attributes of an element fetch."""
        self._in_style = tag == "style"
        for name, value in attrs:
            if not value:
                continue
            if name in FETCHED or (name == "href" and tag == "link"):
                self.found += _elsewhere(value)
            elif name == "style":
                self._styles(value)

    def handle_endtag(self, tag: str) -> None:
        """Notice the end of a style sheet."""
        self._in_style = False

    def handle_data(self, said: str) -> None:
        """Count what a style sheet fetches."""
        if self._in_style:
            self._styles(said)

    def _styles(self, said: str) -> None:
        for one in IN_STYLES.finditer(said):
            self.found += one.group(1) is None or _elsewhere(one.group(1))


def _elsewhere(address: str) -> bool:
    plain = address.strip().lower()
    return bool(plain) and not plain.startswith(NOT_FETCHED)
