"""By which words are retention rules and holds read, and what did a form say of a rule?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from eakte.errors import BadInput
from eakte.filing.retention_rules import RuleFields
from eakte.model.hold import HOLD_WORDS, HoldKind, HoldScope
from eakte.model.periods import STARTS, Disposal, Rounding, Rule, Start, Trigger
from eakte.web.errors import in_words
from eakte.web.forms import day, text

Choice = TypeVar("Choice", bound=StrEnum)
MOST_DIGITS = 4


def rule_words(rule: Rule) -> str:
    """Return what a rule says, in one line."""
    if not rule.decided:
        return str(_("noch zu entscheiden"))
    parts = [_("dauernd") if rule.permanent else _counted(rule)]
    if rule.disposal is not None:
        parts.append(disposal_words()[rule.disposal])
    if rule.transfer_years is not None:
        parts.append(
            ngettext(
                "Transferfrist %(num)s Jahr", "Transferfrist %(num)s Jahre", rule.transfer_years
            )
        )
    if rule.keeps_metadata:
        parts.append(_("Angaben bleiben"))
    if rule.basis:
        parts.append(rule.basis)
    return "; ".join(str(part) for part in parts)


def _counted(rule: Rule) -> str:
    years, months = rule.years or 0, rule.months
    lengths = []
    if years or not months:
        lengths.append(ngettext("%(num)s Jahr", "%(num)s Jahre", years))
    if months:
        lengths.append(ngettext("%(num)s Monat", "%(num)s Monate", months))
    what = trigger_words()[rule.trigger] if not rule.event else rule.event
    told = _(
        "%(length)s, gezählt %(start)s: %(trigger)s",
        length=" ".join(str(one) for one in lengths),
        start=in_words(STARTS[rule.start]),
        trigger=what,
    )
    if rule.rounding is Rounding.YEAR_END:
        told = _("%(told)s, bis zum Jahresende", told=told)
    return str(told)


def trigger_words() -> dict[Trigger, str]:
    """Return what starts a period, in words."""
    return {
        Trigger.CLOSING: _("Schließung der Akte"),
        Trigger.DEATH: _("Sterbetag"),
        Trigger.LAST_DECISION: _("letzte Entscheidung"),
        Trigger.EVENT: _("Ereignis, von Hand eingetragen"),
    }


def start_words() -> dict[Start, str]:
    """Return from when it is counted, in words."""
    return {start: in_words(words) for start, words in STARTS.items()}


def rounding_words() -> dict[Rounding, str]:
    """Return how the end is rounded, in words."""
    return {Rounding.NONE: _("gar nicht"), Rounding.YEAR_END: _("auf das Ende des Jahres")}


def disposal_words() -> dict[Disposal, str]:
    """Return what becomes of it, in words."""
    return {
        Disposal.ARCHIVE: _("A – archivwürdig, ins Archiv"),
        Disposal.APPRAISE: _("B – vom Archiv zu bewerten"),
        Disposal.DESTROY: _("V – zu vernichten"),
    }


def hold_words() -> dict[HoldKind, str]:
    """Return why something is held, in words."""
    return {kind: in_words(words) for kind, words in HOLD_WORDS.items()}


def scope_words() -> dict[HoldScope, str]:
    """Return on what a hold was set, in words."""
    return {
        HoldScope.DOSSIER: _("Akte"),
        HoldScope.CASE: _("Vorgang"),
        HoldScope.PERSON: _("Person"),
        HoldScope.SEARCH: _("Suche"),
    }


def choices(words: Mapping[Choice, str]) -> list[tuple[str, str]]:
    """Return words as a list to choose from."""
    return [(one.value, word) for one, word in words.items()]


def rule_as_said(key: str = "") -> RuleFields:
    """Return the rule of the form.

    Raises:
        BadInput: a number is none, a day is none, or nothing was chosen.
    """
    kind = text("kind", most=20)
    if kind not in ("undecided", "counted", "permanent"):
        raise BadInput("Bitte wählen Sie, ob und wie lange aufbewahrt wird.")
    years, months = number("years"), number("months")
    if kind == "counted" and years is None:
        raise BadInput("Die Frist braucht eine Zahl von Jahren.")
    return RuleFields(
        key=key or text("key", most=40),
        title=text("title", most=200),
        years=years if kind == "counted" else None,
        months=(months or 0) if kind == "counted" else 0,
        permanent=kind == "permanent",
        trigger=chosen("trigger", Trigger) or Trigger.CLOSING,
        event=text("event", most=100),
        start=chosen("start", Start) or Start.YEAR_END,
        rounding=chosen("rounding", Rounding) or Rounding.NONE,
        transfer_years=number("transfer_years"),
        disposal=chosen("disposal", Disposal),
        basis=text("basis", most=300),
        archive=text("archive", most=200),
        keeps_metadata=bool(request.form.get("keeps_metadata")),
        valid_from=day(request.form, "valid_from"),
        valid_until=day(request.form, "valid_until"),
    )


def form_of(said: RuleFields) -> dict[str, str]:
    """Return a rule as its form shows it."""
    kind = "permanent" if said.permanent else "undecided" if said.years is None else "counted"
    return {
        "key": said.key,
        "title": said.title,
        "kind": kind,
        "years": "" if said.years is None else str(said.years),
        "months": str(said.months) if said.months else "",
        "trigger": said.trigger.value,
        "event": said.event,
        "start": said.start.value,
        "rounding": said.rounding.value,
        "transfer_years": "" if said.transfer_years is None else str(said.transfer_years),
        "disposal": said.disposal.value if said.disposal else "",
        "basis": said.basis,
        "archive": said.archive,
        "keeps_metadata": "1" if said.keeps_metadata else "",
        "valid_from": said.valid_from.isoformat() if said.valid_from else "",
        "valid_until": said.valid_until.isoformat() if said.valid_until else "",
    }


def number(name: str) -> int | None:
    """Return a whole number of the form, None when the field is empty.

    Raises:
        BadInput: it is none.
    """
    typed = text(name, most=20)
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > MOST_DIGITS:
        raise BadInput("„%(typed)s“ ist keine Zahl.", typed=typed)
    return int(typed)


def chosen(name: str, known: type[Choice]) -> Choice | None:
    """Return what was chosen of a list; None: nothing that is in it."""
    typed = text(name, most=40)
    return known(typed) if typed in {one.value for one in known} else None
