"""What happened in each dossier of the demo office, and which letters tell of it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from eakte.demo import people
from eakte.demo.ailments import choose, outlived, together
from eakte.demo.chance import dice_for
from eakte.demo.correspondence import compose
from eakte.demo.letter import Letter
from eakte.demo.people import Person
from eakte.demo.writing import Clerk, Facts, working_day


class Story(Enum):
    """The course a dossier takes; how far it has come, the days since its beginning say."""

    FIRST = "Erstantrag"
    REFUSED = "Erstantrag, abgelehnt"
    CHANGE = "Änderungsantrag"
    REVIEW = "Nachprüfung"
    OBJECTION = "Widerspruch"
    COURT = "Klage"
    HOUSING = "Wohngeld"


PROCEDURES = {
    Story.FIRST: "Erstantrag",
    Story.REFUSED: "Erstantrag",
    Story.CHANGE: "Änderungsantrag",
    Story.REVIEW: "Nachprüfung von Amts wegen",
    Story.OBJECTION: "Erstantrag",
    Story.COURT: "Erstantrag",
    Story.HOUSING: "Erstantrag",
}


@dataclass(frozen=True)
class Event:
    """A letter so many days after the beginning, with the chance that there is one."""

    kind: str
    day: int
    about: int = 0
    chance: float = 1.0
    exact: bool = False
    """Whether other letters name this one's date."""


@dataclass(frozen=True)
class CasePlan:
    """A case of a dossier with the letters that are filed in it, in order."""

    procedure: str
    subject: str
    letters: tuple[Letter, ...]


@dataclass(frozen=True)
class Told:
    """A story as far as it has come."""

    facts: Facts
    cases: tuple[CasePlan, ...]


DECIDED = 74
"""Days from an application to the decision."""

FIRST = (
    Event("erstantrag", 0, exact=True),
    Event("schweigepflicht", 0, chance=0.25),
    Event("eingangsbestaetigung", 5, chance=0.5),
    Event("nachforderung", 9, chance=0.2),
    Event("befundanforderung", 12, chance=0.4),
    Event("aktenvermerk", 29, chance=0.15),
    Event("befundbericht", 33),
    Event("befundbericht", 38, about=1, chance=0.3),
    Event("entlassungsbericht", 44, chance=0.8),
    Event("stellungnahme", 58, chance=0.5),
    Event("feststellungsbescheid", DECIDED, exact=True),
    Event("ausweis", DECIDED + 6, chance=0.4),
)
# What is decided long since was scanned without the form letters: those stayed on paper.
SELDOM = {
    "erstantrag": 0.4,
    "schweigepflicht": 0.1,
    "eingangsbestaetigung": 0.1,
    "nachforderung": 0.1,
    "befundanforderung": 0.1,
    "aktenvermerk": 0.1,
    "entlassungsbericht": 0.5,
    "ausweis": 0.3,
}
CHANGE = (
    Event("aenderungsantrag", 0, exact=True),
    Event("eingangsbestaetigung", 5, chance=0.5),
    Event("befundbericht", 34),
    Event("rehabericht", 40, chance=0.45),
    Event("pflegegutachten", 44, chance=0.45),
    Event("stellungnahme", 60, chance=0.7),
    Event("feststellungsbescheid", DECIDED, exact=True),
)
REVIEW = (
    Event("befundanforderung", 0),
    Event("erinnerung", 36, chance=0.6),
    Event("befundbericht", 45),
    Event("stellungnahme", 60),
    Event("anhoerung", 68),
    Event("schriftwechsel", 84),
    Event("herabsetzungsbescheid", 110),
)
OBJECTION = (
    Event("eingang_widerspruch", 4),
    Event("befundbericht", 36),
    Event("stellungnahme", 55, chance=0.6),
)
COURT = (
    Event("klageschrift", 0, exact=True),
    Event("gerichtsverfuegung", 9),
    Event("klageerwiderung", 34),
)
HOUSING = (Event("wohngeldantrag", 0), Event("wohngeldbescheid", 41))


class Teller:
    """Tells the story of one dossier, from its beginning up to a day."""

    def __init__(self, number: int, *, seed: str, as_of: date) -> None:
        self.number = number
        self.as_of = as_of
        self.dice = dice_for(f"{seed}/{number}")
        self._letters = 0

    def tell(
        self, story: Story, person: Person, *, begun: date, reference: str, clerk: Clerk
    ) -> Told:
        """Return the facts and the cases with every letter up to the day of telling."""
        facts = self._facts(story, person, begun=begun, reference=reference, clerk=clerk)
        cases = [self._first_case(story, facts)]
        if story in (Story.OBJECTION, Story.COURT):
            cases.append(self._objection(facts, granted=self.number % 2 == 0, story=story))
        if story is Story.COURT:
            letters = self.letters(facts, COURT, begun=facts.sued)
            cases.append(CasePlan("Klage", f"Sozialgericht Musterstadt, {facts.docket}", letters))
        return Told(facts, tuple(case for case in cases if case.letters))

    def letters(self, facts: Facts, events: Sequence[Event], *, begun: date) -> tuple[Letter, ...]:
        """Write the letters of the events that have happened by the day of telling."""
        written = []
        for event in events:
            jitter = 0 if event.exact else self.dice.randint(0, 2)
            on = working_day(begun + timedelta(days=event.day + jitter))
            about = min(event.about, len(facts.rated) - 1)
            happens = self.dice.random() < event.chance and about == event.about
            if event.kind == "entlassungsbericht":
                happens = happens and facts.course
            if event.kind == "ausweis":
                happens = happens and facts.total >= 50
            if event.kind == "pflegegutachten":
                happens = happens and facts.person.age_on(on) >= 62
            if happens and on < self.as_of:
                letter = self._letter(event.kind, facts, on=on, about=about)
                written.append(letter)
        return tuple(one for one in written if self._has_happened(one))

    def lately(self, kind: str, facts: Facts) -> Letter:
        """Write a letter that came in during the last days before the day of telling."""
        self._letters += 1
        days = 7
        while True:
            on = working_day(self.as_of - timedelta(days=days))
            letter = compose(kind, facts, on=on, key=f"{self.number:03}-{self._letters:02}")
            if self._has_happened(letter):
                return letter
            days += 1

    def _has_happened(self, letter: Letter) -> bool:
        return (letter.received_on or letter.letter_date) <= self.as_of

    def _letter(self, kind: str, facts: Facts, *, on: date, about: int) -> Letter:
        """Write the next letter of the dossier."""
        self._letters += 1
        key = f"{self.number:03}-{self._letters:02}"
        return compose(kind, facts, on=on, key=key, about=about)

    def _first_case(self, story: Story, facts: Facts) -> CasePlan:
        year = facts.applied.year
        if story is Story.HOUSING:
            letters = self.letters(facts, HOUSING, begun=facts.applied)
            return CasePlan(facts.procedure, f"Mietzuschuss {year}", letters)
        if story is Story.CHANGE:
            events = [
                replace(event, kind="ablehnungsbescheid")
                if facts.refused and event.kind == "feststellungsbescheid"
                else event
                for event in CHANGE
            ]
            letters = self.letters(facts, events, begun=facts.applied)
            return CasePlan(facts.procedure, f"Änderungsantrag {year}", letters)
        if story is Story.REVIEW:
            letters = self.letters(facts, REVIEW, begun=facts.applied)
            return CasePlan(facts.procedure, f"Nachprüfung {year}", letters)
        letters = self.letters(facts, self._first_events(facts), begun=facts.applied)
        return CasePlan(facts.procedure, f"Erstantrag {year}", letters)

    def _first_events(self, facts: Facts) -> list[Event]:
        """Of what is decided long since, fewer form letters were scanned."""
        old = facts.decided + timedelta(days=14) < self.as_of
        events = []
        for event in FIRST:
            if facts.refused and event.kind == "feststellungsbescheid":
                event = replace(event, kind="ablehnungsbescheid")
            if old and event.kind in SELDOM:
                event = replace(event, chance=SELDOM[event.kind])
            events.append(event)
        return events

    def _objection(self, facts: Facts, *, granted: bool, story: Story) -> CasePlan:
        if facts.lawyer:
            opening = [
                Event("widerspruch_vertreten", 0, exact=True),
                Event("vollmacht", 0, exact=True),
            ]
        else:
            opening = [Event("widerspruch", 0, exact=True)]
        remedied = granted and story is Story.OBJECTION
        days = (facts.rejected - facts.objected).days
        closing = Event("abhilfebescheid" if remedied else "widerspruchsbescheid", days, exact=True)
        objecting = replace(facts, procedure="Widerspruch")
        letters = self.letters(objecting, [*opening, *OBJECTION, closing], begun=facts.objected)
        return CasePlan("Widerspruch", f"Widerspruch gegen {facts.decided:%d.%m.%Y}", letters)

    def _facts(
        self, story: Story, person: Person, *, begun: date, reference: str, clerk: Clerk
    ) -> Facts:
        dice = self.dice
        slight = story is Story.REFUSED
        count = dice.choice((1, 2, 2, 3)) if story is not Story.HOUSING else 1
        rated = choose(
            count, dice, woman=person.woman, healing=story is Story.REVIEW, slight=slight
        )
        total = together(rated)
        asked = "" if slight else next((one.mark for one in rated if one.mark), "")
        if story is Story.CHANGE and dice.random() < 0.4:
            slight = True
        earlier = 0
        if story is Story.CHANGE:
            earlier = total if slight else max(20, total - dice.choice((10, 20)))
        if story is Story.REVIEW:
            earlier, total = total, 30
            rated = (outlived(rated[0], gdb=total), *rated[1:])
        decided = working_day(begun + timedelta(days=DECIDED))
        objected = working_day(decided + timedelta(days=dice.randint(16, 26)))
        rejected = working_day(objected + timedelta(days=dice.randint(70, 84)))
        represented = story is Story.COURT or (story is Story.OBJECTION and dice.random() < 0.5)
        return Facts(
            person=person,
            reference=reference,
            procedure=PROCEDURES[story],
            clerk=clerk,
            rated=rated,
            doctors=tuple(people.doctor_for(one.field, one.doctor, dice) for one in rated),
            gp=people.family_doctor(dice),
            clinic=people.clinic(dice),
            total=total,
            asked=asked,
            marks=asked if asked == "G" and rated[0].gdb >= 50 else "",
            applied=begun,
            decided=decided,
            objected=objected,
            rejected=rejected,
            sued=working_day(rejected + timedelta(days=dice.randint(17, 26))),
            earlier=earlier,
            earlier_on=working_day(begun - timedelta(days=dice.randint(1700, 1900))),
            course=bool(rated[0].course),
            refused=slight,
            lawyer=people.lawyer(dice) if represented else None,
            docket=f"S 12 SB {30 + self.number}/{begun.year % 100}",
        )
