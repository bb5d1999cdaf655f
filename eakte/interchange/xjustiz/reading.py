"""From the bytes of xjustiz_nachricht.xml to what it says.

The versions 2.4 to 3.7 share one namespace and differ in where some elements stand and how the head
names them; so elements are looked for by their names below the place that all versions know. A
message that breaks the schema is read as far as it says something; nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from lxml import etree

from eakte.interchange.xjustiz.message import Fault, Message, Party, Piece, Stored, class_of

NAMESPACES = ("http://www.xjustiz.de", "https://www.xjustiz.de")
LARGEST = 32 * 1024 * 1024
MOST_PIECES, MOST_STORED, MOST_PARTIES, MOST_FAULTS = 2000, 50, 200, 20
DEEPEST = 12
LONGEST = 300
FIRST_YEAR, LAST_YEAR = 1900, 2100
TRUE = ("true", "1")
# The faults of GDS.Fehlercodes; applications and courts have lists of their own.
COMMON_FAULT = "fehlercode"


class NotReadable(ValueError):
    """The bytes are no message of XJustiz: no XML, another XML, or more than is ever sent."""


def begins_like_a_message(head: bytes) -> bool:
    """Say from the first bytes whether this may be a message of XJustiz."""
    plain = head.replace(b"\0", b"")
    return b"xjustiz.de" in plain and b"nachricht." in plain


def read_message(content: bytes) -> Message:
    """Return what a message says.

    Raises:
        NotReadable: it is none.
    """
    if len(content) > LARGEST:
        raise NotReadable("longer than any message")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotReadable("no XML") from error
    # A declaration of entities has no place in any message.
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotReadable("a document type")
    if not str(root.tag).startswith("{") or etree.QName(root).namespace not in NAMESPACES:
        raise NotReadable("another XML")
    return _message(root)


def _message(root: etree._Element) -> Message:
    head = _first(root, "nachrichtenkopf")
    head = root if head is None else head
    sender = _first(head, "absender", "auswahl_absender")
    recipient = _first(head, "empfaenger", "auswahl_empfaenger")
    product = _first(head, "herstellerinformation")
    instances = list(_all(root, "instanzdaten"))
    pieces = tuple(_pieces(root))
    return Message(
        name=etree.QName(root).localname[:100],
        version=_attribute(head, "xjustizVersion")[:20],
        sender=_partner(sender),
        sender_code=_code(sender),
        recipient=_partner(recipient),
        theirs=_words([*_all(head, "aktenzeichen.absender"), *_below(sender, "aktenzeichen")]),
        ours=_words(
            [*_all(head, "aktenzeichen.empfaenger"), *_below(recipient, "aktenzeichen.freitext")]
        ),
        proceedings=_once(
            reference
            for instance in instances
            for one in _children(instance, "aktenzeichen")
            if (reference := _reference(one))
        ),
        courts=_once(
            _code(one)
            for instance in instances
            for one in _children(instance, "auswahl_instanzbehoerde")
        ),
        message_id=_said(head, "eigeneNachrichtenID"),
        answers=_said(head, "fremdeNachrichtenID"),
        created_at=_moment(_said(head, "erstellungszeitpunkt")),
        product=" ".join(
            one for one in (_said(product, "nameDesProdukts"), _said(product, "version")) if one
        ),
        title=next((one for one in (_said(each, "kurzrubrum") for each in instances) if one), ""),
        subject=next((one for one in (_said(each, "gegenstand") for each in instances) if one), ""),
        parties=tuple(_parties(root)),
        pieces=pieces,
        wants_confirmation=any(
            _text(one).lower() in TRUE for one in _all(root, "ruecksendungEEB.erforderlich")
        ),
        faults=tuple(_faults(root))[:MOST_FAULTS],
    )


# --- the documents --------------------------------------------------------------------------------


def _pieces(root: etree._Element) -> Iterator[Piece]:
    """Every document; the covering letter first, the others in the order of their numbers."""
    place = _first(root, "schriftgutobjekte")
    if place is None:
        return
    covering = _said(_first(place, "anschreiben"), "ref.sgo")
    found = list(_within(place, (), wanted=False, level=0))[:MOST_PIECES]
    yield from (one for one in found if covering and one.id == covering)
    yield from (one for one in found if not covering or one.id != covering)


def _within(
    place: etree._Element, titles: tuple[str, ...], *, wanted: bool, level: int
) -> Iterator[Piece]:
    if level > DEEPEST:
        return
    held = [
        one for one in _children(place, "akte", "teilakte", "dokument", "inhalt") if len(one) > 0
    ]
    for one in sorted(held, key=_order(held)):
        name = etree.QName(one).localname
        if name == "dokument":
            yield _piece(one, titles, wanted=wanted)
        elif name == "inhalt":
            yield from _within(one, titles, wanted=wanted, level=level + 1)
        else:
            facts = _facts(one)
            title = _child(facts, "anzeigename") or _child(one, "anzeigename")
            asked = wanted or _child(facts, "ruecksendungEEB.erforderlich").lower() in TRUE
            inner = (*titles, title) if title else titles
            yield from _within(facts, inner, wanted=asked, level=level + 1)
            if facts is not one:
                yield from _within(one, inner, wanted=asked, level=level + 1)


def _order(held: list[etree._Element]) -> Callable[[etree._Element], int]:
    """The order is that of the numbers alone, unless they are missing or not told apart."""
    numbers = [_number(one) for one in held]
    usable = None not in numbers and len(set(numbers)) == len(numbers)
    places = {
        one: number if usable and number is not None else place
        for place, (one, number) in enumerate(zip(held, numbers, strict=True))
    }
    return places.__getitem__


def _piece(one: etree._Element, titles: tuple[str, ...], *, wanted: bool) -> Piece:
    facts = _facts(one)
    kind = _code(_first(facts, "dokumentklasse"))
    stored = tuple(
        Stored(
            _plain_name(_child(each, "dateiname")),
            _code(_first(each, "bestandteil")),
            _plain_name(_child(each, "dateiname.bezugsdatei")),
        )
        for each in list(_children(facts, "datei"))[:MOST_STORED]
    )
    arrived = _first(one, "posteingang")
    return Piece(
        id=_said(_first(one, "identifikation"), "id"),
        title=_child(facts, "anzeigename") or _child(one, "anzeigename") or class_of(kind),
        kind=kind,
        written_on=_day(_child(one, "datumDesSchreibens")),
        received_on=_day(_said(arrived, "datum") or _child(one, "posteingangsdatum")),
        sender=_child(facts, "absenderAnzeigename"),
        recipient=_child(facts, "adressatAnzeigename"),
        wants_confirmation=wanted or _child(facts, "ruecksendungEEB.erforderlich").lower() in TRUE,
        stored=tuple(each for each in stored if each.name),
        within=titles,
    )


def _facts(one: etree._Element) -> etree._Element:
    facts = next(_children(one, "xjustiz.fachspezifischeDaten", "fachspezifischeDaten"), None)
    return one if facts is None else facts


def _number(one: etree._Element) -> int | None:
    told = _said(_first(one, "identifikation"), "nummerImUebergeordnetenContainer")
    return int(told) if told.isdecimal() and len(told) < 10 else None


def _plain_name(told: str) -> str:
    """A name and nothing that leads elsewhere: the documents lie flat beside the message."""
    return told.replace("\\", "/").rsplit("/", 1)[-1]


# --- who takes part -------------------------------------------------------------------------------


def _parties(root: etree._Element) -> Iterator[Party]:
    for one in list(_all(root, "beteiligung"))[:MOST_PARTIES]:
        who = _first(one, "beteiligter")
        name = _name(who)
        if not name:
            continue
        born = _first(who, "geburt")
        parts = list(_children(one, "rolle")) or [one]
        for part in parts[:MOST_STORED]:
            yield Party(
                _code(_first(part, "rollenbezeichnung")),
                name,
                _said(part, "geschaeftszeichen"),
                _day(_said(born, "geburtsdatum") or _said(born, "datum")),
            )


def _name(who: etree._Element | None) -> str:
    if who is None:
        return ""
    for organisation in _all(who, "ra.kanzlei", "organisation"):
        told = _said(organisation, "bezeichnung.aktuell")
        if told:
            return told
    person = _first(who, "vollerName")
    if person is None:
        return ""
    before = " ".join(filter(None, (_child(person, "titel"), _child(person, "namensvorsatz"))))
    surname = " ".join(filter(None, (before, _child(person, "nachname"))))
    return ", ".join(filter(None, (surname, _child(person, "vorname"))))[:LONGEST]


def _partner(place: etree._Element | None) -> str:
    """Whom a partner of the exchange is called; a court by its code where it has no name."""
    if place is None:
        return ""
    for one in _all(place, "name", "sonstige", "absender.sonstige", "empfaenger.sonstige"):
        if told := _text(one):
            return told
    return _code(place)


def _reference(one: etree._Element) -> str:
    """A reference as free text, or put together from its parts (Type.GDS.Aktenzeichen)."""
    if told := _said(one, "aktenzeichen.freitext"):
        return told
    number, year = _said(one, "laufendeNummer"), _said(one, "jahr")
    if not number:
        return _text(one) if len(one) == 0 else ""
    register = _code(_first(one, "register"))
    counted = f"{number}/{year}" if year else number
    parts = (
        *(_said(one, "vorsatz"), _said(one, "zusatzkennung"), _said(one, "abteilung")),
        *(register, counted, _said(one, "zusatz")),
    )
    return " ".join(filter(None, parts))[:LONGEST]


def _faults(root: etree._Element) -> Iterator[Fault]:
    """What an error message (0005007) or a refused acknowledgement (2200007) finds wrong."""
    for one in _all(root, "fehler"):
        status = _first(one, "auswahl_statusWeiterverarbeitung")
        handled = None if status is None else _said(status, "erfolgt").lower() in TRUE
        choice = _first(one, "auswahl_fehlercode")
        chosen = next(choice.iterchildren("*"), None) if choice is not None else None
        # A code of another list than the common one says nothing without the name of its list.
        of = "" if chosen is None else etree.QName(chosen).localname.replace(COMMON_FAULT, "")
        yield Fault(f"{of} {_code(chosen)}".strip(), _said(one, "zusatzinformation"), handled)
    for one in _all(root, "stoerungsmeldung"):
        yield Fault(_code(_first(one, "stoerungsID")), _said(one, "stoerungsGrund"), False)


# --- words, days and places in the tree -----------------------------------------------------------


def _all(place: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    if place is not None:
        for one in place.iterdescendants():
            if isinstance(one.tag, str) and etree.QName(one).localname in names:
                yield one


def _first(place: etree._Element | None, *names: str) -> etree._Element | None:
    return next(_all(place, *names), None)


def _below(place: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The references that a partner gives; in a court's own, free text stands deeper."""
    for one in _all(place, name):
        deeper = _first(one, "aktenzeichen.freitext")
        yield one if deeper is None else deeper


def _children(place: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    if place is not None:
        for one in place:
            if isinstance(one.tag, str) and etree.QName(one).localname in names:
                yield one


def _text(one: etree._Element | None) -> str:
    return "" if one is None else " ".join((one.text or "").split())[:LONGEST]


def _said(place: etree._Element | None, name: str) -> str:
    return _text(_first(place, name))


def _child(place: etree._Element | None, name: str) -> str:
    return _text(next(_children(place, name), None))


def _words(found: Iterator[etree._Element] | list[etree._Element]) -> tuple[str, ...]:
    return _once(_text(one) for one in found)


def _once(told: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in told if one))[:20]


def _code(place: etree._Element | None) -> str:
    """The code below an element; it stands in no namespace, whatever surrounds it."""
    return _said(place, "code")[:40]


def _attribute(one: etree._Element, name: str) -> str:
    """An attribute with or without a namespace."""
    found = (value for key, value in one.attrib.items() if etree.QName(key).localname == name)
    return str(next(found, "")).strip()


def _day(told: str) -> date | None:
    try:
        day = date.fromisoformat(told[:10])
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _moment(told: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
