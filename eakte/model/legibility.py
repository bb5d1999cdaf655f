"""How well can a scanned page be read, and what is out of the ordinary about it?

The bounds are the office's own (TR-RESISCAN asks for them and fixes none but the 300 dpi of
practice); what is measured is kept with the page, what it means is said anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from eakte.errors import Sentence
from eakte.model.batch import BatchPage, Fate
from eakte.model.findings import TextSource

# A scanner that feeds a little slower delivers 297 for 300.
DPI_TOLERANCE = 0.98


@dataclass(frozen=True)
class CheckRules:
    """How a unit checks its scans, and how long the paper stays.

    ``share`` is how many of a hundred pages are looked at, chosen by chance; pages with anomalies
    are looked at besides. ``other_person``: whoever scanned does not check. ``file_before``: what
    is not released yet may be filed all the same. The bounds are dots per inch, degrees and
    percent; ``keep_months`` count from the day of release and are the least, where ``paper_rule``
    names a retention rule of the catalogue for the paper.
    """

    share: int = 100
    other_person: bool = True
    file_before: bool = True
    least_dpi: int = 300
    most_skew: int = 3
    most_unsure: int = 20
    most_dark: int = 40
    keep_months: int = 6
    paper_rule: str = ""

    def kept(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def rules_from(kept: Mapping[str, Any]) -> CheckRules:
    """Return the rules that were kept; what a later version says besides has its default."""
    known = {field.name for field in fields(CheckRules)}
    return CheckRules(**{name: said for name, said in kept.items() if name in known})


def anomalies_of(page: BatchPage, rules: CheckRules) -> tuple[Sentence, ...]:
    """Name in German sentences what is out of the ordinary about a page; nothing when it is fine.

    Separators and cover sheets are no writing: nothing is expected of them.
    """
    found: list[Sentence] = []
    if not page.readable:
        found.append(Sentence("Die Seite lässt sich nicht darstellen."))
    if page.fate is Fate.ASIDE:
        found.append(Sentence("Die Seite kam in kein Schreiben."))
    if page.fate is Fate.BLANK and page.traces:
        found.append(Sentence("Die Seite gilt als leer, trägt aber Spuren."))
    if page.fate is Fate.SEPARATOR:
        return tuple(found)
    if page.dpi is not None and page.dpi < rules.least_dpi * DPI_TOLERANCE:
        found.append(
            Sentence(
                "Die Auflösung ist %(dpi)s dpi, verlangt sind %(least)s.",
                dpi=page.dpi,
                least=rules.least_dpi,
            )
        )
    if abs(page.skew) > rules.most_skew:
        found.append(
            Sentence("Die Seite liegt um %(skew)s Grad schief.", skew=_written(abs(page.skew)))
        )
    if page.dark is not None and page.dark * 100 > rules.most_dark:
        found.append(Sentence("%(share)s %% der Seite sind dunkel.", share=round(page.dark * 100)))
    if page.fate is Fate.FILED and page.text_source in ("", TextSource.NONE):
        found.append(Sentence("Auf der Seite wurde kein Text erkannt."))
    if page.unsure is not None and page.unsure * 100 > rules.most_unsure:
        found.append(
            Sentence(
                "%(share)s %% der Wörter sind unsicher erkannt.", share=round(page.unsure * 100)
            )
        )
    return tuple(found)


def _written(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")
