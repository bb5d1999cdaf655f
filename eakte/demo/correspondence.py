"""Which kinds of letters pass through the office, on whose paper, and how do they arrive?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from eakte.demo.chance import Dice, dice_for
from eakte.demo.letter import Container, Direction, Letter, Quality
from eakte.demo.paper import Face, Paper, blocks_of
from eakte.demo.people import rehabilitation
from eakte.demo.writing import Facts, short, working_day, write


class Sender(Enum):
    """Whose paper a letter is written on."""

    OFFICE = "Landratsamt Musterkreis"
    HOUSING = "Wohngeldstelle"
    MEDICAL = "Versorgungsärztlicher Dienst"
    PERSON = "Person"
    FORM = "Vordruck"
    DOCTOR = "Praxis"
    CLINIC = "Klinik"
    REHABILITATION = "Rehabilitation"
    CARE = "Medizinischer Dienst Musterland"
    LAWYER = "Vertretung"
    COURT = "Sozialgericht Musterstadt"


@dataclass(frozen=True)
class Kind:
    """One kind of letter."""

    template: str
    document_type: str
    sender: Sender
    direction: Direction
    title: str


_IN, _OUT, _HOUSE = Direction.INCOMING, Direction.OUTGOING, Direction.INTERNAL
KINDS = {
    kind.template: kind
    for kind in (
        Kind("erstantrag", "Antrag", Sender.FORM, _IN, "Erstantrag {p}"),
        Kind("aenderungsantrag", "Antrag", Sender.FORM, _IN, "Änderungsantrag {p}"),
        Kind("schweigepflicht", "Schweigepflichtentbindung", Sender.FORM, _IN,
             "Schweigepflichtentbindung {p}"),
        Kind("vollmacht", "Vollmacht", Sender.LAWYER, _IN, "Vollmacht für {l}"),
        Kind("eingangsbestaetigung", "Eingangsbestätigung", Sender.OFFICE, _OUT,
             "Eingangsbestätigung an {p}"),
        Kind("nachforderung", "Nachforderung", Sender.OFFICE, _OUT, "Nachforderung an {p}"),
        Kind("befundanforderung", "Befundanforderung", Sender.OFFICE, _OUT,
             "Befundanforderung an {d}"),
        Kind("erinnerung", "Erinnerung", Sender.OFFICE, _OUT, "Erinnerung an {d}"),
        Kind("befundbericht", "Befundbericht", Sender.DOCTOR, _IN, "Befundbericht {d}, {f}"),
        Kind("entlassungsbericht", "Entlassungsbericht", Sender.CLINIC, _IN,
             "Entlassungsbericht {c}"),
        Kind("rehabericht", "Reha-Bericht", Sender.REHABILITATION, _IN, "Reha-Bericht {c}"),
        Kind("pflegegutachten", "Pflegegutachten", Sender.CARE, _IN, "Pflegegutachten {p}"),
        Kind("stellungnahme", "Versorgungsärztliche Stellungnahme", Sender.MEDICAL, _HOUSE,
             "Versorgungsärztliche Stellungnahme {p}"),
        Kind("anhoerung", "Anhörung", Sender.OFFICE, _OUT, "Anhörung nach § 24 SGB X, {p}"),
        Kind("feststellungsbescheid", "Feststellungsbescheid", Sender.OFFICE, _OUT,
             "Feststellungsbescheid {p}, GdB {t}"),
        Kind("ablehnungsbescheid", "Ablehnungsbescheid", Sender.OFFICE, _OUT,
             "Ablehnungsbescheid {p}"),
        Kind("herabsetzungsbescheid", "Änderungsbescheid", Sender.OFFICE, _OUT,
             "Neufeststellung von Amts wegen {p}, GdB {t}"),
        Kind("ausweis", "Ausweis", Sender.OFFICE, _OUT, "Ausweisversand an {p}"),
        Kind("widerspruch", "Widerspruch", Sender.PERSON, _IN, "Widerspruch {p}"),
        Kind("widerspruch_vertreten", "Widerspruch", Sender.LAWYER, _IN,
             "Widerspruch {p} durch {l}"),
        Kind("eingang_widerspruch", "Eingangsbestätigung", Sender.OFFICE, _OUT,
             "Eingangsbestätigung zum Widerspruch {p}"),
        Kind("abhilfebescheid", "Abhilfebescheid", Sender.OFFICE, _OUT, "Abhilfebescheid {p}"),
        Kind("widerspruchsbescheid", "Widerspruchsbescheid", Sender.OFFICE, _OUT,
             "Widerspruchsbescheid {p}"),
        Kind("klageschrift", "Klageschrift", Sender.LAWYER, _IN,
             "Klage {p} gegen Landkreis Musterkreis"),
        Kind("gerichtsverfuegung", "Gerichtliche Verfügung", Sender.COURT, _IN,
             "Verfügung des Sozialgerichts, {k}"),
        Kind("klageerwiderung", "Klageerwiderung", Sender.OFFICE, _OUT, "Klageerwiderung {k}"),
        Kind("aktenvermerk", "Aktenvermerk", Sender.OFFICE, _HOUSE, "Aktenvermerk {p}"),
        Kind("schriftwechsel", "Schriftwechsel", Sender.PERSON, _IN, "Schreiben {p}"),
        Kind("wohngeldantrag", "Antrag", Sender.HOUSING, _IN, "Wohngeldantrag {p}"),
        Kind("wohngeldbescheid", "Wohngeldbescheid", Sender.HOUSING, _OUT,
             "Wohngeldbescheid {p}"),
    )
}  # fmt: skip

_OFFICE_FOOT = (
    "Schlossplatz 1, 98765 Musterstadt, Telefon 05550 400-0, Telefax 05550 400-499",
    "Sprechzeiten: Montag bis Freitag 8:00 bis 12:00 Uhr, Donnerstag 14:00 bis 17:30 Uhr",
)


def paper_of(sender: Sender, facts: Facts, *, about: int) -> Paper:
    """The sender's paper with everything that is printed on it."""
    county = "Landratsamt Musterkreis"
    if sender in (Sender.OFFICE, Sender.MEDICAL, Sender.HOUSING, Sender.FORM):
        unit = {
            Sender.MEDICAL: "Gesundheitsamt - Versorgungsärztlicher Dienst",
            Sender.HOUSING: "Amt für Soziales - Wohngeldstelle",
        }.get(sender, "Amt für Soziales - Schwerbehindertenrecht")
        points = 11.5 if sender is Sender.FORM else 12
        head = (county, unit, "Schlossplatz 1, 98765 Musterstadt")
        return Paper(Face.SANS, points, head, _OFFICE_FOOT, crest=True, leading=1.28)
    if sender is Sender.DOCTOR:
        doctor = facts.doctors[about]
        dice = dice_for(doctor.name)
        practice = (
            doctor.name,
            doctor.title,
            f"{doctor.street}, {doctor.place}",
            f"Telefon {doctor.phone}, Telefax {doctor.fax}",
        )
        face = dice.choice((Face.SERIF, Face.SANS, Face.BOOK))
        return Paper(
            face, 11.5 if face is not Face.BOOK else 10.5, practice,
            centred=dice.random() < 0.5, leading=1.32,
        )  # fmt: skip
    if sender in (Sender.CLINIC, Sender.REHABILITATION):
        house = facts.clinic if sender is Sender.CLINIC else rehabilitation()
        specialty = facts.rated[about].field
        lines = (house.name, f"Abteilung für {specialty}", f"{house.street}, {house.place}")
        return Paper(Face.SANS, 11.5, lines, leading=1.3)
    if sender is Sender.CARE:
        lines = (sender.value, "Begutachtungs- und Beratungszentrum", "98765 Musterstadt")
        return Paper(Face.WIDE, 10, lines, leading=1.35)
    if sender is Sender.LAWYER and facts.lawyer:
        firm = facts.lawyer
        lines = (firm.name.split(",")[0], firm.role, f"{firm.street}, {firm.place}")
        return Paper(Face.SERIF, 12.5, lines, centred=True, leading=1.3)
    if sender is Sender.COURT:
        lines = (sender.value, "Geschäftsstelle der 12. Kammer", "Gerichtsweg 5, 98765 Musterstadt")
        return Paper(Face.SANS, 12, lines, leading=1.32)
    typewriter = facts.person.born.year < 1958
    return Paper(
        Face.TYPEWRITER if typewriter else Face.SERIF, 11 if typewriter else 12.5, leading=1.35
    )


def compose(name: str, facts: Facts, *, on: date, key: str, about: int = 0) -> Letter:
    """One letter of this kind, dated ``on``, about one of the person's disorders."""
    kind = KINDS[name]
    dice = dice_for(key)
    incoming = kind.direction is Direction.INCOMING
    arrived = working_day(on + timedelta(days=dice.randint(1, 4))) if incoming else None
    person, doctor = facts.person, facts.doctors[about]
    house = facts.clinic if kind.sender is Sender.CLINIC else rehabilitation()
    title = kind.title.format(
        p=person.name, d=doctor.name, f=doctor.field, c=house.name, t=facts.total,
        k=facts.docket, l=facts.lawyer.name.split(",")[0] if facts.lawyer else "",
    )  # fmt: skip
    quality = _quality(kind, dice)
    fax = ""
    if quality is Quality.FAX:
        arrived = working_day(on)
        where = doctor.name if kind.sender is Sender.DOCTOR else house.name
        fax = f"{short(arrived)} {dice.randint(8, 16):02}:{dice.randint(10, 59)} {where}"
    stamp = (f"Eingegangen {short(arrived)}", "Landratsamt Musterkreis") if arrived else ()
    paper = paper_of(kind.sender, facts, about=about)
    text = write(kind.template, facts, on=on, about=about, seed=key)
    return Letter(
        key=key,
        title=title,
        document_type=kind.document_type,
        direction=kind.direction,
        letter_date=on,
        received_on=arrived,
        sender=_name_of(kind.sender, facts, about=about),
        paper=paper,
        blocks=blocks_of(text),
        quality=quality,
        container=_container(kind, quality, dice),
        original_name=_file_name(kind, quality, arrived or on, key),
        fax_line=fax,
        stamp=stamp,
    )


def _quality(kind: Kind, dice: Dice) -> Quality:
    """What goes out is copied well; every third report of a practice or clinic comes by fax."""
    if kind.direction is not Direction.INCOMING:
        return Quality.CLEAN if dice.random() < 0.7 else Quality.SCAN
    faxing = kind.sender in (Sender.DOCTOR, Sender.CLINIC)
    return Quality.FAX if faxing and dice.random() < 0.34 else Quality.SCAN


def _container(kind: Kind, quality: Quality, dice: Dice) -> Container:
    """Most come as PDF from the scanning station; faxes and copies sometimes as TIFF."""
    if kind.template in ("vollmacht", "schriftwechsel", "ausweis", "aktenvermerk"):
        alone = Container.PNG if quality is Quality.CLEAN else Container.JPEG
        return dice.choice((alone, alone, Container.PDF))
    return Container.TIFF if dice.random() < 0.14 else Container.PDF


def _file_name(kind: Kind, quality: Quality, day: date, key: str) -> str:
    """The name that a scanning station, a fax server or a text program gives."""
    running = key.replace("/", "-")
    if quality is Quality.FAX:
        return f"Fax_{day:%Y%m%d}_{running}"
    if kind.direction is Direction.INCOMING:
        return f"Scan_{day:%Y-%m-%d}_{running}"
    return f"{kind.template}_{day:%Y%m%d}_{running}"


def _name_of(sender: Sender, facts: Facts, *, about: int) -> str:
    if sender in (Sender.PERSON, Sender.FORM):
        return facts.person.name
    if sender is Sender.DOCTOR:
        return facts.doctors[about].name
    if sender is Sender.CLINIC:
        return facts.clinic.name
    if sender is Sender.REHABILITATION:
        return rehabilitation().name
    if sender is Sender.LAWYER and facts.lawyer:
        return facts.lawyer.name
    return str(sender.value)
