"""What does a house of 80,000 dossiers look like in rows? Invented, and the same every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table

from eakte.bootstrap import Office
from eakte.db import folded
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.content import Content
from eakte.model.document import Document, Version
from eakte.model.dossier import Dossier
from eakte.model.right import Grant, Participation
from tests.bench.loading import Load, loading
from tests.bench.people import UNITS, Staff, hire


def _words(text: str) -> list[str]:
    return text.split()


PROCEDURES = ("erst", "aenderung", "verlaengerung", "widerspruch", "klage", "ueberpruefung")
TYPES = ("Antrag", "Bescheid", "Befundbericht", "Anschreiben", "Gutachten", "Vermerk", "Rechnung")
FIRST = _words(
    """
    Anna Änne Birgit Christa Dörte Elif Fatma Gerda Hanna Ilse Jutta Karin Lea Maria Nora Olga
    Petra Rita Sabine Tanja Ute Vera Wilma Ayşe Bernd Cem Dieter Emil Frank Georg Heinz Ingo Jan
    Kurt Ludwig Mehmet Norbert Otto Paul Ralf Stefan Thomas Uwe Viktor Werner Yusuf Zoran
    """
)
LAST = _words(
    """
    Ackermann Albrecht Arnold Bauer Becker Beckmann Böhm Brandt Braun Busch Claasen Cramer
    Dietrich Demir Dörfler Ebert Engel Ernst Fischer Förster Frank Fuchs Graf Groß Günther Haas
    Hahn Hartmann Heinrich Herrmann Hoffmann Huber Imhof Ihde Jäger Jansen Jung Kaiser Keller
    Klein Koch König Krämer Kraus Krüger Kuhn Lang Lehmann Lorenz Ludwig Maier Martin Mayer
    Meier Meyer Möller Müller Nagel Neumann Nowak Oelrich Otto Öztürk Peters Pfeiffer Pohl Quast
    Quandt Richter Roth Sauer Schäfer Schmid Schmidt Schmitt Schmitz Schneider Scholz Schreiber
    Schröder Schubert Schulte Schulz Schumacher Schuster Schwarz Seidel Simon Sommer Stein
    Thiele Thomas Uhlig Ullrich Vogel Vogt Voß Wagner Walter Weber Weiß Werner Winkler Winter
    Wolf Xanthos Yıldız Ziegler Zimmermann Übelacker
    """
)
BEGIN = date(2015, 1, 1)
DAYS = 4300

_DOSSIER = _words(
    """
    id reference reference_folded plan_entry_id department_id clerk_id subject person_name
    person_folded letter birth_date access locked staff state opened_on procedures
    """
)
_CASE = _words(
    """
    id dossier_id number procedure procedure_key subject state opened_on
    """
)
_DOCUMENT = _words(
    """
    id receipt_number department_id case_id dossier_id position state title document_type
    direction sender letter_date received_on received_at received_by_id source original_name
    processing page_count
    """
)
_VERSION = _words(
    """
    id document_id number sha256 media_type name created_at created_by_id
    """
)
_GRANT = _words(
    """
    id kind dossier_id user_id reason given_by_id given_at ends_at
    """
)
_PARTICIPATION = _words(
    """
    id case_id user_id reason given_by_id given_at ends_at
    """
)
_ENTRY = _words(
    """
    sequence at actor_id actor_name act subject_kind subject_id details previous digest
    """
)


@dataclass(frozen=True)
class Size:
    """How much there is."""

    dossiers: int = 80_000
    documents: int = 1_500_000
    entries: int = 3_000_000
    inbox: int = 300
    largest: int = 2_000


def fill(office: Office, size: Size, tell: Callable[[str], None]) -> None:
    """Put the rows of a whole house into the empty database of ``office``."""
    staff = hire(office, receipts=size.documents + 2 * size.inbox, noted=size.entries)
    office.database.close()
    dice = Random(2026)  # noqa: S311  # invented rows, no secret
    with loading(office.settings.database, tell) as load:
        _Writer(load, dice, size, staff, tell).write()


class _Writer:
    """Writes one table after the other, and remembers what the next one names."""

    def __init__(
        self, load: Load, dice: Random, size: Size, staff: Staff, tell: Callable[[str], None]
    ) -> None:
        self.load, self.dice, self.size, self.staff, self.tell = load, dice, size, staff, tell
        self.dossiers: list[tuple[str, str]] = []  # (id, unit)
        self.procedures: list[list[str]] = []  # of the cases of each dossier
        self.cases: list[tuple[str, int]] = []  # (id, place of its dossier)
        self.cases_of: list[list[int]] = []
        self.documents: list[str] = []
        self.days = [(BEGIN + timedelta(days=number)).isoformat() for number in range(DAYS)]

    def write(self) -> None:
        self._put(Dossier, _DOSSIER, self._dossiers())
        self._put(Case, _CASE, self._cases())
        self._put(Document, _DOCUMENT, self._documents())
        self._put(Content, ("sha256", "size", "created_at"), self._contents())
        self._put(Version, _VERSION, self._versions())
        self._put(Grant, _GRANT, self._grants())
        self._put(Participation, _PARTICIPATION, self._participations())
        self._put(AuditEntry, _ENTRY, self._entries())

    def _put(self, model: type, names: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
        table = _table(model)
        self.tell(table.name)
        self.load(table, names, rows)

    def _id(self) -> str:
        return f"{self.dice.getrandbits(128):032x}"

    def _day(self, after: int = 0) -> tuple[int, str]:
        number = self.dice.randrange(min(after, DAYS - 1), DAYS)
        return number, self.days[number]

    def _dossiers(self) -> Iterator[tuple[Any, ...]]:
        dice = self.dice
        entries = {key: [one for unit, one in self.staff.entries if unit == key] for key in UNITS}
        units = dice.choices(list(UNITS), weights=list(UNITS.values()), k=self.size.dossiers)
        for number, unit in enumerate(units):
            chance = dice.random()
            last, first = dice.choice(LAST), dice.choice(FIRST)
            if number == 0:  # the largest one lies where everybody measured reaches it
                unit, chance, last = "sbr", 0.5, "Bauer"
            name = f"{last}, {first}"
            entry = dice.randrange(4)
            reference = f"{unit.upper()}{entry + 1} {number + 1}/{2015 + number % 12}"
            one = self._id()
            self.dossiers.append((one, unit))
            self.procedures.append(dice.choices(PROCEDURES, k=dice.choice((1, 1, 2, 2, 3, 4, 5))))
            clerk = dice.choice(self.staff.clerks[unit]).hex if dice.random() < 0.6 else None
            yield (
                one,
                reference,
                folded(reference),
                entries[unit][entry].hex,
                self.staff.units[unit].hex,
                clerk,
                f"Sache {number}",
                name,
                folded(name),
                folded(name)[:1],
                f"19{dice.randrange(30, 99)}-0{dice.randrange(1, 9)}-1{dice.randrange(9)}",
                "assigned" if chance < 0.25 else "unit",
                int(chance > 0.99),
                int(0.98 < chance < 0.982),
                "closed" if dice.random() < 0.3 else "open",
                self._day()[1],
                "".join(f"|{key}" for key in sorted(set(self.procedures[-1]))) + "|",
            )

    def _cases(self) -> Iterator[tuple[Any, ...]]:
        for place, (dossier, _) in enumerate(self.dossiers):
            mine: list[int] = []
            for number, key in enumerate(self.procedures[place], 1):
                one = self._id()
                mine.append(len(self.cases))
                self.cases.append((one, place))
                state = "open" if self.dice.random() < 0.5 else "closed"
                yield (
                    one,
                    dossier,
                    number,
                    key.title(),
                    key,
                    f"{key} {number}",
                    state,
                    self._day()[1],
                )
            self.cases_of.append(mine)

    def _documents(self) -> Iterator[tuple[Any, ...]]:
        """Filed ones in the order in which they came, then what waits in two inboxes."""
        mean = (self.size.documents - self.size.largest) / (self.size.dossiers - 1)
        wished = [1.0] + [self.dice.expovariate(1) ** 1.5 for _ in self.dossiers[1:]]
        share = mean * (len(wished) - 1) / (sum(wished) - 1)
        filed = [0] * self.size.largest
        for place, weight in enumerate(wished[1:], 1):
            filed += [place] * round(weight * share)
        filed = filed[: self.size.documents]
        filed += [
            self.dice.randrange(1, len(wished)) for _ in range(self.size.documents - len(filed))
        ]
        self.dice.shuffle(filed)
        positions = [0] * len(self.cases)
        receiver = self.staff.people["sbr-0"].hex
        for number, place in enumerate(filed, 1):
            dossier, unit = self.dossiers[place]
            case = self.dice.choice(self.cases_of[place])
            positions[case] += 1
            lies = (self.cases[case][0], dossier, positions[case], "filed")
            day = self.days[number * (DAYS - 1) // (len(filed) + 1)]
            yield self._document(number, unit, lies, day, receiver)
        for number in range(2 * self.size.inbox):
            lies = (None, None, None, "inbox")
            unit = ("sbr", "blg")[number % 2]
            yield self._document(len(filed) + 1 + number, unit, lies, self.days[-1], receiver)

    def _document(
        self, number: int, unit: str, lies: tuple[Any, ...], day: str, receiver: str
    ) -> tuple[Any, ...]:
        dice, one = self.dice, self._id()
        self.documents.append(one)
        kind = dice.choice(TYPES)
        return (
            *(one, number, self.staff.units[unit].hex, *lies, f"{kind} {number}", kind),
            *("incoming" if number % 3 else "outgoing", f"Absender {dice.randrange(9999)}"),
            *(day, day, f"{day} 09:{number % 60:02}:00.000000", receiver, "upload"),
            *(f"scan-{number}.pdf", "ready", 1 + dice.randrange(6)),
        )

    def _contents(self) -> Iterator[tuple[Any, ...]]:
        made = f"{self.days[0]} 08:00:00.000000"
        for one in self.documents:
            yield one + one, 20_000 + int(one[:4], 16), made

    def _versions(self) -> Iterator[tuple[Any, ...]]:
        made, maker = f"{self.days[0]} 08:00:00.000000", self.staff.people["sbr-0"].hex
        for one in self.documents:
            yield self._id(), one, 1, one + one, "application/pdf", "scan.pdf", made, maker

    def _grants(self) -> Iterator[tuple[Any, ...]]:
        clerks = [one for unit in self.staff.clerks.values() for one in unit]
        for number in range(3_000):
            who = self.staff.people["anteil"] if number < 200 else self.dice.choice(clerks)
            yield (
                *(self._id(), "granted", self.dice.choice(self.dossiers)[0], who.hex),
                *("Vertretung im Einzelfall", clerks[0].hex, "2026-01-02 08:00:00.000000"),
                *(
                    "2099-01-01 00:00:00.000000"
                    if number % 2 or number < 200
                    else "2026-02-01 00:00:00.000000",
                ),
            )

    def _participations(self) -> Iterator[tuple[Any, ...]]:
        clerks = self.staff.clerks["sbr"]
        for number in range(2_000):
            who = self.staff.people["arzt"] if number < 200 else self.dice.choice(clerks)
            # The first one lies in the largest dossier.
            case = self.cases[self.dice.randrange(len(self.cases)) if number else 0][0]
            yield (
                *(self._id(), case, who.hex, "Stellungnahme", clerks[0].hex),
                *("2026-01-02 08:00:00.000000", "2099-01-01 00:00:00.000000"),
            )

    def _entries(self) -> Iterator[tuple[Any, ...]]:
        """Entries about the documents in their order; digests are random, so the chain is none."""
        acts = ("document.received", "document.filed", "document.read", "search")
        clerks = [one.hex for unit in self.staff.clerks.values() for one in unit]
        previous = "0" * 64
        for sequence in range(self.staff.noted + 1, self.size.entries + 1):
            part = sequence * (len(self.documents) - 1) // (self.size.entries + 1)
            digest = f"{self.dice.getrandbits(256):064x}"
            day = self.days[sequence * (DAYS - 1) // (self.size.entries + 1)]
            number = sequence % len(clerks)
            yield (
                *(sequence, f"{day} 10:{sequence % 60:02}:00.000000", clerks[number]),
                *(f"Person {number}", acts[sequence % 4], "document", self.documents[part]),
                *("{}", previous, digest),
            )
            previous = digest


def _table(model: Any) -> Table:
    found = model.__table__
    if not isinstance(found, Table):
        raise TypeError(f"{model} is no table")
    return found
