"""How are files named that go to a court, and which letters may stand in a message?

File names: ERVB 2025 no. 1 and XJustiz, Type.GDS.Dokument, dateiname. Letters: DIN 91379:2022-08,
data types A (names), B (places), C (normative letters) and D (C and typographic signs).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from uuid import UUID

from eakte.errors import Sentence

MESSAGE_NAME = "xjustiz_nachricht.xml"
# The rule says 90; names near it were refused in practice.
LONGEST_NAME = 84
STEM = re.compile(r"[A-Za-zÄÖÜäöüß0-9_-]+")
FILE_NAME = re.compile(r"[A-Za-zÄÖÜäöüß0-9_-]+(\.[A-Za-z0-9]+){1,2}")

_LETTERS = (
    "À-ÖØ-öø-žƇƈƏƗƠơƯưƷǍ-ǜǞǟǢ-ǰǴǵǸ-ǿȒȓȘ-țȞȟȧ-ȳəɨʒʹʺʾʿˈˌḂḃḆḇḊ-ḑḗḜ-ḫḯ-ḷḺḻṀ-ṉṒ-ṛṞ-ṣṪ-ṯẀ-ẇẌ-ẗẞ"
    "\u1ea0-\u1ef9’‡"
)
_PLAIN = {
    "A": re.compile(rf"[ ',\-.A-Z`a-z~¨´·{_LETTERS}]"),
    "B": re.compile(rf"[ -~¡-£¥§-¬®-·¹-»¿-ž{_LETTERS}€]"),
    "C": re.compile(rf"[\t\n\r -~\xa0-¬®-ž{_LETTERS}€]"),
    "D": re.compile(rf"[ -~¡-¬®-ž{_LETTERS}€ƒˆ˜‘-‚“-„†…‰′″‹›™≤≥]"),
}
# Letters with marks that have no sign of their own, as DIN 91379 lists them.
_MARKED = {
    **{"A": "\u030b", "C": "\u0300\u0304\u0306\u0308\u0315\u0323\u0326", "D": "\u0302"},
    **{"F": "\u0300\u0304", "G": "\u0300", "H": "\u0304\u0326\u0331", "J": "\u0301\u030c"},
    **{"K": "\u0300\u0302\u0304\u0307\u0315\u031b\u0326", "L": "\u0302\u0325\u0326"},
    **{"M": "\u0300\u0302\u0306\u0310", "N": "\u0302\u0304\u0306\u0326"},
    **{"P": "\u0300\u0304\u0315\u0323", "R": "\u0306\u0325", "S": "\u0300\u0304\u0331"},
    **{"T": "\u0300\u0304\u0308\u0315\u031b", "U": "\u0307"},
    **{"Z": "\u0300\u0304\u0306\u0308\u0327"},
}
_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("„“”‟«»\u2033", '"'),
    **dict.fromkeys("‚‘‛\u2032‹›", "'"),
    **{"…": "...", "•": "*", "ﬁ": "fi", "ﬂ": "fl", "\u2028": "\n", "\u2029": "\n"},
}
_SPACES = re.compile(r"\s+")


def allowed(text: str, kind: str = "C") -> str:
    """Return the text with nothing in it that the data type does not allow.

    Kinds are the data types A to D. Typographic signs become plain ones, what cannot be written
    loses its marks, and what has no Latin letter at all becomes "?" (A: nothing). Control and
    direction marks go without a trace: they would only change how the rest is read.
    """
    shown = []
    last = ""
    for sign in unicodedata.normalize("NFC", text):
        if _PLAIN[kind].fullmatch(sign):
            written = sign
        elif unicodedata.combining(sign):
            written = sign if _may_bear(last, sign) else ""
        elif unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn"):
            written = " " if sign in "\t\n\r" else ""
        else:
            written = _plain(sign, kind)
        shown.append(written)
        last = sign
    return _SPACES.sub(" ", "".join(shown)).strip()


def _may_bear(letter: str, mark: str) -> bool:
    return len(letter) == 1 and mark in _MARKED.get(letter.upper(), "")


def _plain(sign: str, kind: str) -> str:
    for written in (
        _INSTEAD.get(sign, ""),
        "".join(
            part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)
        ),
    ):
        if written and all(_PLAIN[kind].fullmatch(part) for part in written):
            return written
    if unicodedata.category(sign).startswith("Z"):
        return " "
    return "" if kind == "A" else "?"


def file_name(number: int, title: str, file_id: UUID) -> str:
    """Return ``0012_Befundbericht_<uuid>.pdf``: at most 84 signs, all of them allowed.

    The number comes first because mailbox programs sort by name; what counts is the number in
    the message.
    """
    before, after = f"{number:04}_", f"_{file_id}.pdf"
    room = LONGEST_NAME - len(before) - len(after)
    stem = "".join(_in_names(sign) for sign in unicodedata.normalize("NFC", title))
    stem = re.sub(r"_{2,}", "_", re.sub(r"-{2,}", "-", stem)).strip("_-")
    return f"{before}{stem[:room].strip('_-') or 'Dokument'}{after}"


def _in_names(sign: str) -> str:
    if STEM.fullmatch(sign):
        return sign
    if sign.isspace() or unicodedata.category(sign).startswith(("P", "S", "Z")):
        return "_"
    folded = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in folded if STEM.fullmatch(part))


def name_faults(name: str) -> list[Sentence]:
    """Say what is wrong with a file name; nothing means nothing."""
    faults = []
    if len(name) > LONGEST_NAME:
        faults.append(
            Sentence(
                "Der Dateiname „%(name)s“ hat %(length)s Zeichen; erlaubt sind %(most)s.",
                name=name,
                length=len(name),
                most=LONGEST_NAME,
            )
        )
    if not FILE_NAME.fullmatch(name):
        faults.append(
            Sentence("Der Dateiname „%(name)s“ enthält Zeichen, die nicht erlaubt sind.", name=name)
        )
    return faults
