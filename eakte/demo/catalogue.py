"""What does the demo office consist of: departments, users, plan, dossiers, cases and letters?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from eakte import offices
from eakte.demo.chance import dice_for
from eakte.demo.letter import Letter
from eakte.demo.people import Person, invent_people
from eakte.demo.stories import CasePlan, Story, Teller, Told
from eakte.demo.writing import Clerk, working_day
from eakte.filing.office_files import OfficeFiles, contents_of, read_office
from eakte.filing.tables import YES

SEED = "Musterkreis"
AS_OF = date(2026, 11, 20)

# How many days ago each dossier of a story began; the story stands where that many days lead.
BEGUN: dict[Story, tuple[int, ...]] = {
    Story.FIRST: (
        10, 11, 12, 13, 14, 15, 15, 16, 17, 20, 23, 27, 41, 44, 47, 53, 60, 103, 131, 160, 188, 214,
    ),
    Story.REFUSED: (98, 172),
    Story.CHANGE: (16, 30, 58, 96, 149, 201),
    Story.REVIEW: (62, 83, 141),
    Story.OBJECTION: (138, 219, 233, 241),
    Story.COURT: (292, 301),
    Story.HOUSING: (61,),
}  # fmt: skip


@dataclass(frozen=True)
class DepartmentPlan:
    """A unit of the office."""

    key: str
    name: str


@dataclass(frozen=True)
class UserPlan:
    """An account of the demo; the password is shown to everybody."""

    login: str
    name: str
    password: str
    role: str
    departments: tuple[str, ...]
    what: str
    room: int = 0


@dataclass(frozen=True)
class EntryPlan:
    """An entry of the file plan; one with a prefix keeps dossiers."""

    number: str
    title: str
    department: str = ""
    prefix: str = ""


@dataclass(frozen=True)
class DossierPlan:
    """A dossier with its cases; ``waiting`` are letters that still lie in the inbox."""

    key: str
    department: str
    entry: str
    clerk: str
    person: Person
    subject: str
    reference: str
    cases: tuple[CasePlan, ...]
    waiting: tuple[Letter, ...] = ()

    @property
    def letters(self) -> tuple[Letter, ...]:
        """Every letter that is filed, case by case."""
        return tuple(letter for case in self.cases for letter in case.letters)


@dataclass(frozen=True)
class Office:
    """The whole plan; ``stray`` are letters in the inbox that belong to no dossier yet."""

    departments: tuple[DepartmentPlan, ...]
    users: tuple[UserPlan, ...]
    entries: tuple[EntryPlan, ...]
    dossiers: tuple[DossierPlan, ...]
    stray: tuple[Letter, ...]

    def letters(self) -> Iterator[Letter]:
        """Every letter, filed or waiting."""
        for dossier in self.dossiers:
            yield from dossier.letters
            yield from dossier.waiting
        yield from self.stray


def _read(folder: Path) -> OfficeFiles:
    return read_office(contents_of(folder))


def _entries(office: OfficeFiles) -> Iterator[EntryPlan]:
    for line in office.plan.lines:
        prefix = line["Kürzel"] if line["Akten"] == YES else ""
        yield EntryPlan(line["Nummer"], line["Titel"], line["Sachgebiet"], prefix)


# The demo office's departments are those that come along as files; what they say is theirs.
OFFICES = tuple(_read(offices.FOLDER / name) for name in ("schwerbehindertenrecht", "wohngeld"))
DISABILITY, HOUSING = (office.key for office in OFFICES)
DEPARTMENTS = tuple(DepartmentPlan(office.key, office.name) for office in OFFICES)
USERS = (
    UserPlan("sabine.muster", "Sabine Muster", "Akte-im-Griff-1", "clerk", (DISABILITY,),
             "Sachbearbeitung", 214),
    UserPlan("jonas.beispiel", "Jonas Beispiel", "Akte-im-Griff-2", "clerk", (DISABILITY,),
             "Sachbearbeitung", 216),
    UserPlan("petra.probe", "Petra Probe", "Scannen-und-los", "scanning", (DISABILITY, HOUSING),
             "Scanstelle"),
    UserPlan("karl.ordner", "Karl Ordner", "Ordnung-muss-sein", "records_manager",
             (DISABILITY, HOUSING), "Schriftgutverwaltung"),
    UserPlan("tina.technik", "Tina Technik", "Kein-Blick-hinein", "administrator", (),
             "Verwaltung der Anwendung"),
    UserPlan("wanda.wohnfeld", "Wanda Wohnfeld", "Miete-und-Lasten", "clerk", (HOUSING,),
             "Sachbearbeitung Wohngeld", 108),
    UserPlan("lena.leitner", "Lena Leitner", "Wer-macht-heute-was", "lead", (DISABILITY,),
             "Leitung des Sachgebiets"),
    UserPlan("mira.medicus", "Dr. Mira Medicus", "Befunde-mit-Ruhe", "medical", (),
             "Ärztlicher Dienst"),
    UserPlan("dora.schutz", "Dora Schutz", "Zwei-sehen-mehr-als", "data_protection", (),
             "Datenschutz"),
)  # fmt: skip
ENTRIES = tuple(dict.fromkeys(entry for office in OFFICES for entry in _entries(office)))


def catalogue(
    *, seed: str = SEED, as_of: date = AS_OF, references: Mapping[str, str] | None = None
) -> Office:
    """Plan the demo office as it stands on a day; the same arguments give the same office.

    ``references`` are the ones that dossiers were really given, by key; without them the letters
    carry the numbers that an empty house gives.
    """
    given = references or {}
    dice = dice_for(seed)
    begun = sorted(
        (
            (working_day(as_of - timedelta(days=ago)), ago, story)
            for story, started in BEGUN.items()
            for ago in started
        ),
        key=lambda one: one[0],
    )
    invented = invent_people(len(begun) + 1, dice)
    numbers = {DISABILITY: 0, HOUSING: 0}
    dossiers = []
    for number, (day, ago, story) in enumerate(begun, start=1):
        unit = HOUSING if story is Story.HOUSING else DISABILITY
        numbers[unit] += 1
        entry = next(one for one in ENTRIES if one.department == unit and one.prefix)
        key = f"{number:03}"
        reference = given.get(key, f"{entry.prefix} {numbers[unit]}/{as_of.year}")
        clerk = _clerk(unit, number)
        teller = Teller(number, seed=seed, as_of=as_of)
        told = teller.tell(
            story,
            invented[number - 1],
            begun=day,
            reference=reference,
            clerk=Clerk(clerk.name, clerk.room),
        )
        dossiers.append(
            DossierPlan(
                key=key,
                department=unit,
                entry=entry.number,
                clerk=clerk.login,
                person=told.facts.person,
                subject=_subject(story),
                reference=reference,
                cases=told.cases,
                waiting=_waiting(teller, told, kind=LATELY.get((story, ago))),
            )
        )
    stray = _stranger(invented[-1], seed=seed, as_of=as_of)
    return Office(DEPARTMENTS, USERS, ENTRIES, tuple(dossiers), (stray,))


def _clerk(unit: str, number: int) -> UserPlan:
    clerks = [user for user in USERS if user.role == "clerk" and unit in user.departments]
    return clerks[number % len(clerks)]


def _subject(story: Story) -> str:
    return "Wohngeld" if story is Story.HOUSING else "Feststellung nach dem SGB IX"


# Which letter came in lately, by the story and the days since its beginning.
LATELY = {
    (Story.FIRST, 41): "befundbericht",
    (Story.FIRST, 44): "entlassungsbericht",
    (Story.FIRST, 47): "schriftwechsel",
    (Story.CHANGE, 30): "befundbericht",
    (Story.REFUSED, 98): "widerspruch",
    (Story.REVIEW, 83): "schriftwechsel",
}


def _waiting(teller: Teller, told: Told, *, kind: str | None) -> tuple[Letter, ...]:
    """What lies in the inbox for this dossier."""
    if kind is None:
        return ()
    return (teller.lately(kind, told.facts),)


def _stranger(person: Person, *, seed: str, as_of: date) -> Letter:
    """An application of somebody who has no dossier yet."""
    clerk = USERS[0]
    teller = Teller(900, seed=seed, as_of=as_of)
    told = teller.tell(
        Story.FIRST,
        person,
        begun=working_day(as_of - timedelta(days=7)),
        reference="",
        clerk=Clerk(clerk.name, clerk.room),
    )
    return teller.lately("erstantrag", told.facts)
