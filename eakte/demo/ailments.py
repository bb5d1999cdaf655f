"""Which disorders do the people of the demo office have, and how do doctors describe them?"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from eakte.demo.chance import Dice

MAY_BE_SLIGHT = ("bandscheibe", "knie", "depression", "herz", "gehoer", "migraene")
SLIGHT = (
    "Nach den mitgeteilten Befunden bestehen nur geringe Einschränkungen. {{ pick("
    "'Unter der Behandlung ist eine deutliche Besserung eingetreten.', "
    "'Die Beschwerden treten nur zeitweise auf.', "
    "'Eine dauernde Behandlung ist derzeit nicht erforderlich.') }} "
    "Die Gesundheitsstörung bedingt einen Einzel-GdB von 10."
)
OUTLIVED = (
    "Die fünf Jahre der Heilungsbewährung sind abgelaufen, ein Rückfall ist nach dem Befundbericht "
    "nicht eingetreten. Zu bewerten sind nur noch der verbliebene Organschaden und seine Folgen. "
    "{{ pick('Die Belastbarkeit ist weiterhin etwas vermindert.', "
    "'Es verbleiben leichte bis mäßige Funktionsstörungen.') }}"
)


@dataclass(frozen=True)
class Ailment:
    """A disorder with the text blocks in which reports speak of it; texts are templates."""

    key: str
    field: str
    doctor: str
    name: str
    plain: str
    icd: str
    part: str
    degrees: tuple[int, ...]
    mark: str
    history: str
    exam: str
    tests: str
    therapy: str
    limits: str
    opinion: str
    objection: str
    course: str = ""
    sex: str = ""
    gdb: int = 0
    """The degree proposed for one person; 0 as long as nobody has it."""

    @property
    def healing(self) -> bool:
        """Whether the finding stands under the five years of Heilungsbewährung."""
        return "Heilungsbewährung" in self.name


@lru_cache(maxsize=1)
def all_ailments() -> tuple[Ailment, ...]:
    """Every disorder the texts know."""
    text = resources.files("eakte.demo").joinpath("texts", "ailments.toml").read_text("utf-8")
    return tuple(
        Ailment(key=key, degrees=tuple(entry.pop("gdb")), **entry)
        for key, entry in tomllib.loads(text).items()
    )


def choose(
    count: int, dice: Dice, *, woman: bool, healing: bool = False, slight: bool = False
) -> tuple[Ailment, ...]:
    """Disorders of different fields that fit the person, the highest degree first.

    With ``healing`` the leading one stands under Heilungsbewährung; with ``slight`` every one is
    rated 10, too little for a finding.
    """
    fitting = [
        one
        for one in all_ailments()
        if one.sex in ("", "w" if woman else "m") and (not slight or one.key in MAY_BE_SLIGHT)
    ]
    chosen = [dice.choice([one for one in fitting if one.healing == healing])]
    others = [one for one in fitting if not one.healing]
    while len(chosen) < count:
        candidate = dice.choice(others)
        if candidate.field not in {one.field for one in chosen}:
            chosen.append(candidate)
    if slight:
        return tuple(replace(one, gdb=10, opinion=SLIGHT) for one in chosen)
    first = replace(chosen[0], gdb=dice.choice(chosen[0].degrees))
    more = [replace(one, gdb=min(one.degrees[0], first.gdb)) for one in chosen[1:]]
    return (first, *sorted(more, key=lambda one: -one.gdb))


def outlived(ailment: Ailment, *, gdb: int) -> Ailment:
    """The same disorder after the five years of Heilungsbewährung."""
    name = ailment.name.replace("in Heilungsbewährung", "nach Ablauf der Heilungsbewährung")
    return replace(ailment, name=name, gdb=gdb, opinion=OUTLIVED)


def together(rated: Sequence[Ailment]) -> int:
    """The overall degree: the highest one, raised by further ones of at least 30, never a sum."""
    raised = sum(10 for one in rated[1:] if one.gdb >= 30)
    return min(rated[0].gdb + raised, 100)
