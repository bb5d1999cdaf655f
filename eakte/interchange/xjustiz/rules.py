"""What does the standard demand of a message that its schema cannot say?

Sources: documentation in the schemas (Type.GDS.Dokument, Type.GDS.Xdomea.IdentifikationObjektType,
Type.GDS.Akte), ERVB 2025 no. 1 (1,000 files and 200 MB a message), BehAktÜbV § 2 Abs. 4. Every
fault is one German sentence, and all of them are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from eakte.errors import Sentence
from eakte.interchange.xjustiz import codes
from eakte.interchange.xjustiz.codes import CodeLists
from eakte.interchange.xjustiz.names import MESSAGE_NAME, name_faults
from eakte.interchange.xjustiz.writing_schema import parser
from eakte.interchange.xjustiz.writing_versions import FIXED_LISTS, VERSIONS

XJ = "{http://www.xjustiz.de}"
ORIGINAL, REPRESENTATION, SIGNATURE = "001", "002", "003"
CONTAINERS = (f"{XJ}akte", f"{XJ}teilakte", f"{XJ}dokument")
# Only courts among themselves may use these.
FOR_COURTS = ("justizinterneDaten", "nachrichtenuebergreifenderProzess")
CODED = {
    f"{XJ}gericht": codes.COURTS,
    f"{XJ}empfaenger.gericht": codes.COURTS,
    f"{XJ}dokumentklasse": codes.DOCUMENT_CLASSES,
    f"{XJ}ereignis": codes.EVENTS,
    f"{XJ}sachgebiet": codes.FIELDS_OF_LAW,
    f"{XJ}rollenbezeichnung": codes.ROLES,
    f"{XJ}aktentyp": codes.DOSSIER_KINDS,
    f"{XJ}teilaktentyp": codes.PART_KINDS,
    f"{XJ}bestandteil": codes.COMPONENTS,
    f"{XJ}verweistyp": codes.LINKS,
    f"{XJ}az.art": codes.REFERENCE_KINDS,
}


@dataclass(frozen=True)
class Limits:
    """How much one message may carry, itself counted in; the announcement has changed often."""

    files: int
    size: int

    @property
    def megabytes(self) -> int:
        """The size as people say it."""
        return self.size // 1024**2


ERVB_2025 = Limits(files=1_000, size=200 * 1024 * 1024)


@dataclass(frozen=True)
class Sent:
    """One message with the sizes of the files that go with it, by their names, itself left out."""

    message: bytes
    sizes: Mapping[str, int]


@dataclass(frozen=True)
class Verdict:
    """``faults`` stand against sending; ``hints`` only have to be said."""

    faults: tuple[Sentence, ...]
    hints: tuple[Sentence, ...]


def examine(
    sent: Sequence[Sent], lists: CodeLists, *, limits: Limits | None = ERVB_2025
) -> Verdict:
    """Check the messages of one dispatch, each alone and all together.

    A physical carrier (ERVV § 3) has no ``limits``. Never raises for what is wrong
    with a message; a message that is no XML is a fault as well.
    """
    faults: list[Sentence] = []
    hints: list[Sentence] = []
    roots: list[etree._Element] = []
    for number, one in enumerate(sent, 1):
        try:
            root = etree.fromstring(one.message, parser())
        except etree.XMLSyntaxError:
            faults.append(Sentence("Nachricht %(number)s ist kein XML.", number=number))
            continue
        roots.append(root)
        faults += _order(root)
        faults += _files(root, one.sizes)
        faults += _references(root)
        faults += _for_courts(root)
        faults += _version(root)
        faults += _obligatory(root)
        if limits is not None:
            faults += _limits(one, limits)
        for checked in _codes(root, lists):
            faults += [checked.fault] if checked.fault else []
            hints += [checked.hint] if checked.hint else []
    faults += _together(roots)
    return Verdict(tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(hints)))


def _order(root: etree._Element) -> Iterator[Sentence]:
    """Numbers begin with 1, without gap and without double, over all kinds of things."""
    for container in root.iter(f"{XJ}schriftgutobjekte", f"{XJ}inhalt"):
        numbers = [
            thing.findtext(f"{XJ}identifikation/{XJ}nummerImUebergeordnetenContainer", "")
            for thing in container
            if thing.tag in CONTAINERS
        ]
        found = sorted(int(number) for number in numbers if number.isdigit())
        if found != list(range(1, len(numbers) + 1)):
            yield Sentence(
                "Die Ordnungsnummern in „%(where)s“ sind nicht lückenlos ab 1: %(numbers)s.",
                where=_name_of(container),
                numbers=", ".join(numbers[:30]),
            )


def _files(root: etree._Element, sizes: Mapping[str, int]) -> Iterator[Sentence]:
    named: Counter[str] = Counter()
    for document in root.iter(f"{XJ}dokument"):
        parts = [
            (
                stored.findtext(f"{XJ}dateiname", ""),
                stored.findtext(f"{XJ}bestandteil/code", ""),
                [one.text or "" for one in stored.findall(f"{XJ}dateiname.bezugsdatei")],
            )
            for stored in document.iter(f"{XJ}datei")
        ]
        here = {name for name, _, _ in parts}
        for kind, word in ((ORIGINAL, "Original"), (REPRESENTATION, "Repräsentat")):
            if sum(code == kind for _, code, _ in parts) > 1:
                yield Sentence(
                    "„%(title)s“ hat mehr als ein %(kind)s.", title=_name_of(document), kind=word
                )
        for name, code, signed in parts:
            named[name.casefold()] += 1
            yield from name_faults(name)
            if code == SIGNATURE and not (signed and set(signed) <= here):
                yield Sentence(
                    "Die Signaturdatei „%(name)s“ nennt nicht, welche Datei des Dokuments sie "
                    "unterschreibt.",
                    name=name,
                )
            if name not in sizes:
                yield Sentence("Die Datei „%(name)s“ fehlt im Paket.", name=name)
            elif sizes[name] == 0:
                yield Sentence("Die Datei „%(name)s“ ist leer.", name=name)
    for name, times in named.items():
        if times > 1:
            yield Sentence("Der Dateiname „%(name)s“ kommt mehrfach vor.", name=name)
        if name == MESSAGE_NAME:
            yield Sentence("Ein Dokument darf nicht „%(name)s“ heißen.", name=name)
    for name in sizes:
        if name.casefold() not in named:
            yield Sentence("Die Datei „%(name)s“ steht nicht in der Nachricht.", name=name)


def _references(root: etree._Element) -> Iterator[Sentence]:
    """Who and what is referred to inside a message has to be there."""
    for pointing, defined, template in (
        (
            "ref.beteiligtennummer",
            "beteiligtennummer",
            "Die Beteiligtennummer %(number)s ist nicht vergeben.",
        ),
        ("ref.rollennummer", "rollennummer", "Die Rollennummer %(number)s ist nicht vergeben."),
        ("ref.instanznummer", "instanznummer", "Die Instanznummer %(number)s ist nicht vergeben."),
    ):
        known = {one.text for one in root.iter(f"{XJ}{defined}")}
        for one in root.iter(f"{XJ}{pointing}"):
            if one.text not in known:
                yield Sentence(template, number=one.text)
    covering = root.findtext(f"{XJ}schriftgutobjekte/{XJ}anschreiben/{XJ}ref.sgo")
    documents = {_id_of(one) for one in root.iter(f"{XJ}dokument")}
    if covering is not None and covering.lower() not in documents:
        yield Sentence("Das Anschreiben steht nicht unter den Dokumenten.")


def _for_courts(root: etree._Element) -> Iterator[Sentence]:
    for name in FOR_COURTS:
        if next(root.iter(f"{XJ}{name}"), None) is not None:
            yield Sentence("„%(name)s“ dürfen nur Gerichte untereinander verwenden.", name=name)


def _version(root: etree._Element) -> Iterator[Sentence]:
    version = root.find(f"{XJ}nachrichtenkopf")
    told = version.get("xjustizVersion") if version is not None else None
    if told not in VERSIONS:
        yield Sentence("Die XJustiz-Version „%(version)s“ ist nicht bekannt.", version=told)


def _obligatory(root: etree._Element) -> Iterator[Sentence]:
    """What the schema leaves open and BehAktÜbV § 2 Abs. 4 demands."""
    receivers = (f"{XJ}empfaenger//{XJ}gericht/code", f"{XJ}auswahl_empfaenger//code")
    if not any(root.findtext(f"{XJ}nachrichtenkopf/{path}") for path in receivers):
        yield Sentence("Es ist kein Gericht angegeben.")
    head = root.find(f"{XJ}nachrichtenkopf")
    if head is not None and not (
        head.findtext(f"{XJ}absender/{XJ}aktenzeichen")
        or head.findtext(f"{XJ}aktenzeichen.absender")
    ):
        yield Sentence("Das Aktenzeichen des Absenders fehlt (§ 2 Abs. 4 BehAktÜbV).")
    if next(root.iter(f"{XJ}dokument"), None) is None:
        yield Sentence("Die Nachricht enthält kein Dokument.")


def _limits(sent: Sent, limits: Limits) -> Iterator[Sentence]:
    files, total = len(sent.sizes) + 1, sum(sent.sizes.values()) + len(sent.message)
    if files > limits.files:
        yield Sentence(
            "Die Nachricht hat %(files)s Dateien; erlaubt sind %(most)s.",
            files=files,
            most=limits.files,
        )
    if total > limits.size:
        yield Sentence(
            "Die Nachricht ist %(size)s MB groß; erlaubt sind %(most)s MB.",
            size=-(-total // 1024**2),
            most=limits.megabytes,
        )


def _codes(root: etree._Element, lists: CodeLists) -> Iterator[codes.Checked]:
    head = root.find(f"{XJ}nachrichtenkopf")
    version = head.get("xjustizVersion", "") if head is not None else ""
    fixed = FIXED_LISTS.get(version, {})
    found = {
        (CODED[str(one.tag)], code, one.get("listVersionID") or fixed.get(CODED[str(one.tag)]))
        for one in root.iter(*CODED)
        if (code := one.findtext("code")) is not None
    }
    for name, code, told in sorted(found, key=str):
        yield lists.check(name, code, version=told)


def _together(roots: Sequence[etree._Element]) -> Iterator[Sentence]:
    """Every document once in all messages, files named apart, links to what is sent."""
    ids = Counter(_id_of(one) for root in roots for one in root.iter(f"{XJ}dokument"))
    for identity, times in ids.items():
        if times > 1:
            yield Sentence("Das Dokument %(id)s kommt mehrfach vor.", id=identity)
    dossiers = {_id_of(one) for root in roots for one in root.iter(f"{XJ}akte", f"{XJ}teilakte")}
    for identity in dossiers & set(ids):
        yield Sentence("Akte und Dokument haben dieselbe Kennung %(id)s.", id=identity)
    messages = Counter(root.findtext(f".//{XJ}eigeneNachrichtenID", "").lower() for root in roots)
    for identity, times in messages.items():
        if times > 1:
            yield Sentence("Zwei Nachrichten haben dieselbe Kennung %(id)s.", id=identity)
    for root in roots:
        for document in root.iter(f"{XJ}dokument"):
            for link in document.iter(f"{XJ}bezugsdokument"):
                to = link.findtext(f"{XJ}ref.sgo", "").lower()
                if to not in ids and to not in dossiers:
                    yield Sentence(
                        "„%(title)s“ verweist auf ein Dokument, das nicht dabei ist.",
                        title=_name_of(document),
                    )
                elif to == _id_of(document):
                    yield Sentence(
                        "„%(title)s“ verweist auf sich selbst.", title=_name_of(document)
                    )


def _id_of(thing: etree._Element) -> str:
    return thing.findtext(f"{XJ}identifikation/{XJ}id", "").lower()


def _name_of(thing: etree._Element) -> str:
    """What people call a thing; the container of all has no name."""
    if thing.tag == f"{XJ}inhalt" and thing.getparent() is not None:
        return _shown(thing.getparent())
    facts = thing.find(f"{XJ}xjustiz.fachspezifischeDaten")
    return _shown(facts) if facts is not None else "Schriftgutobjekte"


def _shown(facts: etree._Element | None) -> str:
    return facts.findtext(f"{XJ}anzeigename", "ohne Namen") if facts is not None else ""
