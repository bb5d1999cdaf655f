"""Which words of a text are what a query asks for?"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from search import columns, german
from search.asks import All, Any, Ask, Has, HasAny, Near, Sequence, Starts, Without, Worth
from search.folding import fold
from search.slips import unchanged_pieces, within


class Match(NamedTuple):
    """text[start:end] is what the mark with this number asks for."""

    start: int
    end: int
    mark: int


Mark = Has | HasAny | Sequence | Starts | Near


class Marker:
    """What a query asks of the texts of certain columns; remembers the words it has judged."""

    def __init__(self, marks: tuple[Mark, ...]) -> None:
        self.marks = marks
        self._forms: dict[str, int] = {}  # what most queries ask for: judged without a loop
        self._sequences: list[tuple[int, Sequence]] = []
        self._others: list[tuple[int, Mark]] = []
        for number, mark in enumerate(marks):
            if isinstance(mark, Sequence):
                self._sequences.append((number, mark))
            elif isinstance(mark, Has) and not columns.holds_words(mark.column):
                self._forms[mark.token] = number
            else:
                self._others.append((number, mark))
        self._judged: dict[str, tuple[int, ...]] = {}

    def matches(self, text: str) -> list[Match]:
        """Everything in a cleaned text that is asked for, by its place."""
        asked = {one: marks for one in german.spellings(text) if (marks := self._judge(one))}
        matches = [
            Match(start, end, mark)
            for start, end, written in (german.spelt(text, asked) if asked else ())
            for mark in asked[written]
        ]
        if self._sequences:
            matches += _sequences(german.tokens(text), self._sequences)
        if self._forms:
            matches += [
                Match(extra.start, extra.end, self._forms[extra.form])
                for extra in german.extras(text)
                if extra.form in self._forms
            ]
        return sorted(matches, key=lambda match: (match.start, -match.end, match.mark))

    def _judge(self, written: str) -> tuple[int, ...]:
        judged = self._judged.get(written)
        if judged is None:
            word, forms = _folded(written)
            judged = tuple(self._forms[form] for form in forms if form in self._forms)
            if self._others and word:
                judged += tuple(n for n, mark in self._others if _is_asked(word, mark))
            self._judged[written] = judged
        return judged

    def likely(self, plain: bytes) -> int:
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


def _sequences(found: list[german.Token], sequences: list[tuple[int, Sequence]]) -> Iterator[Match]:
    words = [token.word for token in found]
    for number, mark in sequences:
        length = len(mark.words)
        for at in range(len(found) - length + 1):
            if words[at] == mark.words[0] and tuple(words[at : at + length]) == mark.words:
                yield Match(found[at].start, found[at + length - 1].end, number)


def _shows(leaf: Mark) -> bool:
    """Tokens that only weigh (2:bericht, =bericht) mark nothing."""
    return not (isinstance(leaf, Has) and (":" in leaf.token or leaf.token.startswith("=")))


@lru_cache(maxsize=1 << 15)
def _folded(written: str) -> tuple[str, tuple[str, ...]]:
    word = fold(written)
    return word, tuple(form.text for form in german.forms(word)) if word else ()


def _is_asked(word: str, mark: Mark) -> bool:
    match mark:
        case Has(_, token):
            return word == token
        case HasAny(_, tokens):
            return word in tokens
        case Starts(_, start):
            return word.startswith(start)
        case Near(_, near, edits):
            return within(word, near, edits=edits)
        case Sequence():
            return False


# Reading a page word by word costs a tenth of a millisecond and more, so pages are first looked
# at as a whole: as bytes, folded letter by letter. No e is left in them, so ae, oe and ue need no
# rule; no s and no ß, so these are the same; no hyphen, for joined words have none. The folded
# beginning of a word, treated so, always stands in its text treated so.
_LEFT_OUT = b"es\xdf-\xad"
_SEVERAL_LETTERS = "\u00bc\u00bd\u00be\u2122"  # of the signs that cp1252 has: ¼ ½ ¾ ™
_BREAK = re.compile(r"[-\u00ad\u00ac]\n[ \t]*")


def _letters() -> bytes:
    kept = bytearray(range(256))
    for byte in range(256):
        folded = fold(bytes([byte]).decode("cp1252", "replace")).encode("cp1252", "ignore")
        if len(folded) == 1:
            kept[byte] = folded[0]
    return bytes(kept)


_LETTERS = _letters()
# Accented forms of the letters left out are left out as well.
_GONE = bytes(byte for byte in range(256) if _LETTERS[byte] in _LEFT_OUT) + _LEFT_OUT


def made_plain(text: str) -> bytes | None:
    """A cleaned text as likely() wants it; None when it must be read word by word."""
    if any(sign in text for sign in _SEVERAL_LETTERS):
        return None
    if "-\n" in text or "\u00ad\n" in text or "\u00ac\n" in text:
        text = _BREAK.sub("", text)
    try:
        return text.encode("cp1252").translate(_LETTERS, _GONE)
    except UnicodeEncodeError:
        return None


def _plain_word(word: str) -> bytes:
    # A word with letters beyond cp1252 stands only in texts that are read word by word.
    return word.encode("cp1252", "ignore").translate(_LETTERS, _GONE)


@lru_cache(maxsize=4096)
def _probes(mark: Mark) -> tuple[bytes, ...]:
    """What stands, one or the other, in every plain text in which the mark matches."""
    match mark:
        case Has(_, token):
            return (_plain_word(token[1:5] if token.startswith("@") else token),)
        case HasAny(_, tokens):
            return tuple({_plain_word(token) for token in tokens})
        case Sequence(_, words):
            return (_plain_word(max(words, key=len)),)
        case Starts(_, start):
            return (_plain_word(start),)
        case Near(_, word, edits):
            return tuple({_plain_word(piece) for piece in unchanged_pieces(word, edits)})
