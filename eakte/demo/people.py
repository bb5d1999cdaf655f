"""Who are the invented people, practices, clinics and representatives of the demo office?"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

from eakte.demo.chance import Dice, dice_for


@dataclass(frozen=True)
class Person:
    """Someone who asks for a finding; nobody of this name exists."""

    woman: bool
    first: str
    last: str
    born: date
    street: str
    postcode: str
    town: str
    phone: str
    work: str
    insurance: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def place(self) -> str:
        """Postcode and town."""
        return f"{self.postcode} {self.town}"

    @property
    def employed(self) -> bool:
        """Whether the short periods of § 152 (1) sentence 3 SGB IX apply."""
        return self.work.startswith("ja")

    @property
    def mr(self) -> str:
        """Nominative of the title."""
        return "Frau" if self.woman else "Herr"

    @property
    def to(self) -> str:
        """The title as an address needs it."""
        return "Frau" if self.woman else "Herrn"

    @property
    def accusative(self) -> str:
        """The title after "wir vertreten"."""
        return self.to

    @property
    def filed_name(self) -> str:
        """The name under which an office files: the family name first."""
        return f"{self.last}, {self.first}"

    @property
    def gen(self) -> str:
        """Genitive: the matter of ..."""
        return "der Frau" if self.woman else "des Herrn"

    @property
    def gen_clause(self) -> str:
        """The title at the head of a complaint."""
        return self.gen

    @property
    def who(self) -> str:
        """The relative pronoun."""
        return "die" if self.woman else "der"

    @property
    def dear(self) -> str:
        """How a letter begins."""
        return f"Sehr geehrte Frau {self.last}" if self.woman else f"Sehr geehrter Herr {self.last}"

    def age_on(self, day: date) -> int:
        """Completed years of life."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(frozen=True)
class Doctor:
    """A practice that reports findings."""

    woman: bool
    name: str
    field: str
    title: str
    street: str
    place: str
    town: str
    phone: str
    fax: str

    @property
    def dear(self) -> str:
        """How a letter to the practice begins."""
        surname = self.name.split()[-1]
        greeting = "Sehr geehrte Frau" if self.woman else "Sehr geehrter Herr"
        return f"{greeting} Dr. {surname}"


@dataclass(frozen=True)
class House:
    """A clinic or a rehabilitation centre."""

    name: str
    town: str
    place: str
    street: str
    ward: str
    head: str


@dataclass(frozen=True)
class Lawyer:
    """Who represents a person: an association or a law firm."""

    kind: str
    name: str
    street: str
    place: str
    town: str
    signs: str
    role: str


@lru_cache(maxsize=1)
def _register() -> dict[str, Any]:
    text = resources.files("eakte.demo").joinpath("texts", "people.toml").read_text("utf-8")
    return tomllib.loads(text)


def invent_people(count: int, dice: Dice) -> list[Person]:
    """Invent people with different family names."""
    register = _register()
    surnames = dice.sample(register["last"], count)
    return [_invent(surname, dice) for surname in surnames]


def _invent(surname: str, dice: Dice) -> Person:
    register = _register()
    woman = dice.random() < 0.5
    postcode, town = dice.choice(register["towns"])
    born = date(1941, 1, 1) + timedelta(days=dice.randrange(58 * 365))
    works = register["work"] if born.year > 1960 else register["no_work"][: 1 + (born.year > 1958)]
    return Person(
        woman=woman,
        first=dice.choice(register["first_women" if woman else "first_men"]),
        last=surname,
        born=born,
        street=f"{dice.choice(register['streets'])} {dice.randint(1, 88)}",
        postcode=postcode,
        town=town,
        phone=f"05550 {dice.randint(20000, 99999)}",
        work=dice.choice(works),
        insurance=dice.choice(register["insurances"]),
    )


def doctor_for(field: str, title: str, dice: Dice) -> Doctor:
    """One of the county's practices for this field."""
    sex, name = dice.choice(_register()["doctors"][field])
    return _practice(sex == "w", name, field, _fitting(title, woman=sex == "w"))


def family_doctor(dice: Dice) -> Doctor:
    """One of the county's family doctors."""
    sex, name = dice.choice(_register()["gps"])
    title = _fitting("Facharzt für Allgemeinmedizin", woman=sex == "w")
    return _practice(sex == "w", name, "Allgemeinmedizin", title)


def _fitting(title: str, *, woman: bool) -> str:
    """Fachärztin or Facharzt, as the person is."""
    neutral = title.replace("Fachärztin", "Facharzt")
    return neutral.replace("Facharzt", "Fachärztin") if woman else neutral


def _practice(woman: bool, name: str, field: str, title: str) -> Doctor:
    """The address belongs to the name: the same practice always has the same."""
    register = _register()
    dice = dice_for(name)
    postcode, town = dice.choice(register["towns"])
    number = dice.randint(20000, 99990)
    return Doctor(
        woman=woman,
        name=name,
        field=field,
        title=title,
        street=f"{dice.choice(register['streets'])} {dice.randint(1, 60)}",
        place=f"{postcode} {town}",
        town=town,
        phone=f"05550 {number}",
        fax=f"05550 {number + 9}",
    )


def clinic(dice: Dice) -> House:
    """A hospital."""
    return House(**dice.choice(_register()["clinics"]))


def rehabilitation() -> House:
    """The rehabilitation centre."""
    return House(**_register()["rehabs"][0])


def lawyer(dice: Dice) -> Lawyer:
    """An association or a law firm that represents the person."""
    return Lawyer(**dice.choice(_register()["lawyers"]))
