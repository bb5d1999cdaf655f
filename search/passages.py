"""Where in an entry does the query match, and how is that shown?"""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from search import columns, german
from search.asks import Ask
from search.entry import FieldKind, Fragment, Passage, Schema, Value
from search.marks import Match, made_plain, marker_for

_WIDTH = 240  # characters of a passage, about three lines
_BEFORE = 70  # of these in front of the first match
_READ_AT_LEAST = 4  # pages read word by word, so that the best of them can be chosen
_MOST_WORDS = 50

_SPACE = re.compile(r"\s+")
_EDGE = re.compile(r"\s")


class Passages:
    """Finds the passages of one query in entry after entry."""

    def __init__(self, ask: Ask, schema: Schema) -> None:
        self._pages = marker_for(ask, columns.FORMS, columns.PAGES)
        self._fields = {
            field.name: marker_for(
                ask,
                columns.words_of(field.name),
                columns.forms_of(field.name),
                *([columns.FORMS] if field.default else []),
            )
            for field in schema.of_kind(FieldKind.TEXT)
        }

    def of(
        self, pages: Sequence[str], fields: Mapping[str, Value], *, most: int
    ) -> tuple[Passage, ...]:
        """At most so many passages: pages with most of the words sought first, then by page.

        Where no page matches, one passage of page 0 from the field that matches best.
        """
        if most <= 0:
            return ()
        found = self._in_pages(pages, most) if self._pages.marks else []
        if found:
            return tuple(_passage(number, pages[number - 1], its) for number, its in found)
        return self._in_fields(fields)

    def _in_pages(self, pages: Sequence[str], most: int) -> list[tuple[int, list[Match]]]:
        likely = []
        for number, page in enumerate(pages, start=1):
            plain = made_plain(page)
            count = len(self._pages.marks) if plain is None else self._pages.likely(plain)
            if count:
                likely.append((-count, number))
        read: list[tuple[int, list[Match]]] = []
        for at, (_, number) in enumerate(sorted(likely)):
            if at >= _READ_AT_LEAST and len(read) >= most:
                break
            matches = self._pages.matches(pages[number - 1])
            if matches:
                read.append((number, matches))
        read.sort(key=lambda one: (-_variety(one[1]), one[0]))
        return read[:most]

    def _in_fields(self, fields: Mapping[str, Value]) -> tuple[Passage, ...]:
        best: tuple[int, str, list[Match]] = (0, "", [])
        for name, marker in self._fields.items():
            for text in _texts(fields.get(name)):
                cleaned = german.clean(text)
                matches = marker.matches(cleaned) if marker.marks else []
                if _variety(matches) > best[0]:
                    best = (_variety(matches), cleaned, matches)
        return (_passage(0, best[1], best[2]),) if best[0] else ()


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple) else ()


def _variety(matches: Sequence[Match]) -> int:
    return len({match.mark for match in matches})


def _passage(page: int, text: str, matches: list[Match]) -> Passage:
    spans = _without_overlap(matches)
    start, end = _window(text, matches)
    fragments: list[Fragment] = []
    at = start
    for first, last in spans:
        if first < start or last > end:
            continue
        fragments += [Fragment(text[at:first], False), Fragment(text[first:last], True)]
        at = last
    fragments.append(Fragment(text[at:end], False))
    shown = [Fragment(_readable(one.text), one.marked) for one in fragments if one.text]
    if start > 0:
        shown.insert(0, Fragment("… ", False))
    if end < len(text):
        shown.append(Fragment(" …", False))
    words = dict.fromkeys(_readable(text[first:last]).strip() for first, last in spans)
    return Passage(page, _joined(shown), tuple(words)[:_MOST_WORDS])


def _without_overlap(matches: list[Match]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for match in matches:
        if spans and match.start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], match.end))
        else:
            spans.append((match.start, match.end))
    return spans


def _window(text: str, matches: list[Match]) -> tuple[int, int]:
    """The stretch of the text with most of the words sought, cut between words."""
    best = (0, 0)
    for at, match in enumerate(matches):
        near = {match.mark}
        for other in matches[at + 1 :]:
            if other.end > match.start + _WIDTH - _BEFORE:
                break
            near.add(other.mark)
        best = max(best, (len(near), -at))
    first = matches[-best[1]]
    start = max(0, first.start - _BEFORE)
    if start > 0:
        edge = _EDGE.search(text, start, first.start)
        start = edge.end() if edge else first.start
    end = max(first.end, start + _WIDTH)
    if end >= len(text):
        return start, len(text)
    edge = _EDGE.search(text, end, end + 40)
    return start, edge.start() if edge else end


def _readable(text: str) -> str:
    return _SPACE.sub(" ", german.joined_lines(text))


def _joined(fragments: list[Fragment]) -> tuple[Fragment, ...]:
    """Neighbours that are both marked or both not become one."""
    return tuple(
        Fragment("".join(one.text for one in group), marked)
        for marked, group in groupby(fragments, key=lambda one: one.marked)
    )
