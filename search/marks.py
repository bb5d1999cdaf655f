"""Which words of a text are what a query asks for?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from search import columns, german
from search.asks import All, Any, Ask, Has, HasAny, Near, Sequence, Starts, Without, Worth
from search.slips import within


@dataclass(frozen=True)
class Match:
    """text[start:end] is what the mark with this number asks for."""

    start: int
    end: int
    mark: int


Mark = Has | HasAny | Sequence | Starts | Near


@dataclass
class Marker:
    """What a query asks of the texts of certain columns; remembers the words it has judged."""

    marks: tuple[Mark, ...]
    _judged: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def matches(self, text: str) -> list[Match]:
        """Everything in a cleaned text that is asked for, by its place."""
        found = german.tokens(text)
        matches = [
            Match(token.start, token.end, mark)
            for token in found
            for mark in self._marks_of(token.word)
        ]
        matches += self._sequences(found)
        wanted = {
            mark.token: number for number, mark in enumerate(self.marks) if isinstance(mark, Has)
        }
        matches += [
            Match(extra.start, extra.end, wanted[extra.form])
            for extra in german.extras(text, found)
            if extra.form in wanted
        ]
        return sorted(matches, key=lambda match: (match.start, -match.end, match.mark))

    def _marks_of(self, word: str) -> tuple[int, ...]:
        judged = self._judged.get(word)
        if judged is None:
            judged = tuple(n for n, mark in enumerate(self.marks) if _is_asked(word, mark))
            self._judged[word] = judged
        return judged

    def _sequences(self, found: list[german.Token]) -> Iterator[Match]:
        for number, mark in enumerate(self.marks):
            if isinstance(mark, Sequence):
                length = len(mark.words)
                for at in range(len(found) - length + 1):
                    if found[at].word == mark.words[0] and mark.words == tuple(
                        token.word for token in found[at : at + length]
                    ):
                        yield Match(found[at].start, found[at + length - 1].end, number)

    def likely(self, plain: str) -> int:
        """How many marks may match a text that was made plain; never too few."""
        return sum(any(probe in plain for probe in _probes(mark)) for mark in self.marks)


def marker_for(ask: Ask, *columns_of_text: str) -> Marker:
    """A marker for what the query asks of these columns, leaving out what it excludes."""
    found = dict.fromkeys(
        leaf for leaf in _leaves(ask) if leaf.column in columns_of_text and _shows(leaf)
    )
    return Marker(tuple(found))


def _leaves(ask: Ask) -> Iterator[Mark]:
    match ask:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _leaves(part)
        case Worth(part, _):
            yield from _leaves(part)
        case Without():
            return
        case Has() | HasAny() | Sequence() | Starts() | Near():
            yield ask


def _shows(leaf: Mark) -> bool:
    """Tokens that only weigh (2:bericht, =bericht) mark nothing."""
    return not (isinstance(leaf, Has) and (":" in leaf.token or leaf.token.startswith("=")))


def _is_asked(word: str, mark: Mark) -> bool:
    match mark:
        case Has(column, token):
            if columns.holds_words(column):
                return word == token
            return any(form.text == token for form in german.forms(word))
        case HasAny(_, tokens):
            return word in tokens
        case Starts(_, start):
            return word.startswith(start)
        case Near(_, near, edits):
            return within(word, near, edits=edits)
        case Sequence():
            return False


# Reading a page word by word costs about a millisecond, so pages are first looked at as a whole.
# Plain text has no e at all: that way ae, oe and ue need no rule, and a folded beginning of a word,
# made plain, always stands in its text made plain. It has no hyphen, as joined words have none.
_UNUSUAL = re.compile(r"[^\x00-\x7fäöüÄÖÜß§„“”‚‘’–—…•·°€«»\u00ad\u00ac\u2010]")
_BREAK = re.compile(r"[-\u00ad\u2010\u00ac]\s*\n\s*|\u00ad")


def made_plain(text: str) -> str | None:
    """The text as likely() wants it; None when it has letters that must be read one by one."""
    if _UNUSUAL.search(text):
        return None
    plain = _BREAK.sub("", text).lower().replace("e", "").replace("-", "")
    for umlaut, letters in (("ä", "a"), ("ö", "o"), ("ü", "u"), ("ß", "ss")):
        plain = plain.replace(umlaut, letters)
    return plain


@lru_cache(maxsize=4096)
def _probes(mark: Mark) -> tuple[str, ...]:
    """What stands, one or the other, in every plain text in which the mark matches."""
    match mark:
        case Has(_, token):
            start = token[1:5] if token.startswith("@") else token[:6]
            return (start.replace("e", ""),)
        case HasAny(_, tokens):
            return tuple({token[:6].replace("e", "") for token in tokens})
        case Sequence(_, words):
            return (max(words, key=len)[:6].replace("e", ""),)
        case Starts(_, start):
            return (start.replace("e", ""),)
        case Near(_, word, edits):
            # So many edits leave at least one of so many pieces and one as it was.
            cuts = [len(word) * n // (edits + 1) for n in range(edits + 2)]
            pieces = (word[a:b] for a, b in zip(cuts, cuts[1:], strict=False))
            return tuple({piece.replace("e", "") for piece in pieces})
