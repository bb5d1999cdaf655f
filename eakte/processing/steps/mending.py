"""What does recognition make of what is no writing, and which signs does it always misread?

A crest, a signature or a stamp's rim give words that nobody wrote; the paragraph sign, which the
German model hardly knows, becomes an 8. Only the recognised text is mended: the page that people
see stays as it was scanned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from eakte.processing.steps.recognition import Line, Recognised, Word

# On a page that is hard to read as a whole, low confidence tells nothing of one line.
GOOD_PAGE = 70.0
SURE, DOUBTFUL, GUESSED = 75.0, 60.0, 40.0
TALL = 1.5
APART = 1.5
FEW_LETTERS = 3
# So many words may stand between a paragraph sign and the law it belongs to.
REACH = 9

MISREAD = re.compile(r"(?P<before>[(\[„\"]*)(?P<signs>[8$5S3&]|[8$S&§][8$S&§5])")
NUMBER = re.compile(r"\d{1,4}[a-z]?[,;]?")
IN_CITATION = re.compile(
    r"\d{1,4}[a-z]?[,;]?|und|oder|bis|sowie|bzw\.|der|des|f{1,2}\.,?|[a-z]\)?,?|§{1,2}|i\.|V\.|m\."
    r"|mit|(Ers|Zwei|Drit|Vier|Fünf|Sechs|Sieb|Ach|Neun|Zehn|Elf|Zwölf|Vierzehn)ten"
)
NAMES_A_LAW = re.compile(
    r"(Abs\.|Absatz|Satz|S\.|Nr\.|Nummer|Halbsatz|Hs\."
    r"|SGB|SGG|BGB|BVG|GdB|VwGO|VwVfG|VwZG|OWiG|StGB|StPO|ZPO|GG|AO|EStG|DSGVO|BDSG|WoGG|OEG|KDVO"
    r"|VersMedV|SchwbAwV|[\w-]*(verordnung|gesetz(es|buch(es|s)?)?|ordnung)|Buch(es|s)?)[,;.)]*",
    re.IGNORECASE,
)
ROMAN_ONES = re.compile(r"(?P<ones>[|l!]{1,3})(?P<after>[).,;:“\"]*)")


def mended(found: Recognised) -> Recognised:
    """The same page without words that nobody wrote, and with paragraph signs for what they are."""
    lines = tuple(_written(found)) if (found.confidence or 0.0) >= GOOD_PAGE else found.lines
    return Recognised(_with_signs(lines))


def _written(found: Recognised) -> Iterator[Line]:
    for line in found.lines:
        words = _without_marks(line.words, height=_usual_height(line))
        if words and not _is_guessed(words):
            yield replace(line, words=words)


def _usual_height(line: Line) -> float:
    sure = [word.height for word in line.words if word.confidence >= SURE]
    return median(sure) if sure else line.bottom - line.top


def _is_guessed(words: Sequence[Word]) -> bool:
    """Whether nothing in the line was recognised with any confidence: a signature, a smear."""
    letters = sum(len(word.text) for word in words)
    mean = sum(word.confidence * len(word.text) for word in words) / letters
    return mean < GUESSED and all(word.confidence < DOUBTFUL for word in words)


def _without_marks(words: tuple[Word, ...], *, height: float) -> tuple[Word, ...]:
    """The words without what was made of a drawing at either end of the line."""
    kept = list(words)
    while len(kept) > 1 and _is_mark(kept[-1], beside=kept[-2], height=height):
        kept.pop()
    while len(kept) > 1 and _is_mark(kept[0], beside=kept[1], height=height):
        kept.pop(0)
    return tuple(kept)


def _is_mark(word: Word, *, beside: Word, height: float) -> bool:
    """Whether it is taller than its line and no word, or apart, short and guessed."""
    if not any(sign.isalnum() for sign in word.text) and word.height > TALL * height:
        return True
    gap = max(word.left - beside.right, beside.left - word.right)
    return (
        gap > APART * height
        and word.confidence < DOUBTFUL
        and len(word.text) <= FEW_LETTERS
        and not word.text.isdigit()
    )


def _with_signs(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    texts = [word.text for line in lines for word in line.words]
    mended_texts = iter([_as_meant(texts, place) for place in range(len(texts))])
    return tuple(
        replace(line, words=tuple(replace(word, text=next(mended_texts)) for word in line.words))
        for line in lines
    )


def _as_meant(texts: Sequence[str], place: int) -> str:
    text = texts[place]
    sign = MISREAD.fullmatch(text)
    if sign and _is_cited(texts[place + 1 : place + 1 + REACH]):
        return sign["before"] + "§" * len(sign["signs"])
    ones = ROMAN_ONES.fullmatch(text)
    if ones and place and texts[place - 1] == "SGB":
        return "I" * len(ones["ones"]) + ones["after"]
    return text


def _is_cited(following: Sequence[str]) -> bool:
    """Whether words read on like a section of a law: a number, and then what names the law."""
    if not following or not NUMBER.fullmatch(following[0]):
        return False
    for text in following[1:]:
        if NAMES_A_LAW.fullmatch(text):
            return True
        if not IN_CITATION.fullmatch(text):
            return False
    return False
