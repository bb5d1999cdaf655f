"""What may parent and child say to each other? JSON lines; the parent believes nothing unchecked.

A document may have taken over the child, so the parent reads lines of bounded length and number,
takes only values of the expected type and range, and makes file names itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from eakte.model.findings import (
    Code,
    CourtHead,
    Enclosure,
    Flag,
    Kind,
    Letterhead,
    Look,
    PageText,
    Part,
    Problem,
    Sheet,
    TextSource,
)
from eakte.model.signature import Signature
from eakte.processing.distrust import (
    LONGEST_WORD,
    Distrusted,
    a_day,
    a_number,
    a_share,
    a_string,
    a_whole,
    cleaned,
    page_numbers,
    words,
)
from eakte.processing.problems import SENTENCES, problem
from eakte.processing.redaction_words import Place, RedactionFinding, finding_said, place_said

LONGEST_LINE = 4 * 1024 * 1024
LONGEST_TALK = 512 * 1024 * 1024
LONGEST_TOOLS = 300
MOST_NOTES = 200
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,90}")
NOT_PLAIN = re.compile(r"[^ -~]")
STEPS = frozenset(
    {"look", "convert", "separate", "arrange", "recognise", "assemble", "preview", "draw"}
    | {"redact"}
)
MOST_CODES, LONGEST_CODE, LARGEST_SKEW = 20, 500, 90
MOST_PAGES = 1_000_000
LONGEST_HEAD, LONGEST_NAME, MOST_ENCLOSURES = 8000, 500, 1200
MOST_SIGNATURES, LONGEST_SAID = 100, 400
MOST_FAULTS = 20

# What a child is told beside its job, because a long list of pages is too long for a line.
WANTED = "wanted.json"


def source_name(number: int) -> str:
    """Return the name under which a document lies in a child's folder, the first being 0."""
    return f"original-{number}" if number else "original"


class Word(Enum):
    """The kinds of messages that a child sends."""

    READY = "ready"
    LOOK = "look"
    PROGRESS = "progress"
    PAGE = "page"
    NOTE = "note"
    SHEET = "sheet"
    PART = "part"
    HEAD = "head"
    ENCLOSURE = "enclosure"
    COURT = "court"
    SIGNATURE = "signature"
    FINDING = "finding"
    PLACE = "place"
    END = "end"
    FAULT = "fault"


@dataclass(frozen=True)
class Progress:
    """How far a step has come."""

    step: str
    done: int
    of: int


@dataclass
class Account:
    """What a child has said so far, checked; ``ended`` once it said that it was done.

    ``wanted_parts`` is what it was told to write; otherwise it finds the parts itself.
    """

    look: Look | None = None
    pages: list[PageText] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    written_parts: int = 0
    head: Letterhead | None = None
    court: CourtHead | None = None
    enclosures: list[Enclosure] = field(default_factory=list)
    written_enclosures: int = 0
    wanted_parts: int = 0
    drawn: tuple[int, ...] = ()
    signatures: list[Signature] = field(default_factory=list)
    findings: list[RedactionFinding] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    flags: frozenset[Flag] = frozenset()
    has_pdf: bool = False
    unlocked: bool = False
    previews: int = 0
    tools: str = ""
    fault: str = ""
    ready: bool = False
    ended: bool = False
    disturbed: bool = False
    """Whether it said that the machine failed it, which nobody can check."""

    def hear(self, line: bytes) -> Progress | None:
        """Take in one line; returns progress if it is that.

        Raises:
            Distrusted: the line is not one of the known messages, or comes after the end.
        """
        try:
            said = json.loads(line)
            word = Word(said["word"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Distrusted("unknown message") from error
        if self.ended or not isinstance(said, dict):
            raise Distrusted("a message after the end")
        try:
            return self._take(word, said)
        except (ValueError, KeyError, TypeError) as error:
            raise Distrusted(f"malformed {word.value}") from error

    def _take(self, word: Word, said: dict[str, object]) -> Progress | None:
        if word is Word.PROGRESS:
            return _progress(said)
        if word is Word.READY:
            self.ready = True
        elif word is Word.LOOK:
            self.look = _look(said)
        elif word is Word.PAGE:
            self.pages.append(_page(said, number=len(self.pages) + 1))
        elif word is Word.NOTE:
            self._note(said)
        elif word is Word.SHEET:
            self.sheets.append(_sheet(said, number=len(self.sheets) + 1))
        elif word is Word.PART:
            self._part(said)
        elif word is Word.HEAD:
            self.head = _head(said)
        elif word is Word.ENCLOSURE:
            self.enclosures.append(_enclosure(said, number=len(self.enclosures) + 1))
        elif word is Word.COURT:
            self.court = _court(said)
        elif word is Word.SIGNATURE:
            self._signature(said)
        elif word is Word.FINDING:
            self.findings.append(finding_said(said, before=len(self.findings)))
        elif word is Word.PLACE:
            self.places.append(place_said(said, before=len(self.places)))
        elif word is Word.FAULT:
            self.fault = cleaned(a_string(said["trace"], most=8000))
            self.disturbed = said.get("machine") is True
        else:
            self._end(said)
        return None

    def _note(self, said: dict[str, object]) -> None:
        code = a_string(said["code"], most=40)
        numbers = said["pages"]
        if code not in SENTENCES or not isinstance(numbers, list) or len(numbers) > MOST_PAGES:
            raise Distrusted("unknown problem")
        if len(self.problems) >= MOST_NOTES:
            raise Distrusted("too many problems")
        pages = [a_whole(number, most=MOST_PAGES) for number in numbers]
        count = a_whole(said["count"], most=MOST_PAGES)
        self.problems.append(
            problem(code, pages=pages, count=count, names=words(said.get("names", [])))
        )

    def _part(self, said: dict[str, object]) -> None:
        """Take in a part; no page may be in two, none may be made up."""
        taken = {page for part in self.parts for page in (*part.pages, *part.blanks)}
        known = len(self.sheets)
        pages, blanks = (page_numbers(said[name], most=known) for name in ("pages", "blanks"))
        opened_by = None if said["opened_by"] is None else a_whole(said["opened_by"], most=known)
        inside = [*pages, *blanks]
        if not pages or taken & set(inside) or len(set(inside)) != len(inside):
            raise Distrusted("a page in two parts")
        if any(not self.sheets[page - 1].blank for page in blanks) or opened_by == 0:
            raise Distrusted("a page left out that is not blank")
        self.parts.append(Part(pages, opened_by, blanks))

    def _signature(self, said: dict[str, object]) -> None:
        if len(self.signatures) >= MOST_SIGNATURES:
            raise Distrusted("too many signatures")
        told = {
            name: value if isinstance(value, bool) else cleaned(a_string(value, most=LONGEST_SAID))
            for name, value in said.items()
            if name != "word"
        }
        self.signatures.append(Signature.of(told))

    def _end(self, said: dict[str, object]) -> None:
        flags = said["flags"]
        if not isinstance(flags, list) or len(flags) > len(Flag):
            raise Distrusted("flags")
        self.flags = frozenset(Flag(flag) for flag in flags)
        self.has_pdf = said["pdf"] is True
        self.unlocked = said.get("unlocked") is True
        self.previews = a_whole(said["previews"], most=MOST_PAGES)
        self.tools = NOT_PLAIN.sub("?", a_string(said["tools"], most=LONGEST_TOOLS))
        self.written_parts = a_whole(said.get("parts", 0), most=MOST_PAGES)
        self.drawn = page_numbers(said.get("drawn", []), most=MOST_PAGES)
        if self.previews not in (0, len(self.pages)):
            raise Distrusted("previews and pages differ")
        self.written_enclosures = a_whole(said.get("enclosures", 0), most=MOST_ENCLOSURES)
        if self.written_enclosures not in (0, len(self.enclosures)):
            raise Distrusted("enclosures and their products differ")
        if self.written_parts not in (0, self.wanted_parts or len(self.parts)):
            raise Distrusted("parts and their products differ")
        self.ended = True


def written(word: Word, /, **values: object) -> bytes:
    """One message as a line."""
    return json.dumps({"word": word.value, **values}, ensure_ascii=True).encode() + b"\n"


def _progress(said: dict[str, object]) -> Progress:
    step = a_string(said["step"], most=20)
    if step not in STEPS:
        raise Distrusted("unknown step")
    of = a_whole(said["of"], most=MOST_PAGES)
    return Progress(step, min(a_whole(said["done"], most=MOST_PAGES), of), of)


def _look(said: dict[str, object]) -> Look:
    media_type = a_string(said["media_type"], most=200)
    if not MEDIA_TYPE.fullmatch(media_type):
        raise Distrusted("media type")
    pages = None if said["pages"] is None else a_whole(said["pages"], most=MOST_PAGES)
    code = said["code"]
    names = words(said.get("names", []))
    found = None if code is None else problem(a_string(code, most=40), names=names)
    return Look(
        media_type, Kind(a_string(said["kind"], most=40)), pages, found, said["refused"] is True
    )


def _page(said: dict[str, object], *, number: int) -> PageText:
    if number > MOST_PAGES:
        raise Distrusted("too many pages")
    sure = said["confidence"]
    dpi = said["dpi"]
    rotation = a_whole(said["rotation"], most=270)
    if rotation % 90:
        raise Distrusted("rotation")
    return PageText(
        number=number,
        text=cleaned(a_string(said["text"], most=LONGEST_LINE)),
        source=TextSource(a_string(said["source"], most=40)),
        confidence=None if sure is None else a_number(sure, most=100),
        width_pt=a_number(said["width"], most=1e6),
        height_pt=a_number(said["height"], most=1e6),
        dpi=None if dpi is None else a_whole(dpi, most=100_000),
        rotation=rotation,
        unsure=a_share(said.get("unsure")),
    )


def _sheet(said: dict[str, object], *, number: int) -> Sheet:
    codes, dpi = said["codes"], said["dpi"]
    if number > MOST_PAGES or not isinstance(codes, list) or len(codes) > MOST_CODES:
        raise Distrusted("sheet")
    skew = said["skew"]
    if not isinstance(skew, int | float) or not -LARGEST_SKEW <= skew <= LARGEST_SKEW:
        raise Distrusted("skew")
    return Sheet(
        number=number,
        codes=tuple(
            Code(a_string(kind, most=40), cleaned(a_string(text, most=LONGEST_CODE)))
            for kind, text in codes
        ),
        patch_t=said["patch_t"] is True,
        blank=said["blank"] is True,
        dpi=None if dpi is None else a_whole(dpi, most=100_000),
        skew=float(skew),
        readable=said["readable"] is True,
        dark=a_share(said.get("dark")),
        traces=said.get("traces") is True,
    )


def _head(said: dict[str, object]) -> Letterhead:
    names = ("sender", "recipients", "copies", "subject", "message_id")
    told = {name: cleaned(a_string(said[name], most=LONGEST_HEAD)) for name in names}
    sent = said["sent_at"]
    sent_at = None if sent is None else datetime.fromisoformat(a_string(sent, most=40))
    if sent_at is not None and sent_at.tzinfo is None:
        raise Distrusted("a moment without its zone")
    return Letterhead(**told, sent_at=sent_at, remote=a_whole(said["remote"], most=MOST_PAGES))


def _enclosure(said: dict[str, object], *, number: int) -> Enclosure:
    media_type = a_string(said["media_type"], most=200)
    if number > MOST_ENCLOSURES or not MEDIA_TYPE.fullmatch(media_type):
        raise Distrusted("enclosure")
    look = Look(media_type, Kind(a_string(said["kind"], most=40)))
    name = cleaned(a_string(said["name"], most=LONGEST_NAME))
    return Enclosure(
        Path(f"enclosure-{number:05d}"),
        name,
        look,
        said["inline"] is True,
        title=cleaned(a_string(said.get("title", ""), most=LONGEST_WORD)),
        written_on=a_day(said.get("written_on")),
        sender=cleaned(a_string(said.get("sender", ""), most=LONGEST_WORD)),
    )


def _court(said: dict[str, object]) -> CourtHead:
    names = ("kind", "version", "sender", "sender_code", "recipient")
    more = ("message_id", "answers", "title")
    told = {name: cleaned(a_string(said[name], most=LONGEST_WORD)) for name in (*names, *more)}
    created = said["created_at"]
    created_at = None if created is None else datetime.fromisoformat(a_string(created, most=40))
    if created_at is not None and created_at.tzinfo is None:
        raise Distrusted("a moment without its zone")
    return CourtHead(
        **told,
        theirs=words(said["theirs"]),
        ours=words(said["ours"]),
        created_at=created_at,
        wants_confirmation=said["wants_confirmation"] is True,
        missing=words(said["missing"]),
        faults=_faults(said["faults"]),
    )


def _faults(value: object) -> tuple[tuple[str, str, bool | None], ...]:
    if not isinstance(value, list) or len(value) > MOST_FAULTS:
        raise Distrusted("no list of faults")
    found = []
    for one in value:
        if not isinstance(one, list) or len(one) != 3 or not isinstance(one[2], bool | None):
            raise Distrusted("no fault")
        code, more = (cleaned(a_string(text, most=LONGEST_WORD)) for text in one[:2])
        found.append((code, more, one[2]))
    return tuple(found)
