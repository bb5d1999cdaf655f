"""Which records does an archive want of many alike? Rules of a catalogue, and what they would do.

Archives take samples of mass files: surnames with some letters (Kreis Siegen-Wittgenstein keeps D,
O and T), every n-th, some years of birth, whatever went to court. A rule speaks only of what it
knows; what no rule speaks of stays for a person to decide.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from eakte.errors import Sentence
from eakte.model.periods import Disposal

# Letters that do not come apart into a letter and a sign above it.
PLAIN = str.maketrans({"Æ": "AE", "Ø": "O", "Ł": "L", "Đ": "D", "Þ": "TH", "Œ": "OE", "ß": "SS"})


class Kind(StrEnum):
    """What a rule looks at."""

    INITIAL = "initial"
    EVERY_NTH = "every-nth"
    BIRTH_YEAR = "birth-year"
    COURT_CASE = "court-case"
    EVERYTHING = "everything"


@dataclass(frozen=True)
class Candidate:
    """What of a dossier the rules look at; None and empty: it is not known.

    ``serial`` is its running number in the file plan, which never changes, so that the choice of
    every n-th does not depend on what else is offered.
    """

    id: UUID
    name: str = ""
    surname: str = ""
    birth_year: int | None = None
    serial: int | None = None
    court_case: bool | None = None


@dataclass(frozen=True)
class CatalogueRule:
    """One line of a catalogue: whatever fits is appraised so.

    Args:
        kind: what is looked at.
        verdict: what becomes of whatever fits.
        letters: for ``INITIAL``, such as ``D O T``, or longer beginnings such as ``Sch``.
        nth: for ``EVERY_NTH``.
        offset: for ``EVERY_NTH``: which of them, from 0.
        years: for ``BIRTH_YEAR``: years, or last digits such as 0 and 5 (below 10).
        court: for ``COURT_CASE``: whether there was one, or there was none.
        basis: who agreed to it, and when.
    """

    kind: Kind
    verdict: Disposal
    letters: tuple[str, ...] = ()
    nth: int = 0
    offset: int = 0
    years: tuple[int, ...] = ()
    court: bool = True
    basis: str = ""

    def __post_init__(self) -> None:
        """Refuse a rule that could not say anything.

        Raises:
            ValueError: letters, number or years are missing, or the verdict is none.
        """
        if self.verdict is Disposal.APPRAISE and self.kind is not Kind.EVERYTHING:
            raise ValueError("a rule decides")
        if self.kind is Kind.INITIAL and not any(folded(one) for one in self.letters):
            raise ValueError("no letters")
        if self.kind is Kind.EVERY_NTH and not 0 <= self.offset < self.nth:
            raise ValueError("no number")
        if self.kind is Kind.BIRTH_YEAR and not self.years:
            raise ValueError("no years")

    @property
    def sentence(self) -> Sentence:
        """The rule in words."""
        match self.kind:
            case Kind.INITIAL:
                return Sentence("Nachname mit %(letters)s", letters=", ".join(self.letters))
            case Kind.EVERY_NTH:
                return Sentence("jede %(nth)s. Akte", nth=self.nth)
            case Kind.BIRTH_YEAR:
                years = ", ".join(f"…{one}" if one < 10 else str(one) for one in self.years)
                return Sentence("Geburtsjahr %(years)s", years=years)
            case Kind.COURT_CASE:
                if self.court:
                    return Sentence("mit Gerichtsverfahren")
                return Sentence("ohne Gerichtsverfahren")
            case _:
                return Sentence("alle übrigen")


@dataclass(frozen=True)
class Appraised:
    """What the catalogue says of one record, and by which rule; None: nobody has decided.

    ``unknown`` names the rules that could not be applied because something is not known.
    """

    id: UUID
    verdict: Disposal
    rule: CatalogueRule | None
    unknown: tuple[CatalogueRule, ...] = ()

    @property
    def sentence(self) -> Sentence:
        """Why it is appraised so, in words."""
        if self.rule is None and self.unknown:
            return Sentence(
                "Bewertung %(verdict)s: Für „%(rule)s“ fehlt eine Angabe.",
                verdict=self.verdict.value,
                rule=self.unknown[0].sentence,
            )
        if self.rule is None:
            return Sentence("Bewertung %(verdict)s: Keine Regel trifft zu.", verdict="B")
        return Sentence(
            "Bewertung %(verdict)s: %(rule)s%(basis)s.",
            verdict=self.verdict.value,
            rule=self.rule.sentence,
            basis=f" ({self.rule.basis})" if self.rule.basis else "",
        )


def folded(surname: str) -> str:
    """Return a name as it is sorted: without signs above its letters, in capitals (DIN 5007-1)."""
    letters = unicodedata.normalize("NFKD", surname.upper().translate(PLAIN))
    return "".join(sign for sign in letters if sign.isalpha())


def fits(rule: CatalogueRule, candidate: Candidate) -> bool | None:
    """Say whether a rule fits; None: what it looks at is not known."""
    match rule.kind:
        case Kind.INITIAL:
            surname = folded(candidate.surname)
            wanted = tuple(filter(None, map(folded, rule.letters)))
            return surname.startswith(wanted) if surname else None
        case Kind.EVERY_NTH:
            serial = candidate.serial
            return None if serial is None else serial % rule.nth == rule.offset
        case Kind.BIRTH_YEAR:
            year = candidate.birth_year
            if year is None:
                return None
            return any(year == one or (one < 10 and year % 10 == one) for one in rule.years)
        case Kind.COURT_CASE:
            court = candidate.court_case
            return None if court is None else court is rule.court
        case _:
            return True


def appraise(candidate: Candidate, catalogue: Sequence[CatalogueRule]) -> Appraised:
    """Return what a catalogue says of one record: the first rule that fits decides.

    Destruction is never decided past a gap: once a rule for keeping could not be applied because
    something is not known, no later rule may decide V, and a person has to look (B).
    """
    unknown: list[CatalogueRule] = []
    for rule in catalogue:
        fit = fits(rule, candidate)
        if fit is None:
            unknown.append(rule)
        elif fit:
            gap = any(one.verdict is Disposal.ARCHIVE for one in unknown)
            if rule.verdict is Disposal.DESTROY and gap:
                break
            return Appraised(candidate.id, rule.verdict, rule, tuple(unknown))
    return Appraised(candidate.id, Disposal.APPRAISE, None, tuple(unknown))


@dataclass(frozen=True)
class Preview:
    """What a catalogue would do to many records, before anybody has saved it.

    ``by_rule`` counts in the order of the catalogue; ``examples`` names a few of each rule.
    """

    verdicts: Mapping[Disposal, int]
    by_rule: tuple[int, ...]
    examples: tuple[tuple[str, ...], ...]
    undecided: tuple[str, ...]

    @property
    def total(self) -> int:
        """The number of records looked at."""
        return sum(self.verdicts.values())

    @property
    def sentence(self) -> Sentence:
        """The outcome in words."""
        kept = self.verdicts[Disposal.ARCHIVE]
        share = 100 * kept / self.total if self.total else 0.0
        return Sentence(
            "Von %(total)s Akten: %(kept)s archivwürdig (%(share)s %%), %(gone)s zu vernichten, "
            "%(open)s zu entscheiden.",
            total=self.total,
            kept=kept,
            share=f"{share:.1f}".replace(".", ","),
            gone=self.verdicts[Disposal.DESTROY],
            open=self.verdicts[Disposal.APPRAISE],
        )


def preview(
    candidates: Iterable[Candidate], catalogue: Sequence[CatalogueRule], *, examples: int = 5
) -> Preview:
    """Return what a catalogue would do; the records are looked at one by one and not kept."""
    verdicts: Counter[Disposal] = Counter({one: 0 for one in Disposal})
    counts = [0] * len(catalogue)
    named: list[list[str]] = [[] for _ in catalogue]
    undecided: list[str] = []
    place = {id(rule): number for number, rule in enumerate(catalogue)}
    for candidate in candidates:
        appraised = appraise(candidate, catalogue)
        verdicts[appraised.verdict] += 1
        if appraised.rule is None:
            if len(undecided) < examples:
                undecided.append(candidate.name or str(candidate.id))
            continue
        number = place[id(appraised.rule)]
        counts[number] += 1
        if len(named[number]) < examples:
            named[number].append(candidate.name or str(candidate.id))
    return Preview(
        dict(verdicts), tuple(counts), tuple(tuple(one) for one in named), tuple(undecided)
    )
