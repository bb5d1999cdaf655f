"""What does a person mean who types this? (The syntax, for people, is in README.md.)"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from search import german
from search.entry import FieldKind, Schema
from search.errors import BadQuery
from search.query import And, Between, Everything, Fuzzy, Not, Or, Phrase, Prefix, Query, Word
from search.typed import Piece, Sign, pieces

LONGEST = 1000  # characters
_MOST_WORDS = 64
_DEEPEST = 20
_SHORTEST_PREFIX = 2

_FUZZY = re.compile(r"(.*?)~([12]?)", re.DOTALL)
_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"(?P<m>\d{1,2})\.(?P<y>\d{4})|(?P<y2>\d{4})-(?P<m2>\d{1,2})")
_NUMBER = re.compile(r"-?(?:\d{1,15}|\d{1,3}(?:\.\d{3}){1,4})(?:,\d{1,6})?")
_SPAN = re.compile(r"\.{2,}|…")


def parse(typed: str, schema: Schema, *, names: Mapping[str, str]) -> Query:
    """The query that was typed; nothing typed means everything.

    `names` says by which names people may call which fields, and so which they may ask at all.
    Raises BadQuery, with a German sentence and the position in `typed`, and nothing else.
    """
    if len(typed) > LONGEST:
        raise BadQuery(
            LONGEST, f"Die Suche ist länger als {LONGEST} Zeichen. Bitte kürzen Sie sie."
        )
    if not typed.strip():
        return Everything()
    return _Parsing(list(pieces(typed, names)), schema).all()


class _Parsing:
    """Reads from left to right; each method takes what it understands."""

    def __init__(self, found: list[Piece], schema: Schema) -> None:
        self._found = found
        self._at = 0
        self._schema = schema
        self._words = 0

    def all(self) -> Query:
        query = self._either(None, depth=0)
        piece = self._next
        if piece.sign is Sign.CLOSE:
            raise BadQuery(
                piece.position, "Zu dieser schließenden Klammer fehlt die öffnende Klammer."
            )
        if query is None:
            raise BadQuery(
                0, "Die Suche enthält kein Wort. Bitte geben Sie Buchstaben oder Ziffern ein."
            )
        return query

    @property
    def _next(self) -> Piece:
        return self._found[self._at]

    def _take(self, *signs: Sign) -> Piece | None:
        piece = self._next
        if piece.sign not in signs:
            return None
        self._at += 1
        return piece

    def _either(self, field: str | None, *, depth: int) -> Query | None:
        """One or several things with ODER between them; None when no word is in it."""
        parts = [self._together(field, depth=depth)]
        while operator := self._take(Sign.OR):
            part = self._together(field, depth=depth)
            if parts[-1] is None or part is None:
                raise BadQuery(operator.position, "Bei ODER fehlt auf einer Seite ein Wort.")
            parts.append(part)
        known = tuple(part for part in parts if part is not None)
        return Or(known) if len(known) > 1 else parts[0]

    def _together(self, field: str | None, *, depth: int) -> Query | None:
        """Things side by side, all of which are wanted."""
        parts: list[Query] = []
        while self._next.sign not in (Sign.OR, Sign.CLOSE, Sign.END):
            if self._take(Sign.AND):
                continue
            part = self._one(field, depth=depth)
            if part is not None:
                parts.append(part)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, field: str | None, *, depth: int) -> Query | None:
        piece = self._next
        self._at += 1
        if depth > _DEEPEST:
            raise BadQuery(
                piece.position, "Die Suche ist zu tief geschachtelt. Bitte vereinfachen Sie sie."
            )
        if piece.sign is Sign.NOT:
            return self._negated(piece, field, depth=depth + 1)
        if piece.sign is Sign.OPEN:
            return self._in_brackets(piece, field, depth=depth + 1)
        if piece.sign is Sign.FIELD:
            return self._in_field(piece, depth=depth + 1)
        self._words += 1
        if self._words > _MOST_WORDS:
            raise BadQuery(
                piece.position,
                f"Die Suche hat mehr als {_MOST_WORDS} Wörter. Bitte kürzen Sie sie.",
            )
        return self._leaf(piece, field)

    def _negated(self, sign: Piece, field: str | None, *, depth: int) -> Query | None:
        if self._next.sign in (Sign.OR, Sign.AND, Sign.CLOSE, Sign.END):
            raise BadQuery(sign.position, "Hinter NICHT fehlt, was nicht vorkommen soll.")
        part = self._one(field, depth=depth)
        return None if part is None else Not(part)

    def _in_brackets(self, opening: Piece, field: str | None, *, depth: int) -> Query | None:
        part = self._either(field, depth=depth)
        if self._take(Sign.CLOSE) is None:
            raise BadQuery(opening.position, "Diese Klammer wird nicht geschlossen.")
        return part

    def _in_field(self, name: Piece, *, depth: int) -> Query | None:
        if self._next.sign not in (Sign.WORD, Sign.PHRASE, Sign.OPEN):
            raise BadQuery(name.position, "Hinter dem Doppelpunkt fehlt, was gesucht wird.")
        return self._one(name.text, depth=depth)

    def _leaf(self, piece: Piece, field: str | None) -> Query | None:
        kind = None if field is None else self._schema.field(field).kind
        if field is not None and kind in (FieldKind.DATE, FieldKind.NUMBER):
            return _between(piece, field, days=kind is FieldKind.DATE)
        if piece.sign is Sign.PHRASE:
            return Phrase(piece.text, field) if german.words(piece.text) else None
        return _word(piece, field)


def _word(piece: Piece, field: str | None) -> Query | None:
    text = piece.text
    if text == "*" and field is None:
        return Everything()
    if fuzzy := _FUZZY.fullmatch(text):
        text = fuzzy[1]
    begins = text.endswith("*")
    text = text.removesuffix("*")
    if "*" in text:
        raise BadQuery(
            piece.position + text.index("*"),
            "Der Stern steht nur am Ende eines Wortes. Zusammengesetzte Wörter werden auch ohne"
            " ihn über ihre Teile gefunden.",
        )
    words = german.words(german.clean(text))
    if begins and len("".join(words)) < _SHORTEST_PREFIX:
        raise BadQuery(
            piece.position,
            f"Vor dem Stern stehen bitte mindestens {_SHORTEST_PREFIX} Buchstaben oder Ziffern.",
        )
    if not words:
        return None
    if begins:
        return Prefix(text, field)
    if fuzzy:
        return Fuzzy(text, field, int(fuzzy[2] or 1))
    return Word(text, field)


def _between(piece: Piece, field: str, *, days: bool) -> Query:
    if piece.text == "*":
        return Between(field)
    sides = [side.strip() for side in _SPAN.split(piece.text)]
    if len(sides) > 2 or not any(sides):
        raise BadQuery(piece.position, "Ein Zeitraum oder Bereich hat die Form von..bis.")
    reads = _day if days else _number
    read = [reads(piece, side) if side else (None, None) for side in sides]
    low, high = read[0][0], read[-1][1]
    if low is not None and high is not None and low > high:  # type: ignore[operator]  # of one kind
        raise BadQuery(piece.position, "Der Anfang des Bereichs liegt hinter seinem Ende.")
    return Between(field, low, high)


def _day(piece: Piece, text: str) -> tuple[date, date]:
    """The first and the last day of what is written: a day, a month, a year."""
    day = german.day_in(text)
    if day is not None:
        return day, day
    try:
        if _YEAR.fullmatch(text):
            return date(int(text), 1, 1), date(int(text), 12, 31)
        if match := _MONTH.fullmatch(text):
            year, month = int(match["y"] or match["y2"]), int(match["m"] or match["m2"])
            first = date(year, month, 1)
            return first, first.replace(day=monthrange(year, month)[1])
    except ValueError:
        pass  # year 0 or month 13: said below, as for a day that no calendar has
    raise BadQuery(
        piece.position,
        f"„{text}“ ist kein Datum. Möglich sind zum Beispiel 01.02.2024, 2024-02-01, 02.2024"
        " und 2024.",
    )


def _number(piece: Piece, text: str) -> tuple[float, float]:
    if not _NUMBER.fullmatch(text):
        raise BadQuery(
            piece.position, f"„{text}“ ist keine Zahl. Möglich sind zum Beispiel 12 und 3,5."
        )
    number = float(text.replace(".", "").replace(",", "."))
    return number, number
