"""What do the signs of a typed query mean, one after another?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from search.errors import BadQuery
from search.folding import fold

_QUOTES = '"„“”«»'
_OPERATORS = {
    "ODER": "OR",
    "OR": "OR",
    "|": "OR",
    "UND": "AND",
    "AND": "AND",
    "&": "AND",
    "+": "AND",
    "NICHT": "NOT",
    "NOT": "NOT",
}
_CHUNK = re.compile(rf"[^\s(){_QUOTES}]+")
_NAME = re.compile(r"([^\W\d][\w-]*):")


class Sign(Enum):
    """What a piece of a query is."""

    WORD = "word"
    PHRASE = "phrase"
    FIELD = "field"
    OR = "or"
    AND = "and"
    NOT = "not"
    OPEN = "("
    CLOSE = ")"
    END = "end"


@dataclass(frozen=True)
class Piece:
    """One piece: what it is, what it says, and where it begins."""

    sign: Sign
    text: str
    position: int


def pieces(typed: str, names: Mapping[str, str]) -> Iterator[Piece]:
    """The pieces of a query, an END last; FIELD pieces carry the schema's name of the field.

    Raises BadQuery for a quote that is not closed and a field that nobody knows.
    """
    fields = {fold(name): field for name, field in names.items()}
    at = 0
    after_field = False
    while at < len(typed):
        sign = typed[at]
        if sign.isspace():
            at += 1
            continue
        found = _sign_at(typed, at)
        if found is None and not after_field:
            found = _field_at(typed, at, fields, names)
        if found is None:
            found = _chunk_at(typed, at, after_field=after_field)
        piece, at = found
        # Behind titel: even UND is a word; behind a blank it joins again.
        after_field = piece.sign is Sign.FIELD and not typed[at : at + 1].isspace()
        if piece.text or piece.sign is not Sign.WORD:
            yield piece
    yield Piece(Sign.END, "", len(typed))


def _sign_at(typed: str, at: int) -> tuple[Piece, int] | None:
    sign = typed[at]
    if sign in "()":
        return Piece(Sign(sign), sign, at), at + 1
    if sign in _QUOTES:
        end = next((n for n in range(at + 1, len(typed)) if typed[n] in _QUOTES), None)
        if end is None:
            raise BadQuery(
                at,
                "Das Anführungszeichen hat kein Gegenstück. Bitte setzen Sie hinter die"
                " Wortfolge ein zweites.",
            )
        return Piece(Sign.PHRASE, typed[at + 1 : end], at), end + 1
    if sign in "-\u2212":
        begins = at == 0 or typed[at - 1].isspace() or typed[at - 1] in "(-\u2212"
        followed = at + 1 < len(typed) and not typed[at + 1].isspace() and typed[at + 1] != ")"
        if begins and followed:
            return Piece(Sign.NOT, sign, at), at + 1
    return None


def _field_at(
    typed: str, at: int, fields: Mapping[str, str], names: Mapping[str, str]
) -> tuple[Piece, int] | None:
    match = _NAME.match(typed, at)
    if match is None:
        return None
    field = fields.get(fold(match[1]))
    if field is not None:
        return Piece(Sign.FIELD, field, at), match.end()
    behind = typed[match.end() : match.end() + 1]
    if behind == "" or behind.isspace() or behind in "/)":
        return None  # Az: 12/24 and https://… are no fields but words with a colon
    known = ", ".join(sorted(names)) or "keine"
    raise BadQuery(
        at,
        f"Ein Feld „{match[1]}“ gibt es nicht. Möglich sind: {known}."
        " Für die Suche nach den Wörtern selbst lassen Sie bitte den Doppelpunkt weg.",
    )


def _chunk_at(typed: str, at: int, *, after_field: bool) -> tuple[Piece, int]:
    match = _CHUNK.match(typed, at)
    if match is None:
        return Piece(Sign.WORD, "", at), at + 1
    operator = None if after_field else _OPERATORS.get(match[0])
    if operator is not None:
        return Piece(Sign[operator], match[0], at), match.end()
    return Piece(Sign.WORD, match[0], at), match.end()
