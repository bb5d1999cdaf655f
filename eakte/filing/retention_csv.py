"""How does an office write its retention rules into a table?"""

from __future__ import annotations

from eakte.filing.retention_rules import LONGEST, MOST_MONTHS, RuleFields, rule_faults
from eakte.filing.tables import Line, Table
from eakte.model.periods import LONGEST_YEARS, Disposal, Rounding, Start, Trigger

TABLE = "aufbewahrung.csv"
NEEDED = ("Schlüssel", "Titel", "Art")
MORE = (
    *("Jahre", "Monate", "Auslöser", "Ereignis", "Beginn", "Rundung", "Transferfrist"),
    *("Aussonderungsart", "Grundlage", "Archiv", "Angaben bleiben", "Gültig ab", "Gültig bis"),
)
UNDECIDED, COUNTED, PERMANENT = "noch zu entscheiden", "Frist", "dauernd"
KINDS = (UNDECIDED, COUNTED, PERMANENT)
# The two words that tables of the first releases had for a kind and its start in one.
EARLIER = {"Jahre ab Jahresende": Start.YEAR_END, "Jahre ab Schließung": Start.DAY}
TRIGGERS = {
    "Schließung": Trigger.CLOSING,
    "Tod": Trigger.DEATH,
    "letzte Entscheidung": Trigger.LAST_DECISION,
    "Ereignis": Trigger.EVENT,
}
STARTS = {
    "Jahresende": Start.YEAR_END,
    "1. Januar danach": Start.NEXT_NEW_YEAR,
    "dieser Tag": Start.DAY,
    "Tag danach": Start.NEXT_DAY,
}
ROUNDINGS = {"keine": Rounding.NONE, "Jahresende": Rounding.YEAR_END}
DISPOSALS = {"A": Disposal.ARCHIVE, "B": Disposal.APPRAISE, "V": Disposal.DESTROY}


def said_in(table: Table, line: Line, key: str) -> RuleFields:
    """Return what a line says, noting in the table everything that is wrong with it."""
    kinds = dict.fromkeys(KINDS) | dict.fromkeys(EARLIER)
    if not line["Art"]:
        table.fault(line.number, "„Art“ ist leer.")
    table.choice(line, "Art", kinds, otherwise=None)
    kind = line["Art"]
    start = table.choice(line, "Beginn", STARTS, otherwise=EARLIER.get(kind, Start.YEAR_END))
    years = table.whole_number(line, "Jahre", least=0, most=LONGEST_YEARS)
    counted = kind == COUNTED or kind in EARLIER
    if counted and years is None:
        table.fault(line.number, "Die Frist braucht eine Zahl von Jahren.")
    if kind in (UNDECIDED, PERMANENT) and years is not None:
        table.fault(line.number, "Nur eine Frist, die in Jahren zählt, hat eine Zahl von Jahren.")
    said = RuleFields(
        key=key,
        title=table.text(line, "Titel", most=LONGEST["title"]),
        years=years if counted else None,
        months=table.whole_number(line, "Monate", least=0, most=MOST_MONTHS) or 0,
        permanent=kind == PERMANENT,
        trigger=table.choice(line, "Auslöser", TRIGGERS, otherwise=Trigger.CLOSING),
        event=table.text(line, "Ereignis", most=LONGEST["event"], needed=False),
        start=start,
        rounding=table.choice(line, "Rundung", ROUNDINGS, otherwise=Rounding.NONE),
        transfer_years=table.whole_number(line, "Transferfrist", least=0, most=LONGEST_YEARS),
        disposal=table.choice(line, "Aussonderungsart", DISPOSALS, otherwise=None),
        basis=table.text(line, "Grundlage", most=LONGEST["basis"], needed=False),
        archive=table.text(line, "Archiv", most=LONGEST["archive"], needed=False),
        keeps_metadata=table.yes(line, "Angaben bleiben"),
        valid_from=table.day(line, "Gültig ab"),
        valid_until=table.day(line, "Gültig bis"),
    )
    # An empty cell was told already; years that no table allows were, too.
    if said.key and said.title and not (counted and years is None):
        for sentence in rule_faults(said):
            table.fault(line.number, sentence)
    return said
